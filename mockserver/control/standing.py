"""How a sandbox stands: what reset, restore and a loaded state are answered with."""

from msgspec import Struct

from mockserver.control.route import ControlCall
from mockserver.exchange import Reply
from mockserver.mock import Mock
from mockserver.state import Sandbox, State
from mockserver.state.clock import iso_milliseconds


class SandboxSummary(Struct, frozen=True):
    """The sandbox, its time, and how many records of each kind it holds."""

    sandbox: str
    now: str
    records: dict[str, int]


def standing_of(call: ControlCall, sandbox: Sandbox) -> Reply:
    """Return how the sandbox stands now."""
    return Reply(200, SandboxSummary(sandbox.name, iso_milliseconds(sandbox.now), counts(call.mock, sandbox.state)))


def counts(mock: Mock, state: State) -> dict[str, int]:
    """Return kind → number of records."""
    return {kind.name: len(state.read(kind)) for kind in mock.pipeline.kinds}
