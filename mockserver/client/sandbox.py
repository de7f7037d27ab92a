"""Operations on a whole sandbox, which all its accounts share."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mockserver.client.clock import SandboxClock
from mockserver.client.hints import hints_in_python
from mockserver.client.sandbox_ref import SandboxRef

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from mockserver.changes import Changes
    from mockserver.judge.report import Report, ReportedFinding

FLUSH_S = 15.0
"""Seconds of real time that a report waits for receivers of webhooks."""


class InSandbox:
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
        return self._ref.receiver.asgi()

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
        """Choose the answer to an assumption from now on.

            account.assume(KEY, CHOICE)

        Raises: UnknownChoiceError that lists the choices.
        """
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
        """Save records, ids, clock, assumptions, endpoints and due tasks under a name.

        Raises: BadNameError, LimitError.
        """
        with self._ref.mock.lock, hints_in_python():
            self._ref.sandbox.snapshot(name)

    def restore(self, name: str = "test") -> None:
        """Restore a snapshot; the journal goes on.

        Raises: UnknownSandboxError if there is no such snapshot.
        """
        with self._ref.mock.lock, hints_in_python():
            self._ref.sandbox.restore(name)

    def changes(self, since: str = "test") -> "Changes":
        """Return the records created, changed and deleted since a snapshot.

        Raises: UnknownSandboxError if there is no such snapshot.
        """
        from mockserver.changes import changes_between

        with self._ref.mock.lock, hints_in_python():
            sandbox, pipeline = self._ref.sandbox, self._ref.mock.pipeline
            defaults = {each.key: each.default for each in pipeline.assumptions}
            return changes_between(sandbox.kept(since), sandbox.state, pipeline.kinds, defaults)

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
