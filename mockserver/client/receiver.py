"""Answer requests of client libraries within the process."""

from typing import TYPE_CHECKING

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.http.app import App
from mockserver.http.in_process import ConnectionLostError, Response, call

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SELECTOR = b"mock-sandbox"
"""The header that names the sandbox; it beats the key, and unlike a path it leaves the links in replies as they are."""


class LateReplyError(Exception):
    """The reply would come after the client's timeout.

    Attributes:
        delay_s, timeout_s: seconds.
    """

    def __init__(self, delay_s: float, timeout_s: float) -> None:
        super().__init__(f"the mock waits {delay_s:g} s, the client {timeout_s:g} s")
        self.delay_s, self.timeout_s = delay_s, timeout_s


class InProcessReply(Struct, frozen=True):
    """The reply to a request, or what a fault left of it.

    Attributes:
        response: None if the connection ended before the reply.
        is_whole: False if the connection ended within the reply.
    """

    response: Response | None
    is_whole: bool = True


class Receiver(Struct, frozen=True):
    """Answer requests for one sandbox, whatever their key; a path that names another sandbox still selects that.

    Attributes:
        sandbox: its name; empty: path, header or key selects it.
    """

    app: App
    sandbox: str = ""

    def send(self, method: str, url: str, headers: RawHeaders, body: bytes, *, timeout_s: float | None = None) -> InProcessReply:
        """Answer a request. Delays take no time.

        timeout_s: of the client; None: it has none.
        Raises: LateReplyError.
        """

        async def pause(seconds: float) -> None:
            if timeout_s is not None and seconds >= timeout_s:
                raise LateReplyError(seconds, timeout_s)

        try:
            return InProcessReply(call(self.app, method, url, headers=self._addressed(headers), body=body, pause=pause))
        except ConnectionLostError as lost:
            return InProcessReply(lost.response, is_whole=False)

    def asgi(self) -> "ASGIApp":
        """Return the sandbox as an ASGI application, for clients that take one."""

        async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
            if scope["type"] == "http":
                scope = {**scope, "headers": self._addressed(list(scope["headers"]))}
            await self.app(scope, receive, send)

        return serve

    def _addressed(self, headers: RawHeaders) -> RawHeaders:
        if not self.sandbox:
            return headers
        return [each for each in headers if each[0].lower() != SELECTOR] + [(SELECTOR, self.sandbox.encode())]


__all__ = ["InProcessReply", "LateReplyError", "Receiver"]
