"""`/_mock/faults`: list, arm and disarm faults."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, field
from msgspec.structs import asdict, replace

from mockserver.control.clock import duration
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.conversion import mismatch_of
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.exchange import Reply
from mockserver.faults import MAX_DELAY_MS, PRESETS, Armed, Fault, FaultKind, PagingMode, Spread
from mockserver.mock import Mock
from mockserver.state import Sandbox
from mockserver.state.clock import LATEST_MS, Timestamp, iso_milliseconds

Duration = Annotated[str, Meta(description="`90s`, `10m`, `3d`, or ISO 8601 such as `PT36H`, on the sandbox's clock.")]
Milliseconds = Annotated[
    float | list[float] | Spread,
    Meta(description="Milliseconds: a number, `[low, high]`, or `{median, p95}` for realistic delays."),
]

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
"""Kind → what it alone takes. All but code and retry_after must be said."""

_OPTIONAL = ("code", "retry_after")
_OWN = tuple(dict.fromkeys(name for names in TAKES.values() for name in names))
_WHICH = ("operations", "path", "first", "every", "probability", "for_")


class FaultOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The fault to arm and the requests it matches. Default: every request, always."""

    kind: FaultKind | UnsetType = UNSET
    preset: Annotated[str, Meta(description=f"A named set of faults, instead of `kind`: {', '.join(PRESETS)}.")] | UnsetType = (
        UNSET
    )
    status: Annotated[int, Meta(ge=400, le=599)] | UnsetType = UNSET
    code: Annotated[str, Meta(description="One of the provider's documented error codes.")] | UnsetType = UNSET
    retry_after: Annotated[int, Meta(ge=0, le=86_400, description="Value of `Retry-After`, in seconds.")] | UnsetType = UNSET
    ms: Milliseconds | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=0, description="Requests allowed per window.")] | UnsetType = UNSET
    per: Duration | UnsetType = UNSET
    mode: PagingMode | UnsetType = UNSET
    operations: list[str] | UnsetType = UNSET
    path: Annotated[str, Meta(min_length=1, max_length=500, description="A glob, such as `/v1/*`.")] | UnsetType = UNSET
    first: Annotated[int, Meta(ge=1, description="Only the first N matching requests.")] | UnsetType = UNSET
    every: Annotated[int, Meta(ge=1, description="Only every Nth matching request.")] | UnsetType = UNSET
    probability: Annotated[float, Meta(ge=0, le=1, description="For each matching request; drawn from the seed.")] | UnsetType = (
        UNSET
    )
    for_: Duration | UnsetType = field(name="for", default=UNSET)


class FaultRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault with its counters: matching requests seen, and requests hit."""

    id: str
    kind: FaultKind
    seen: int
    hits: int
    status: int = 0
    code: str = ""
    retry_after: int | None = None
    ms: float | list[float] | Spread = 0
    limit: int | None = None
    per_ms: int = 0
    mode: PagingMode | None = None
    operations: list[str] = []
    path: str = ""
    first: int | None = None
    every: int | None = None
    probability: float | None = None
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

    Raises: ControlError, LimitError.
    """
    sandbox = call.sandbox()
    faults = faults_of(call.body, call.mock, sandbox.now)
    return Reply(201, [_row(each, sandbox.now) for each in sandbox.faults.arm(faults)])


def disarm_fault(call: ControlCall) -> Reply:
    """Disarm one fault.

    Raises: UnknownSandboxError.
    """
    call.sandbox().faults.disarm(call.path["id"])
    return Reply(204, None)


def disarm_faults(call: ControlCall) -> Reply:
    """Disarm all faults of the sandbox."""
    call.sandbox().faults.disarm_all()
    return Reply(204, None)


def arm(mock: Mock, sandbox: Sandbox, order: FaultOrder) -> list[FaultRow]:
    """Arm what the order says, as the route does.

    Raises: ControlError, LimitError.
    """
    return [_row(each, sandbox.now) for each in sandbox.faults.arm(faults_of(order, mock, sandbox.now))]


def arm_at_begin(mock: Mock) -> None:
    """Arm each sandbox with the faults of the mock's settings when it begins and when it is reset.

    Raises: ConfigurationError that names the fault.
    """
    orders = orders_of(mock.settings.faults, mock)

    def arm_all(sandbox: Sandbox) -> None:
        for order in orders:
            arm(mock, sandbox, order)

    mock.sandboxes.at_begin(arm_all)


def orders_of(faults: Sequence[str | Mapping[str, Any]], mock: Mock) -> list[FaultOrder]:
    """Return the faults as the route takes them, after trying each.

    Raises: ConfigurationError that names the fault.
    """
    orders = []
    for index, each in enumerate(faults):
        try:
            orders.append(order_of(each))
            faults_of(orders[-1], mock, 0)
        except MockServerError as error:
            place = (error.where or "").removeprefix("body").removeprefix("fault")
            raise ConfigurationError(error.what, where=f"faults[{index}]{place}", hint=error.hint) from error
    return orders


def order_of(given: Any) -> FaultOrder:
    """Return a fault as the route takes it: of a preset's name, or of a mapping.

    Raises: ConfigurationError.
    """
    if isinstance(given, str):
        return order_of({"preset": given})
    if not isinstance(given, Mapping):
        hint = 'write {"kind": "drop", "first": 1}, or a preset such as "flaky"'
        raise ConfigurationError(f"{given!r} is no fault", hint=hint)
    told = {"for" if name == "lasting" else name: value for name, value in given.items()}
    try:
        return convert(told, FaultOrder)
    except ValidationError as error:
        found = mismatch_of(error, FaultOrder, told, "fault")
        raise ConfigurationError(found.what, where=f"fault{found.path}", hint=found.hint) from error


def faults_of(order: FaultOrder, mock: Mock, now: int) -> list[Fault]:
    """Return the faults that an order names.

    Raises: ControlError that names the place and the hint.
    """
    which = _which(order, mock, now)
    if order.preset is not UNSET:
        return [_with(fault, which) for fault in _preset(order)]
    if order.kind is UNSET:
        raise _refused("", "it has neither a kind nor a preset", f"kinds: {', '.join(TAKES)}; presets: {', '.join(PRESETS)}")
    _check_own(order, order.kind)
    _check_code(order, mock)
    return [Fault(id="", kind=order.kind, **_own(order), **which)]


def _preset(order: FaultOrder) -> Sequence[Fault]:
    extra = [name for name in ("kind", *_OWN) if getattr(order, name) is not UNSET]
    if extra:
        raise _refused(extra[0], "a preset says that itself", f"say only which requests: {', '.join(_names(_WHICH))}")
    if order.preset not in PRESETS:
        raise _refused("preset", f"there is no preset {str(order.preset)[:80]!r}", f"choose {', '.join(PRESETS)}")
    return PRESETS[str(order.preset)]


def _with(fault: Fault, which: dict[str, Any]) -> Fault:
    return replace(fault, **{name: value for name, value in which.items() if name != "probability" or fault.probability is None})


def _check_own(order: FaultOrder, kind: FaultKind) -> None:
    """Refuse what another kind takes, and ask for what this one needs."""
    for name in _OWN:
        given = getattr(order, name) is not UNSET
        if given and name not in TAKES[kind]:
            takes = ", ".join(_names((*TAKES[kind], *_WHICH)))
            raise _refused(name, f"a fault of kind {kind} has no {name}", f"it takes {takes}")
        if not given and name in TAKES[kind] and name not in _OPTIONAL:
            raise _refused(name, f"a fault of kind {kind} needs it", "see POST /_mock/faults in /_mock/control.json")


def _check_code(order: FaultOrder, mock: Mock) -> None:
    if order.code is UNSET:
        return
    concerned = _concerned(order, mock)
    known = [code for name in concerned for code in mock.pipeline.providers[name].error_codes]
    if order.code not in known:
        raise _refused("code", f"there is no error code {str(order.code)[:80]!r}", f"known: {', '.join(known) or 'none here'}")


def _concerned(order: FaultOrder, mock: Mock) -> Iterable[str]:
    if not order.operations:
        return mock.pipeline.providers
    return dict.fromkeys(operation.partition(".")[0] for operation in order.operations)


def _own(order: FaultOrder) -> dict[str, Any]:
    """Return what the kind takes, as a fault has it."""
    own = {
        name: value for name in ("status", "code", "retry_after", "limit", "mode") if (value := getattr(order, name)) is not UNSET
    }
    if order.ms is not UNSET:
        own["ms"] = _milliseconds(order.ms)
    if order.per is not UNSET:
        own["per_ms"] = duration(order.per, "body.per")
        if not own["per_ms"]:
            raise _refused("per", "a window has a length", 'write it like "1s"')
    return own


def _milliseconds(given: float | list[float] | Spread) -> float | tuple[float, float] | Spread:
    bounds = [given.median, given.p95] if isinstance(given, Spread) else given if isinstance(given, list) else [given]
    least = 0.001 if isinstance(given, Spread) else 0
    if any(not least <= each <= MAX_DELAY_MS for each in bounds) or sorted(bounds) != bounds or len(bounds) not in (1, 2):
        raise _refused("ms", f"a delay lies from 0 to {MAX_DELAY_MS} ms, the smaller bound first", "write 300, or [100, 500]")
    return (given[0], given[-1]) if isinstance(given, list) else given


def _which(order: FaultOrder, mock: Mock, now: int) -> dict[str, Any]:
    """Return which requests the order means, as a fault has it."""
    which = {name: value for name in ("path", "first", "every", "probability") if (value := getattr(order, name)) is not UNSET}
    if order.operations is not UNSET:
        _check_operations(order.operations, mock)
        which["operations"] = tuple(order.operations)
    if order.for_ is not UNSET:
        which["until"] = min(now + duration(order.for_, "body.for"), LATEST_MS)
    return which


def _check_operations(operations: Sequence[str], mock: Mock) -> None:
    known = mock.pipeline.contract.operations
    for index, name in enumerate(operations):
        if name not in known:
            near = get_close_matches(name, known, n=3) or list(known)
            raise _refused(f"operations[{index}]", f"there is no operation {name[:80]!r}", f"known: {', '.join(near)}")


def _row(armed: Armed, now: int) -> FaultRow:
    fault = armed.fault
    is_spent = (fault.until is not None and now >= fault.until) or (fault.first is not None and armed.seen >= fault.first)
    shown = {
        "seen": armed.seen,
        "hits": armed.hits,
        "ms": list(fault.ms) if isinstance(fault.ms, tuple) else fault.ms,
        "operations": list(fault.operations),
        "until": iso_milliseconds(fault.until) if fault.until is not None else None,
        "state": "spent" if is_spent else "armed",
    }
    return FaultRow(**asdict(fault) | shown)


def _names(fields: Iterable[str]) -> list[str]:
    return [name.rstrip("_") for name in fields]


def _refused(place: str, what: str, hint: str) -> ControlError:
    return ControlError(400, what, where=f"body.{place}".rstrip("."), hint=hint)


_UNKNOWN = {404: "The sandbox has no fault with this id."}

ROUTES = (
    ControlRoute(method="GET", path="/_mock/faults", run=list_faults, replies={200: list[FaultRow]}),
    ControlRoute(method="POST", path="/_mock/faults", run=arm_faults, body=FaultOrder, replies={201: list[FaultRow]}),
    ControlRoute(method="DELETE", path="/_mock/faults", run=disarm_faults, replies={204: None}),
    ControlRoute(method="DELETE", path="/_mock/faults/{id}", run=disarm_fault, replies={204: None}, errors=_UNKNOWN),
)
