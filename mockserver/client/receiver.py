"""One sandbox as the adapters of client libraries see it: they give it a request, and get what a wire would have brought."""

from typing import TYPE_CHECKING

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.http.app import App
from mockserver.http.in_process import ConnectionLostError, Response, call

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SELECTOR = b"mock-sandbox"
"""The header that names the sandbox; it beats the key, and unlike a path it leaves the links in replies as they are."""


class Late(Exception):  # noqa: N818 - told to an adapter, which raises the time-out of its own library
    """The reply would have come after the client's patience has ended.

    Attributes:
        after_s, patience_s: seconds.
    """

    def __init__(self, after_s: float, patience_s: float) -> None:
        super().__init__(f"the mock waits {after_s:g} s, the client {patience_s:g} s")
        self.after_s, self.patience_s = after_s, patience_s


class InProcessReply(Struct, frozen=True):
    """What came of a request.

    Attributes:
        response: None if the connection ended before anything came.
        is_whole: False if the connection ended within the reply, which then is all that came of it.
    """

    response: Response | None
    is_whole: bool = True


class Receiver(Struct, frozen=True):
    """Takes requests for one sandbox, whatever key they carry; a path that names another sandbox still goes there.

    Attributes:
        sandbox: its name; empty: requests go where their path, header or key says.
    """

    app: App
    sandbox: str = ""

    def send(self, method: str, url: str, headers: RawHeaders, body: bytes, *, patience_s: float | None = None) -> InProcessReply:
        """Have the request answered.

        patience_s: how long the client waits for a reply, in seconds; None: for ever. No time really passes.
        Raises: Late.
        """

        async def pause(seconds: float) -> None:
            if patience_s is not None and seconds >= patience_s:
                raise Late(seconds, patience_s)

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


__all__ = ["InProcessReply", "Late", "Receiver"]
