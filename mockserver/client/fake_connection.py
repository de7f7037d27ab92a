"""Answer the bytes of HTTP/1.1 requests without a network."""

import socket
from http import HTTPStatus
from io import BufferedReader, BytesIO
from types import SimpleNamespace
from typing import Any

import httptools

from mockserver.client.in_process_target import InProcessTarget, LateReplyError
from mockserver.http.in_process import ConnectionLostError, Response

_PHRASES = {each.value: each.phrase for each in HTTPStatus}


class FakeConnection:
    """A connection for one request; `base_url` is for relative targets."""

    def __init__(self, target: InProcessTarget, base_url: str) -> None:
        self.is_complete = False
        self._target = target
        self._base_url = base_url
        self._url: list[bytes] = []
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._parser = httptools.HttpRequestParser(
            SimpleNamespace(
                on_url=self._url.append,
                on_header=lambda *header: self._headers.append(header),
                on_body=self._body.append,
                on_message_complete=self._complete,
            )
        )

    def write(self, data: bytes) -> None:
        """Parse the next bytes of the request."""
        self._parser.feed_data(data)

    def answer(self, timeout_s: float | None) -> tuple[bytes, bool]:
        """Return the bytes of the reply, and whether they are complete.

        Raises: LateReplyError.
        """
        sent_url = b"".join(self._url).decode("latin-1")
        url = sent_url if sent_url.startswith(("http://", "https://")) else f"{self._base_url}{sent_url}"
        method = self._parser.get_method().decode("ascii")
        try:
            return _bytes_of(self._target.send(method, url, self._headers, b"".join(self._body), timeout_s=timeout_s)), True
        except ConnectionLostError as lost:
            return _bytes_of(lost.response) if lost.response else b"", False

    def _complete(self) -> None:
        self.is_complete = True


def attach(connection: Any, target: InProcessTarget, base_url: str) -> None:
    """Replace the connection's socket by one that leads to the target."""
    if connection.sock is not None:
        connection.sock.close()
    connection.sock = _FakeSocket(connection, target, base_url)
    connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere


class _FakeSocket:
    """Socket for one request; detached afterwards."""

    def __init__(self, connection: Any, target: InProcessTarget, base_url: str) -> None:
        timeout = connection.timeout
        self._connection = connection
        self._exchange = FakeConnection(target, base_url)
        self.sendall = self._exchange.write
        self.settimeout(timeout if timeout is None or isinstance(timeout, (int, float)) else socket.getdefaulttimeout())

    def settimeout(self, seconds: float | None) -> None:
        self._timeout_s = seconds

    def makefile(self, _mode: str) -> BufferedReader:
        self._connection.sock = None
        try:
            reply, _ = self._exchange.answer(self._timeout_s)
        except LateReplyError as late:
            raise TimeoutError(str(late)) from late
        return BufferedReader(BytesIO(reply))

    def close(self, *_ignored: Any) -> None:
        pass

    setsockopt = shutdown = close


def _bytes_of(response: Response) -> bytes:
    head = [f"HTTP/1.1 {response.status} {_PHRASES.get(response.status, '')}".encode()]
    head += [name + b": " + value for name, value in response.headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + response.body
