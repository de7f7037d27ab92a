"""Values that pass through the mock: request, call, reply, problem, exchange.

Nothing here knows a server, a provider or a file.
"""

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, field

if TYPE_CHECKING:
    from mockserver.catalogue import Assumption
    from mockserver.faults import Disturbance

RawHeaders = list[tuple[bytes, bytes]]


class Request(Struct, frozen=True, dict=True):
    """An HTTP request as it came, names of headers in lower case.

    Attributes:
        path: as sent, still percent-encoded, without the sandbox's prefix.
        base_url: what links in the reply start with: scheme, host, and the prefix if the request had one.
        headers: the last value of each header.
        body: None until it has been read, which happens only if the request has one.
        arrived_us: the stopwatch when it came, before anything was waited for; 0: not known.
        connection: what tells one connection from another; None: not known.
    """

    method: str
    path: str
    query: bytes
    base_url: str
    headers: Mapping[bytes, bytes]
    raw_headers: RawHeaders
    body: bytes | None = None
    arrived_us: int = 0
    connection: Hashable = None

    def header(self, name: bytes) -> str:
        """Return the header's value, or the empty string."""
        return self.headers.get(name, b"").decode("latin-1")

    @cached_property
    def bearer(self) -> str | None:
        """The bearer token of the request, or None."""
        scheme, _, token = self.header(b"authorization").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


class Violation(Struct, frozen=True):
    """Something in a request that the contract forbids or does not declare.

    Attributes:
        place: `query`, `path`, `header`, `body` or `content-type`.
        name: the parameter or top-level field; empty if the whole of the place is wrong.
        rule: the keyword of the contract that is broken (`required`, `type`, `enum`, `minimum`, `maximum`, `pattern`, …),
            `undeclared`, `malformed` (no such thing can be read) or `encoding` (the content type is not declared).
        detail: one clause for the mock's user.
        allowed: what the rule allows: the enum's values, the limit; None for rules that allow no list.
        default: the contract's default for the parameter; None if it has none.
        pointer: what in the contract is broken, or where nothing is declared, as a JSON pointer.
    """

    place: str
    name: str
    rule: str
    detail: str
    allowed: Any = None
    default: Any = None
    pointer: str = ""

    def __str__(self) -> str:
        place = f"{self.place}.{self.name}" if self.name else self.place
        return f"{place}: {self.rule}"


class ChoiceReader(Struct, kw_only=True):
    """Reads the choices of a sandbox, and notes which it read.

    Attributes:
        choices: the sandbox's choices that differ from the defaults.
        assumed: key → choice of each assumption that was read so far.
    """

    choices: Mapping[str, str]
    assumed: dict[str, str] = field(default_factory=dict)

    def assume(self, assumption: "Assumption") -> str:
        """Return the sandbox's choice, and record that it was used."""
        choice = self.choices.get(assumption.key, assumption.default)
        self.assumed[assumption.key] = choice
        return choice


class Call(ChoiceReader, kw_only=True):
    """Input of a handler: typed values of an operation; it records what is used.

    Attributes:
        operation: the operation's id, `PROVIDER.camelCase`; empty if the contract has none for this request.
        path, query: declared values, typed; `query` has the contract's defaults filled in.
        body: the body as a plain value; None if nothing was sent.
        violations: all that the contract has against the request.
        disturbance: what goes wrong with it on purpose; None: nothing.
    """

    request: Request
    operation: str = ""
    path: Mapping[str, Any] = {}
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    violations: list[Violation] = field(default_factory=list)
    disturbance: "Disturbance | None" = None

    @property
    def fields(self) -> dict[str, Any]:
        """The body's fields; empty if no object was sent."""
        return self.body if isinstance(self.body, dict) else {}


class Reply(Struct, frozen=True):
    """A reply before encoding; `body` is anything JSON can hold, or UNSET for no body."""

    status: int
    body: Any = UNSET
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


class Page(Struct, frozen=True):
    """A stretch of a longer list, in no provider's form.

    Attributes:
        records: the rows of the page, in order.
        start: rows before the page.
        limit: rows asked for.
        total: rows in the whole list, filters applied.
        claimed_limit, claimed_total: what the reply says instead, where a fault has the list lie; None: the truth.
        claims_more: whether rows follow, as the reply says it; None: the truth.
        loops: whether the way to the next page leads to this one again.
    """

    records: tuple[Any, ...]
    start: int
    limit: int
    total: int
    claimed_limit: int | None = None
    claimed_total: int | None = None
    claims_more: bool | None = None
    loops: bool = False

    @property
    def has_more(self) -> bool:
        """Whether rows follow after this page, as the reply says it."""
        return self.start + len(self.records) < self.total if self.claims_more is None else self.claims_more

    @property
    def named_limit(self) -> int:
        """The limit that the reply names."""
        return self.limit if self.claimed_limit is None else self.claimed_limit

    @property
    def named_total(self) -> int:
        """The total that the reply names."""
        return self.total if self.claimed_total is None else self.claimed_total


class Problem(Exception):  # noqa: N818 - a provider's refusal, not an error of ours
    """Why the API refuses, in neutral words; the provider renders it."""


class Unauthenticated(Problem):
    """No valid credential; `known_form` says whether one of the right form came."""

    def __init__(self, *, known_form: bool) -> None:
        super().__init__()
        self.known_form = known_form


class Unreadable(Problem):
    """The body, query or content type cannot be parsed; `detail` is one clause."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MissingField(Problem):
    """A required field or parameter did not come."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class InvalidField(Problem):
    """A field or parameter has an invalid value; `allowed` lists an enum's values."""

    def __init__(self, name: str, *, allowed: tuple[Any, ...] | None = None, detail: str = "") -> None:
        super().__init__(name)
        self.name, self.allowed, self.detail = name, allowed, detail


class NotFound(Problem):
    """No record of this kind has the id."""

    def __init__(self, kind: str, record_id: str) -> None:
        super().__init__(kind, record_id)
        self.kind, self.record_id = kind, record_id


class Conflict(Problem):
    """The record's state forbids the change; `duplicate` names the kind of a duplicate."""

    def __init__(self, *, duplicate: str | None = None) -> None:
        super().__init__()
        self.duplicate = duplicate


class UnknownPath(Problem):
    """The contract has no such path."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class WrongMethod(Problem):
    """The path exists but not with this method; `allowed` lists its methods."""

    def __init__(self, path: str, allowed: tuple[str, ...]) -> None:
        super().__init__(path)
        self.path, self.allowed = path, allowed


class Declined(Problem):
    """The mock declines before any provider; `detail` says why and what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class Oversized(Declined):
    """A part of the request exceeds a limit; `status` is 413, 414 or 431."""


class Misused(Declined):
    """The request asks for something impossible, such as an invalid sandbox name."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, detail)


class Broken(Problem):
    """The mock failed; `detail` names the error, which is also logged."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Simulated(Problem):
    """A failure on request; providers render every status from 400 to 599.

    Attributes:
        code: which of the provider's error codes to answer with; empty: the one that belongs to the status.
        retry_after_s: seconds after which the client may ask again; None: nothing is said of that.
    """

    def __init__(self, status: int, *, code: str = "", retry_after_s: int | None = None) -> None:
        super().__init__(status, code, retry_after_s)
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


class Unavailable(Problem):
    """The mock is full: too many sandboxes or records; `detail` says what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Cut(Struct, frozen=True):
    """Size and hash of a body of which the journal keeps the beginning.

    Attributes:
        part: `request` or `reply`.
        size: bytes of the whole.
        sha256: of the whole, in hexadecimal digits.
    """

    part: str
    size: int
    sha256: str


class Exchange(Struct, frozen=True, kw_only=True):
    """One request with its reply and all that was noticed about it.

    Attributes:
        number: its place in the sandbox's journal, from 1.
        at: the sandbox's time when it came, milliseconds since 1970.
        operation: the operation's id; empty if the contract has none for the request.
        status: 0 if no reply came.
        took_us: real time from the request's arrival to its reply, in microseconds.
        partial: those of `request` and `reply` whose body is not known as a whole.
        faults: what was put in on purpose, as its kind or `KIND=WHAT`, in the order of `Mock-Fault`.
        real_ms: the machine's time when it came, milliseconds since 1970; 0 if that is not known.
        cuts: the bodies that were too long for the journal, which keeps their beginning.
    """

    number: int
    at: int
    request: Request
    operation: str
    status: int
    headers: RawHeaders
    body: bytes
    assumed: Mapping[str, str]
    violations: tuple[Violation, ...]
    took_us: int
    partial: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    real_ms: int = 0
    cuts: tuple[Cut, ...] = ()
