"""Each point in which a service drifts from the documents is noticed, and by the behaviour that is about it."""

import pytest

from mockserver.providers import PROVIDERS, Provider
from tests.conftest import make_app
from tests.drift import MUTATIONS
from tests.drift.__main__ import page
from tests.drift.meddling import Mutation
from tests.drift.trial import is_noticed

BEHAVIOURS = {behaviour.name: behaviour for provider in PROVIDERS for behaviour in provider.catalogue().behaviours}
CASES = [
    pytest.param(provider, mutation, id=f"{provider.name}: {mutation.name}")
    for provider in PROVIDERS
    for mutation in MUTATIONS[provider.name]
]


@pytest.mark.parametrize(("provider", "mutation"), CASES)
def test_drift_is_noticed(provider: Provider, mutation: Mutation) -> None:
    assert is_noticed(provider, mutation)


def test_a_service_that_has_not_drifted_is_not_noticed() -> None:
    found_by = next(iter(BEHAVIOURS))

    assert not is_noticed(PROVIDERS[0], Mutation("stays as it is", found_by, lambda sent, forward: forward(sent)))


def test_page_tells_what_was_noticed_from_what_was_not() -> None:
    first, second = MUTATIONS["spoonity"][:2]

    written = page({"spoonity": [first, second], "vexutopia": []}, [second])

    assert "2 in all" in written
    assert f"| {first.name} | `{first.found_by}` |\n| {second.name} | not `{second.found_by}` |\n" in written


def test_there_are_enough_of_them_and_no_two_alike() -> None:
    names = [(provider, mutation.name) for provider, mutations in MUTATIONS.items() for mutation in mutations]

    assert len(names) >= 80
    assert len(set(names)) == len(names)


def test_every_behaviour_notices_some() -> None:
    assert BEHAVIOURS.keys() == {mutation.found_by for mutations in MUTATIONS.values() for mutation in mutations}


def test_every_operation_has_some() -> None:
    noticed = {BEHAVIOURS[mutation.found_by].operation for mutations in MUTATIONS.values() for mutation in mutations}

    assert noticed == set(make_app().mock.pipeline.contract.operations)
