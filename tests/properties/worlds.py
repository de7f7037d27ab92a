"""The choices under which the contract is tried, which checks of schemathesis a choice makes impossible, and a run of them."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

import schemathesis
from msgspec import Struct
from schemathesis.engine import events, from_schema

from mockserver.http.app import App
from tests.conftest import make_app, sandbox_of


class Impossible(Struct, frozen=True):
    """A check that cannot pass where an assumption has this choice; `operation`: the only one concerned, empty for all."""

    check: str
    assumption: str
    choice: str
    operation: str = ""


IMPOSSIBLE = (
    Impossible("ignored_auth", "spoonity.unknown-token", "accepted"),
    Impossible("use_after_free", "spoonity.deleted-customer", "anonymised"),
    Impossible("unsupported_method", "spoonity.wrong-method", "not-found"),
    Impossible("positive_data_acceptance", "spoonity.unknown-filter", "rejected", "spoonity.listCustomers"),
    Impossible("unsupported_method", "vexutopia.wrong-method", "not-found"),
    Impossible("use_after_free", "vexutopia.deleted-customer", "stub"),
    Impossible(
        "positive_data_acceptance", "vexutopia.payment-for-unknown-customer", "invalid-parameter", "vexutopia.createPayment"
    ),
)

STRICT = {
    "spoonity.unknown-token": "rejected",
    "spoonity.deleted-customer": "gone",
    "vexutopia.unknown-key": "rejected",
    "vexutopia.wrong-method": "method-not-allowed",
    "vexutopia.payment-for-unknown-customer": "not-found",
}
"""Choices under which every check can pass."""

DEFAULTS: dict[str, str] = {}


def contrary() -> dict[str, str]:
    """Return the last choice of every assumption, which never is its default."""
    return {assumption.key: list(assumption.choices)[-1] for assumption in make_app().mock.pipeline.assumptions}


def impossible_in(app: App, provider: str) -> list[Impossible]:
    """Return which of the provider's checks cannot pass under the application's choices."""
    here = {each.key: each.default for each in app.mock.pipeline.assumptions} | dict(sandbox_of(app).state.choices)
    return [each for each in IMPOSSIBLE if each.assumption.startswith(f"{provider}.") and here[each.assumption] == each.choice]


def schema_of(app: App, provider: str, **config: Any) -> Any:
    """Return what schemathesis makes of the provider's part of the contract, as the application's choices change it.

    config: more of schemathesis' configuration.
    """
    sandbox, pipeline = sandbox_of(app), app.mock.pipeline
    settings = {
        "headers": {"Authorization": f"Bearer {sandbox.keys[provider]}"},
        "continue-on-failure": True,
        "generation": {"deterministic": True, "database": "none", "no-shrink": True, "max-examples": 20},
        **config,
    }
    document = deepcopy(pipeline.effective_contract(sandbox.state.choices).document)
    owned = {operation.path for operation in pipeline.contract.operations.values() if operation.provider == provider}
    document["paths"] = {path: item for path, item in document["paths"].items() if path in owned}
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(settings))
    schema.app = app
    return schema


def without(impossible: Iterable[Impossible]) -> dict[str, Any]:
    """Return the part of a configuration that switches these checks off."""
    listed, off = list(impossible), {"enabled": False}
    return {
        "checks": {each.check: off for each in listed if not each.operation},
        "operations": [
            {"include-operation-id": each.operation, "checks": {each.check: off}} for each in listed if each.operation
        ],
    }


class Finding(Struct, frozen=True):
    """A failed check, an error or a warning of schemathesis."""

    check: str
    operation: str
    message: str


class Run:
    """One run through all phases of schemathesis: examples, coverage, fuzzing, and chains of operations.

    Attributes:
        findings: all that was found.
        succeeded: ids of the operations that answered 2xx at least once.
    """

    def __init__(self, schema: Any) -> None:
        self.findings: list[Finding] = []
        self.succeeded: set[str] = set()
        for event in from_schema(schema).execute():
            self.findings += _findings(event)
            if isinstance(event, events.ScenarioFinished):
                self.succeeded |= _succeeded(event)


def _findings(event: Any) -> Iterator[Finding]:
    match event:
        case events.ScenarioFinished():
            for case_id, checks in event.recorder.checks.items():
                for check in checks:
                    if check.failure_info is not None:
                        message = f"{check.failure_info.failure.message}\n{check.failure_info.code_sample}"
                        yield Finding(check.name, _operation(event, case_id), message)
        case events.SchemaAnalysisWarnings():
            yield from (Finding("warning", "", str(warning)) for warning in event.warnings)
        case events.NonFatalError() | events.FatalError():
            yield Finding("error", "", str(event))


def _succeeded(event: Any) -> set[str]:
    answered = event.recorder.interactions.items()
    return {_operation(event, case_id) for case_id, each in answered if each.response and each.response.status_code < 300}


def _operation(event: Any, case_id: str) -> str:
    case = event.recorder.cases.get(case_id)
    return str(case.value.operation.definition.raw["operationId"]) if case is not None else ""
