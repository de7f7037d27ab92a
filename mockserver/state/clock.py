"""A sandbox's time; the only module that reads the machine's."""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Annotated, Literal

from msgspec import Meta, Struct

from mockserver.errors import ConfigurationError

Mode = Literal["real", "frozen", "step"]

MODES: tuple[Mode, ...] = ("real", "frozen", "step")
STEP_MS = 1_000
"""How far a clock of mode `step` moves with each exchange."""

LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# Stricter than Python's own reading, which differs from version to version.
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


# Not `perf_counter` where there is another: libraries that have a test's time stand still replace it, and who waits for so
# many seconds would wait for ever.
_steady_ns = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime_ns") else time.perf_counter_ns


ModeName = Annotated[Mode, Meta(description="`real` follows the machine, `frozen` stops, `step` moves one second per exchange.")]
Timestamp = Annotated[
    str, Meta(examples=["2026-02-02T13:48:05.683Z"], description="ISO 8601, years 1970 to 9999. UTC unless it names a zone.")
]


class ClockReading(Struct, frozen=True):
    """The clock's mode and time."""

    mode: ModeName
    now: Timestamp


class Clock(Struct, frozen=True):
    """A sandbox's clock.

    Attributes:
        value: milliseconds: of mode `real` ahead of the machine's time, else since 1970.
    """

    mode: Mode
    value: int = 0

    @classmethod
    def starting(cls, mode: Mode, now: int) -> "Clock":
        """Return a clock of the mode that shows `now`."""
        return cls(mode, now - machine_ms() if mode == "real" else now)

    def now(self) -> int:
        """Return the time in milliseconds since 1970, at most `LATEST_MS`."""
        return min(machine_ms() + self.value, LATEST_MS) if self.mode == "real" else self.value

    @property
    def can_be_said(self) -> bool:
        """Whether it shows a time from 1970 to 9999."""
        return 0 <= (machine_ms() + self.value if self.mode == "real" else self.value) <= LATEST_MS

    def advanced(self, by_ms: int) -> "Clock":
        """Return the clock moved forward."""
        return Clock(self.mode, self.value + by_ms)

    def stepped(self) -> "Clock":
        """Return the clock after an exchange."""
        return Clock("step", min(self.value + STEP_MS, LATEST_MS)) if self.mode == "step" else self


def machine_ms() -> int:
    """Return the machine's time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def stopwatch_us() -> int:
    """Return monotonic microseconds, to measure durations."""
    return _steady_ns() // 1_000


def iso_seconds(at_ms: int) -> str:
    """Return a timestamp in whole seconds, such as `2026-01-19T10:30:00Z`."""
    return _iso(min(at_ms, LATEST_MS) // 1000)


@lru_cache(maxsize=1024)
def _iso(at_s: int) -> str:
    # Not by way of the machine's calendar, which on some machines ends earlier.
    return f"{(_EPOCH + timedelta(seconds=at_s)).isoformat()[:19]}Z"


def iso_milliseconds(at_ms: int) -> str:
    """Return a timestamp in milliseconds, such as `2026-02-02T13:48:05.683Z`."""
    at_ms = min(at_ms, LATEST_MS)
    return f"{iso_seconds(at_ms)[:-1]}.{at_ms % 1000:03}Z"


@lru_cache(maxsize=1024)
def parse_timestamp(text: str) -> int:
    """Return the milliseconds since 1970 of an ISO 8601 timestamp; default UTC.

    Raises: ValueError for anything else, and for times outside the years 1970 to 9999.
    """
    try:
        moment = datetime.fromisoformat(text) if _TIMESTAMP.fullmatch(text) else None
    except ValueError:  # no such day or minute
        moment = None
    at_ms = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND if moment else -1
    if not 0 <= at_ms <= LATEST_MS:
        raise ValueError(f"{text[:80]!r} is not a timestamp of the years 1970 to 9999; write it like 2026-02-02T13:48:05.683Z")
    return at_ms


def instant(now: str | datetime, where: str = "now") -> int:
    """Return the milliseconds since 1970 of a timestamp or datetime; default UTC.

    Raises: ConfigurationError.
    """
    if not isinstance(now, (str, datetime)):
        raise ConfigurationError(f"{now!r} is not a time", where=where, hint="write it like 2026-02-02T13:48:05.683Z")
    text = now if isinstance(now, str) else (now if now.tzinfo else now.replace(tzinfo=UTC)).isoformat()
    try:
        return parse_timestamp(text)
    except ValueError as error:
        raise ConfigurationError(str(error), where=where) from error
