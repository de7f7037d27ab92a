"""Runs a behaviour against a service that has drifted."""

from mockserver.providers import Provider
from tests.checking import run, send_to
from tests.conftest import make_app
from tests.drift.meddling import Mutation, drifted


def is_noticed(provider: Provider, mutation: Mutation) -> bool:
    """Return whether the behaviour that is about the mutation fails on a service with it."""
    behaviour = next(each for each in provider.catalogue().behaviours if each.name == mutation.found_by)
    app = make_app(clock="step", check_replies=False, assume=behaviour.only_with)
    try:
        run(behaviour, app, provider, send=drifted(send_to(app), mutation.meddle))
    except AssertionError:
        return True
    return False
