"""Send one webhook delivery: over HTTP, or to an application of this process."""

import asyncio
import inspect
import io
import sys
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import SplitResult, quote, unquote_to_bytes, urlsplit

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.state.clock import stopwatch_us
from mockserver.webhooks import APP, Delivery

MAX_ANSWER = 2_048
"""Bytes of a receiver's response that are kept."""

Application = Callable[..., Any]
HOST = "receiver.localhost"
PATH = "/"

_PATH = "/%:@!$&'()*+,;=~?"
_LOCAL = "localhost"


class DeliveryResult(Struct, frozen=True):
    """The result of an attempt.

    Attributes:
        status: 0 if no response came.
        error: why none came.
    """

    status: int = 0
    body: bytes = b""
    error: str = ""
    took_ms: float = 0


class Deadline:
    """A moment of the machine's time."""

    def __init__(self, seconds: float) -> None:
        self._at_us = stopwatch_us() + int(seconds * 1_000_000)

    def left_s(self) -> float:
        """Return the seconds until then.

        Raises: TimeoutError if there are none.
        """
        left = (self._at_us - stopwatch_us()) / 1_000_000
        if left <= 0:
            raise TimeoutError
        return left


def deliver(delivery: Delivery, app: Application | None, timeout_s: float) -> DeliveryResult:
    """Send the delivery to its URL, or to the application in place of it."""
    if app is None:
        return send(delivery.url, delivery.headers, delivery.body, timeout_s)
    target = delivery.url.removeprefix(f"{APP}{delivery.endpoint}")
    return hand_over(app, Parcel(delivery.headers, delivery.body, target or PATH), timeout_s)


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
    """Return a connection; names below `localhost` are this machine, whatever a resolver says."""
    host = url.hostname or ""
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return kind(_LOCAL if host.endswith(f".{_LOCAL}") else host, url.port, timeout=deadline.left_s())


def _host(url: SplitResult) -> bytes:
    return url.netloc.rpartition("@")[2].encode("idna" if not url.netloc.isascii() else "ascii")


def _target(url: SplitResult) -> str:
    query = f"?{url.query}" if url.query else ""
    return quote(f"{url.path or '/'}{query}", safe=_PATH)


class _Timed(io.RawIOBase):
    """Reads from a socket until the deadline, also from a receiver that drips."""

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


class Parcel:
    """A POST to an application.

    Attributes:
        path, query: percent-encoded.
    """

    def __init__(self, headers: RawHeaders, body: bytes, target: str = PATH) -> None:
        self.headers = [(b"host", HOST.encode()), *headers, (b"content-length", b"%d" % len(body))]
        self.body = body
        self.path, _, self.query = target.partition("?")


def hand_over(app: Application, parcel: Parcel, timeout_s: float) -> DeliveryResult:
    """Call the application with the parcel; an error of the application is a failed delivery.

    An ASGI application runs in an event loop that is made for this call, and is cancelled when the time is over; a WSGI
    application cannot be interrupted.
    """
    try:
        if _is_asgi(app):
            return asyncio.run(_call_asgi(app, parcel, timeout_s))
        return _call_wsgi(app, parcel)
    except TimeoutError:
        return DeliveryResult(error=f"no answer came within {timeout_s:g} s")
    except Exception as error:  # whatever the application does, it is no failure of the mock
        return DeliveryResult(error=f"the application raised {type(error).__name__}: {error}"[:200])


def _is_asgi(app: Application) -> bool:
    called = app if inspect.isroutine(app) else type(app).__call__
    return inspect.iscoroutinefunction(called)


async def _call_asgi(app: Application, parcel: Parcel, timeout_s: float) -> DeliveryResult:
    sent: list[dict[str, Any]] = []
    inbox: list[dict[str, Any]] = [{"type": "http.request", "body": parcel.body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return inbox.pop() if inbox else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(timeout_s):
        await app(_scope(parcel), receive, send)
    if not sent:
        return DeliveryResult(error="the application answered nothing")
    return DeliveryResult(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])[:MAX_ANSWER])


def _scope(parcel: Parcel) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": unquote_to_bytes(parcel.path).decode("utf-8", "replace"),
        "raw_path": parcel.path.encode(),
        "query_string": parcel.query.encode(),
        "root_path": "",
        "headers": list(parcel.headers),
        "client": ("127.0.0.1", 0),
        "server": (HOST, 80),
    }


def _call_wsgi(app: Application, parcel: Parcel) -> DeliveryResult:
    status: list[str] = []

    def start_response(line: str, _headers: Any, _exc_info: Any = None) -> Callable[[bytes], object]:
        status[:] = [line]
        return written.write

    written = io.BytesIO()
    chunks: Iterable[bytes] = app(_environ(parcel), start_response)
    try:
        for chunk in chunks:
            written.write(chunk)
    finally:
        getattr(chunks, "close", lambda: None)()
    return DeliveryResult(int(status[0].split()[0]), written.getvalue()[:MAX_ANSWER])


def _environ(parcel: Parcel) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parcel.path).decode("latin-1"),
        "QUERY_STRING": parcel.query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(parcel.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in parcel.headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value.decode("latin-1")
    return environ
