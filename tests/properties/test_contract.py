"""Schemathesis, which reads nothing but the contract, finds no reply and no refusal that the contract does not have."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import settings

from tests.conftest import make_app, sandbox_of
from tests.properties.settings import quick
from tests.properties.worlds import DEFAULTS, IMPOSSIBLE, STRICT, Impossible, Run, contrary, impossible_in, schema_of, without

pytestmark = pytest.mark.slow

PROVIDERS = ("spoonity", "vexutopia")
QUICKLY = {"deterministic": True, "database": "none", "no-shrink": True}
ONE_BY_ONE = {"phases": {"stateful": {"enabled": False}}, "generation": QUICKLY | {"max-examples": 20}}
ALONG_LINKS = {
    "phases": {phase: {"enabled": False} for phase in ("examples", "coverage", "fuzzing")},
    "generation": QUICKLY | {"max-examples": 40, "mode": "positive"},
}
SPOONITY_CUSTOMER = {"path.id": "cust_175a9abec1882d12"}
VEXUTOPIA_RECORDS = (
    {"include-path": "/v1/customers/{id}", "parameters": {"path.id": "cus_abc123def456"}},
    {"include-path": "/v1/payments/{id}", "parameters": {"path.id": "pay_1234567890"}},
)

spoonity = schema_of(make_app(assume=STRICT), "spoonity", parameters=SPOONITY_CUSTOMER)
vexutopia = schema_of(make_app(assume=STRICT), "vexutopia", operations=VEXUTOPIA_RECORDS)


def check(case: Any) -> None:
    """Hold one answer of an account in which nothing has happened yet against the contract."""
    sandbox_of(case.operation.app).reset()
    case.call_and_validate()


@spoonity.parametrize()  # type: ignore[untyped-decorator]
def test_spoonity_answers_a_fixture_record_as_the_contract_says(case: Any) -> None:
    check(case)


@vexutopia.parametrize()  # type: ignore[untyped-decorator]
def test_vexutopia_answers_a_fixture_record_as_the_contract_says(case: Any) -> None:
    check(case)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_check_fails_along_the_links_of_the_contract(provider: str) -> None:
    app = make_app(assume=STRICT)

    class Chain(schema_of(app, provider).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            sandbox_of(app).reset()

    Chain.run(settings=settings(quick(60), stateful_step_count=8))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_strict_choices_make_every_check_possible(provider: str) -> None:
    assert impossible_in(make_app(assume=STRICT), provider) == []


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("choices", [lambda: DEFAULTS, contrary], ids=["defaults", "contrary"])
def test_only_the_checks_that_the_choices_make_impossible_fail(choices: Callable[[], Mapping[str, str]], provider: str) -> None:
    app = make_app(assume=choices())
    run = Run(schema_of(app, provider, **without(impossible_in(app, provider))))
    assert run.findings == []
    assert run.succeeded == {name for name in app.mock.pipeline.contract.operations if name.startswith(f"{provider}.")}


@pytest.mark.parametrize("entry", IMPOSSIBLE, ids=lambda entry: f"{entry.assumption}={entry.choice}")
def test_a_check_that_is_switched_off_would_fail(entry: Impossible) -> None:
    app = make_app(assume=STRICT | {entry.assumption: entry.choice})
    config = ALONG_LINKS if entry.check == "use_after_free" else ONE_BY_ONE
    only = {"enabled": False, entry.check: {"enabled": True}}
    findings = Run(schema_of(app, entry.assumption.partition(".")[0], checks=only, **config)).findings
    assert {each.check for each in findings} == {entry.check}
    assert not entry.operation or {each.operation for each in findings} == {entry.operation}
