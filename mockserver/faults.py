"""Faults that a sandbox is armed with, and what they do to one exchange, as data.

A fault says what happens (its kind), to which requests, and how often. `ArmedFaults.disturb` asks all that are armed; what they
want together is one `Disturbance`, which the edge and the pipeline carry out.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from mockserver.errors import LimitError, UnknownSandboxError

MAX_FAULTS = 100
MAX_DELAY_MS = 60_000
"""The longest wait of one reply."""

FaultKind = Literal["status", "latency", "rate-limit", "lost-reply", "drop", "truncate", "garbage", "drip", "paging"]
PagingMode = Literal["shrink", "repeat", "insert", "remove", "total", "empty-tail", "loop"]
Wire = Literal["", "lost-reply", "drop", "truncate", "garbage", "drip"]

Chance = Callable[[str, int], float]
"""(what it is for, how often it was asked before) → a number from 0 up to 1, always the same for the same sandbox."""


class Spread(Struct, frozen=True, forbid_unknown_fields=True):
    """Distribution of delays: half below the median, 5 % above `p95`, in ms."""

    median: float
    p95: float


class Fault(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that goes wrong.

    Attributes:
        status, code, retry_after: of a `status`: 400 to 599; one of the provider's error codes; seconds.
        ms: of a `latency`: milliseconds, or bounds between which they lie, or how they are spread; of a `drip`: between pieces.
        limit, per_ms: of a `rate-limit`: so many requests in a window of the sandbox's time.
        mode: of a `paging`.
        operations, path: to which requests; path is a glob; empty: all of them.
        first, every: the first N of those, each Nth of those; None: not counted.
        probability: of each of those, 0 to 1.
        until: the sandbox's time from which on it does nothing more; None: it does not end.
    """

    id: str
    kind: FaultKind
    status: int = 0
    code: str = ""
    retry_after: int | None = None
    ms: float | tuple[float, float] | Spread = 0
    limit: int | None = None
    per_ms: int = 0
    mode: PagingMode | None = None
    operations: tuple[str, ...] = ()
    path: str = ""
    first: int | None = None
    every: int | None = None
    probability: float | None = None
    until: int | None = None


class Armed(Struct):
    """A fault at work.

    Attributes:
        seen: requests that it was about.
        hits: those that it did something to.
        window: when the present window of a rate limit began.
        used: requests within that window.
        pages: of a hostile paging: operation → what the next page needs to know of the one before.
    """

    fault: Fault
    seen: int = 0
    hits: int = 0
    window: int | None = None
    used: int = 0
    pages: dict[str, object] = field(default_factory=dict)


class Disturbance(Struct, kw_only=True):
    """What faults do to one exchange.

    Attributes:
        names: what is told of it, in the order in which it happens.
        delay_ms: the wait before the work.
        status, code, retry_after_s: the failure that is answered instead; status 0: none is.
        wire: what happens to the reply on its way.
        drip_ms: the wait between the pieces of a `drip`.
        paging: how a list lies, and the fault that remembers its pages; None: it does not.
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
        """Wait so much longer; all waits together have a limit."""
        self.delay_ms = min(self.delay_ms + ms, MAX_DELAY_MS)
        self.names.insert(0, f"latency={ms:g}")

    def fail(self, name: str, status: int, *, code: str = "", retry_after_s: int | None = None) -> None:
        """Answer a failure instead of doing the work."""
        self.status, self.code, self.retry_after_s = status, code, retry_after_s
        self.names.append(name)


class ArmedFaults:
    """The faults of one sandbox.

    Attributes:
        armed: in the order in which they are asked; empty: nothing goes wrong.
    """

    def __init__(self) -> None:
        self.armed: list[Armed] = []
        self._made = 0

    def arm(self, faults: Sequence[Fault]) -> list[Armed]:
        """Put in faults, which get their ids here.

        Raises: LimitError if there are too many.
        """
        if len(self.armed) + len(faults) > MAX_FAULTS:
            raise LimitError(f"a sandbox takes {MAX_FAULTS} faults", hint="DELETE /_mock/faults removes all")
        added = []
        for fault in faults:
            self._made += 1
            added.append(Armed(replace(fault, id=f"fault-{self._made}")))
        self.armed = [*self.armed, *added]
        return added

    def disarm(self, fault_id: str) -> None:
        """Take out a fault.

        Raises: UnknownSandboxError if there is none of that id.
        """
        if all(each.fault.id != fault_id for each in self.armed):
            raise UnknownSandboxError(f"there is no fault {fault_id[:80]!r}", hint="GET /_mock/faults lists them")
        self.armed = [each for each in self.armed if each.fault.id != fault_id]

    def disarm_all(self) -> None:
        """Take out all faults; ids go on."""
        self.armed = []

    def clear(self) -> None:
        """Take out all faults, and count from 1 again."""
        self.armed, self._made = [], 0

    def disturb(self, operation: str, path: str, now: int, chance: Chance) -> Disturbance | None:
        """Return what happens to a request; None if nothing does.

        Waits add up; of failures, of what happens on the wire and of lying lists the first one counts.
        """
        disturbance: Disturbance | None = None
        for each in self.armed:
            if _strikes(each, operation, path, now, chance):
                disturbance = disturbance or Disturbance()
                each.hits += _EFFECTS[each.fault.kind](each, disturbance, now, chance)
        return disturbance if disturbance is not None and (disturbance.names or disturbance.paging) else None


def _strikes(armed: Armed, operation: str, path: str, now: int, chance: Chance) -> bool:
    """Return whether it is this request's turn, and count it."""
    fault = armed.fault
    if (fault.operations and operation not in fault.operations) or (fault.path and not fnmatchcase(path, fault.path)):
        return False
    if fault.until is not None and now >= fault.until:
        return False
    armed.seen += 1
    if (fault.first is not None and armed.seen > fault.first) or (fault.every is not None and armed.seen % fault.every):
        return False
    return fault.probability is None or chance(f"{fault.id}/strikes", armed.seen) < fault.probability


def _status(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    fault = armed.fault
    if disturbance.status:
        return False
    disturbance.fail(f"status={fault.status}", fault.status, code=fault.code, retry_after_s=fault.retry_after)
    return True


def _latency(armed: Armed, disturbance: Disturbance, _now: int, chance: Chance) -> bool:
    disturbance.delay(_delay_ms(armed.fault.ms, chance(f"{armed.fault.id}/ms", armed.seen)))
    return True


def _delay_ms(ms: float | tuple[float, float] | Spread, part: float) -> float:
    """Return the delay at this quantile, 0 to 1."""
    if isinstance(ms, Spread):
        return round(min(_log_normal(ms, part), MAX_DELAY_MS), 1)
    if isinstance(ms, tuple):
        return round(ms[0] + (ms[1] - ms[0]) * part, 1)
    return ms


def _log_normal(spread: Spread, part: float) -> float:
    from statistics import NormalDist  # late: it brings a good part of the standard library

    normal = NormalDist()
    steps = normal.inv_cdf(min(max(part, 1e-6), 1 - 1e-6)) / normal.inv_cdf(0.95)
    return float(spread.median * (spread.p95 / spread.median) ** steps)


def _rate_limit(armed: Armed, disturbance: Disturbance, now: int, _chance: Chance) -> bool:
    """Allow so many requests in each window, which starts with its first request."""
    fault = armed.fault
    if armed.window is None or not armed.window <= now < armed.window + fault.per_ms:
        armed.window, armed.used = now, 0
    armed.used += 1
    if armed.used <= (fault.limit or 0) or disturbance.status:
        return False
    remaining_ms = armed.window + fault.per_ms - now
    disturbance.fail("rate-limit", 429, retry_after_s=max(1, -(-remaining_ms // 1000)))
    return True


def _on_the_wire(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    kind = armed.fault.kind
    if disturbance.wire:
        return False
    disturbance.wire = kind  # type: ignore[assignment]  # only kinds that are a Wire lead here
    disturbance.names.append(kind)
    return True


def _drip(armed: Armed, disturbance: Disturbance, now: int, chance: Chance) -> bool:
    if not _on_the_wire(armed, disturbance, now, chance):
        return False
    disturbance.drip_ms = _delay_ms(armed.fault.ms, chance(f"{armed.fault.id}/ms", armed.seen))
    disturbance.names[-1] = f"drip={disturbance.drip_ms:g}"
    return True


def _paging(armed: Armed, disturbance: Disturbance, _now: int, _chance: Chance) -> bool:
    """Make the list inconsistent; the pipeline counts it if it shows."""
    disturbance.paging = disturbance.paging or armed
    return False


_EFFECTS: Mapping[FaultKind, Callable[[Armed, Disturbance, int, Chance], bool]] = {
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

PRESETS: Mapping[str, tuple[Fault, ...]] = {
    "flaky": (
        Fault(id="", kind="status", status=500, probability=0.1),
        Fault(id="", kind="drop", probability=0.05),
        Fault(id="", kind="latency", ms=(0, 500), probability=0.3),
    ),
    "slow": (Fault(id="", kind="latency", ms=Spread(median=800, p95=3_000)),),
    "rate-limited": (Fault(id="", kind="rate-limit", limit=5, per_ms=10_000),),
    "offline": (Fault(id="", kind="drop"),),
    "outage": (Fault(id="", kind="status", status=503, retry_after=30),),
}
"""Name → faults that come together."""

_PREFERENCE = re.compile(r"\s*(code|wait)\s*=\s*\"?([0-9]{1,6}(?:\.[0-9]{1,6})?)\"?\s*(?:;.*)?", re.IGNORECASE)


@lru_cache(maxsize=256)
def preferences(header: str) -> tuple[tuple[str, float], ...]:
    """Return the `code` and `wait` of a `Prefer` header.

    What cannot be honoured is left out, as RFC 7240 has it; of a name that comes twice, the first counts.
    """
    wanted: dict[str, float] = {}
    for part in header.split(","):
        found = _PREFERENCE.fullmatch(part)
        if found and found[1].lower() not in wanted and _is_honoured(found[1].lower(), float(found[2])):
            wanted[found[1].lower()] = float(found[2])
    return tuple(wanted.items())


def _is_honoured(name: str, value: float) -> bool:
    if name == "code":
        return 400 <= value <= 599 and value.is_integer()
    return value * 1000 <= MAX_DELAY_MS


def prefer(disturbance: Disturbance, header: str) -> None:
    """Add what the request asks for; its code wins over a fault's."""
    for name, value in preferences(header):
        if name == "code":
            disturbance.names = [each for each in disturbance.names if not each.startswith(("status=", "rate-limit"))]
            disturbance.fail(f"status={value:g}", int(value))
        else:
            disturbance.delay(value * 1000)
        disturbance.applied.append(f"{name}={value:g}")
