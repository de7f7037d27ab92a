"""`/_mock/`, `/_mock/control.json`, `/_mock/health` and `/_mock/openapi.json`."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from mockserver import __version__
from mockserver.control.document import describe, words
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.reference import write_reference

OpenApi = Annotated[dict[str, Any], Meta(description="An OpenAPI 3.1 document.")]


def read_contract(call: ControlCall) -> Reply:
    """Return the contract under this sandbox's choices, with the catalogue.

    `x-behaviours` lists what the documents promise, `x-unchecked` the promises that cannot be checked from outside.
    `x-decisions` lists open questions with a fixed answer, `x-assumptions` those with choices, and this sandbox's choice.
    Each operation has its own entries, also as text in its description.
    """
    pipeline, choices = call.mock.pipeline, call.sandbox().state.choices
    document = write_reference(pipeline.effective_contract(choices), pipeline.providers.values(), choices)
    return Reply(200, {**document, "servers": [{"url": call.url, "description": "This sandbox."}]})


class RouteRow(Struct, frozen=True):
    """A route and its summary."""

    method: str
    path: str
    does: str


class Index(Struct, frozen=True):
    """The mock's version and the routes of the control API."""

    name: str
    version: str
    routes: list[RouteRow]


def read_index(call: ControlCall) -> Reply:
    """List the routes of the control API."""
    rows = [RouteRow(route.method, route.path, words(route)[0]) for route in call.routes]
    return Reply(200, Index("mockserver", __version__, rows))


def read_document(call: ControlCall) -> Reply:
    """Return the control API as an OpenAPI document."""
    return Reply(200, describe(call.routes, call.url))


class Health(Struct, frozen=True):
    """Readiness and version of the mock."""

    ready: bool
    version: str


def read_health(_call: ControlCall) -> Reply:
    """Return whether the mock is ready, and its version.

    The mock answers only after contract and fixtures are loaded, so any answer means ready.
    """
    return Reply(200, Health(ready=True, version=__version__))


ROUTES = (
    ControlRoute("GET", "/_mock/", read_index, {200: Index}),
    ControlRoute("GET", "/_mock/control.json", read_document, {200: OpenApi}),
    ControlRoute("GET", "/_mock/health", read_health, {200: Health}),
    ControlRoute("GET", "/_mock/openapi.json", read_contract, {200: OpenApi}),
)
