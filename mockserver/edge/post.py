"""Sends one webhook delivery over HTTP: a single POST that follows no redirect and is over when its time is."""

import io
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import socket
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.state.clock import stopwatch_us

MAX_ANSWER = 2_048
"""Bytes of a receiver's answer that are kept."""

_PATH = "/%:@!$&'()*+,;=~?"
_LOCAL = "localhost"


class DeliveryResult(Struct, frozen=True):
    """What became of an attempt.

    Attributes:
        status: 0 if no answer came.
        error: why none came.
    """

    status: int = 0
    body: bytes = b""
    error: str = ""
    took_ms: float = 0


class Deadline:
    """A moment of the machine's time by which something is over."""

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


def send(url: str, headers: RawHeaders, body: bytes, timeout_s: float) -> DeliveryResult:
    """Send the delivery and return what came of it; nothing that the receiver does raises an error."""
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
    """Return a connection; names below `localhost` are this machine, whatever a resolver says of them."""
    host = url.hostname or ""
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    return kind(_LOCAL if host.endswith(f".{_LOCAL}") else host, url.port, timeout=deadline.left_s())


def _host(url: SplitResult) -> bytes:
    return url.netloc.rpartition("@")[2].encode("idna" if not url.netloc.isascii() else "ascii")


def _target(url: SplitResult) -> str:
    query = f"?{url.query}" if url.query else ""
    return quote(f"{url.path or '/'}{query}", safe=_PATH)


class _Timed(io.RawIOBase):
    """Reads from a socket for as long as there is time; a receiver that drips does not get more of it."""

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
