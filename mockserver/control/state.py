"""`/_mock/state`: a sandbox as a document, and a document as a sandbox."""

from typing import Annotated, Any

from msgspec import Meta

from mockserver.control.route import ControlCall, ControlRoute
from mockserver.control.standing import SandboxSummary, standing_of
from mockserver.documents import Document
from mockserver.edge.app import MEGABYTE
from mockserver.exchange import Reply
from mockserver.mock import Mock
from mockserver.state import State
from mockserver.state.clock import iso_milliseconds

MAX_STATE = 64 * MEGABYTE

StateDocument = Annotated[
    dict[str, Any],
    Meta(
        description="A fixture: records by provider and kind, `now`, `seed`, `clock`, `assumptions`, `webhooks`; and what only "
        "a running sandbox has: `ordinals` (ids given out) and `pending` (due work)."
    ),
]


def read_state(call: ControlCall) -> Reply:
    """Return all that decides the sandbox's later answers, as a fixture document.

    Journal, faults, keys and snapshots are not part of it.
    """
    return Reply(200, call.mock.fixtures.dump(call.sandbox().state))


def replace_state(call: ControlCall) -> Reply:
    """Go on with the state that a document describes: one that GET gave, or any fixture.

    The document's records replace all that are there. Seed, clock, assumptions and webhook endpoints that it does not
    name stay as they are. A document that is refused changes nothing. Reset still goes back to how the sandbox began.

    Raises: FixtureError; ConfigurationError for webhooks that may not be sent.
    """
    sandbox = call.sandbox()
    document = {**_settings(call.mock, sandbox.state), **call.body}
    state = call.mock.fixtures.build([Document(document, digest="", name="body")])
    for endpoint in state.endpoints:
        call.app.courier.check_target(sandbox, endpoint.url, where=f"body.webhooks, {endpoint.id}")
    sandbox.load(state)
    return standing_of(call, sandbox)


def _settings(mock: Mock, state: State) -> dict[str, Any]:
    """Return a document of the state's settings and none of its records."""
    bare = State(state.seed, state.clock)
    bare.choices, bare.endpoints = state.choices, state.endpoints
    return {"now": iso_milliseconds(state.clock.now()), **mock.fixtures.dump(bare)}


ROUTES = (
    ControlRoute(method="GET", path="/_mock/state", run=read_state, replies={200: StateDocument}),
    ControlRoute(
        method="PUT",
        path="/_mock/state",
        run=replace_state,
        body=StateDocument,
        replies={200: SandboxSummary},
        max_body=MAX_STATE,
    ),
)
