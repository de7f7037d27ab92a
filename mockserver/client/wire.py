"""Convert requests and replies from and to the bytes of HTTP/1.1."""

from http import HTTPStatus
from typing import TYPE_CHECKING

import httptools

from mockserver.client.receiver import InProcessReply, Receiver

if TYPE_CHECKING:
    from mockserver.exchange import RawHeaders

import socket
from io import BufferedReader, BytesIO
from typing import Any

from mockserver.client.receiver import LateReplyError


class FakeConnection:
    """A connection without a network, for one request.

    Attributes:
        is_complete: whether the whole request was written.
    """

    def __init__(self, receiver: Receiver, base_url: str) -> None:
        """Take the receiver and the scheme and host of relative targets."""
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

    def answer(self, timeout_s: float | None) -> tuple[bytes, bool]:
        """Return the bytes of the reply, and whether they are complete.

        timeout_s: of the client; None: it has none.
        Raises: LateReplyError.
        """
        target = self._target.decode("latin-1")
        url = target if target.startswith(("http://", "https://")) else f"{self._base_url}{target}"
        method = self._parser.get_method().decode("ascii")
        return _bytes_of(self._receiver.send(method, url, self._headers, bytes(self._body), timeout_s=timeout_s))

    def on_url(self, url: bytes) -> None:
        """Note a piece of the target."""
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


class FakeSocket:
    """A socket without a network, for one request of a connection.

    Then the connection has no socket again, so none that a pool keeps leads here later.
    """

    def __init__(self, connection: Any, receiver: Receiver, base_url: str) -> None:
        self._connection = connection
        self._exchange = FakeConnection(receiver, base_url)
        self._timeout_s: float | None = _timeout(connection.timeout)

    def settimeout(self, seconds: float | None) -> None:
        """Note the client's timeout."""
        self._timeout_s = seconds

    def sendall(self, data: bytes) -> None:
        """Take the next bytes of the request."""
        self._exchange.write(data)

    def makefile(self, _mode: str) -> BufferedReader:
        """Return the reply.

        Raises: TimeoutError if it would be late.
        """
        self._connection.sock = None
        try:
            reply, _ = self._exchange.answer(self._timeout_s)
        except LateReplyError as late:
            raise TimeoutError(str(late)) from late
        return BufferedReader(BytesIO(reply))

    def setsockopt(self, *_option: Any) -> None:
        """Ignore options of a network."""

    def shutdown(self, _how: int) -> None:
        """Ignore the end of the connection."""

    def close(self) -> None:
        """Ignore the end of the connection."""


def attach(connection: Any, receiver: Receiver, base_url: str) -> None:
    """Replace the connection's socket by one that leads to the receiver."""
    if connection.sock is not None:
        connection.sock.close()
    connection.sock = FakeSocket(connection, receiver, base_url)
    connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere


def _timeout(timeout: Any) -> float | None:
    return timeout if timeout is None or isinstance(timeout, (int, float)) else socket.getdefaulttimeout()
