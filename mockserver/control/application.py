"""Serve the control API: check access, route, decode requests, encode replies.

Starlette's exception handlers are not used: they re-raise what the mock fails in, and run in a thread what is no coroutine. This
application waits for nothing but a body, so it also answers calls within the process, where there is no event loop.
"""

import asyncio
import inspect
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing

import msgspec
from starlette import routing
from starlette.types import Receive, Scope, Send

from mockserver.control.problem import ControlError, problem, refusal
from mockserver.control.route import ControlCall, ControlRoute, Stream, read, read_query
from mockserver.exchange import RawHeaders, Reply
from mockserver.http import guard
from mockserver.http.app import CONTROL, App
from mockserver.http.guard import head_problem, is_loopback
from mockserver.judge.notes import Insights
from mockserver.mock import MockSettings
from mockserver.state.sandbox import DEFAULT, check_name

_log = logging.getLogger("mockserver")
_encode = msgspec.json.Encoder().encode


class Control:
    """The ASGI application of the control API."""

    def __init__(self, app: App, routes: Sequence[ControlRoute]) -> None:
        self._settings = app.mock.settings
        self._methods = ", ".join(sorted({route.method for route in routes}))
        paths: dict[str, dict[str, ControlRoute]] = {}
        for route in routes:
            paths.setdefault(route.path, {})[route.method] = route
        paths[CONTROL] = paths[f"{CONTROL}/"]
        # Starlette takes an object that is no function for an ASGI application, and leaves methods to it.
        insights = Insights(app.mock.pipeline.contract, app.mock.pipeline.providers.values())
        places = [routing.Route(path, ControlPath(app, routes, methods, insights)) for path, methods in paths.items()]
        self._router = routing.Router(places, redirect_slashes=False, default=_unknown)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        refused = reject(scope, headers, self._settings)
        if refused is not None:
            await _send(send, refused, [(b"vary", b"Origin")])
        elif guard.is_preflight(scope["method"], headers):
            await _send(send, Reply(204, None), guard.preflight_headers(headers, self._methods))
        else:
            await self._router(scope, receive, send)


class ControlPath:
    """A path of the control API, with a route for each of its methods."""

    def __init__(self, app: App, routes: Sequence[ControlRoute], methods: Mapping[str, ControlRoute], insights: Insights) -> None:
        self._app = app
        self._insights = insights
        self._routes = routes
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of this path."""
        headers = dict(scope["headers"])
        try:
            reply = await self._reply(scope, receive, headers)
        except guard.Disconnected:
            return
        if isinstance(reply, Stream):
            await self._send_stream(scope, receive, send, reply)
        else:
            await _send(send, reply, guard.reply_headers(headers))

    async def _send_stream(self, scope: Scope, receive: Receive, send: Send, stream: Stream) -> None:
        """Send the chunks until they end, the client leaves, or the server ends."""
        also = guard.reply_headers(dict(scope["headers"]))
        headers = [(b"content-type", stream.content_type.encode()), (b"cache-control", b"no-store"), *also]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with aclosing(stream.chunks):
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
            elif _can_wait(scope):
                await self._send_live(receive, send, stream)
            else:
                await _send_chunks(send, stream)

    async def _send_live(self, receive: Receive, send: Send, stream: Stream) -> None:
        sending = asyncio.ensure_future(_send_chunks(send, stream))
        leaving = asyncio.ensure_future(_left(receive))
        tasks = {sending, leaving}
        end = sending.cancel
        self._app.at_end.add(end)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._app.at_end.discard(end)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        if not sending.cancelled():
            sending.result()
        elif leaving.cancelled():
            await send({"type": "http.response.body", "body": b""})

    async def _reply(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> Reply | Stream:
        try:
            return await self._run(scope, receive, headers)
        except guard.Disconnected:
            raise
        except Exception as error:
            refused = refusal(error)
            if refused is None and self._app.mock.settings.raise_errors:
                raise
            if refused is None:
                _log.exception("%s %s failed in the mock itself", scope["method"], scope["path"])
            return refused or problem(500, f"the mock itself failed: {type(error).__name__}: {error}")

    async def _run(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> Reply | Stream:
        named = scope["mock.sandbox"] or headers.get(b"mock-sandbox", b"").decode("latin-1")
        check_name(named or DEFAULT, "sandbox")
        base_url = self._base_url(scope, headers)
        url = f"{base_url}/@{named}" if named else base_url
        route = self._route(scope, url)
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
            accept=headers.get(b"accept", b"").decode("latin-1"),
            last_event=headers.get(b"last-event-id", b"").decode("latin-1"),
            can_wait=_can_wait(scope),
        )
        with call.mock.lock:
            reply = route.run(call)
        return await reply if inspect.isawaitable(reply) else reply

    def _route(self, scope: Scope, url: str) -> ControlRoute:
        method, path = "GET" if scope["method"] == "HEAD" else scope["method"], scope["path"]
        if method in self._methods:
            return self._methods[method]
        allowed = ", ".join(self._methods)
        raise ControlError(
            405,
            f"{path} does not take {method}",
            hint=f"send {allowed}, as in `curl -X {next(iter(self._methods))} {url}{path}`",
            headers=(("allow", allowed),),
        )

    def _base_url(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """Return the base URL that the client sees, without a sandbox."""
        prefix, in_path = scope["mock.prefix"], scope["mock.sandbox"]
        mounted: str = prefix.removesuffix(f"/@{in_path}") if in_path else prefix
        seen = f"{scope['scheme']}://{headers[b'host'].decode('latin-1')}"
        return (self._app.mock.settings.public_url or seen).rstrip("/") + mounted


async def _unknown(scope: Scope, _receive: Receive, send: Send) -> None:
    detail = f"there is no {scope['path'][:200]}; GET {CONTROL}/ lists what there is"
    await _send(send, problem(404, detail), guard.reply_headers(dict(scope["headers"])))


async def _send(send: Send, reply: Reply, also: RawHeaders) -> None:
    content = _content(reply)
    headers = [(name.encode(), value.encode()) for name, value in reply.headers] + also
    if reply.status != 204:
        headers += [(b"content-type", reply.content_type.encode()), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _content(reply: Reply) -> bytes:
    """Return the body as bytes: as it is, else as JSON."""
    if reply.status == 204:
        return b""
    return reply.body if isinstance(reply.body, bytes) else _encode(reply.body)


def _can_wait(scope: Scope) -> bool:
    """Return whether a server can wait; within the process the scope has the body instead."""
    return "mock.body" not in scope


async def _send_chunks(send: Send, stream: Stream) -> None:
    async for chunk in stream.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def reject(scope: Scope, headers: Mapping[bytes, bytes], settings: MockSettings) -> Reply | None:
    """Return the refusal of a request's size, Host or Origin, if any."""
    oversized = head_problem(scope["raw_path"], scope["query_string"], scope["headers"])
    if oversized is not None:
        return refusal(oversized)
    host = headers[b"host"].decode("latin-1").lower()
    name = _name(host)
    if not is_loopback(host) and not _is_test_client(name, scope) and not {host, name} & _lower(settings.allow_hosts):
        return problem(403, f"header Host: the control API does not answer for {name}; start the mock with --allow-host {name}")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or _is_near(origin, host) or (origin in _lower(settings.allow_origins) and origin != "null"):
        return None
    # Any page can have the origin null, so there is no allowing it.
    hint = "serve the page over HTTP" if origin == "null" else f"start the mock with --allow-origin {origin}"
    return problem(403, f"header Origin: a page of {origin} may not use the control API; {hint}")


def _is_test_client(name: str, scope: Scope) -> bool:
    """Return whether Starlette's TestClient asks its own host; no peer of a socket has that name."""
    client = scope.get("client")
    return name == "testserver" and client is not None and client[0] == "testclient"


def _is_near(origin: str, host: str) -> bool:
    """Return whether a page of the origin comes from the mock itself or from this machine."""
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and (place == host or is_loopback(place))


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _name(host: str) -> str:
    return re.sub(r":\d+$", "", host)
