"""`/_mock/snapshots`: copies of a sandbox's state to go back to."""

from msgspec import Struct

from mockserver.control.route import ControlCall, ControlRoute
from mockserver.control.standing import SandboxSummary, counts, standing_of
from mockserver.exchange import Reply
from mockserver.judge.changes import Changes, changes_between

_UNKNOWN = {404: "The sandbox has no snapshot of that name."}


class Snapshot(Struct, frozen=True):
    """A copy of the state, and how many records of each kind it holds."""

    name: str
    records: dict[str, int]


def list_snapshots(call: ControlCall) -> Reply:
    """List the sandbox's snapshots, the oldest first."""
    snapshots = call.sandbox().snapshots
    return Reply(200, [Snapshot(name, counts(call.mock, state)) for name, state in snapshots.items()])


def keep_snapshot(call: ControlCall) -> Reply:
    """Keep the sandbox's state under a name, in place of an older snapshot of that name.

    Raises: BadNameError, LimitError.
    """
    sandbox, name = call.sandbox(), call.path["name"]
    status = 200 if name in sandbox.snapshots else 201
    sandbox.snapshot(name)
    return Reply(status, Snapshot(name, counts(call.mock, sandbox.state)))


def compare_snapshot(call: ControlCall) -> Reply:
    """Return what has changed since a snapshot: records, clock, assumptions, webhook endpoints and due work.

    Records are those of the state document. What was changed and changed back is no change; of a record that was created
    and deleted meanwhile only the id is left.

    Raises: UnknownSandboxError.
    """
    sandbox = call.sandbox()
    defaults = {each.key: each.default for each in call.mock.pipeline.assumptions}
    kinds = call.mock.pipeline.kinds
    return Reply(200, changes_between(sandbox.kept(call.path["name"]), sandbox.state, kinds, defaults))


def drop_snapshot(call: ControlCall) -> Reply:
    """Forget a snapshot.

    Raises: UnknownSandboxError.
    """
    call.sandbox().drop_snapshot(call.path["name"])
    return Reply(204, None)


def restore_snapshot(call: ControlCall) -> Reply:
    """Go back to a snapshot: records, ids, clock, assumptions, webhook endpoints and due work.

    The journal and its numbers go on, and the snapshot stays.

    Raises: UnknownSandboxError.
    """
    sandbox = call.sandbox()
    sandbox.restore(call.path["name"])
    return standing_of(call, sandbox)


ROUTES = (
    ControlRoute(method="GET", path="/_mock/snapshots", run=list_snapshots, replies={200: list[Snapshot]}),
    ControlRoute(
        method="PUT",
        path="/_mock/snapshots/{name}",
        run=keep_snapshot,
        replies={200: Snapshot, 201: Snapshot},
        errors={503: "The sandbox keeps as many snapshots as it may."},
    ),
    ControlRoute(method="DELETE", path="/_mock/snapshots/{name}", run=drop_snapshot, replies={204: None}, errors=_UNKNOWN),
    ControlRoute(
        method="GET",
        path="/_mock/snapshots/{name}/changes",
        run=compare_snapshot,
        replies={200: Changes},
        errors=_UNKNOWN,
    ),
    ControlRoute(
        method="POST",
        path="/_mock/snapshots/{name}/restore",
        run=restore_snapshot,
        replies={200: SandboxSummary},
        errors=_UNKNOWN,
    ),
)
