"""`/_mock/` and `/_mock/control.json`: what the control API can do, for people and for programs."""

from msgspec import Struct

from mockserver import __version__
from mockserver.control.contract import OpenApi
from mockserver.control.document import describe, words
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply


class RouteRow(Struct, frozen=True):
    """What to send, and what it does."""

    method: str
    path: str
    does: str


class Index(Struct, frozen=True):
    """The mock, its version, and the routes of its control API."""

    name: str
    version: str
    routes: list[RouteRow]


def read_index(call: ControlCall) -> Reply:
    """List what the control API can do."""
    rows = [RouteRow(route.method, route.path, words(route)[0]) for route in call.routes]
    return Reply(200, Index("mockserver", __version__, rows))


def read_document(call: ControlCall) -> Reply:
    """Return the control API as an OpenAPI document."""
    return Reply(200, describe(call.routes, call.url))


ROUTES = (
    ControlRoute(method="GET", path="/_mock/", run=read_index, replies={200: Index}),
    ControlRoute(method="GET", path="/_mock/control.json", run=read_document, replies={200: OpenApi}),
)
