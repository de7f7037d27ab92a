"""Requests and replies as the bytes of HTTP/1.1, for libraries that are reached where they write to a connection."""

from http import HTTPStatus
from typing import TYPE_CHECKING

import httptools

from mockserver.client.receiver import InProcessReply, Receiver

if TYPE_CHECKING:
    from mockserver.exchange import RawHeaders

import socket
from io import BufferedReader, BytesIO
from typing import Any

from mockserver.client.receiver import Late


class Line:
    """A connection of which nothing but the bytes is real; it takes one request.

    Attributes:
        is_complete: whether the whole request was written.
    """

    def __init__(self, receiver: Receiver, base_url: str) -> None:
        """Take the receiver, and what stands before a path: scheme and host."""
        self._receiver = receiver
        self._base_url = base_url
        self._target = b""
        self._headers: RawHeaders = []
        self._body = bytearray()
        self._parser = httptools.HttpRequestParser(self)
        self.is_complete = False

    def write(self, data: bytes) -> None:
        """Take the next bytes that the client sends."""
        self._parser.feed_data(data)

    def answer(self, patience_s: float | None) -> tuple[bytes, bool]:
        """Return the bytes that come back, and whether they are the whole reply.

        patience_s: how long the client waits for them, in seconds; None: for ever.
        Raises: Late.
        """
        target = self._target.decode("latin-1")
        url = target if target.startswith(("http://", "https://")) else f"{self._base_url}{target}"
        method = self._parser.get_method().decode("ascii")
        return _bytes_of(self._receiver.send(method, url, self._headers, bytes(self._body), patience_s=patience_s))

    def on_url(self, url: bytes) -> None:
        """Note the target, which comes in pieces if the client writes it so."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        """Note a piece of the body."""
        self._body += body

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self.is_complete = True


def _bytes_of(outcome: InProcessReply) -> tuple[bytes, bool]:
    response = outcome.response
    if response is None:
        return b"", False
    head = [f"HTTP/1.1 {response.status} {_phrase(response.status)}".encode()]
    head += [name + b": " + value for name, value in response.headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + response.body, outcome.is_whole


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


class Socket:
    """Takes one request of a connection and gives the reply; then the connection has no socket again.

    So no connection outlives its request, and none that a pool keeps leads here later.
    """

    def __init__(self, connection: Any, receiver: Receiver, base_url: str) -> None:
        self._connection = connection
        self._line = Line(receiver, base_url)
        self._patience_s: float | None = _patience(connection.timeout)

    def settimeout(self, seconds: float | None) -> None:
        """Note how long the client waits for a reply."""
        self._patience_s = seconds

    def sendall(self, data: bytes) -> None:
        """Take the next bytes of the request."""
        self._line.write(data)

    def makefile(self, _mode: str) -> BufferedReader:
        """Return the reply.

        Raises: TimeoutError if it would come too late.
        """
        self._connection.sock = None
        try:
            reply, _ = self._line.answer(self._patience_s)
        except Late as late:
            raise TimeoutError(str(late)) from late
        return BufferedReader(BytesIO(reply))

    def setsockopt(self, *_option: Any) -> None:
        """Pass over what only a network knows."""

    def shutdown(self, _how: int) -> None:
        """Pass over the end of a connection that is none."""

    def close(self) -> None:
        """Pass over the end of a connection that is none."""


def attach(connection: Any, receiver: Receiver, base_url: str) -> None:
    """Give the connection a socket that leads to the receiver, in place of the one that it may have."""
    if connection.sock is not None:
        connection.sock.close()
    connection.sock = Socket(connection, receiver, base_url)
    connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere


def _patience(timeout: Any) -> float | None:
    return timeout if timeout is None or isinstance(timeout, (int, float)) else socket.getdefaulttimeout()
