"""`/_mock/report`: the report over one sandbox or all, in several formats."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from mockserver import notation
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.judge.formats import ContractFile, to_junit, to_markdown, to_sarif
from mockserver.judge.report import Judge, Report
from mockserver.mock import Mock
from mockserver.state import Sandbox
from mockserver.traces import Traces, traces_of

Format = Literal["json", "markdown", "junit", "sarif"]

TYPES: Mapping[Format, str] = {
    "json": "application/json",
    "markdown": "text/markdown",
    "junit": "application/junit+xml",
    "sarif": "application/sarif+json",
}
"""Format → content type, which `Accept` may name instead."""


class ReportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Options of the report."""

    format: Annotated[Format | None, Meta(description="Default: by the header `Accept`, else JSON.")] = None
    sandbox: Annotated[Literal["*"] | None, Meta(description="`*` for all sandboxes. Default: this sandbox.")] = None
    ignore: Annotated[str, Meta(description="Ids of rules to ignore, separated by commas.")] = ""


def read_report(call: ControlCall) -> Reply:
    """Return the report over this sandbox, or with `sandbox=*` over all.

    It has the contract violations, the findings on conduct, the assumptions used, the coverage of documented behaviours, and
    a digest that equal runs share. Only exchanges still in the journal are judged; `is_whole` says whether that is all of
    them. JUnit has one test per rule, SARIF one result per finding with its place in the contract.
    """
    query: ReportQuery = call.query
    mock = call.mock
    ignore = [each.strip() for each in query.ignore.split(",") if each.strip()]
    judge = Judge(mock.pipeline.contract, mock.pipeline.providers.values(), ignore=ignore)
    sandboxes = _all(mock) if query.sandbox else [call.sandbox()]
    wanted = query.format or _accepted(call.headers.get(b"accept", b"").decode("latin-1"))
    return Reply(200, _FORMS[wanted](judge.report(sandboxes), mock), content_type=TYPES[wanted])


def _all(mock: Mock) -> list[Sandbox]:
    """Return all sandboxes by name, after their due tasks."""
    sandboxes = sorted(mock.sandboxes, key=lambda each: each.name)
    for sandbox in sandboxes:
        sandbox.run_due()
    return sandboxes


def _accepted(accept: str) -> Format:
    """Return the first format that the header names."""
    named = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    return next((form for each in named for form, content_type in TYPES.items() if each == content_type), "json")


def _sarif(report: Report, mock: Mock) -> bytes:
    contract = mock.pipeline.contract
    files = {path: ContractFile(path.name, _lines(path)) for path in set(contract.files.values())}
    log = to_sarif(report, contract, {provider: files[path] for provider, path in contract.files.items()})
    return msgspec.json.format(msgspec.json.encode(log))


def _lines(path: Path) -> dict[str, int]:
    """Return pointer → line of a contract's file, if readable."""
    try:
        return notation.lines_of(path.read_bytes())
    except OSError:
        return {}


_FORMS: Mapping[Format, Callable[[Report, Mock], Any]] = {
    "json": lambda report, _mock: report,
    "markdown": lambda report, _mock: to_markdown(report).encode(),
    "junit": lambda report, _mock: to_junit(report).encode(),
    "sarif": _sarif,
}


class TracesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """The value to search for."""

    value: Annotated[str, Meta(description="The text to find, also within longer text. It must not be empty.")] = ""
    ignore_case: Annotated[bool, Meta(description="`true` ignores case.")] = False


def find_traces(call: ControlCall) -> Reply:
    """Find every place in the sandbox that still contains a value.

    Searches state, snapshots, fixture, journal, events and deliveries, also JSON-escaped, percent-encoded or form-encoded. The
    reply does not repeat the value.
    """
    query: TracesQuery = call.query
    if not query.value:
        raise ControlError(400, "nothing to look for", where="query.value", hint="add ?value=TEXT, percent-encoded")
    kinds = call.mock.pipeline.kinds
    return Reply(200, traces_of(query.value, call.sandbox(), kinds, ignore_case=query.ignore_case))


_OTHERS = tuple(each for each in TYPES.values() if each != TYPES["json"])

ROUTES = (
    ControlRoute("GET", "/_mock/report", read_report, {200: Report}, also=_OTHERS, query=ReportQuery),
    ControlRoute("GET", "/_mock/traces", find_traces, {200: Traces}, query=TracesQuery),
)
