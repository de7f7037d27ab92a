"""Define request, call, reply, problem and exchange, without server or provider."""

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, field

if TYPE_CHECKING:
    from mockserver.catalogue import Assumption
    from mockserver.faults import Disturbance

RawHeaders = list[tuple[bytes, bytes]]


class Request(Struct, frozen=True, dict=True):
    """An HTTP request as received, names of headers in lower case.

    Attributes:
        path: percent-encoded, without the sandbox's prefix.
        base_url: start of links in the reply: scheme, host, and the sandbox's prefix if the request had one.
        headers: the last value of each header.
        body: None if there is none, or it was not read yet.
        arrived_us: the stopwatch on arrival, before any wait; 0: unknown.
        connection: identifies the connection; None: unknown.
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
        name: the parameter or top-level field; empty for the whole place.
        rule: the broken keyword of the contract (`required`, `type`, `enum`, …), `undeclared`, `malformed` (it cannot be
            parsed) or `encoding` (the content type is not declared).
        detail: one clause for the mock's user.
        allowed: the enum's values or the limit; None for other rules.
        default: the parameter's default, or None.
        pointer: JSON pointer of the broken keyword, or of the place without the declaration.
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
    """Read a sandbox's choices, and record them in `assumed`.

    Attributes:
        choices: the sandbox's choices that differ from the defaults.
        assumed: assumption → choice, of those read so far.
    """

    choices: Mapping[str, str]
    assumed: dict[str, str] = field(default_factory=dict)

    def assume(self, assumption: "Assumption") -> str:
        """Return the sandbox's choice, and record that it was used."""
        choice = self.choices.get(assumption.key, assumption.default)
        self.assumed[assumption.key] = choice
        return choice


class Call(ChoiceReader, kw_only=True):
    """Input of a handler: the typed values of a request.

    Attributes:
        operation: id of the operation, `PROVIDER.camelCase`; empty if the contract has none for this request.
        path, query: declared values, typed; `query` includes the contract's defaults.
        body: the body as a plain value; None without a body.
        disturbance: the effect of faults, or None.
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
    """A reply before encoding; its `body` is a JSON value or UNSET."""

    status: int
    body: Any = UNSET
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


class Page(Struct, frozen=True):
    """A page of a list, before the provider renders it.

    Attributes:
        start: rows before the page.
        limit: rows asked for.
        total: rows in the whole list, filters applied.
        claimed_limit, claimed_total, claims_more: false values for the reply, by a fault; None: the truth.
        loops: whether the next page is this one again.
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
        """Whether rows follow after this page, according to the reply."""
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
    """Why the API refuses; the provider renders it. `detail` is one clause."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class Unauthenticated(Problem):
    """No valid credential; `known_form` tells whether its form was right."""

    def __init__(self, *, known_form: bool) -> None:
        super().__init__()
        self.known_form = known_form


class Unreadable(Problem):
    """The body, query or content type cannot be parsed."""


class MissingField(Problem):
    """A required field or parameter is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class InvalidField(Problem):
    """A field or parameter is invalid; `allowed` lists an enum's values."""

    def __init__(self, name: str, *, allowed: tuple[Any, ...] | None = None, detail: str = "") -> None:
        super().__init__(detail)
        self.name, self.allowed = name, allowed


class NotFound(Problem):
    """No record of this kind has the id."""

    def __init__(self, kind: str, record_id: str) -> None:
        super().__init__(f"{kind} {record_id}")
        self.kind, self.record_id = kind, record_id


class Conflict(Problem):
    """The record's state forbids the change; `duplicate` names a duplicate's kind."""

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


class MockRefusal(Problem):
    """The mock declines before any provider; `detail` includes a hint."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Oversized(MockRefusal):
    """A part of the request is too large (413, 414 or 431)."""


class InvalidMockRequest(MockRefusal):
    """The request asks for something impossible, such as an invalid sandbox name."""

    def __init__(self, detail: str) -> None:
        super().__init__(400, detail)


class InternalError(Problem):
    """The mock failed; `detail` names the error, which is also logged."""


class InjectedFailure(Problem):
    """A failure on request; providers render every status from 400 to 599.

    Attributes:
        code: the provider's error code; empty: the one of the status.
        retry_after_s: value of `Retry-After`, or None.
    """

    def __init__(self, status: int, *, code: str = "", retry_after_s: int | None = None) -> None:
        super().__init__()
        self.status, self.code, self.retry_after_s = status, code, retry_after_s


class Unavailable(Problem):
    """Too many sandboxes or records; `detail` includes a hint."""


class TruncatedBody(Struct, frozen=True):
    """Size in bytes and hash of a body that the journal cuts.

    Attributes:
        part: `request` or `reply`.
    """

    part: str
    size: int
    sha256: str


class Exchange(Struct, frozen=True, kw_only=True):
    """One request with its reply, choices, violations and faults.

    Attributes:
        number: position in the sandbox's journal, from 1.
        at: the sandbox's time on arrival, milliseconds since 1970.
        operation: id of the operation; empty if the contract has none for the request.
        status: 0 without a reply.
        took_us: real time from the request's arrival to its reply, in microseconds.
        incomplete_parts: those of `request` and `reply` whose body is incomplete.
        faults: names as in `Mock-Fault`: a kind, or `KIND=WHAT`.
        real_ms: the machine's time on arrival, milliseconds since 1970; 0: unknown.
        truncated_bodies: the bodies that the journal cut.
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
    incomplete_parts: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    real_ms: int = 0
    truncated_bodies: tuple[TruncatedBody, ...] = ()
