"""Routes of the control API, and the call that their functions are given."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from mockserver import notation
from mockserver.contract.encoding import MalformedError, decode_json, decode_pairs
from mockserver.control.problem import ControlError
from mockserver.conversion import mismatch_of
from mockserver.exchange import Reply
from mockserver.http.app import App
from mockserver.mock import MEGABYTE, Mock
from mockserver.state import Sandbox

if TYPE_CHECKING:
    from mockserver.judge.notes import Insights


class Empty(Struct, frozen=True, forbid_unknown_fields=True):
    """The body or query of a request that has nothing to say."""


class Stream(Struct, frozen=True):
    """A reply that goes on; it has the status 200.

    Attributes:
        chunks: what is sent as it comes; closed when the client leaves or the server ends.
    """

    chunks: AsyncGenerator[bytes]
    content_type: str


class ControlCall(Struct, frozen=True, kw_only=True):
    """A request to the control API, decoded.

    Attributes:
        routes: all routes of the control API.
        insights: what is known of the sandboxes' journals.
        name: the sandbox that is meant; it need not exist yet.
        base_url: the mock's base URL as this client sees it, without a sandbox.
        url: the base URL of the sandbox that is meant.
        path: names in the path.
        query: an instance of the route's `query`.
        body: an instance of the route's `body`.
        accept: the header of that name.
        last_event: the header `Last-Event-ID`, with which a client goes on with a stream.
        can_wait: whether there is a server that can wait; within the process there is none.
    """

    app: App
    routes: Sequence["ControlRoute"]
    insights: "Insights"
    name: str
    base_url: str
    url: str
    path: Mapping[str, str]
    query: Any
    body: Any
    accept: str = ""
    last_event: str = ""
    can_wait: bool = True

    @property
    def mock(self) -> Mock:
        """The mock that is controlled."""
        return self.app.mock

    def sandbox(self) -> Sandbox:
        """Return the sandbox, made if need be, after its due tasks.

        Raises: LimitError if there are too many.
        """
        sandbox = self.mock.sandboxes.get(self.name)
        sandbox.run_due()
        return sandbox

    def url_of(self, name: str) -> str:
        """Return the base URL of a sandbox."""
        return f"{self.base_url}/@{name}"


class ControlRoute(Struct, frozen=True, kw_only=True):
    """One thing that can be asked of the control API.

    Attributes:
        run: does it; the first line of its docstring, and what follows up to `Raises:`, are in the API's own document.
            it may be a coroutine function, which only a server can wait for.
        replies: status → what the reply's body is an instance of, None for no body.
        also: content types, other than JSON, that a reply of status 200 may have; such a reply is text.
        query: what the request's query becomes; only what is declared there is understood.
        body: what the request's body becomes; only what is declared there is understood.
        errors: status → when it is refused so, beside what any request may be refused for.
        max_body: bytes.
    """

    method: str
    path: str
    run: Callable[[ControlCall], Reply | Stream | Awaitable[Reply | Stream]]
    replies: Mapping[int, Any]
    also: Sequence[str] = ()
    query: Any = Empty
    body: Any = Empty
    errors: Mapping[int, str] = {}
    max_body: int = MEGABYTE

    @property
    def needs_body(self) -> bool:
        """Whether a request without a body is refused.

        What can be created from nothing needs none.

        What may be one thing or a list of them cannot.
        """
        return self.body is not Empty and (self.method != "POST" or not isinstance(self.body, type))


def read_query(query: bytes, route: ControlRoute) -> Any:
    """Return the query as the route takes it; the last value of a name counts.

    Raises: ControlError.
    """
    try:
        pairs = dict(decode_pairs(query))
    except MalformedError as error:
        raise ControlError(400, str(error), where="query") from error
    return _convert(pairs, route.query, "query", strict=False)


def read(body: bytes, headers: Mapping[bytes, bytes], route: ControlRoute) -> Any:
    """Return what the body says, as an instance of what the route takes.

    Raises: ControlError, DocumentError.
    """
    if not body:
        if route.needs_body:
            raise ControlError(400, "the request needs a JSON object", where="body", hint="/_mock/control.json says which")
        return route.body()
    is_yaml = b"yaml" in headers.get(b"content-type", b"").lower()
    return _convert(notation.parse(body, name="body") if is_yaml else _json(body), route.body, "body")


def _json(body: bytes) -> Any:
    try:
        return decode_json(body, notation.MAX_DEPTH)
    except MalformedError as error:
        hint = "send JSON, or YAML with `Content-Type: application/yaml`"
        raise ControlError(400, str(error), where="body", hint=hint) from error


def _convert(value: Any, kind: Any, where: str, *, strict: bool = True) -> Any:
    try:
        return msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError as error:
        found = mismatch_of(error, kind, value, where)
        raise ControlError(400, found.what, where=f"{where}{found.path}", hint=found.hint) from error
