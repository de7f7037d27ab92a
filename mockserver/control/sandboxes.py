"""`/_mock/sandboxes`: isolated accounts with their own records, clock and journal."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from mockserver.control.assumptions import Choices
from mockserver.control.faults import arming
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.faults import Fault, Preset
from mockserver.mock import Count, Mock, scenarios
from mockserver.state import Sandbox, State
from mockserver.state.clock import ModeName, Timestamp, instant
from mockserver.state.fixtures import Settings
from mockserver.state.fixtures.reading import Seed


class SandboxRow(Struct, frozen=True):
    """A sandbox: its base URL, and the keys that select it at the mock's own URL."""

    name: str
    url: str
    keys: dict[str, str]


class SandboxOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """How the sandbox begins. Default: as `serve` was started."""

    name: Annotated[str, Meta(description="Default: a generated name.")] | None = None
    fixture: Annotated[str | tuple[str, ...], Meta(description="Scenarios, or fixtures given to `serve`.")] | None = None
    seed: Seed | None = None
    clock: ModeName | None = None
    now: Timestamp | None = None
    assume: Choices | None = None
    faults: Annotated[tuple[Fault | Preset, ...], Meta(description="Armed at the start and after each reset.")] | None = None
    journal_limit: Annotated[Count, Meta(description="Number of exchanges to remember.")] | None = None


def list_sandboxes(call: ControlCall) -> Reply:
    """List the sandboxes, oldest first."""
    return Reply(200, [_row(call, sandbox) for sandbox in call.mock.sandboxes])


def create_sandbox(call: ControlCall) -> Reply:
    """Create a sandbox. Reset goes back to the state it begins with."""
    mock, order = call.mock, call.body
    hook = arming(order.faults, mock, "body.faults") if order.faults else None
    made = mock.sandboxes.create(order.name, _initial_state(mock, order), journal_limit=order.journal_limit, hook=hook)
    row = _row(call, made)
    return Reply(201, row, (("location", f"{row.url}/_mock/"),))


def drop_sandbox(call: ControlCall) -> Reply:
    """Drop a sandbox with everything in it.

    The next use of its name creates a new one, as `serve` was started. `default` can be dropped too.
    """
    call.mock.sandboxes.drop(call.path["name"])
    return Reply(204)


def _row(call: ControlCall, sandbox: Sandbox) -> SandboxRow:
    return SandboxRow(sandbox.name, f"{call.base_url}/@{sandbox.name}", dict(sandbox.keys))


def _initial_state(mock: Mock, order: SandboxOrder) -> State | None:
    """Return the state that the sandbox begins with; None: the common one."""
    if (order.fixture, order.seed, order.clock, order.now, order.assume) == (None,) * 5:
        return None
    setup, assume = mock.settings, order.assume or {}
    mock.choices({**setup.assume, **assume}, where="body.assume")
    settings = Settings(
        seed=order.seed if order.seed is not None else setup.seed,
        mode=order.clock or setup.clock,
        now=instant(order.now, "body.now") if order.now is not None else setup.now,
        choices={**setup.assume, **assume},
    )
    names = (order.fixture,) if isinstance(order.fixture, str) else order.fixture
    return mock.state(None if names is None else [_fixture(mock, name) for name in names], settings)


def _fixture(mock: Mock, name: str) -> str | Path:
    """Return a scenario or fixture of `serve`; other files are refused."""
    given = mock.settings.fixture
    known = {Path(each).stem: each for each in given} | {each: each for each in scenarios(mock.settings.providers)}
    known |= {str(each): each for each in given}
    if name in known:
        return known[name]
    hint = f"choose {', '.join(sorted(known))}"
    raise ControlError(400, f"unknown fixture {name[:80]!r}", where="body.fixture", hint=hint)


_FULL = {409: "A sandbox of this name exists.", 503: "The limit of sandboxes is reached."}

ROUTES = (
    ControlRoute("GET", "/_mock/sandboxes", list_sandboxes, {200: list[SandboxRow]}),
    ControlRoute("POST", "/_mock/sandboxes", create_sandbox, {201: SandboxRow}, body=SandboxOrder, errors=_FULL),
    ControlRoute("DELETE", "/_mock/sandboxes/{name}", drop_sandbox, {204: None}, errors={404: "No sandbox has this name."}),
)
