"""Call the application in the caller's thread, without socket or event loop.

It only waits to read a body or to pause. Here the body is given and `pause` never suspends, so the coroutine runs in one step.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from mockserver.exchange import RawHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp

Pause = Callable[[float], Awaitable[None]]

HERE = "http://mock.localhost"
"""The origin of paths without one."""


class ConnectionLostError(Exception):
    """A fault ended the connection; `response` is any part that came."""

    def __init__(self, response: "Response | None") -> None:
        super().__init__("the mock ended the connection " + ("before it answered" if response is None else "within its answer"))
        self.response = response


class Response(msgspec.Struct, frozen=True):
    """The application's response."""

    status: int
    headers: RawHeaders
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the header's value, or None."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name.lower().encode()), None)

    def json(self) -> Any:
        """Return the decoded body."""
        return msgspec.json.decode(self.body)


async def no_pause(_seconds: float) -> None:
    """Let no time pass."""


def call(
    app: "ASGIApp",
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: bytes = b"",
    pause: Pause = no_pause,
) -> Response:
    """Send one request to the application and return its response.

    url: percent-encoded; a path alone is one of `http://mock.localhost`.
    pause: awaited with the seconds of a delay; it may raise.
    Raises: ConnectionLostError if a fault ends the connection.
    """
    parts = urlsplit(f"{HERE}{url}" if url.startswith("/") else url)
    raw_headers = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in raw_headers}
    if b"host" not in names:
        raw_headers.insert(0, (b"host", parts.netloc.encode()))
    if body and b"content-length" not in names:
        raw_headers.append((b"content-length", b"%d" % len(body)))
    scope = asgi_scope(method, parts, raw_headers)
    scope["mock.body"], scope["mock.pause"] = body, pause
    return _run(app, scope, body)


def asgi_scope(method: str, url: SplitResult, headers: RawHeaders) -> dict[str, Any]:
    """Return the ASGI scope of a request."""
    path = url.path or "/"
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": url.scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": (url.hostname, url.port or 80),
    }


def _run(app: "ASGIApp", scope: dict[str, Any], body: bytes) -> Response:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    def hang_up() -> None:
        raise ConnectionLostError(_response(sent, scope) if sent else None)

    scope["mock.hang_up"] = hang_up
    coroutine: Any = app(scope, receive, send)
    try:
        coroutine.send(None)
    except StopIteration:
        return _response(sent, scope)
    finally:
        coroutine.close()
    raise RuntimeError(f"{scope['path']} waits for something that only a server has; call it over a socket")


def _response(sent: list[Any], scope: dict[str, Any]) -> Response:
    chunks = [] if scope["method"] == "HEAD" else [message.get("body", b"") for message in sent[1:]]
    return Response(sent[0]["status"], list(sent[0]["headers"]), b"".join(chunks))
