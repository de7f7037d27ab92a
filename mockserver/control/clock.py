"""`/_mock/clock`: a sandbox's time."""

from typing import Annotated

from msgspec import Meta, Struct

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.durations import duration
from mockserver.exchange import Reply
from mockserver.state import Sandbox
from mockserver.state.clock import Clock, ClockReading, ModeName, Timestamp, instant, iso_milliseconds

Span = Annotated[str, Meta(description="How far to advance: `90s`, `10m`, `3d`, or ISO 8601 such as `PT36H`.")]


class ClockPatch(Struct, frozen=True, forbid_unknown_fields=True):
    """A change of the clock: `mode` and `now` apply first, then `advance`."""

    mode: ModeName | None = None
    now: Timestamp | None = None
    advance: Span | None = None


def read_clock(call: ControlCall) -> Reply:
    """Return the sandbox's clock."""
    sandbox = call.sandbox()
    return Reply(200, ClockReading(sandbox.state.clock.mode, iso_milliseconds(sandbox.now)))


async def change_clock(call: ControlCall) -> Reply:
    """Set the clock, advance it, or both. Due work runs in order, each task at its own time.

    Webhooks that fall due on the way, retries included, are sent, and the time stands until they have their outcome.
    Another mode alone moves no time: a clock that is frozen keeps the present instant, and one that is made real runs on
    from it. A clock may be set back; work that was done stays done.
    """
    change: ClockPatch = call.body
    sandbox = call.sandbox()
    clock = _changed(sandbox.state.clock, change)
    passing = duration(change.advance, "body.advance") if change.advance is not None else 0
    if not (clock.can_be_said and clock.advanced(passing).can_be_said):
        raise ControlError(400, "a clock shows times of the years 1970 to 9999", where="body", hint="choose an earlier time")
    await _go_to(call, sandbox, clock)
    await _go_to(call, sandbox, sandbox.state.clock.advanced(passing))
    return read_clock(call)


async def _go_to(call: ControlCall, sandbox: Sandbox, clock: Clock) -> None:
    if call.can_wait:
        await call.app.webhook_sender.go_to(sandbox, clock)
    else:
        call.app.webhook_sender.go_to_blocking(sandbox, clock)


def _changed(clock: Clock, change: ClockPatch) -> Clock:
    mode = change.mode or clock.mode
    if change.now is not None:
        return Clock.starting(mode, instant(change.now, "body.now"))
    return clock if mode == clock.mode else Clock.starting(mode, clock.now())


_BUSY = {409: "Another advance is running, or the state was replaced meanwhile."}

ROUTES = (
    ControlRoute("GET", "/_mock/clock", read_clock, {200: ClockReading}),
    ControlRoute("PATCH", "/_mock/clock", change_clock, {200: ClockReading}, body=ClockPatch, errors=_BUSY),
)
