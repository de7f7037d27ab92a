"""Wrap the ASGI application in a Starlette one: routes, lifespan, middleware."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, NoReturn

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match, Mount, NoMatchFound, Route

from mockserver.http.app import CONTROL, App, path_of

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class PlayedPaths(BaseRoute):
    """A route for each path of the providers and the control API.

    Starlette would try the routes one by one, and knows no `/@sandbox` before a path. `path` and `name` are for tools that
    list routes.
    """

    path, name = "", "mockserver-paths"

    def __init__(self, app: App) -> None:
        self._app = app

    def matches(self, scope: "Scope") -> tuple[Match, "Scope"]:
        """Return whether the path is the mock's own, whatever the method."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = path_of(scope)
        is_ours = path.is_control or self._app.mock.pipeline.match_route(path.path).route is not None
        return (Match.FULL if is_ours else Match.NONE), {}

    def url_path_for(self, name: str, /, **path_params: object) -> NoReturn:
        """Leave URLs to the routes of the operations."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer the request."""
        await self._app(scope, receive, send)


def starlette_app(app: App) -> Starlette:
    """Return a Starlette application that answers with the given one.

    Its `routes` list the operations and the control API for tools and `url_path_for`. A route inserted before them wins; an
    appended one answers paths that the mock does not have.
    """
    operations = app.mock.pipeline.contract.operations.values()
    listed = [Route(each.path, app, methods=[each.method], name=each.id) for each in operations]
    made = Starlette(routes=[PlayedPaths(app), *listed, Mount(CONTROL, app, name="mockserver")], lifespan=_lifespan(app))
    made.router.default = app
    made.router.redirect_slashes = False
    made.state.mock = app.mock
    return made


def _lifespan(app: App) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def live(_: Starlette) -> AsyncIterator[None]:
        app.start()
        try:
            yield
        finally:
            app.end()

    return live
