"""A stand-in for the socket of `http.client`, and so of urllib, urllib3 and requests: it answers within the process.

Those libraries do the rest as they always do: retries, time-outs, cut-off replies, pooling and their own errors.
"""

import socket
from io import BufferedReader, BytesIO
from typing import Any

from mockserver.client.receiver import Late, Receiver
from mockserver.client.wire import Line


class Socket:
    """Takes one request of a connection and gives the reply; then the connection has no socket again.

    So no connection outlives its request, and none that a pool keeps leads here later.
    """

    def __init__(self, connection: Any, receiver: Receiver, origin: str) -> None:
        self._connection = connection
        self._line = Line(receiver, origin)
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


def attach(connection: Any, receiver: Receiver, origin: str) -> None:
    """Give the connection a socket that leads to the receiver, in place of the one that it may have."""
    if connection.sock is not None:
        connection.sock.close()
    connection.sock = Socket(connection, receiver, origin)
    connection.is_verified = True  # urllib3 warns of connections that are not; this one goes nowhere


def _patience(timeout: Any) -> float | None:
    return timeout if timeout is None or isinstance(timeout, (int, float)) else socket.getdefaulttimeout()
