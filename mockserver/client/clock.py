"""A sandbox's clock as a test moves it."""

from datetime import UTC, datetime, timedelta

from mockserver.client.sandbox_ref import SandboxRef
from mockserver.durations import duration
from mockserver.errors import ConfigurationError
from mockserver.state.clock import Clock, Mode, instant, iso_milliseconds, mode_of

Moment = str | datetime
Duration = str | timedelta


class SandboxClock:
    """The clock of one sandbox, which no other clock moves: not the machine's, nor one that a test has faked.

    Whatever falls due while it moves is done in order at its own time: payments settle, tokens end, webhooks are tried again.
    """

    def __init__(self, seat: SandboxRef) -> None:
        self._seat = seat

    def __repr__(self) -> str:
        return f"<clock of {self._seat.name}: {self.mode}, {iso_milliseconds(self._seat.sandbox.now)}>"

    @property
    def now(self) -> datetime:
        """The sandbox's time, in UTC."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self._seat.sandbox.now)

    @property
    def mode(self) -> Mode:
        """`step` moves by a second with every exchange, `frozen` stands, `real` runs with the machine."""
        return self._seat.sandbox.state.clock.mode

    def advance(self, by: Duration) -> datetime:
        """Let so much time pass: `"90s"`, `"3d"`, `"PT36H"` or a timedelta. Return what the clock shows then.

        account.clock.advance("3d")
        """
        with self._seat.mock.lock:
            clock = self._seat.sandbox.state.clock
        self._go_to(clock.advanced(_milliseconds(by)))
        return self.now

    def set(self, now: Moment, *, mode: Mode | None = None) -> datetime:
        """Show this time: an ISO 8601 timestamp or a datetime; a clock may be set back.

        account.clock.set("2026-12-31T23:59:59Z")
        """
        self._go_to(Clock.starting(mode_of(mode or self.mode), instant(now)))
        return self.now

    def freeze(self, at: Moment | None = None) -> datetime:
        """Stand still, at this time or at the present one."""
        return self._change("frozen", at)

    def step(self, at: Moment | None = None) -> datetime:
        """Move by a second with every exchange from here on."""
        return self._change("step", at)

    def run(self, at: Moment | None = None) -> datetime:
        """Run with the machine from here on."""
        return self._change("real", at)

    def _change(self, mode: Mode, at: Moment | None) -> datetime:
        return self.set(self.now if at is None else at, mode=mode)

    def _go_to(self, clock: Clock) -> None:
        self._seat.app.webhook_sender.go_to_blocking(self._seat.sandbox, clock)


def _milliseconds(by: object) -> int:
    if isinstance(by, timedelta):
        return by // timedelta(milliseconds=1)
    if not isinstance(by, str):
        hint = 'write "90s", or timedelta(seconds=90)'
        raise ConfigurationError(f"{by!r} is no duration", where="clock.advance", hint=hint)
    return duration(by, "clock.advance")
