"""What the tests of a process share: one contract, and the state of each packaged fixture for each setup.

A test still has an application of its own: its state is a fork of the one that was built, as every sandbox's is.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mockserver.contract import Contract
from mockserver.documents import packaged
from mockserver.mock import Mock, scenarios
from mockserver.providers import PROVIDERS
from mockserver.state import State
from mockserver.state.fixtures import Settings

_load, _state = Contract.load, Mock.state
_kept: dict[tuple[Any, ...], Any] = {}
"""Key → what was made; where the key has ids, together with the objects that they belong to, so that no others get them."""


def share() -> None:
    """Make all applications of this process share contracts and fixtures."""
    Contract.load = _contract  # type: ignore[method-assign]
    Mock.state = _state_of  # type: ignore[method-assign, assignment]


def _contract(path: Path | None = None) -> Contract:
    """Return the package's own contract; a file is read whenever it is named, since a test may have changed it."""
    contract: Contract = _load(path) if path not in (None, packaged("openapi.yaml")) else _once(("contract",), _load)
    return contract


def _state_of(mock: Mock, fixtures: Sequence[str | Path] | None, settings: Settings) -> State:
    """Return a fork of the fixtures' state; one with a clock that runs, or of a test's own files, is built anew."""
    setup = mock.settings
    named = setup.fixture if fixtures is None else fixtures
    if setup.contract or any(each.fixtures_folder not in (None, packaged("fixtures")) for each in setup.providers):
        return _state(mock, fixtures, settings)
    if settings.mode not in ("frozen", "step") or not {*named} <= {*scenarios(PROVIDERS)}:
        return _state(mock, fixtures, settings)
    providers = tuple(setup.providers)
    key = (*map(id, providers), *named, msgspec.json.encode((settings, setup.endpoints)))
    made: State = _once(key, lambda: (providers, _state(mock, fixtures, settings)))[1]
    return made.fork()


def _once(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    if key not in _kept:
        _kept[key] = make()
    return _kept[key]
