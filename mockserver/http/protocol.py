"""uvicorn's HTTP protocols with bounded heads, one-piece replies and no upgrades."""

import asyncio
from typing import Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 262_144
"""Bytes above which an unfinished head is refused; the guard allows fewer."""

MAX_URL_BYTES = 60_000
"""Bytes kept of a URL: between the limits of guard and httptools."""


class OnePiece:
    """A transport that writes a reply's head and body in one piece.

    A head waits for its body until the event loop's next turn at the latest.
    """

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        """Write the data after the waiting head; keep a new head."""
        if self._head is not None:
            data, self._head = self._head + data, None
            self._transport.write(data)
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection when all is written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class HttpTools(HttpToolsProtocol):
    """httptools with bounded heads, which ignores every offer to upgrade."""

    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(cast("asyncio.Transport", OnePiece(transport, self.loop)))

    def data_received(self, data: bytes) -> None:
        """Read what came."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._pass_over(data[offer.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        else:
            if self._in_head:
                self._count(len(data))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._in_head = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Keep enough of the URL to see whether it is too long."""
        self.url = (self.url + url)[:MAX_URL_BYTES]

    def on_headers_complete(self) -> None:
        """End the head, and begin to answer."""
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()
        self.scope["mock.hang_up"] = self.transport.close  # type: ignore[typeddict-unknown-key]

    def _should_upgrade(self) -> bool:
        # Only asked where the parser found an offer: what it takes for the request's end is then not to be believed.
        return True

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self.send_400_response("The head of the request is too long.")

    def _pass_over(self, rest: bytes) -> None:
        """Read the request again without its offer, then the rest."""
        method = self.scope["method"].encode()
        if method == b"CONNECT":
            self.send_400_response("This is not a proxy.")
            return
        version = self.scope["http_version"].encode()
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        lines = [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.data_received(b"".join([b"%s %s HTTP/%s\r\n" % (method, self.url, version), *lines, b"\r\n", rest]))


def h11_protocol() -> type[asyncio.Protocol]:
    """Return the protocol of h11, the parser in plain Python."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class H11(H11Protocol):
        """h11, which ignores every offer to upgrade."""

        def _should_upgrade(self) -> bool:
            # The first that is asked once there is a scope, and before anyone sees it.
            self.scope["mock.hang_up"] = self.transport.close  # type: ignore[typeddict-unknown-key]
            return super()._should_upgrade()

        def _unsupported_upgrade_warning(self) -> None:
            """Skip uvicorn's warning of a missing WebSocket library."""

    return H11
