"""Patch aiohttp where a session asks its connector for a connection."""

import asyncio
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mockserver.client.fake_connection import FakeConnection
from mockserver.client.in_process_target import LateReplyError
from mockserver.client.interception.patches import Patch

if TYPE_CHECKING:
    from mockserver.client.interception import ActiveInterceptions


def _connect(original: Any, library: ModuleType, active: "ActiveInterceptions") -> Any:
    async def connect(connector: Any, request: Any, traces: Any, timeout: Any) -> Any:
        target = active.find(str(request.url))
        if target is None:
            return await original(connector, request, traces, timeout)
        loop = asyncio.get_running_loop()
        protocol = library.ResponseHandler(loop=loop)
        fake = FakeConnection(target, f"{request.url.scheme}://{request.url.raw_authority}")
        timeout_s = min((each for each in (timeout.total, timeout.sock_read) if each), default=None)
        protocol.connection_made(Transport(protocol, fake, timeout_s))
        protocol.force_close()  # no pool keeps the connection
        return library.Connection(connector, request.connection_key, protocol, loop)

    return connect


class Transport(asyncio.Transport):
    """Answer the bytes of one request with those of its reply."""

    def __init__(self, protocol: Any, connection: FakeConnection, timeout_s: float | None) -> None:
        super().__init__()
        self._protocol = protocol
        self._exchange = connection
        self._timeout_s = timeout_s
        self._is_closing = False

    def write(self, data: Any) -> None:
        """Take bytes of the request; once complete, schedule the reply."""
        was_complete = self._exchange.is_complete
        self._exchange.write(data)
        if self._exchange.is_complete and not was_complete:
            asyncio.get_running_loop().call_soon(self._answer)

    def _answer(self) -> None:
        try:
            reply, is_whole = self._exchange.answer(self._timeout_s)
        except LateReplyError as late:
            from aiohttp import ServerTimeoutError

            self._protocol.set_exception(ServerTimeoutError(str(late)))
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
        """Ignore it: all bytes are passed on at once."""

    resume_reading = pause_reading


PATCHES = (Patch("aiohttp.connector", "BaseConnector", "connect", _connect),)
