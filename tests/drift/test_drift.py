"""Each point in which a service drifts from the documents is noticed, and by the behaviour that is about it."""

import pytest

from mockserver.providers import PROVIDERS, Provider
from tests.checking import run, send_to
from tests.conftest import make_app
from tests.drift import MUTATIONS
from tests.drift.meddling import Mutation, drifted

BEHAVIOURS = {behaviour.name: behaviour for provider in PROVIDERS for behaviour in provider.catalogue().behaviours}
CASES = [
    pytest.param(provider, mutation, id=f"{provider.name}: {mutation.name}")
    for provider in PROVIDERS
    for mutation in MUTATIONS[provider.name]
]


@pytest.mark.parametrize(("provider", "mutation"), CASES)
def test_drift_is_noticed(provider: Provider, mutation: Mutation) -> None:
    behaviour = BEHAVIOURS[mutation.found_by]
    app = make_app(mode="step", check_replies=False, assume=behaviour.only_with)

    with pytest.raises(AssertionError):
        run(behaviour, app, provider, send=drifted(send_to(app), mutation.meddle))


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    names = [(provider, mutation.name) for provider, mutations in MUTATIONS.items() for mutation in mutations]

    assert len(names) >= 80
    assert len(set(names)) == len(names)


def test_every_behaviour_notices_some() -> None:
    assert BEHAVIOURS.keys() == {mutation.found_by for mutations in MUTATIONS.values() for mutation in mutations}


def test_every_operation_has_some() -> None:
    noticed = {BEHAVIOURS[mutation.found_by].operation for mutations in MUTATIONS.values() for mutation in mutations}

    assert noticed == set(make_app().mock.pipeline.contract.operations)
