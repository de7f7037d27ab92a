"""Send a webhook delivery over HTTP or to an in-process application."""

import asyncio
import inspect
import io
import sys
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit
from wsgiref.util import setup_testing_defaults

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.http.in_process import asgi_scope
from mockserver.state.clock import stopwatch_us
from mockserver.webhooks import APP, Delivery

MAX_ANSWER = 2_048
"""Bytes of a receiver's response that are kept."""

Application = Callable[..., Any]
Scope = dict[str, Any]
HOST = "receiver.localhost"

_PATH = "/%:@!$&'()*+,;=~?"
_LOCAL = "localhost"


class DeliveryResult(Struct, frozen=True):
    """The result of an attempt: a status, or 0 and an error."""

    status: int = 0
    body: bytes = b""
    error: str = ""
    took_ms: float = 0


class Deadline:
    """A moment of the machine's time."""

    def __init__(self, seconds: float) -> None:
        self._at_us = stopwatch_us() + int(seconds * 1_000_000)

    def left_s(self) -> float:
        """Return the seconds until then, or raise TimeoutError."""
        left = (self._at_us - stopwatch_us()) / 1_000_000
        if left <= 0:
            raise TimeoutError
        return left


def deliver(delivery: Delivery, app: Application | None, timeout_s: float) -> DeliveryResult:
    """Send the delivery to its URL or its application."""
    if app is None:
        return send(delivery.url, delivery.headers, delivery.body, timeout_s)
    target = delivery.url.removeprefix(f"{APP}{delivery.endpoint}")
    return hand_over(app, target or "/", delivery.headers, delivery.body, timeout_s)


def send(url: str, headers: RawHeaders, body: bytes, timeout_s: float) -> DeliveryResult:
    """POST once, without redirects; nothing that the receiver does raises an error."""
    try:
        return _exchange(urlsplit(url), headers, body, Deadline(timeout_s))
    except TimeoutError:
        return DeliveryResult(error=f"no answer came within {timeout_s:g} s")
    except OSError as error:
        return DeliveryResult(error=error.strerror or type(error).__name__)
    except (HTTPException, ValueError) as error:
        return DeliveryResult(error=f"no answer of HTTP came: {type(error).__name__}")


def _exchange(url: SplitResult, headers: RawHeaders, body: bytes, deadline: Deadline) -> DeliveryResult:
    connection = _connection(url, deadline)
    try:
        connection.connect()
        connection.sock.settimeout(deadline.left_s())
        connection.putrequest("POST", _target(url), skip_host=True, skip_accept_encoding=True)
        for name, value in [(b"host", _host(url)), *headers, (b"content-length", b"%d" % len(body)), (b"connection", b"close")]:
            connection.putheader(name.decode("latin-1"), value)
        connection.endheaders(body)
        with HTTPResponse(_Timed(connection.sock, deadline), method="POST") as answer:  # type: ignore[arg-type]
            answer.begin()
            return DeliveryResult(answer.status, answer.read(MAX_ANSWER))
    finally:
        connection.close()


def _connection(url: SplitResult, deadline: Deadline) -> HTTPConnection:
    """Return a connection; names below `localhost` are not resolved."""
    host = url.hostname or ""
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return kind(_LOCAL if host.endswith(f".{_LOCAL}") else host, url.port, timeout=deadline.left_s())


def _host(url: SplitResult) -> bytes:
    return url.netloc.rpartition("@")[2].encode("idna" if not url.netloc.isascii() else "ascii")


def _target(url: SplitResult) -> str:
    query = f"?{url.query}" if url.query else ""
    return quote(f"{url.path or '/'}{query}", safe=_PATH)


class _Timed(io.RawIOBase):
    """A socket's file whose reads end at the deadline."""

    def __init__(self, source: socket, deadline: Deadline) -> None:
        self._source = source
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._source.settimeout(self._deadline.left_s())
        return self._source.recv_into(buffer)


def hand_over(app: Application, target: str, headers: RawHeaders, body: bytes, timeout_s: float) -> DeliveryResult:
    """POST to the application once; nothing that it does raises an error.

    An ASGI application runs in its own event loop and is cancelled at the timeout; a WSGI application cannot be interrupted.
    """
    sent = [(b"host", HOST.encode()), *headers, (b"content-length", b"%d" % len(body))]
    scope = asgi_scope("POST", urlsplit(f"http://{HOST}{target}"), sent)
    try:
        return asyncio.run(_call_asgi(app, scope, body, timeout_s)) if _is_asgi(app) else _call_wsgi(app, scope, body)
    except TimeoutError:
        return DeliveryResult(error=f"no answer came within {timeout_s:g} s")
    except Exception as error:  # whatever the application does, it is no failure of the mock
        return DeliveryResult(error=f"the application raised {type(error).__name__}: {error}"[:200])


def _is_asgi(app: Application) -> bool:
    called = app if inspect.isroutine(app) else type(app).__call__
    return inspect.iscoroutinefunction(called)


async def _call_asgi(app: Application, scope: Scope, body: bytes, timeout_s: float) -> DeliveryResult:
    sent: list[dict[str, Any]] = []
    inbox: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return inbox.pop() if inbox else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(timeout_s):
        await app(scope | {"path": unquote_to_bytes(scope["raw_path"]).decode("utf-8", "replace")}, receive, send)
    if not sent:
        return DeliveryResult(error="the application answered nothing")
    return DeliveryResult(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])[:MAX_ANSWER])


def _call_wsgi(app: Application, scope: Scope, body: bytes) -> DeliveryResult:
    status: list[str] = []

    def start_response(line: str, _headers: Any, _exc_info: Any = None) -> Callable[[bytes], object]:
        status[:] = [line]
        return written.write

    written = io.BytesIO()
    chunks: Iterable[bytes] = app(_environ(scope, body), start_response)
    try:
        for chunk in chunks:
            written.write(chunk)
    finally:
        getattr(chunks, "close", lambda: None)()
    return DeliveryResult(int(status[0].split()[0]), written.getvalue()[:MAX_ANSWER])


def _environ(scope: Scope, body: bytes) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode(),
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.decode("latin-1")
    setup_testing_defaults(environ)
    return environ
