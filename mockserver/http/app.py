"""The ASGI application: it turns HTTP into requests for the pipeline, and answers into HTTP.

Providers' paths are answered by one endpoint that finds the operation in a table. `/_mock` is another application, made
when it is first asked for; nothing else on this path is imported late.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote, unquote

from msgspec import Struct

from mockserver.errors import BadNameError, LimitError
from mockserver.exchange import Broken, Misused, Problem, RawHeaders, Request, Unavailable
from mockserver.faults import Disturbance
from mockserver.http import guard
from mockserver.http.broken_replies import send_disturbed
from mockserver.http.guard import Disconnected
from mockserver.http.webhook_delivery import WebhookSender
from mockserver.mock import Mock
from mockserver.pipeline import Destination, EncodedReply
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.state.clock import stopwatch_us
from mockserver.state.sandbox import DEFAULT

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL = "/_mock"
MEGABYTE = 1_000_000

_log = logging.getLogger("mockserver")


class HttpOptions(Struct, frozen=True):
    """How the mock meets the network.

    Attributes:
        latency_ms: how long every provider's answer waits before the work is done.
        public_url: what links start with instead of the client's own origin; None: that origin.
        max_body: bytes that a provider's request body may have.
        allow_hosts, allow_origins: who may use the control API beside this machine.
        allow_webhook_hosts: where webhooks may go beside this machine.
        raise_errors: let errors of the mock itself through to the server instead of answering 500; for tests.
    """

    latency_ms: float = 0
    public_url: str | None = None
    max_body: int = MEGABYTE
    allow_hosts: frozenset[str] = frozenset()
    allow_origins: frozenset[str] = frozenset()
    allow_webhook_hosts: frozenset[str] = frozenset()
    raise_errors: bool = False


class RequestPath(Struct, frozen=True):
    """Where a request goes.

    Attributes:
        path: the path, still percent-encoded, without what stands before it.
        prefix: what stands before the path: where the app is mounted, and the sandbox.
        sandbox: the name of the sandbox in the path; empty if there is none.
    """

    path: str
    prefix: str
    sandbox: str = ""


class App:
    """An ASGI application around a mock.

    Attributes:
        mock: what it serves.
        courier: sends what the mock announces.
        at_end: what is called when the server ends, so that answers without an end have one.
    """

    def __init__(self, mock: Mock, options: HttpOptions, control: Callable[["App"], ASGIApp]) -> None:
        self.mock = mock
        self.options = options
        self.courier = WebhookSender(mock, options.allow_webhook_hosts)
        self.at_end: set[Callable[[], object]] = set()
        self._make_control = control
        self._control: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the ASGI protocol."""
        if scope["type"] == "http" and "mock.body" in scope:
            with self.mock.lock:  # within the process, threads take turns; nothing is waited for meanwhile
                await self._serve(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["mock.arrived_us"] = stopwatch_us()
        target = _target(scope)
        if target.path.startswith(CONTROL) and target.path[len(CONTROL) : len(CONTROL) + 1] in ("", "/"):
            await self._serve_control(scope, target, receive, send)
            return
        headers = dict(scope["headers"])
        if guard.is_preflight(scope["method"], headers):
            await _send(send, 204, guard.preflight_headers(headers, self._methods()), b"")
            return
        if self.options.latency_ms:
            await scope.get("mock.pause", asyncio.sleep)(self.options.latency_ms / 1000)
        problem = guard.head_problem(target.path, scope["query_string"], scope["headers"])
        body = None
        if problem is None and guard.has_body(headers):
            try:
                body = await guard.read_body(scope, receive, headers, self.options.max_body)
            except Problem as refusal:
                problem = refusal
            except Disconnected:
                return
        request = _request(scope, target, headers, body, self.options.public_url)
        destination = self.mock.pipeline.find(request.path)
        sandbox = self._sandbox_or_refusal(destination, request, target.sandbox)
        if isinstance(sandbox, EncodedReply):
            answer = sandbox
        else:
            disturbance = None
            if (sandbox.faults.armed or b"prefer" in headers) and problem is None:
                disturbance = await self._disturbance(scope, destination, sandbox, request)
            answer = self._answer(destination, sandbox, request, problem, disturbance)
        also = answer.headers + guard.reply_headers(headers)
        if answer.wire:
            await send_disturbed(scope, receive, send, answer, also)
        else:
            await _send(send, answer.status, also, answer.body)

    async def _disturbance(
        self, scope: Scope, destination: Destination, sandbox: Sandbox, request: Request
    ) -> Disturbance | None:
        """Return what goes wrong with the request on purpose, after the wait that is part of it."""
        disturbance = self.mock.pipeline.disturb(destination, sandbox, request)
        if disturbance is not None and disturbance.delay_ms:
            await scope.get("mock.pause", asyncio.sleep)(disturbance.delay_ms / 1000)
        return disturbance

    def _answer(
        self,
        destination: Destination,
        sandbox: Sandbox,
        request: Request,
        problem: Problem | None,
        disturbance: Disturbance | None,
    ) -> EncodedReply:
        """Return the pipeline's answer, and have the courier look at what it announced."""
        try:
            with self.mock.lock:
                answer = self.mock.pipeline.answer(destination, sandbox, request, problem, disturbance)
        except Exception as error:
            if self.options.raise_errors:
                raise
            _log.exception("%s %s failed in the mock itself", request.method, request.path)
            answer = self.mock.pipeline.fail(destination, sandbox, request, Broken(f"{type(error).__name__}: {error}"))
        if sandbox.state.endpoints:
            self.courier.stir(sandbox)
        return answer

    def _sandbox_or_refusal(self, destination: Destination, request: Request, in_path: str) -> Sandbox | EncodedReply:
        try:
            return self._sandbox(destination.provider, request, in_path)
        except LimitError as error:
            return self.mock.pipeline.refuse(destination, request, Unavailable(str(error)))
        except BadNameError as error:
            return self.mock.pipeline.refuse(destination, request, Misused(str(error)))

    def _sandbox(self, provider: Provider | None, request: Request, in_path: str) -> Sandbox:
        """Return the sandbox: path beats header beats key beats the default one."""
        sandboxes = self.mock.sandboxes
        name = in_path or request.header(b"mock-sandbox")
        if name:
            return sandboxes.get(name)
        if provider is None:
            return sandboxes.get(DEFAULT)
        return sandboxes.selected_by(provider.credential(request))

    async def _serve_control(self, scope: Scope, target: RequestPath, receive: Receive, send: Send) -> None:
        if self._control is None:
            self._control = self._make_control(self)
        path = {"path": unquote(target.path), "raw_path": target.path.encode("latin-1"), "root_path": ""}
        await self._control({**scope, **path, "mock.prefix": target.prefix, "mock.sandbox": target.sandbox}, receive, send)
        name = target.sandbox or dict(scope["headers"]).get(b"mock-sandbox", b"").decode("latin-1") or DEFAULT
        if name in self.mock.sandboxes:
            self.courier.stir(self.mock.sandboxes.get(name))
        self.courier.wake()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                for sandbox in self.mock.sandboxes:
                    self.courier.stir(sandbox)
            if message["type"] == "lifespan.shutdown":
                for end in list(self.at_end):
                    end()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    def _methods(self) -> str:
        return ", ".join(sorted({operation.method for operation in self.mock.pipeline.contract.operations.values()}))


def _target(scope: Scope) -> RequestPath:
    raw: bytes | None = scope.get("raw_path")
    path = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"])
    prefix: str = scope.get("root_path", "")
    path = path.removeprefix(prefix) if prefix else path
    name, _, rest = path[2:].partition("/")
    if not path.startswith("/@") or not name:
        return RequestPath(path, prefix)
    return RequestPath(f"/{rest}", f"{prefix}/@{name}", name)


def _request(
    scope: Scope, target: RequestPath, headers: Mapping[bytes, bytes], body: bytes | None, public_url: str | None
) -> Request:
    base_url = (public_url or f"{scope['scheme']}://{headers.get(b'host', b'').decode('latin-1')}") + target.prefix
    method, query, raw = scope["method"], scope["query_string"], scope["headers"]
    return Request(method, target.path, query, base_url, headers, raw, body, scope["mock.arrived_us"], scope.get("client"))


async def _send(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
