"""Answer requests of client libraries within the process."""

from typing import TYPE_CHECKING

from msgspec import Struct

from mockserver.exchange import RawHeaders
from mockserver.http.app import App
from mockserver.http.in_process import Response, call

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

SELECTOR = b"mock-sandbox"
"""Header that selects the sandbox before the key, and leaves links unchanged."""


class LateReplyError(Exception):
    """The reply would come after the client's timeout."""


class InProcessTarget(Struct, frozen=True):
    """Answer requests for one sandbox, whatever their key.

    sandbox: its name; empty: path, header or key selects it. A path that names another sandbox always does.
    """

    app: App
    sandbox: str = ""

    def send(self, method: str, url: str, headers: RawHeaders, body: bytes, *, timeout_s: float | None) -> Response:
        """Answer a request. Delays take no time.

        timeout_s: of the client; None: it has none.
        Raises: LateReplyError; ConnectionLostError with what a fault left of the reply.
        """

        async def pause(seconds: float) -> None:
            if timeout_s is not None and seconds >= timeout_s:
                raise LateReplyError(f"the mock waits {seconds:g} s, the client {timeout_s:g} s")

        return call(self.app, method, url, headers=self._addressed(headers), body=body, pause=pause)

    def asgi(self) -> "ASGIApp":
        """Return the sandbox as an ASGI application."""

        async def serve(scope: "Scope", receive: "Receive", send: "Send") -> None:
            if scope["type"] == "http":
                scope = {**scope, "headers": self._addressed(list(scope["headers"]))}
            await self.app(scope, receive, send)

        return serve

    def _addressed(self, headers: RawHeaders) -> RawHeaders:
        if not self.sandbox:
            return headers
        return [each for each in headers if each[0].lower() != SELECTOR] + [(SELECTOR, self.sandbox.encode())]
