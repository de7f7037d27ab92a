"""`/_mock/state`, reset and snapshots."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from mockserver.changes import Changes, changes_between
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.documents import Document
from mockserver.exchange import Reply
from mockserver.mock import MEGABYTE, Mock
from mockserver.state import Sandbox, State
from mockserver.state.clock import iso_milliseconds


class SandboxSummary(Struct, frozen=True):
    """The sandbox, its time, and the number of records of each kind."""

    sandbox: str
    now: str
    records: dict[str, int]


def _summary(call: ControlCall, sandbox: Sandbox) -> Reply:
    return Reply(200, SandboxSummary(sandbox.name, iso_milliseconds(sandbox.now), _counts(call.mock, sandbox.state)))


def _counts(mock: Mock, state: State) -> dict[str, int]:
    """Return kind → number of records."""
    return {kind.name: len(state.read(kind)) for kind in mock.pipeline.kinds}


MAX_STATE = 64 * MEGABYTE

StateDocument = Annotated[
    dict[str, Any],
    Meta(
        description="A fixture: records by provider and kind, `now`, `seed`, `clock`, `assumptions`, `webhooks`; and what only "
        "a running sandbox has: `ordinals` (number of ids issued per series) and `pending` (due work)."
    ),
]


def read_state(call: ControlCall) -> Reply:
    """Return the sandbox's state as a fixture document.

    It has everything that decides later answers. Journal, faults, keys and snapshots are not part of it.
    """
    return Reply(200, call.mock.fixtures.dump(call.sandbox().state))


def replace_state(call: ControlCall) -> Reply:
    """Replace the state by a state document or any fixture.

    The document's records replace all records. Seed, clock, assumptions and webhook endpoints stay unless the document
    names them. A refused document changes nothing. Reset still goes back to the sandbox's own fixture.
    """
    sandbox = call.sandbox()
    document = {**_settings(call.mock, sandbox.state), **call.body}
    state = call.mock.fixtures.build([Document(document, digest="", name="body")])
    for endpoint in state.endpoints:
        call.app.webhook_sender.check_target(sandbox, endpoint.url, where=f"body.webhooks, {endpoint.id}")
    sandbox.load(state)
    return _summary(call, sandbox)


def _settings(mock: Mock, state: State) -> dict[str, Any]:
    """Return a document of the state's settings and none of its records."""
    bare = State(state.seed, state.clock)
    bare.choices, bare.endpoints = state.choices, state.endpoints
    return {"now": iso_milliseconds(state.clock.now()), **mock.fixtures.dump(bare)}


def reset_sandbox(call: ControlCall) -> Reply:
    """Go back to the sandbox's fixture, clock, assumptions and webhook endpoints.

    Clears the journal, which counts from 1 again. Keys and snapshots stay.
    """
    sandbox = call.sandbox()
    sandbox.reset()
    return _summary(call, sandbox)


_UNKNOWN = {404: "The sandbox has no snapshot of this name."}


class Snapshot(Struct, frozen=True):
    """A snapshot and the number of records of each kind."""

    name: str
    records: dict[str, int]


def list_snapshots(call: ControlCall) -> Reply:
    """List the sandbox's snapshots, oldest first."""
    snapshots = call.sandbox().snapshots
    return Reply(200, [Snapshot(name, _counts(call.mock, state)) for name, state in snapshots.items()])


def keep_snapshot(call: ControlCall) -> Reply:
    """Save the state as a snapshot; replaces an older one of that name."""
    sandbox, name = call.sandbox(), call.path["name"]
    status = 200 if name in sandbox.snapshots else 201
    sandbox.snapshot(name)
    return Reply(status, Snapshot(name, _counts(call.mock, sandbox.state)))


def compare_snapshot(call: ControlCall) -> Reply:
    """Return the changes since a snapshot: records, clock, assumptions, endpoints, due work.

    Records look as in the state document. A field that was changed back is not listed. A record created and deleted
    meanwhile is listed by its id alone.
    """
    sandbox = call.sandbox()
    defaults = {each.key: each.default for each in call.mock.pipeline.assumptions}
    kept = sandbox.get_snapshot(call.path["name"])
    return Reply(200, changes_between(kept, sandbox.state, call.mock.pipeline.kinds, defaults))


def drop_snapshot(call: ControlCall) -> Reply:
    """Drop a snapshot."""
    call.sandbox().drop_snapshot(call.path["name"])
    return Reply(204)


def restore_snapshot(call: ControlCall) -> Reply:
    """Go back to a snapshot: records, ids, clock, assumptions, endpoints, due work.

    The journal and its numbers continue, and the snapshot stays.
    """
    sandbox = call.sandbox()
    sandbox.restore(call.path["name"])
    return _summary(call, sandbox)


_FULL = {503: "The limit of snapshots is reached."}

ROUTES = (
    ControlRoute("POST", "/_mock/reset", reset_sandbox, {200: SandboxSummary}),
    ControlRoute("GET", "/_mock/state", read_state, {200: StateDocument}),
    ControlRoute("PUT", "/_mock/state", replace_state, {200: SandboxSummary}, body=StateDocument, max_body=MAX_STATE),
    ControlRoute("GET", "/_mock/snapshots", list_snapshots, {200: list[Snapshot]}),
    ControlRoute("PUT", "/_mock/snapshots/{name}", keep_snapshot, {200: Snapshot, 201: Snapshot}, errors=_FULL),
    ControlRoute("DELETE", "/_mock/snapshots/{name}", drop_snapshot, {204: None}, errors=_UNKNOWN),
    ControlRoute("GET", "/_mock/snapshots/{name}/changes", compare_snapshot, {200: Changes}, errors=_UNKNOWN),
    ControlRoute("POST", "/_mock/snapshots/{name}/restore", restore_snapshot, {200: SandboxSummary}, errors=_UNKNOWN),
)
