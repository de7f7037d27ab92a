"""`/_mock/report`: the verdict over a sandbox, or over all, in the form that is asked for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from mockserver import documents, notation
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.judge.formats.junit import to_junit
from mockserver.judge.formats.markdown import to_markdown
from mockserver.judge.formats.sarif import CONTRACT, to_sarif
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
"""Format → content type, by which a client may ask for it as well."""


class ReportQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which verdict is wanted."""

    format: Annotated[
        Format | None, Meta(description="Without it the header `Accept` decides, by content type; without that it is JSON.")
    ] = None
    sandbox: Annotated[Literal["*"] | None, Meta(description="All sandboxes; otherwise it is the one that is meant.")] = None
    ignore: Annotated[str, Meta(description="Ids of rules that are left out, separated by commas.")] = ""


def read_report(call: ControlCall) -> Reply:
    """Judge what happened in the sandbox, or with `sandbox=*` in all of them.

    What the client sent against the contract and what it did wrong although its calls succeeded, which open questions the
    answers leaned on, which documented behaviours were exercised, and a digest that two equal runs share. Only what the
    journal still has is judged; `is_whole` says whether that is all. JUnit has a test for each rule, SARIF a result for
    each finding, with its place in the contract.

    Raises: ConfigurationError.
    """
    query: ReportQuery = call.query
    mock = call.mock
    ignore = [each.strip() for each in query.ignore.split(",") if each.strip()]
    judge = Judge(mock.pipeline.contract, mock.pipeline.providers.values(), ignore=ignore)
    sandboxes = _all(mock) if query.sandbox else [call.sandbox()]
    wanted = query.format or _accepted(call.accept)
    return Reply(200, _FORMS[wanted](judge.report(sandboxes), mock), content_type=TYPES[wanted])


def _all(mock: Mock) -> list[Sandbox]:
    """Return all sandboxes by name, after the work that has fallen due in them."""
    sandboxes = sorted(mock.sandboxes, key=lambda each: each.name)
    for sandbox in sandboxes:
        sandbox.run_due()
    return sandboxes


def _accepted(accept: str) -> Format:
    """Return the first format that the header names."""
    named = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    return next((form for each in named for form, content_type in TYPES.items() if each == content_type), "json")


def _sarif(report: Report, mock: Mock) -> bytes:
    path = mock.setup.contract or documents.packaged(CONTRACT)
    log = to_sarif(report, mock.pipeline.contract, _lines(path), path.name)
    return msgspec.json.format(msgspec.json.encode(log))


def _lines(path: Path) -> dict[str, int]:
    """Return where things stand in the contract's file; nothing if it can be read no more."""
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
    """What is looked for."""

    value: Annotated[str, Meta(description="The text, also as a part of a longer one; it must not be empty.")] = ""
    ignore_case: Annotated[bool, Meta(description="`true`: capital and small letters are the same.")] = False


def find_traces(call: ControlCall) -> Reply:
    """Name every place in the sandbox where a value still stands: state, snapshots, fixture, journal, events, deliveries.

    It is found in JSON's escapes, in URLs and in forms as well. The value itself is not repeated.
    """
    query: TracesQuery = call.query
    if not query.value:
        raise ControlError(400, "nothing to look for", where="query.value", hint="add ?value=TEXT, percent-encoded")
    kinds = call.mock.pipeline.kinds
    return Reply(200, traces_of(query.value, call.sandbox(), kinds, ignore_case=query.ignore_case))


ROUTES = (
    ControlRoute(
        method="GET",
        path="/_mock/report",
        run=read_report,
        query=ReportQuery,
        replies={200: Report},
        also=tuple(each for each in TYPES.values() if each != TYPES["json"]),
    ),
    ControlRoute(method="GET", path="/_mock/traces", run=find_traces, query=TracesQuery, replies={200: Traces}),
)
