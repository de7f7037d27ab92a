"""Define faults, and apply a sandbox's faults to one exchange.

A fault has a kind, the requests it matches, and how often it applies. `ArmedFaults.disturb` combines all faults of a sandbox
into one `Disturbance`, which `http` and the pipeline carry out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mockserver.durations import Duration, parse_duration
from mockserver.errors import LimitError, UnknownSandboxError

MAX_FAULTS = 100
MAX_DELAY_MS = 60_000
"""The longest wait of one reply."""

FaultKind = Literal["status", "latency", "rate-limit", "lost-reply", "drop", "truncate", "garbage", "drip", "paging"]
PagingMode = Literal["shrink", "repeat", "insert", "remove", "total", "empty-tail", "loop"]
Preset = Literal["flaky", "slow", "rate-limited", "offline", "outage"]
Wire = Literal["", "lost-reply", "drop", "truncate", "garbage", "drip"]

Chance = Callable[[str, int], float]
"""Return 0 to 1 by purpose, number of the draw and seed."""


class Spread(Struct, frozen=True, forbid_unknown_fields=True):
    """Distribution of delays in ms, by median and 95th percentile."""

    median: Annotated[float, Meta(ge=0.001, le=MAX_DELAY_MS)]
    p95: Annotated[float, Meta(ge=0.001, le=MAX_DELAY_MS)]


Milliseconds = Annotated[
    float | tuple[float, ...] | Spread,
    Meta(description="Milliseconds: a number, `[low, high]`, or `{median, p95}` for realistic delays."),
]


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault and the requests it matches. Default: every request, always."""

    kind: FaultKind | None = None
    preset: Annotated[Preset, Meta(description="A named set of faults, instead of `kind`.")] | None = None
    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    code: Annotated[str, Meta(description="One of the provider's documented error codes.")] | None = None
    retry_after: Annotated[int, Meta(ge=0, le=86_400, description="Value of `Retry-After`, in seconds.")] | None = None
    ms: Milliseconds | None = None
    limit: Annotated[int, Meta(ge=0, description="Requests allowed per window.")] | None = None
    per: Duration | None = None
    mode: PagingMode | None = None
    operations: tuple[str, ...] = ()
    path: Annotated[str, Meta(min_length=1, max_length=500, description="A glob, such as `/v1/*`.")] | None = None
    first: Annotated[int, Meta(ge=1, description="Only the first N matching requests.")] | None = None
    every: Annotated[int, Meta(ge=1, description="Only every Nth matching request.")] | None = None
    probability: Annotated[float, Meta(ge=0, le=1, description="For each matching request; drawn from the seed.")] | None = None
    for_: Duration | None = field(name="for", default=None)


class Armed(Struct, kw_only=True):
    """A fault of a sandbox with its counters.

    Attributes:
        until: sandbox time when the fault ends, in milliseconds; None: it does not end.
        window_ms: length of a rate limit's windows; 0 for other kinds.
        seen: matching requests.
        hits: requests that it changed.
        window: sandbox time when the current window of a rate limit began.
        used: requests within that window.
        pages: for inconsistent lists: operation → the last page.
    """

    id: str
    fault: Fault
    until: int | None = None
    window_ms: int = 0
    seen: int = 0
    hits: int = 0
    window: int | None = None
    used: int = 0
    pages: dict[str, object] = field(default_factory=dict)

    def is_spent(self, now: int) -> bool:
        """Return whether the fault has no further effect."""
        first = self.fault.first
        return (self.until is not None and now >= self.until) or (first is not None and self.seen >= first)


class Disturbance(Struct, kw_only=True):
    """The effect of faults on one exchange.

    Attributes:
        names: names in `Mock-Fault`, in order.
        delay_ms: the wait before the handler.
        status, code, retry_after_s: the failure to answer; status 0: none.
        drip_ms: the wait between the pieces of a `drip`.
        paging: the fault that makes a list inconsistent, and remembers its pages.
        applied: the preferences of the request that are honoured.
    """

    names: list[str] = field(default_factory=list)
    delay_ms: float = 0
    status: int = 0
    code: str = ""
    retry_after_s: int | None = None
    wire: Wire = ""
    drip_ms: float = 0
    paging: Armed | None = None
    applied: list[str] = field(default_factory=list)

    def delay(self, ms: float) -> None:
        """Add to the delay, up to the limit."""
        self.delay_ms = min(self.delay_ms + ms, MAX_DELAY_MS)
        self.names.insert(0, f"latency={ms:g}")

    def fail(self, name: str, status: int, *, code: str = "", retry_after_s: int | None = None) -> None:
        """Answer a failure instead of calling the handler."""
        self.status, self.code, self.retry_after_s = status, code, retry_after_s
        self.names.append(name)


class ArmedFaults:
    """The faults of one sandbox, in the order in which they apply."""

    def __init__(self) -> None:
        self.armed: list[Armed] = []
        self._made = 0

    def arm(self, faults: Sequence[Fault], now: int = 0) -> list[Armed]:
        """Add faults and give them ids.

        now: sandbox time from which `for` counts.
        Raises: LimitError if there are too many.
        """
        if len(self.armed) + len(faults) > MAX_FAULTS:
            raise LimitError(f"a sandbox takes {MAX_FAULTS} faults", hint="DELETE /_mock/faults removes all")
        added = []
        for fault in faults:
            self._made += 1
            until = now + parse_duration(fault.for_) if fault.for_ is not None else None
            window_ms = parse_duration(fault.per) if fault.per is not None else 0
            added.append(Armed(id=f"fault-{self._made}", fault=fault, until=until, window_ms=window_ms))
        self.armed = [*self.armed, *added]
        return added

    def disarm(self, fault_id: str) -> None:
        """Remove a fault.

        Raises: UnknownSandboxError if there is none of that id.
        """
        if all(each.id != fault_id for each in self.armed):
            raise UnknownSandboxError(f"unknown fault {fault_id[:80]!r}", hint="GET /_mock/faults lists them")
        self.armed = [each for each in self.armed if each.id != fault_id]

    def disarm_all(self) -> None:
        """Remove all faults; ids go on."""
        self.armed = []

    def clear(self) -> None:
        """Remove all faults, and count from 1 again."""
        self.armed, self._made = [], 0

    def disturb(self, operation: str, path: str, now: int, chance: Chance) -> Disturbance | None:
        """Return the disturbance of a request, or None.

        Delays add up; of failures, connection faults and inconsistent lists the first one counts.
        """
        disturbance: Disturbance | None = None
        for each in self.armed:
            if _strikes(each, operation, path, now, chance):
                disturbance = disturbance or Disturbance()
                each.hits += _EFFECTS[each.fault.kind](each, disturbance, now, chance)
        return disturbance if disturbance is not None and (disturbance.names or disturbance.paging) else None


def _strikes(armed: Armed, operation: str, path: str, now: int, chance: Chance) -> bool:
    """Return whether the fault applies to this request, and count the request."""
    fault = armed.fault
    if (fault.operations and operation not in fault.operations) or (fault.path and not fnmatchcase(path, fault.path)):
        return False
    if armed.until is not None and now >= armed.until:
        return False
    armed.seen += 1
    if (fault.first is not None and armed.seen > fault.first) or (fault.every is not None and armed.seen % fault.every):
        return False
    return fault.probability is None or chance(f"{armed.id}/strikes", armed.seen) < fault.probability


def _status(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    fault = armed.fault
    if disturbance.status or fault.status is None:
        return False
    disturbance.fail(f"status={fault.status}", fault.status, code=fault.code or "", retry_after_s=fault.retry_after)
    return True


def _latency(armed: Armed, disturbance: Disturbance, _now: int, chance: Chance) -> bool:
    disturbance.delay(_delay_ms(armed.fault.ms, chance(f"{armed.id}/ms", armed.seen)))
    return True


def _delay_ms(ms: float | tuple[float, ...] | Spread | None, part: float) -> float:
    """Return the delay at this quantile, 0 to 1."""
    if isinstance(ms, Spread):
        from statistics import NormalDist  # late: it brings a good part of the standard library

        normal = NormalDist()
        steps = normal.inv_cdf(min(max(part, 1e-6), 1 - 1e-6)) / normal.inv_cdf(0.95)
        return round(float(min(ms.median * (ms.p95 / ms.median) ** steps, MAX_DELAY_MS)), 1)
    if isinstance(ms, tuple):
        return round(ms[0] + (ms[1] - ms[0]) * part, 1)
    return ms or 0


def _rate_limit(armed: Armed, disturbance: Disturbance, now: int, _chance: Chance) -> bool:
    """Allow `limit` requests per window; a window starts with its first request."""
    if armed.window is None or not armed.window <= now < armed.window + armed.window_ms:
        armed.window, armed.used = now, 0
    armed.used += 1
    if armed.used <= (armed.fault.limit or 0) or disturbance.status:
        return False
    remaining_ms = armed.window + armed.window_ms - now
    disturbance.fail("rate-limit", 429, retry_after_s=max(1, -(-remaining_ms // 1000)))
    return True


def _on_the_wire(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    if disturbance.wire:
        return False
    disturbance.wire = armed.fault.kind  # type: ignore[assignment]  # only kinds that are a Wire lead here
    disturbance.names.append(disturbance.wire)
    return True


def _drip(armed: Armed, disturbance: Disturbance, now: int, chance: Chance) -> bool:
    if not _on_the_wire(armed, disturbance, now, chance):
        return False
    disturbance.drip_ms = _delay_ms(armed.fault.ms, chance(f"{armed.id}/ms", armed.seen))
    disturbance.names[-1] = f"drip={disturbance.drip_ms:g}"
    return True


def _paging(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    """Make the list inconsistent; the pipeline counts it if it shows."""
    disturbance.paging = disturbance.paging or armed
    return False


_EFFECTS: Mapping[FaultKind | None, Callable[[Armed, Disturbance, int, Chance], bool]] = {
    "status": _status,
    "latency": _latency,
    "rate-limit": _rate_limit,
    "lost-reply": _on_the_wire,
    "drop": _on_the_wire,
    "truncate": _on_the_wire,
    "garbage": _on_the_wire,
    "drip": _drip,
    "paging": _paging,
}

PRESETS: Mapping[Preset, tuple[Fault, ...]] = {
    "flaky": (
        Fault(kind="status", status=500, probability=0.1),
        Fault(kind="drop", probability=0.05),
        Fault(kind="latency", ms=(0, 500), probability=0.3),
    ),
    "slow": (Fault(kind="latency", ms=Spread(median=800, p95=3_000)),),
    "rate-limited": (Fault(kind="rate-limit", limit=5, per="10s"),),
    "offline": (Fault(kind="drop"),),
    "outage": (Fault(kind="status", status=503, retry_after=30),),
}
"""Name → faults that come together."""

_PREFERENCE = re.compile(r"\s*(code|wait)\s*=\s*\"?([0-9]{1,6}(?:\.[0-9]{1,6})?)\"?\s*(?:;.*)?", re.IGNORECASE)


@lru_cache(maxsize=256)
def preferences(header: str) -> tuple[tuple[str, float], ...]:
    """Return the `code` and `wait` of a `Prefer` header.

    Invalid values are ignored, as RFC 7240 says; the first valid value of a name counts.
    """
    wanted: dict[str, float] = {}
    for found in filter(None, map(_PREFERENCE.fullmatch, header.split(","))):
        name, value = found[1].lower(), float(found[2])
        if (400 <= value <= 599 and value.is_integer()) if name == "code" else value * 1000 <= MAX_DELAY_MS:
            wanted.setdefault(name, value)
    return tuple(wanted.items())


def apply_prefer_header(disturbance: Disturbance, header: str) -> None:
    """Add the request's preferences; its code wins over a fault's."""
    for name, value in preferences(header):
        if name == "code":
            disturbance.names = [each for each in disturbance.names if not each.startswith(("status=", "rate-limit"))]
            disturbance.fail(f"status={value:g}", int(value))
        else:
            disturbance.delay(value * 1000)
        disturbance.applied.append(f"{name}={value:g}")
