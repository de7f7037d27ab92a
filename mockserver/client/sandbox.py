"""Handle, clock and operations of one sandbox, which all its accounts share."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mockserver.app import option_of
from mockserver.client.hints import hints_in_python
from mockserver.client.in_process_target import InProcessTarget
from mockserver.durations import duration
from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange
from mockserver.http.app import App
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.state.clock import Clock, Mode, instant, iso_milliseconds
from mockserver.state.sandbox import DEFAULT

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.changes import Changes
    from mockserver.judge.report import Report, ReportedFinding

Moment = str | datetime
Duration = str | timedelta

FLUSH_S = 15.0
"""Seconds of real time that a report waits for receivers of webhooks."""


class SandboxRef:
    """Handle to one sandbox of an app.

    `allowed` has the numbers of exchanges whose violations are allowed.
    """

    def __init__(self, app: App, name: str, address: Callable[[], str]) -> None:
        self.app = app
        self.mock = app.mock
        self.name = name
        self.target = InProcessTarget(app, name)
        self.allowed: list[range] = []
        self._address = address

    def is_allowed(self, numbers: Collection[int]) -> bool:
        """Return whether violations of all these exchanges are allowed."""
        return all(any(number in allowed for allowed in self.allowed) for number in numbers)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, after running its due tasks."""
        found = self.mock.sandboxes.get(self.name)
        found.run_due()
        return found

    def exchanges(self, provider: Provider) -> Sequence[Exchange]:
        """Return the exchanges on the provider's paths, oldest first."""
        routes = self.mock.pipeline.contract.routes
        with self.mock.lock:
            found = list(self.sandbox.journal)
        return [each for each in found if routes.owner(each.request.path) == provider.name]

    def operations(self, provider: Provider) -> list[str]:
        """Return the names of the provider's operations."""
        return [each.id for each in self.mock.pipeline.contract.operations.values() if each.provider == provider.name]

    @property
    def url(self) -> str:
        """The sandbox's base URL; asking for it starts the server."""
        return self._address() if self.name == DEFAULT else f"{self._address()}/@{self.name}"


class SandboxClock:
    """The clock of one sandbox, independent of the machine's.

    Due tasks run in order as it moves: payments settle, tokens expire, webhooks are retried.
    """

    def __init__(self, sandbox_ref: SandboxRef) -> None:
        self._ref = sandbox_ref

    def __repr__(self) -> str:
        return f"<clock of {self._ref.name}: {self.mode}, {iso_milliseconds(self._ref.sandbox.now)}>"

    @property
    def now(self) -> datetime:
        """The sandbox's time, in UTC."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self._ref.sandbox.now)

    @property
    def mode(self) -> Mode:
        """The clock's mode: `step`, `frozen` or `real`."""
        return self._ref.sandbox.state.clock.mode

    def advance(self, by: Duration) -> datetime:
        """Advance the clock by a duration or timedelta; return the new time.

        account.clock.advance("90s")  # or "3d", "PT36H", timedelta(days=3)
        """
        with self._ref.mock.lock:
            clock = self._ref.sandbox.state.clock
        self._go_to(clock.advanced(_milliseconds(by)))
        return self.now

    def set(self, now: Moment, *, mode: Mode | None = None) -> datetime:
        """Set the clock to an ISO 8601 timestamp or a datetime.

        account.clock.set("2026-12-31T23:59:59Z")
        """
        self._go_to(Clock.starting(option_of("clock", mode or self.mode), instant(now)))
        return self.now

    def freeze(self, at: Moment | None = None) -> datetime:
        """Stop the clock at this time, or now."""
        return self._change("frozen", at)

    def step(self, at: Moment | None = None) -> datetime:
        """Advance the clock by a second with every exchange from now on."""
        return self._change("step", at)

    def run(self, at: Moment | None = None) -> datetime:
        """Run the clock with the machine from now on."""
        return self._change("real", at)

    def _change(self, mode: Mode, at: Moment | None) -> datetime:
        return self.set(self.now if at is None else at, mode=mode)

    def _go_to(self, clock: Clock) -> None:
        self._ref.app.webhook_sender.go_to_blocking(self._ref.sandbox, clock)


def _milliseconds(by: object) -> int:
    if isinstance(by, timedelta):
        return by // timedelta(milliseconds=1)
    if not isinstance(by, str):
        hint = 'write "90s", or timedelta(seconds=90)'
        raise ConfigurationError(f"must be a duration, got {by!r}", where="clock.advance", hint=hint)
    return duration(by, "clock.advance")


class SandboxHandle:
    """A sandbox's address, clock, assumptions, snapshots and report."""

    def __init__(self, sandbox_ref: SandboxRef) -> None:
        self._ref = sandbox_ref

    @property
    def sandbox_ref(self) -> SandboxRef:
        """Handle to the sandbox."""
        return self._ref

    @property
    def name(self) -> str:
        """The name of the sandbox."""
        return self._ref.name

    @property
    def url(self) -> str:
        """Base URL that replaces a provider's; asking for it starts the server."""
        return self._ref.url

    @property
    def app(self) -> "ASGIApp":
        """The sandbox as an ASGI application."""
        return self._ref.target.asgi()

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return SandboxClock(self._ref)

    @property
    def assumptions(self) -> Mapping[str, str]:
        """The sandbox's assumptions: key → choice."""
        chosen = self._ref.sandbox.state.choices
        return {each.key: chosen.get(each.key, each.default) for each in self._ref.mock.pipeline.assumptions}

    def assume(self, key: str, choice: str) -> None:
        """Choose the answer to an assumption from now on, or raise UnknownChoiceError."""
        with self._ref.mock.lock:
            sandbox = self._ref.sandbox
            sandbox.choose(self._ref.mock.choices({**sandbox.state.choices, key: choice}, where="assume"))

    @contextmanager
    def allow_violations(self) -> Iterator[None]:
        """Allow requests that violate the contract, in strict tests.

        with account.allow_violations():
            client.list_customers(limit=1_000)
        """
        begun = self._ref.sandbox.journal.number
        try:
            yield
        finally:
            self._ref.allowed.append(range(begun + 1, self._ref.sandbox.journal.number + 1))

    def snapshot(self, name: str = "test") -> None:
        """Save records, ids, clock, assumptions, endpoints and due tasks under a name."""
        with self._ref.mock.lock, hints_in_python():
            self._ref.sandbox.snapshot(name)

    def restore(self, name: str = "test") -> None:
        """Restore a snapshot, or raise UnknownSandboxError; the journal goes on."""
        with self._ref.mock.lock, hints_in_python():
            self._ref.sandbox.restore(name)

    def changes(self, since: str = "test") -> "Changes":
        """Return the records created, changed and deleted since a snapshot."""
        from mockserver.changes import changes_between

        with self._ref.mock.lock, hints_in_python():
            sandbox, pipeline = self._ref.sandbox, self._ref.mock.pipeline
            defaults = {each.key: each.default for each in pipeline.assumptions}
            return changes_between(sandbox.get_snapshot(since), sandbox.state, pipeline.kinds, defaults)

    def reset(self) -> None:
        """Reset the sandbox to its start; clear journal, faults and deliveries."""
        with self._ref.mock.lock:
            self._ref.sandbox.reset()

    def state(self) -> dict[str, Any]:
        """Return the sandbox as a fixture document."""
        with self._ref.mock.lock:
            return self._ref.mock.fixtures.dump(self._ref.sandbox.state)

    def report(self, *, ignore: Collection[str] = ()) -> "Report":
        """Return the report on the sandbox; `ignore` names rules.

            assert account.report().is_clean

        Raises: ConfigurationError that lists the rules.
        """
        from mockserver.judge.report import Judge

        pipeline = self._ref.mock.pipeline
        judge = Judge(pipeline.contract, pipeline.providers.values(), ignore=ignore)
        self._ref.app.webhook_sender.flush(self._ref.sandbox, FLUSH_S)
        with self._ref.mock.lock:
            return judge.report([self._ref.sandbox])

    def assert_clean(self, *, ignore: Collection[str] = ()) -> None:
        """Fail and show the findings unless only allowed violations were found.

        account.assert_clean(ignore=["walk-stopped-early"])
        """
        __tracebackhide__ = True
        report = self.report(ignore=ignore)
        self._fail_on(*(each for each in report.violations if not self._ref.is_allowed(each.exchanges)), *report.conduct)

    def assert_good_conduct(self, *, ignore: Collection[str] = ()) -> None:
        """Fail and show the findings of conduct, if any; ignore violations."""
        __tracebackhide__ = True
        self._fail_on(*self.report(ignore=ignore).conduct)

    def _fail_on(self, *found: "ReportedFinding") -> None:
        __tracebackhide__ = True
        lines = [
            f"  {each.severity} {each.rule}: {each.about}, {each.place}: {each.detail}\n    {each.request}\n    {each.says}"
            for each in found
            if each.severity != "note"
        ]
        if lines:
            raise AssertionError("\n".join([f"{self.name} is not clean:", *lines]))


def full_name(operation: str, provider: Provider) -> str:
    """Return the operation's name with its provider's before it."""
    return operation if "." in operation else f"{provider.name}.{operation}"
