"""Routes of the control API, and their calls."""

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
    """An empty body or query."""


class Stream(Struct, frozen=True):
    """A streamed reply with status 200; chunks are closed at the end."""

    chunks: AsyncGenerator[bytes]
    content_type: str


class ControlCall(Struct, frozen=True, kw_only=True):
    """A decoded request to the control API.

    Attributes:
        name: the selected sandbox, which may not exist yet.
        base_url: the mock's base URL as the client sees it; `url` is that of the sandbox.
        path: the path's parameters.
        query, body: instances of the route's types.
        can_wait: false for in-process calls, which have no event loop.
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
    headers: Mapping[bytes, bytes]
    can_wait: bool

    @property
    def mock(self) -> Mock:
        """The controlled mock."""
        return self.app.mock

    def sandbox(self) -> Sandbox:
        """Return the sandbox, created if needed, after its due tasks.

        Raises: LimitError if there are too many.
        """
        sandbox = self.mock.sandboxes.get(self.name)
        sandbox.run_due()
        return sandbox


class ControlRoute(Struct, frozen=True):
    """A route of the control API.

    Attributes:
        run: handler, sync or async, whose docstring is the route's documentation; its errors become problems.
        replies: status → type of the body; None: no body.
        also: further content types of a 200; such a body is text.
        query, body: types of the request's parts; unknown fields are refused.
        errors: status → reason, beside the refusals of any request.
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
        """Whether an empty body is refused, unlike a POST with defaults."""
        return self.body is not Empty and (self.method != "POST" or not isinstance(self.body, type))


def read_query(query: bytes, route: ControlRoute) -> Any:
    """Decode the query; the last value of a name counts.

    Raises: ControlError.
    """
    try:
        pairs = dict(decode_pairs(query))
    except MalformedError as error:
        raise ControlError(400, str(error), where="query") from error
    return _convert(pairs, route.query, "query", strict=False)


def read(body: bytes, headers: Mapping[bytes, bytes], route: ControlRoute) -> Any:
    """Decode the body.

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
