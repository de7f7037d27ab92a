"""Patch aiohttp where a session asks its connector for a connection."""

import asyncio
from types import ModuleType
from typing import Any

from mockserver.client.interception.patches import Patch, Router
from mockserver.client.receiver import LateReplyError, Receiver
from mockserver.client.wire import FakeConnection


def _connect(original: Any, library: ModuleType, router: Router) -> Any:
    async def connect(connector: Any, request: Any, traces: Any, timeout: Any) -> Any:
        receiver = router.find(str(request.url))
        if receiver is None:
            return await original(connector, request, traces, timeout)
        return _connection(library, connector, request, Transport(receiver, _timeout(timeout)))

    return connect


def _connection(library: Any, connector: Any, request: Any, transport: "Transport") -> Any:
    """Return a connection over the transport that no pool keeps."""
    loop = asyncio.get_running_loop()
    protocol = library.ResponseHandler(loop=loop)
    transport.begin(protocol, f"{request.url.scheme}://{request.url.raw_authority}")
    protocol.force_close()
    return library.Connection(connector, request.connection_key, protocol, loop)


class Transport(asyncio.Transport):
    """Take the bytes of one request, and pass those of its reply to the protocol."""

    def __init__(self, receiver: Receiver, timeout_s: float | None) -> None:
        super().__init__()
        self._receiver = receiver
        self._timeout_s = timeout_s
        self._is_closing = False

    def begin(self, protocol: Any, base_url: str) -> None:
        """Connect the protocol."""
        self._protocol = protocol
        self._exchange = FakeConnection(self._receiver, base_url)
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        """Take the next bytes of the request; the reply follows in the next turn of the event loop."""
        was_complete = self._exchange.is_complete
        self._exchange.write(data)
        if self._exchange.is_complete and not was_complete:
            asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        try:
            reply, is_whole = self._exchange.answer(self._timeout_s)
        except LateReplyError as late:
            self._protocol.set_exception(_time_out(late))
        except Exception as error:  # the caller waits for it; an event loop would only log it
            self._protocol.set_exception(error)
        else:
            if reply:
                self._protocol.data_received(reply)
            if not is_whole:
                self.close()

    def is_closing(self) -> bool:
        """Return whether the connection has ended."""
        return self._is_closing

    def close(self) -> None:
        """Tell the protocol that the connection has ended."""
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None:
        """Ignore it: all bytes are there already."""

    def resume_reading(self) -> None:
        """Ignore it: all bytes were passed on already."""


def _timeout(timeout: Any) -> float | None:
    return min((each for each in (timeout.total, timeout.sock_read) if each), default=None)


def _time_out(late: LateReplyError) -> Exception:
    from aiohttp import ServerTimeoutError

    return ServerTimeoutError(str(late))


PATCHES = (Patch("aiohttp.connector", "BaseConnector", "connect", _connect),)
