"""aiohttp, where a session asks its connector for a connection."""

import asyncio
from types import ModuleType
from typing import Any

from mockserver.client.interception.points import Point, Router
from mockserver.client.receiver import Late, Receiver
from mockserver.client.wire import Line


def _connect(original: Any, library: ModuleType, router: Router) -> Any:
    async def connect(connector: Any, request: Any, traces: Any, timeout: Any) -> Any:
        receiver = router.find(str(request.url))
        if receiver is None:
            return await original(connector, request, traces, timeout)
        return _connection(library, connector, request, Transport(receiver, _patience(timeout)))

    return connect


def _connection(library: Any, connector: Any, request: Any, transport: "Transport") -> Any:
    """Return a connection, as sessions use them, over the transport; no pool keeps it."""
    loop = asyncio.get_running_loop()
    protocol = library.ResponseHandler(loop=loop)
    transport.begin(protocol, f"{request.url.scheme}://{request.url.raw_authority}")
    protocol.force_close()
    return library.Connection(connector, request.connection_key, protocol, loop)


class Transport(asyncio.Transport):
    """Takes the bytes of one request, and gives those of its reply to the protocol."""

    def __init__(self, receiver: Receiver, patience_s: float | None) -> None:
        super().__init__()
        self._receiver = receiver
        self._patience_s = patience_s
        self._is_closing = False

    def begin(self, protocol: Any, base_url: str) -> None:
        """Connect the protocol."""
        self._protocol = protocol
        self._line = Line(self._receiver, base_url)
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        """Take the next bytes of the request; the reply comes when the caller has let go."""
        was_complete = self._line.is_complete
        self._line.write(data)
        if self._line.is_complete and not was_complete:
            asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        try:
            reply, is_whole = self._line.answer(self._patience_s)
        except Late as late:
            self._protocol.set_exception(_time_out(late))
        except Exception as error:  # it must reach the one who waits, which an event loop would not see to
            self._protocol.set_exception(error)
        else:
            if reply:
                self._protocol.data_received(reply)
            if not is_whole:
                self.close()

    def is_closing(self) -> bool:
        """Return whether nothing more comes."""
        return self._is_closing

    def close(self) -> None:
        """Tell the protocol that the connection has ended."""
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None:
        """Pass over the wish to get less at a time, as all is there already."""

    def resume_reading(self) -> None:
        """Pass over the wish to get more, as all was given already."""


def _patience(timeout: Any) -> float | None:
    return min((each for each in (timeout.total, timeout.sock_read) if each), default=None)


def _time_out(late: Late) -> Exception:
    from aiohttp import ServerTimeoutError

    return ServerTimeoutError(str(late))


POINTS = (Point("aiohttp.connector", "BaseConnector", "connect", _connect),)
