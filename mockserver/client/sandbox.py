"""What a test can do to its sandbox, whichever account it reaches it by."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

from mockserver.client.clock import SandboxClock
from mockserver.client.hints import told_in_python
from mockserver.client.sandbox_ref import SandboxRef

if TYPE_CHECKING:
    from mockserver.changes import Changes
    from mockserver.judge.report import Report, ReportedFinding


class InSandbox:
    """Something in a sandbox: time, open questions, snapshots and the verdict are the whole sandbox's."""

    def __init__(self, seat: SandboxRef) -> None:
        self._seat = seat

    @property
    def seat(self) -> SandboxRef:
        """Where the sandbox is found, for those who build upon it."""
        return self._seat

    @property
    def name(self) -> str:
        """The name of the sandbox."""
        return self._seat.name

    @property
    def url(self) -> str:
        """What takes the place of a provider's base URL; asking for it starts the server."""
        return self._seat.url

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return SandboxClock(self._seat)

    @property
    def assumptions(self) -> Mapping[str, str]:
        """How this sandbox answers the questions that the documents leave open: assumption → choice."""
        chosen = self._seat.sandbox.state.choices
        return {each.key: chosen.get(each.key, each.default) for each in self._seat.mock.pipeline.assumptions}

    def assume(self, key: str, choice: str) -> None:
        """Answer an open question so from now on.

            account.assume(KEY, CHOICE)

        Raises: UnknownChoiceError that lists what there is.
        """
        with self._seat.mock.lock:
            sandbox = self._seat.sandbox
            sandbox.choose(self._seat.mock.choices({**sandbox.state.choices, key: choice}, where="assume"))

    @contextmanager
    def allow_violations(self) -> Iterator[None]:
        """Let requests against the contract pass that are made on purpose, where a test is strict.

        with account.allow_violations():
            client.list_customers(limit=1_000)
        """
        begun = self._seat.sandbox.journal.number
        try:
            yield
        finally:
            self._seat.allowed.append(range(begun + 1, self._seat.sandbox.journal.number + 1))

    def snapshot(self, name: str = "test") -> None:
        """Keep the state under a name: records, ids, clock, assumptions, webhook endpoints, due work.

        Raises: BadNameError, LimitError.
        """
        with self._seat.mock.lock, told_in_python():
            self._seat.sandbox.snapshot(name)

    def restore(self, name: str = "test") -> None:
        """Go back to a snapshot; the journal goes on.

        Raises: UnknownSandboxError if there is no such snapshot.
        """
        with self._seat.mock.lock, told_in_python():
            self._seat.sandbox.restore(name)

    def changes(self, since: str = "test") -> "Changes":
        """Return what was created, changed and deleted since a snapshot.

        Raises: UnknownSandboxError if there is no such snapshot.
        """
        from mockserver.changes import changes_between

        with self._seat.mock.lock, told_in_python():
            sandbox, pipeline = self._seat.sandbox, self._seat.mock.pipeline
            defaults = {each.key: each.default for each in pipeline.assumptions}
            return changes_between(sandbox.kept(since), sandbox.state, pipeline.kinds, defaults)

    def reset(self) -> None:
        """Go back to how the sandbox began; journal, faults and deliveries are cleared."""
        with self._seat.mock.lock:
            self._seat.sandbox.reset()

    def state(self) -> dict[str, Any]:
        """Return the sandbox as a fixture document."""
        with self._seat.mock.lock:
            return self._seat.mock.fixtures.dump(self._seat.sandbox.state)

    def report(self, *, ignore: Collection[str] = ()) -> "Report":
        """Return the verdict over all that happened in the sandbox.

        ignore: ids of rules that are left out.

            assert account.report().is_clean

        Raises: ConfigurationError that lists the rules if one of those is none.
        """
        from mockserver.judge.report import Judge

        pipeline = self._seat.mock.pipeline
        judge = Judge(pipeline.contract, pipeline.providers.values(), ignore=ignore)
        self._seat.app.webhook_sender.flush(self._seat.sandbox, FLUSH_S)
        with self._seat.mock.lock:
            return judge.report([self._seat.sandbox])

    def assert_clean(self, *, ignore: Collection[str] = ()) -> None:
        """Fail, with what was found, unless `report()` is clean, but for violations that `allow_violations` has let pass.

        ignore: ids of rules that are left out.

            account.assert_clean(ignore=["walk-stopped-early"])

        Raises: AssertionError; ConfigurationError that lists the rules if one of those is none.
        """
        __tracebackhide__ = True
        report = self.report(ignore=ignore)
        self._fail_on([*(each for each in report.violations if not self._seat.is_allowed(each.exchanges)), *report.conduct])

    def assert_good_conduct(self, *, ignore: Collection[str] = ()) -> None:
        """Fail, with what was found, if a client did something wrong although its calls succeeded; violations may be.

        It goes with strict tests, which fail for violations already. ignore and errors are those of `assert_clean`.
        """
        __tracebackhide__ = True
        self._fail_on(self.report(ignore=ignore).conduct)

    def _fail_on(self, found: "Iterable[ReportedFinding]") -> None:
        __tracebackhide__ = True
        faults = [each for each in found if each.severity != "note"]
        if faults:
            raise AssertionError("\n".join(chain([f"{self.name} is not clean:"], *map(_lines, faults))))


FLUSH_S = 15.0
"""How long a verdict waits for receivers of webhooks, in seconds of real time."""


def _lines(found: "ReportedFinding") -> Iterator[str]:
    """Go through what is said of a finding: where it was made, what is wrong, and the request in which it was."""
    yield f"  {found.severity} {found.rule}: {found.about}, {found.place}: {found.detail}"
    yield f"    {found.request}"
    yield f"    {found.says}"
