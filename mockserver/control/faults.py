"""`/_mock/faults`: list, arm and disarm faults."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

from msgspec import ValidationError, convert
from msgspec.structs import asdict, replace

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.conversion import mismatch_of
from mockserver.durations import duration
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.exchange import Reply
from mockserver.faults import MAX_DELAY_MS, PRESETS, Armed, Fault, FaultKind, Spread
from mockserver.mock import Mock
from mockserver.state import Sandbox
from mockserver.state.clock import Timestamp, iso_milliseconds

TAKES: dict[FaultKind, tuple[str, ...]] = {
    "status": ("status", "code", "retry_after"),
    "latency": ("ms",),
    "rate-limit": ("limit", "per"),
    "lost-reply": (),
    "drop": (),
    "truncate": (),
    "garbage": (),
    "drip": ("ms",),
    "paging": ("mode",),
}
"""Kind → its own fields; all but code and retry_after are required."""

_OPTIONAL = ("code", "retry_after")
_OWN = tuple(dict.fromkeys(name for names in TAKES.values() for name in names))
_MATCHING = ("operations", "path", "first", "every", "probability", "for")
"""The fields of each kind, and of a preset: which requests match."""


class FaultRow(Fault, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=False):
    """A fault with its counters: matching requests seen, and requests hit."""

    id: str
    kind: FaultKind
    seen: int
    hits: int
    per_ms: int | None = None
    until: Timestamp | None = None
    state: Literal["armed", "spent"]


def list_faults(call: ControlCall) -> Reply:
    """List the sandbox's faults in the order they apply. A spent fault has no further effect."""
    sandbox = call.sandbox()
    return Reply(200, [_row(each, sandbox.now) for each in sandbox.faults.armed])


def arm_faults(call: ControlCall) -> Reply:
    """Arm a fault or a preset from the next request on. Armed faults add up.

    Kinds: `status` answers with an error in the provider's own form. `latency` waits before the work. `rate-limit` answers
    429 to all but `limit` requests per window. `lost-reply` does the work and closes the connection; `drop` closes it
    before the work. `truncate` closes it in the middle of the reply. `garbage` makes the JSON unreadable. `drip` waits `ms`
    between the pieces of the reply. `paging` makes lists inconsistent. A preset combines several.
    """
    return Reply(201, arm(call.mock, call.sandbox(), call.body))


def disarm_fault(call: ControlCall) -> Reply:
    """Disarm one fault."""
    call.sandbox().faults.disarm(call.path["id"])
    return Reply(204)


def disarm_faults(call: ControlCall) -> Reply:
    """Disarm all faults of the sandbox."""
    call.sandbox().faults.disarm_all()
    return Reply(204)


def arm(mock: Mock, sandbox: Sandbox, fault: Fault) -> list[FaultRow]:
    """Arm a fault, or the faults of its preset.

    Raises: ControlError, LimitError.
    """
    armed = sandbox.faults.arm(expand(fault, mock), sandbox.now)
    return [_row(each, sandbox.now) for each in armed]


def arming(given: Sequence[str | Mapping[str, Any] | Fault], mock: Mock, where: str = "faults") -> Callable[[Sandbox], object]:
    """Return a function that arms these faults in a sandbox.

    Raises: ConfigurationError that names the fault.
    """
    faults = read_faults(given, mock, where)
    return lambda sandbox: sandbox.faults.arm(faults, sandbox.now)


def read_faults(given: Sequence[str | Mapping[str, Any] | Fault], mock: Mock, where: str = "faults") -> list[Fault]:
    """Read and check faults and presets; return the faults, presets expanded.

    Raises: ConfigurationError that names the fault.
    """
    faults: list[Fault] = []
    for index, each in enumerate(given):
        try:
            faults += expand(each if isinstance(each, Fault) else read_fault(each), mock)
        except MockServerError as error:
            place = (error.where or "").removeprefix("body").removeprefix("fault")
            raise ConfigurationError(error.what, where=f"{where}[{index}]{place}", hint=error.hint) from error
    return faults


def read_fault(given: Any) -> Fault:
    """Read a fault: a mapping, or the name of a preset.

    Raises: ConfigurationError.
    """
    if isinstance(given, str):
        return read_fault({"preset": given})
    if not isinstance(given, Mapping):
        hint = 'write {"kind": "drop", "first": 1}, or a preset such as "flaky"'
        raise ConfigurationError(f"{given!r} is not a fault", hint=hint)
    body = {"for" if name == "lasting" else name: value for name, value in given.items()}
    try:
        return convert(body, Fault)
    except ValidationError as error:
        found = mismatch_of(error, Fault, body, "fault")
        raise ConfigurationError(found.what, where=f"fault{found.path}", hint=found.hint) from error


def expand(fault: Fault, mock: Mock) -> list[Fault]:
    """Check a fault; return the faults of its preset, or itself.

    Raises: ControlError that names the field.
    """
    _check_operations(fault.operations, mock)
    if fault.for_ is not None:
        duration(fault.for_, "body.for")
    if fault.preset is not None:
        return _of_preset(fault)
    if fault.kind is None:
        raise _refused("", "has neither a kind nor a preset", f"kinds: {', '.join(TAKES)}; presets: {', '.join(PRESETS)}")
    _check_own(fault, fault.kind)
    _check_code(fault, mock)
    return [fault]


def _of_preset(fault: Fault) -> list[Fault]:
    extra = next((name for name in ("kind", *_OWN) if getattr(fault, name) is not None), None)
    if extra is not None:
        raise _refused(extra, "is decided by the preset", f"name only the requests: {', '.join(_MATCHING)}")
    which = {name: getattr(fault, name) for name in ("operations", "path", "first", "every", "for_")}
    faults = PRESETS[fault.preset] if fault.preset is not None else ()
    chance = fault.probability
    return [replace(each, **which, probability=chance if each.probability is None else each.probability) for each in faults]


def _check_own(fault: Fault, kind: FaultKind) -> None:
    """Refuse the fields of other kinds, and require those of this one."""
    for name in _OWN:
        is_given = getattr(fault, name) is not None
        if is_given and name not in TAKES[kind]:
            raise _refused(name, f"not allowed for kind `{kind}`", f"it takes {', '.join((*TAKES[kind], *_MATCHING))}")
        if not is_given and name in TAKES[kind] and name not in _OPTIONAL:
            raise _refused(name, f"required for kind `{kind}`", "see POST /_mock/faults in /_mock/control.json")
    _check_delays(fault.ms)
    if fault.per is not None and duration(fault.per, "body.per") == 0:
        raise _refused("per", "a window is longer than 0", 'write it like "1s"')


def _check_delays(ms: float | tuple[float, ...] | Spread | None) -> None:
    delays = [ms.median, ms.p95] if isinstance(ms, Spread) else list(ms) if isinstance(ms, tuple) else [ms or 0, ms or 0]
    if len(delays) != 2 or not 0 <= delays[0] <= delays[1] <= MAX_DELAY_MS:
        what = f"a delay is from 0 to {MAX_DELAY_MS} ms, the smaller one first, got {', '.join(map('{:g}'.format, delays))}"
        raise _refused("ms", what, "write 300, or [100, 500]")


def _check_code(fault: Fault, mock: Mock) -> None:
    if fault.code is None:
        return
    names = {operation.partition(".")[0] for operation in fault.operations}
    known = [code for each in mock.pipeline.providers.values() if each.name in names or not names for code in each.error_codes]
    if fault.code not in known:
        raise _refused("code", f"unknown error code {fault.code[:80]!r}", f"known: {', '.join(known) or 'none here'}")


def _check_operations(operations: Iterable[str], mock: Mock) -> None:
    known = mock.pipeline.contract.operations
    for index, name in enumerate(operations):
        if name not in known:
            near = get_close_matches(name, known, n=3) or list(known)
            raise _refused(f"operations[{index}]", f"unknown operation {name[:80]!r}", f"known: {', '.join(near)}")


def _row(armed: Armed, now: int) -> FaultRow:
    return FaultRow(
        **asdict(armed.fault),
        id=armed.id,
        seen=armed.seen,
        hits=armed.hits,
        per_ms=armed.window_ms or None,
        until=iso_milliseconds(armed.until) if armed.until is not None else None,
        state="spent" if armed.is_spent(now) else "armed",
    )


def _refused(place: str, what: str, hint: str) -> ControlError:
    return ControlError(400, what, where=f"body.{place}".rstrip("."), hint=hint)


_UNKNOWN = {404: "The sandbox has no fault with this id."}

ROUTES = (
    ControlRoute("GET", "/_mock/faults", list_faults, {200: list[FaultRow]}),
    ControlRoute("POST", "/_mock/faults", arm_faults, {201: list[FaultRow]}, body=Fault),
    ControlRoute("DELETE", "/_mock/faults", disarm_faults, {204: None}),
    ControlRoute("DELETE", "/_mock/faults/{id}", disarm_fault, {204: None}, errors=_UNKNOWN),
)
