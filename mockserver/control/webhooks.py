"""`/_mock/webhooks`: who is sent a sandbox's events."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.edge.targets import check_target
from mockserver.errors import LimitError
from mockserver.exchange import Reply
from mockserver.mock import Mock
from mockserver.state import Sandbox
from mockserver.state.ids import digest
from mockserver.webhooks import MAX_ENDPOINTS, SECRET_PREFIX, Endpoint, free_id

Url = Annotated[str, Meta(description="Where events go; null: nowhere, they are only collected.")]
Types = Annotated[list[str], Meta(description="The event types that are sent; null or empty: all.")]
Secret = Annotated[str, Meta(min_length=1, description="What deliveries are signed with.")]


class EndpointRow(Struct, frozen=True):
    """A receiver of events.

    `rotated` says whether it had another secret before. A secret is shown once: by the answer that made it up.
    """

    id: str
    url: Url | None
    events: list[str]
    rotated: bool
    secret: str | UnsetType = UNSET


class EndpointOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """A new receiver; without a secret one is made up."""

    url: Url | None = None
    secret: Secret | None = None
    events: Types | None = None


class EndpointPatch(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change about a receiver; another secret rotates it, and the old one is remembered."""

    url: Url | UnsetType | None = UNSET
    secret: Secret | UnsetType = UNSET
    events: Types | UnsetType | None = UNSET


def list_endpoints(call: ControlCall) -> Reply:
    """List the sandbox's webhook endpoints, without their secrets."""
    return Reply(200, [_row(endpoint) for endpoint in call.sandbox().state.endpoints])


def add_endpoint(call: ControlCall) -> Reply:
    """Have the events of the sandbox sent to a URL, or only collected; reset removes the endpoint.

    A URL that is not of this machine is refused unless `serve` was told to allow its host.

    Raises: ConfigurationError, LimitError.
    """
    order: EndpointOrder = call.body
    sandbox = call.sandbox()
    url, events = _url(call, order.url), _types(call.mock, order.events)
    endpoints = sandbox.state.endpoints
    if len(endpoints) >= MAX_ENDPOINTS:
        raise LimitError(f"there are {MAX_ENDPOINTS} webhook endpoints", remedy="DELETE /_mock/webhooks/ID removes one")
    name = free_id(endpoints)
    made = Endpoint(name, url, order.secret or f"{SECRET_PREFIX}{digest(f'{sandbox.state.seed}/{name}', 32)}", events)
    sandbox.state.endpoints = (*endpoints, made)
    row = _row(made) if order.secret else replace(_row(made), secret=made.secret)
    return Reply(201, row, (("location", f"{call.url}/_mock/webhooks/{name}"),))


def change_endpoint(call: ControlCall) -> Reply:
    """Change an endpoint's URL, secret or event types, from the next delivery on."""
    change: EndpointPatch = call.body
    sandbox = call.sandbox()
    endpoint = _find(sandbox, call.path["id"])
    if not isinstance(change.url, UnsetType):
        endpoint = replace(endpoint, url=_url(call, change.url))
    if not isinstance(change.events, UnsetType):
        endpoint = replace(endpoint, events=_types(call.mock, change.events))
    if not isinstance(change.secret, UnsetType) and change.secret != endpoint.secret:
        endpoint = replace(endpoint, secret=change.secret, old_secret=endpoint.secret)
    sandbox.state.endpoints = tuple(endpoint if each.id == endpoint.id else each for each in sandbox.state.endpoints)
    return Reply(200, _row(endpoint))


def remove_endpoint(call: ControlCall) -> Reply:
    """Remove an endpoint; what waits for it is dropped."""
    sandbox = call.sandbox()
    endpoint = _find(sandbox, call.path["id"])
    sandbox.state.endpoints = tuple(each for each in sandbox.state.endpoints if each.id != endpoint.id)
    sandbox.outbox.drop(endpoint.id, "its endpoint is gone")
    return Reply(204, None)


def known_types(mock: Mock) -> list[str]:
    """Return the event types of all providers."""
    return [each for provider in mock.pipeline.providers.values() if provider.webhooks for each in provider.webhooks.types]


def check_type(mock: Mock, event_type: str, where: str) -> None:
    """Raise ControlError unless a provider has such events."""
    known = known_types(mock)
    if event_type not in known:
        remedy = f"choose {', '.join(known)}" if known else None
        raise ControlError(400, f"there is no event type {event_type[:80]!r}", where=where, remedy=remedy)


def _row(endpoint: Endpoint) -> EndpointRow:
    return EndpointRow(endpoint.id, endpoint.url or None, list(endpoint.events), bool(endpoint.old_secret))


def _url(call: ControlCall, url: str | None) -> str:
    if url is None:
        return ""
    check_target(url, call.app.options.allow_webhook_hosts, where="body.url")
    return url


def _types(mock: Mock, types: Sequence[str] | None) -> tuple[str, ...]:
    for each in types or ():
        check_type(mock, each, "body.events")
    return tuple(dict.fromkeys(types or ()))


def _find(sandbox: Sandbox, name: str) -> Endpoint:
    for endpoint in sandbox.state.endpoints:
        if endpoint.id == name:
            return endpoint
    raise ControlError(404, f"there is no webhook endpoint {name[:80]!r}", remedy="GET /_mock/webhooks lists them")


_UNKNOWN = {404: "The sandbox has no such endpoint."}

ROUTES = (
    ControlRoute(method="GET", path="/_mock/webhooks", run=list_endpoints, replies={200: list[EndpointRow]}),
    ControlRoute(
        method="POST",
        path="/_mock/webhooks",
        run=add_endpoint,
        body=EndpointOrder,
        replies={201: EndpointRow},
        errors={503: "The sandbox has as many endpoints as it may."},
    ),
    ControlRoute(
        method="PATCH",
        path="/_mock/webhooks/{id}",
        run=change_endpoint,
        body=EndpointPatch,
        replies={200: EndpointRow},
        errors=_UNKNOWN,
    ),
    ControlRoute(method="DELETE", path="/_mock/webhooks/{id}", run=remove_endpoint, replies={204: None}, errors=_UNKNOWN),
)
