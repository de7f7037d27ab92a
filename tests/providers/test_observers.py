"""Each observer tells every choice of its assumption from the others, on a mock that was started with that choice."""

from typing import Any

import pytest

from mockserver.catalogue.catalogue import Observation, Observer
from mockserver.providers import PROVIDERS, Provider
from tests.checking import api_of, exchanges_of, strangers
from tests.conftest import make_app

OBSERVERS: list[tuple[Provider, Observer]] = [
    (provider, observer) for provider in PROVIDERS for observer in provider.catalogue().observers
]
CHOICES = [
    pytest.param(provider, observer, choice, id=f"{observer.assumption.key}={choice}")
    for provider, observer in OBSERVERS
    for choice in observer.assumption.choices
]


def observe(provider: Provider, observer: Observer, **setup: Any) -> Observation:
    app = make_app(clock="step", **setup)
    with api_of(app, provider) as api:
        return observer.observe(api)


@pytest.mark.parametrize(("provider", "observer", "choice"), CHOICES)
def test_choice_is_observed(provider: Provider, observer: Observer, choice: str) -> None:
    observation = observe(provider, observer, assume={observer.assumption.key: choice})

    assert observation.choice == choice, observation.seen


@pytest.mark.parametrize(("provider", "observer", "choice"), CHOICES)
def test_answers_lean_on_assumptions_about_their_operation(provider: Provider, observer: Observer, choice: str) -> None:
    app = make_app(clock="step", assume={observer.assumption.key: choice})
    with api_of(app, provider) as api:
        observer.observe(api)

    assert strangers(provider, exchanges_of(app)) == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_assumption_is_observed_or_says_why_not(provider: Provider) -> None:
    catalogue = provider.catalogue()
    told = [each.assumption for each in catalogue.observers] + [each.assumption for each in catalogue.unobservable]

    assert sorted(each.key for each in told) == sorted(each.key for each in provider.assumptions)
