"""The mock does what the documents promise: every behaviour of every provider, checked as `verify` checks a real service."""

from typing import Any

import msgspec
import pytest

from mockserver.catalogue import Behaviour
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.state import Kind
from mockserver.state.sandbox import DEFAULT
from tests.checking import MARKER, every_behaviour, every_provider, failing, run
from tests.conftest import MakeApp

every = pytest.mark.parametrize(("provider", "behaviour"), every_behaviour())


@every
def test_the_mock_behaves_as_documented(provider: Provider, behaviour: Behaviour, make_app: MakeApp) -> None:
    run(behaviour, make_app(assume=behaviour.only_with), provider)


@every_provider
def test_the_behaviours_hold_while_the_clock_steps(provider: Provider, make_app: MakeApp) -> None:
    assert failing(provider, lambda each: run(each, make_app(clock="step", assume=each.only_with), provider)) == {}


@every_provider
def test_the_behaviours_hold_in_a_named_sandbox(provider: Provider, make_app: MakeApp) -> None:
    assert failing(provider, lambda each: run(each, make_app(assume=each.only_with), provider, sandbox="elsewhere")) == {}


@every_provider
def test_the_behaviours_hold_in_an_account_without_records(provider: Provider, make_app: MakeApp) -> None:
    assert failing(provider, lambda each: run(each, make_app(fixture=["empty"], assume=each.only_with), provider)) == {}


OTHER_CHOICES = [
    pytest.param(provider, assumption.key, choice, id=f"{assumption.key}={choice}")
    for provider in PROVIDERS
    for assumption in provider.assumptions
    for choice in assumption.choices
    if choice != assumption.default
]


@pytest.mark.slow
@pytest.mark.parametrize(("provider", "key", "choice"), OTHER_CHOICES)
def test_the_behaviours_hold_whatever_is_chosen_where_the_documents_are_silent(
    provider: Provider, key: str, choice: str, make_app: MakeApp
) -> None:
    def check(behaviour: Behaviour) -> None:
        if behaviour.only_with.get(key, choice) == choice:
            run(behaviour, make_app(assume={**behaviour.only_with, key: choice}), provider)

    assert failing(provider, check) == {}


@every_provider
def test_a_check_leaves_no_record_that_can_be_deleted(provider: Provider, make_app: MakeApp) -> None:
    def check(behaviour: Behaviour) -> None:
        app = make_app(assume=behaviour.only_with)
        run(behaviour, app, provider)
        assert MARKER not in _deletable_records(app, provider)

    assert failing(provider, check) == {}


def _deletable_records(app: App, provider: Provider) -> str:
    """Return all records of kinds that the provider lets its clients delete, as text."""
    sandbox, operations = app.mock.sandboxes.get(DEFAULT), app.mock.pipeline.contract.operations
    deletable = [kind for kind in provider.kinds if f"{provider.name}.delete{kind.noun.capitalize()}" in operations]
    assert deletable
    return "\n".join(msgspec.json.encode(record).decode() for kind in deletable for record in sandbox.records(kind))


def test_every_payment_that_checks_leave_is_marked_but_the_one_of_which_only_the_required_is_sent(make_app: MakeApp) -> None:
    provider = next(each for each in PROVIDERS if each.name == "vexutopia")
    for behaviour in provider.catalogue().behaviours:
        app = make_app(fixture=["empty"], assume=behaviour.only_with)
        run(behaviour, app, provider)
        payments = [each for kind in provider.kinds if kind.noun == "payment" for each in _records(app, kind)]
        unmarked = [each for each in payments if MARKER not in str(each.description)]
        assert len(unmarked) == (behaviour.name == "vexutopia.payments.create.provider-chosen")


def _records(app: App, kind: Kind) -> list[Any]:
    return list(app.mock.sandboxes.get(DEFAULT).records(kind))
