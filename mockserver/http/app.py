"""Turn HTTP into requests for the pipeline, and its replies into HTTP.

`/_mock` is an application of its own, imported at its first request; nothing else here is imported late.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from msgspec import Struct

from mockserver.errors import BadNameError, LimitError
from mockserver.exchange import InternalError, InvalidMockRequest, Problem, RawHeaders, Request, Unavailable
from mockserver.http import guard
from mockserver.http.broken_replies import send_disturbed
from mockserver.http.guard import Disconnected
from mockserver.http.webhook_delivery import WebhookSender
from mockserver.mock import Mock
from mockserver.pipeline import EncodedReply
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.state.clock import stopwatch_us
from mockserver.state.sandbox import DEFAULT

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

CONTROL = "/_mock"

_log = logging.getLogger("mockserver")


class RequestPath(Struct, frozen=True):
    """A request's path, percent-encoded: mount point and `/@sandbox`, then the rest.

    `sandbox` is the name in the prefix; empty if there is none.
    """

    path: str
    prefix: str
    sandbox: str = ""

    @property
    def is_control(self) -> bool:
        """Whether the path belongs to the control API."""
        return self.path.startswith(CONTROL) and self.path[len(CONTROL) : len(CONTROL) + 1] in ("", "/")


class App:
    """The ASGI application of a mock; `shutdown_callbacks` end open streams."""

    def __init__(self, mock: Mock, control: Callable[["App"], "ASGIApp"]) -> None:
        self.mock = mock
        self.webhook_sender = WebhookSender(mock)
        self.shutdown_callbacks: set[Callable[[], object]] = set()
        self._is_started = False
        self._make_control = control
        self._control: ASGIApp | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve one connection of the ASGI protocol."""
        if scope["type"] == "http" and "mock.body" in scope:
            with self.mock.lock:  # within the process, threads take turns; nothing is waited for meanwhile
                await self._serve(scope, receive, send)
        elif scope["type"] == "http":
            if not self._is_started:  # a mounted application has no lifespan
                self.start()
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def start(self) -> None:
        """Begin timers and deliveries in the running event loop."""
        self._is_started = True
        for sandbox in self.mock.sandboxes:
            self.webhook_sender.send_soon(sandbox)

    def end(self) -> None:
        """End open streams and timers; the application may be started again."""
        self._is_started = False
        for end in list(self.shutdown_callbacks):
            end()
        self.webhook_sender.stop()

    async def _serve(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        scope["mock.arrived_us"] = stopwatch_us()
        path = path_of(scope)
        if path.is_control:
            await self._serve_control(scope, path, receive, send)
            return
        headers = dict(scope["headers"])
        if guard.is_preflight(scope["method"], headers):
            await _send(send, 204, guard.preflight_headers(headers, self._methods()), b"")
            return
        settings = self.mock.settings
        if settings.latency_ms:
            await scope.get("mock.pause", asyncio.sleep)(settings.latency_ms / 1000)
        problem = guard.head_problem(path.path, scope["query_string"], scope["headers"])
        body = None
        if problem is None and guard.has_body(headers):
            try:
                body = await guard.read_body(scope, receive, headers, settings.max_body)
            except Problem as refusal:
                problem = refusal
            except Disconnected:
                return
        request = _request(scope, path, headers, body, settings.public_url)
        reply = await self._reply(scope, path, request, problem)
        reply_headers = reply.headers + guard.reply_headers(headers)
        if reply.wire:
            await send_disturbed(scope, receive, send, reply, reply_headers)
        else:
            await _send(send, reply.status, reply_headers, reply.body)

    async def _reply(self, scope: "Scope", path: RequestPath, request: Request, problem: Problem | None) -> EncodedReply:
        """Return the pipeline's reply after the delays of faults, then send webhooks."""
        pipeline, disturbance = self.mock.pipeline, None
        matched = pipeline.match_route(request.path)
        try:
            sandbox = self._sandbox(matched.provider, request, path.sandbox)
        except (LimitError, BadNameError) as error:
            refused = Unavailable if isinstance(error, LimitError) else InvalidMockRequest
            return pipeline.reply_without_sandbox(matched, request, refused(str(error)))
        if (sandbox.faults.armed or b"prefer" in request.headers) and problem is None:
            disturbance = pipeline.apply_faults(matched, sandbox, request)
            if disturbance is not None and disturbance.delay_ms:
                await scope.get("mock.pause", asyncio.sleep)(disturbance.delay_ms / 1000)
        try:
            with self.mock.lock:
                reply = pipeline.answer(matched, sandbox, request, problem, disturbance)
        except Exception as error:
            if self.mock.settings.raise_errors:
                raise
            _log.exception("%s %s failed in the mock itself", request.method, request.path)
            reply = pipeline.reply_to_crash(matched, sandbox, request, InternalError(f"{type(error).__name__}: {error}"))
        if sandbox.state.endpoints:
            self.webhook_sender.send_soon(sandbox)
        return reply

    def _sandbox(self, provider: Provider | None, request: Request, in_path: str) -> Sandbox:
        """Return the sandbox: path beats header beats key beats the default one."""
        sandboxes = self.mock.sandboxes
        name = in_path or request.header(b"mock-sandbox")
        if name or provider is None:
            return sandboxes.get(name or DEFAULT)
        return sandboxes.selected_by(provider.credential(request))

    async def _serve_control(self, scope: "Scope", path: RequestPath, receive: "Receive", send: "Send") -> None:
        if self._control is None:
            self._control = self._make_control(self)
        inner = {"path": unquote(path.path), "raw_path": path.path.encode("latin-1"), "root_path": ""}
        await self._control({**scope, **inner, "mock.prefix": path.prefix, "mock.sandbox": path.sandbox}, receive, send)
        name = path.sandbox or dict(scope["headers"]).get(b"mock-sandbox", b"").decode("latin-1") or DEFAULT
        if name in self.mock.sandboxes:
            self.webhook_sender.send_soon(self.mock.sandboxes.get(name))
        self.webhook_sender.wake_waiters()

    async def _lifespan(self, receive: "Receive", send: "Send") -> None:
        while (await receive())["type"] == "lifespan.startup":
            self.start()
            await send({"type": "lifespan.startup.complete"})
        self.end()
        await send({"type": "lifespan.shutdown.complete"})

    def _methods(self) -> str:
        return ", ".join(sorted({operation.method for operation in self.mock.pipeline.contract.operations.values()}))


def path_of(scope: "Scope") -> RequestPath:
    """Return the parts of the path that a client asked for."""
    raw: bytes | None = scope.get("raw_path")
    path = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"])
    prefix: str = scope.get("root_path", "")
    if prefix:
        prefix = quote(prefix)
        path = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    name, _, rest = path[2:].partition("/")
    if not path.startswith("/@") or not name:
        return RequestPath(path, prefix)
    return RequestPath(f"/{rest}", f"{prefix}/@{name}", name)


def _request(
    scope: "Scope", path: RequestPath, headers: Mapping[bytes, bytes], body: bytes | None, public_url: str | None
) -> Request:
    base_url = (public_url or f"{scope['scheme']}://{headers.get(b'host', b'').decode('latin-1')}") + path.prefix
    method, query, raw = scope["method"], scope["query_string"], scope["headers"]
    return Request(method, path.path, query, base_url, headers, raw, body, scope["mock.arrived_us"], scope.get("client"))


async def _send(send: "Send", status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
