"""Serve the control API: check access, route, decode requests, encode replies."""

import asyncio
import inspect
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

import msgspec
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from mockserver.control.problem import ControlError, problem, refusal
from mockserver.control.route import ControlCall, ControlRoute, Stream, read, read_query
from mockserver.exchange import RawHeaders, Reply
from mockserver.http import guard
from mockserver.http.app import CONTROL, App
from mockserver.http.guard import head_problem, is_loopback
from mockserver.judge.notes import Insights
from mockserver.mock import MockSettings
from mockserver.state.sandbox import DEFAULT, check_name

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

_log = logging.getLogger("mockserver")
_encode = msgspec.json.Encoder().encode


class Control:
    """The ASGI application of the control API: Starlette routes paths, and turns errors into problems."""

    def __init__(self, app: App, routes: Sequence[ControlRoute]) -> None:
        self._app = app
        self._routes = routes
        self._insights = Insights(app.mock.pipeline.contract, app.mock.pipeline.providers.values())
        self._methods = ", ".join(sorted({route.method for route in routes}))
        paths: dict[str, dict[str, ControlRoute]] = {}
        for route in routes:
            paths.setdefault(route.path, {})[route.method] = route
        paths[CONTROL] = paths[f"{CONTROL}/"]
        listed = [Route(path, _ControlPath(self, methods)) for path, methods in paths.items()]
        router = Router(listed, redirect_slashes=False, default=_unknown_path)
        self._router = ExceptionMiddleware(router, handlers={Exception: self._failure})

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        refused = reject(scope, headers, self._app.mock.settings)
        if refused is not None:
            await _send(send, refused, [(b"vary", b"Origin")])
        elif guard.is_preflight(scope["method"], headers):
            await _send(send, Reply(204), guard.preflight_headers(headers, self._methods))
        else:
            with suppress(guard.Disconnected):
                await self._router(scope, receive, send)

    async def answer(self, methods: Mapping[str, ControlRoute], scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer a request by the route of its method."""
        headers = dict(scope["headers"])
        reply = await self._run(methods, scope, receive, headers)
        if isinstance(reply, Stream):
            await self._send_stream(scope, receive, send, reply, guard.reply_headers(headers))
        else:
            await _send(send, reply, guard.reply_headers(headers))

    async def _send_stream(self, scope: "Scope", receive: "Receive", send: "Send", stream: Stream, headers: RawHeaders) -> None:
        """Send chunks until the stream, the client or the server ends."""
        headers = [(b"content-type", stream.content_type.encode()), (b"cache-control", b"no-store"), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with aclosing(stream.chunks):
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
            elif _can_wait(scope):
                await self._send_live(receive, send, stream)
            else:
                await _send_chunks(send, stream)

    async def _send_live(self, receive: "Receive", send: "Send", stream: Stream) -> None:
        sending = asyncio.ensure_future(_send_chunks(send, stream))
        leaving = asyncio.ensure_future(_left(receive))
        tasks = {sending, leaving}
        end = sending.cancel
        self._app.shutdown_callbacks.add(end)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._app.shutdown_callbacks.discard(end)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not sending.cancelled():
            sending.result()
        elif leaving.cancelled():
            await send({"type": "http.response.body", "body": b""})

    async def _failure(self, request: Request, error: Exception) -> Response:
        """Return the error as a problem; tests may raise the mock's own."""
        refused = refusal(error)
        if isinstance(error, guard.Disconnected) or (refused is None and self._app.mock.settings.raise_errors):
            raise error
        if refused is None:
            _log.error("%s %s failed in the mock itself", request.scope["method"], request.scope["path"], exc_info=error)
        reply = refused or problem(500, f"the mock itself failed: {type(error).__name__}: {error}")

        return _problem_response(reply, guard.reply_headers(dict(request.scope["headers"])))

    async def _run(
        self, methods: Mapping[str, ControlRoute], scope: "Scope", receive: "Receive", headers: dict[bytes, bytes]
    ) -> Reply | Stream:
        named = scope["mock.sandbox"] or headers.get(b"mock-sandbox", b"").decode("latin-1")
        check_name(named or DEFAULT, "sandbox")
        base_url = self._base_url(scope, headers)
        url = f"{base_url}/@{named}" if named else base_url
        route = _route(scope, methods, url)
        sent = await guard.read_body(scope, receive, headers, route.max_body) if guard.has_body(headers) else b""
        call = ControlCall(
            app=self._app,
            routes=self._routes,
            insights=self._insights,
            name=named or DEFAULT,
            base_url=base_url,
            url=url,
            path=scope["path_params"],
            query=read_query(scope["query_string"], route),
            body=read(sent, headers, route),
            headers=headers,
            can_wait=_can_wait(scope),
        )
        with call.mock.lock:
            reply = route.run(call)
        return await reply if inspect.isawaitable(reply) else reply

    def _base_url(self, scope: "Scope", headers: Mapping[bytes, bytes]) -> str:
        """Return the base URL that the client sees, without a sandbox."""
        prefix, in_path = scope["mock.prefix"], scope["mock.sandbox"]
        mounted: str = prefix.removesuffix(f"/@{in_path}") if in_path else prefix
        seen = f"{scope['scheme']}://{headers[b'host'].decode('latin-1')}"
        return (self._app.mock.settings.public_url or seen).rstrip("/") + mounted


class _ControlPath:
    """The routes of one path; Starlette leaves the methods of an ASGI application to it."""

    def __init__(self, control: Control, methods: Mapping[str, ControlRoute]) -> None:
        self._control = control
        self._methods = methods

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await self._control.answer(self._methods, scope, receive, send)


async def _unknown_path(scope: "Scope", _receive: "Receive", _send: "Send") -> None:
    raise ControlError(404, f"unknown path {scope['path'][:200]}; GET {CONTROL}/ lists all routes")


def _route(scope: "Scope", methods: Mapping[str, ControlRoute], url: str) -> ControlRoute:
    """Return the route of the request's method."""
    method, path = "GET" if scope["method"] == "HEAD" else scope["method"], scope["path"]
    if method in methods:
        return methods[method]
    allowed = ", ".join(methods)
    hint = f"send {allowed}, as in `curl -X {next(iter(methods))} {url}{path}`"
    raise ControlError(405, f"{path} does not take {method}", hint=hint, headers=(("allow", allowed),))


def _problem_response(reply: Reply, headers: RawHeaders) -> Response:
    response = Response(_encode(reply.body), reply.status, media_type=reply.content_type)
    response.raw_headers += [(name.encode(), value.encode()) for name, value in reply.headers] + headers
    return response


async def _send(send: "Send", reply: Reply, headers: RawHeaders) -> None:
    headers = [(name.encode(), value.encode()) for name, value in reply.headers] + headers
    content = b""
    if reply.status != 204:
        content = reply.body if isinstance(reply.body, bytes) else _encode(reply.body)
        headers += [(b"content-type", reply.content_type.encode()), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _can_wait(scope: "Scope") -> bool:
    """Return whether an event loop can wait; in-process calls have none."""
    return "mock.body" not in scope


async def _send_chunks(send: "Send", stream: Stream) -> None:
    async for chunk in stream.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: "Receive") -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def reject(scope: "Scope", headers: Mapping[bytes, bytes], settings: MockSettings) -> Reply | None:
    """Return the refusal of a request's size, Host or Origin, if any."""
    oversized = head_problem(scope["raw_path"], scope["query_string"], scope["headers"])
    if oversized is not None:
        return refusal(oversized)
    host = headers[b"host"].decode("latin-1").lower()
    name = re.sub(r":\d+$", "", host)
    if not is_loopback(host) and not _is_test_client(name, scope) and not {host, name} & _lower(settings.allow_hosts):
        return problem(403, f"Host {name} is not allowed on {CONTROL}; start the mock with --allow-host {name}")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or _is_near(origin, host) or (origin in _lower(settings.allow_origins) and origin != "null"):
        return None
    # Any page can have the origin null, so there is no allowing it.
    hint = "serve the page over HTTP" if origin == "null" else f"start the mock with --allow-origin {origin}"
    return problem(403, f"Origin {origin} is not allowed on {CONTROL}; {hint}")


def _is_test_client(name: str, scope: "Scope") -> bool:
    """Return whether the client is Starlette's TestClient; no socket's peer has that name."""
    client = scope.get("client")
    return name == "testserver" and client is not None and client[0] == "testclient"


def _is_near(origin: str, host: str) -> bool:
    """Return whether the origin is the mock or this machine."""
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and (place == host or is_loopback(place))


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}
