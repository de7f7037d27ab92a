"""Isolate each account in a sandbox, which owns all mutable values."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count

from msgspec import Struct

from mockserver.errors import BadNameError, ClockError, FixtureError, LimitError, TakenNameError, UnknownSandboxError
from mockserver.exchange import Unavailable
from mockserver.faults import ArmedFaults, Disturbance
from mockserver.journal import Journal
from mockserver.state.clock import LATEST_MS, Clock
from mockserver.state.ids import IdForm, choose, digest, make_id
from mockserver.state.schedule import Task
from mockserver.state.store import Collection, Kind, Record, State
from mockserver.webhooks import Delivery, Event, Outbox

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
DEFAULT = "default"
_PARTS = 1 << 40
"""Resolution of random numbers."""

_ISSUED = re.compile(r"mock_([A-Za-z0-9][A-Za-z0-9._-]{0,63})_[0-9a-f]{16}\Z")


TaskHandler = Callable[["Sandbox", Task], None]


class Sandbox:
    """One account: state, journal, outbox, faults and snapshots.

    Attributes:
        keys: label → the API key issued for this sandbox.
        initial_state: the state that the sandbox began with, read-only.
    """

    def __init__(
        self,
        name: str,
        initial_state: State,
        *,
        keys: Mapping[str, str],
        task_handlers: Mapping[str, TaskHandler],
        limits: "Limits",
        journal_limit: int | None = None,
        hooks: "Sequence[Iterable[Callable[[Sandbox], object]]]" = (),
    ) -> None:
        self.name = name
        self.keys = keys
        self.state = initial_state.fork()
        self.journal = Journal(limits.journal if journal_limit is None else journal_limit)
        self.outbox = Outbox()
        self.faults = ArmedFaults()
        self.snapshots: dict[str, State] = {}
        self.initial_state = initial_state
        self._task_handlers = task_handlers
        self._limits = limits
        self._hooks = hooks
        self._instant: int | None = None
        self._begin()

    @property
    def now(self) -> int:
        """The sandbox's time in ms, constant during an exchange or task."""
        return self.state.time if self._instant is None else self._instant

    def begin_exchange(self) -> None:
        """Start an exchange: run due tasks, then hold the time."""
        if self.state.agenda.next_due is not None:
            self.run_due()
        self._instant = self.state.time

    def end_exchange(self) -> None:
        """End an exchange: time goes on."""
        self._instant = None
        if self.state.clock.mode == "step" and self.state.held_time_ms is None:
            self.state.clock = self.state.clock.stepped()

    def run_due(self) -> None:
        """Run due tasks in order, each at its own due time."""
        due, now = self.state.agenda.next_due, self.state.time
        while due is not None and due <= now:
            task = self.state.write_agenda().pop()
            self._instant = task.due
            try:
                self._task_handlers[task.work](self, task)
            finally:
                self._instant = None
            due = self.state.agenda.next_due

    def set_clock(self, clock: Clock) -> None:
        """Set the clock; run due tasks, each at its due time.

        Raises: ClockError if it shows no time of the years 1970 to 9999; then nothing is changed.
        """
        if not clock.can_be_said:
            raise ClockError("a clock shows times of the years 1970 to 9999")
        self.state.clock = clock
        self.run_due()

    def advance(self, by_ms: int) -> None:
        """Advance the clock; run due tasks, each at its due time.

        Raises: ClockError beyond the year 9999; then nothing is changed.
        """
        self.set_clock(self.state.clock.advanced(by_ms))

    def choose(self, choices: Mapping[str, str]) -> None:
        """Set all choices that differ from the defaults."""
        self.state.choices = choices

    def records(self, kind: Kind) -> Collection:
        """Return the records of the kind, read-only."""
        return self.state.read(kind)

    def add(self, kind: Kind, record: Record) -> None:
        """Store a new record.

        Raises: Unavailable if the sandbox is full.
        """
        if self.state.count() >= self._limits.records:
            raise Unavailable(
                f"sandbox {self.name} holds {self._limits.records} records, deleted ones counted; POST /_mock/reset empties it"
            )
        self.state.write(kind).add(record)

    def replace(self, kind: Kind, record: Record) -> None:
        """Replace the record with the same id."""
        self.state.write(kind).replace(record)

    def remove(self, kind: Kind, record_id: str) -> None:
        """Delete the record for good; its id stays known as deleted."""
        self.state.write(kind).remove(record_id)

    def mark_deleted(self, kind: Kind, record_id: str) -> None:
        """Mark the record as deleted although it stays in some form."""
        self.state.write(kind).mark_deleted(record_id)

    def new_id(self, *kinds: Kind) -> str:
        """Return the next id of the kinds' shared series that is unused."""
        collections = [self.state.read(kind) for kind in kinds]
        while True:
            made = self.next_in(kinds[0].series, kinds[0].form)
            if not any(made in collection or made in collection.deleted for collection in collections):
                return made

    def next_in(self, series: str, form: IdForm) -> str:
        """Return the next id of a series."""
        return make_id(form, seed=self.state.seed, kind=series, ordinal=self._next_ordinal(series))

    def _next_ordinal(self, series: str) -> int:
        ordinal = self.state.ordinals.get(series, 0)
        self.state.ordinals[series] = ordinal + 1
        return ordinal

    def schedule(self, task: Task) -> None:
        """Schedule a task."""
        self.state.write_agenda().add(task)

    def apply_faults(self, operation: str, path: str) -> Disturbance | None:
        """Return the disturbance of a request, or None."""
        return self.faults.disturb(operation, path, self.now, self._chance)

    def _chance(self, what: str, ordinal: int) -> float:
        return choose(_PARTS, seed=self.state.seed, kind=what, ordinal=ordinal) / _PARTS

    def announce(self, event: Event) -> None:
        """Record an event and add a delivery for each subscribed endpoint."""
        self.outbox.add(event)
        for endpoint in self.state.endpoints:
            if endpoint.wants(event.type):
                self.outbox.enqueue(Delivery(number=0, event=event, endpoint=endpoint.id, url=endpoint.url, due=self.now))

    def reset(self) -> None:
        """Restore the initial state; clear journal, events and faults; keep snapshots."""
        self.state = self.initial_state.fork()
        self.journal.clear()
        self.outbox.clear()
        self.faults.clear()
        self._begin()

    def _begin(self) -> None:
        for hook in chain.from_iterable(self._hooks):
            hook(self)

    def load(self, state: State) -> None:
        """Replace the state; reset still restores the initial one.

        Raises: FixtureError for an invalid clock or task; then nothing is changed.
        """
        _check_state(state, self._task_handlers)
        self.state = state

    def snapshot(self, name: str) -> None:
        """Store the state under a name; an older one is replaced.

        Raises: BadNameError, LimitError if there are too many.
        """
        check_name(name, "snapshot")
        if name not in self.snapshots and len(self.snapshots) >= self._limits.snapshots:
            raise LimitError(
                f"sandbox {self.name} keeps {self._limits.snapshots} snapshots", hint="DELETE /_mock/snapshots/NAME drops one"
            )
        self.snapshots[name] = self.state.fork()

    def restore(self, name: str) -> None:
        """Go back to a snapshot; the journal goes on.

        Raises: UnknownSandboxError.
        """
        self.state = self.get_snapshot(name).fork()

    def drop_snapshot(self, name: str) -> None:
        """Forget a snapshot.

        Raises: UnknownSandboxError.
        """
        self.get_snapshot(name)
        del self.snapshots[name]

    def get_snapshot(self, name: str) -> State:
        """Return a snapshot, read-only.

        Raises: UnknownSandboxError if there is no such snapshot.
        """
        if name not in self.snapshots:
            raise UnknownSandboxError(f"sandbox {self.name} has no snapshot {name!r}", hint="GET /_mock/snapshots lists them")
        return self.snapshots[name]

    def new_token(self, series: str) -> str:
        """Return a new token that selects this sandbox as a credential."""
        return _issued(self.name, f"{self.state.seed}/{series}/{self._next_ordinal(series)}")


class Limits(Struct, frozen=True, kw_only=True):
    """Limits of the mock."""

    sandboxes: int = 1_000
    records: int = 1_000_000
    snapshots: int = 100
    journal: int = 1_000


class Sandboxes:
    """All sandboxes by name; a missing one is created on use."""

    def __init__(
        self,
        initial_state: State,
        *,
        key_prefixes: Mapping[str, str],
        task_handlers: Mapping[str, TaskHandler],
        limits: Limits | None = None,
    ) -> None:
        _check_state(initial_state, task_handlers)
        self.initial_state = initial_state
        self.limits = limits or Limits()
        self._key_prefixes = key_prefixes
        self._task_handlers = task_handlers
        self._sandboxes: dict[str, Sandbox] = {}
        self._hooks: list[Callable[[Sandbox], object]] = []
        self._names = map("sandbox-{}".format, count(1))
        self.create(DEFAULT)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self._sandboxes.values())

    def __contains__(self, name: str) -> bool:
        return name in self._sandboxes

    def get(self, name: str) -> Sandbox:
        """Return the sandbox, created if missing.

        Raises: BadNameError, LimitError.
        """
        return self._sandboxes.get(name) or self.create(name)

    def create(
        self,
        name: str | None = None,
        initial_state: State | None = None,
        *,
        journal_limit: int | None = None,
        hook: Callable[[Sandbox], object] | None = None,
    ) -> Sandbox:
        """Create a sandbox.

        initial_state: None: the common one.
        journal_limit: None: that of the limits.
        hook: called now and after each reset, after the common ones.
        Raises: BadNameError, TakenNameError, LimitError; FixtureError for an invalid clock or task.
        """
        name = next(each for each in self._names if each not in self) if name is None else name
        check_name(name, "sandbox")
        if name in self._sandboxes:
            raise TakenNameError(f"there is a sandbox {name!r} already", hint=f"DELETE /_mock/sandboxes/{name} drops it")
        if len(self._sandboxes) >= self.limits.sandboxes:
            raise LimitError(
                f"there are {self.limits.sandboxes} sandboxes",
                hint="DELETE /_mock/sandboxes/NAME drops one, --max-sandboxes allows more",
            )
        if initial_state is not None:
            _check_state(initial_state, self._task_handlers)
        keys = {label: prefix + _issued(name, label) for label, prefix in self._key_prefixes.items()}
        sandbox = Sandbox(
            name,
            initial_state or self.initial_state,
            keys=keys,
            task_handlers=self._task_handlers,
            limits=self.limits,
            journal_limit=journal_limit,
            hooks=(self._hooks, [hook] if hook else ()),
        )
        self._sandboxes[name] = sandbox
        return sandbox

    def add_start_hook(self, hook: Callable[[Sandbox], object]) -> None:
        """Call the hook for existing and new sandboxes, and after resets."""
        self._hooks.append(hook)
        for sandbox in self:
            hook(sandbox)

    def drop(self, name: str) -> None:
        """Remove the sandbox; using its name again creates a new one.

        Raises: UnknownSandboxError.
        """
        if name not in self._sandboxes:
            raise UnknownSandboxError(f"unknown sandbox {name!r}", hint="GET /_mock/sandboxes lists them")
        self._sandboxes.pop(name).journal.end()

    def selected_by(self, credential: str | None) -> Sandbox:
        """Return the sandbox of the credential, else the default one."""
        if credential is not None and "mock_" in credential:
            found = _ISSUED.search(credential)
            if found and found[1] in self._sandboxes:
                return self._sandboxes[found[1]]
        return self.get(DEFAULT)

    def replace_initial_state(self, initial_state: State) -> None:
        """Replace the common state in all sandboxes that began with it.

        Raises: FixtureError for an invalid clock or task; then nothing is changed.
        """
        _check_state(initial_state, self._task_handlers)
        for sandbox in self:
            if sandbox.initial_state is self.initial_state:
                sandbox.initial_state = initial_state
                sandbox.reset()
        self.initial_state = initial_state


def check_name(name: str, what: str) -> None:
    """Raise BadNameError unless the name is valid for sandboxes and snapshots."""
    if not NAME.fullmatch(name):
        raise BadNameError(
            f"invalid {what} name {name[:80]!r}",
            hint="use a letter or digit, then up to 63 letters, digits, dots, hyphens and underscores",
        )


def _check_state(state: State, task_handlers: Mapping[str, TaskHandler]) -> None:
    # A real clock may have run past the last time that can be said; it is then shown as that time.
    if state.clock.now() < 0 or state.clock.value > LATEST_MS:
        raise FixtureError("a clock shows times of the years 1970 to 9999", where="clock")
    for task in state.agenda:
        if task.work not in task_handlers:
            known = ", ".join(sorted(task_handlers)) or "none"
            raise FixtureError(f"unknown work {task.work!r}", where="pending", hint=f"known: {known}")


def _issued(name: str, purpose: str) -> str:
    return f"mock_{name}_{digest(f'{name}/{purpose}')}"


__all__ = ["DEFAULT", "Limits", "Sandbox", "Sandboxes", "State", "check_name"]
