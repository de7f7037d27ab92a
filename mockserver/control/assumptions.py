"""`/_mock/assumptions`: the choices of a sandbox."""

from typing import Annotated

from msgspec import Meta

from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply

Choices = Annotated[
    dict[str, str], Meta(description="Assumption → choice. `/_mock/openapi.json` lists the questions and all choices.")
]


def read_assumptions(call: ControlCall) -> Reply:
    """Return the sandbox's choice for each assumption."""
    chosen = call.sandbox().state.choices
    return Reply(200, {each.key: chosen.get(each.key, each.default) for each in call.mock.pipeline.assumptions})


def change_assumptions(call: ControlCall) -> Reply:
    """Change choices of this sandbox, from its next exchange on.

    Choices that are not named stay. One unknown assumption or choice refuses the whole change.
    """
    sandbox = call.sandbox()
    sandbox.choose(call.mock.choices({**sandbox.state.choices, **call.body}, where="body"))
    return read_assumptions(call)


ROUTES = (
    ControlRoute("GET", "/_mock/assumptions", read_assumptions, {200: Choices}),
    ControlRoute("PATCH", "/_mock/assumptions", change_assumptions, {200: Choices}, body=Choices),
)
