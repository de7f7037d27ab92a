"""Move a sandbox's clock."""

from datetime import UTC, datetime, timedelta

from mockserver.client.sandbox_ref import SandboxRef
from mockserver.durations import duration
from mockserver.errors import ConfigurationError
from mockserver.state.clock import Clock, Mode, instant, iso_milliseconds, mode_of

Moment = str | datetime
Duration = str | timedelta


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
        self._go_to(Clock.starting(mode_of(mode or self.mode), instant(now)))
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
