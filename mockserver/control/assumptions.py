"""`/_mock/assumptions`: the choices of a sandbox."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.mock import Mock

# Values are checked here, since msgspec would not say which key is wrong.
Choices = Annotated[
    dict[str, Any],
    Meta(
        description="Assumption → choice. `/_mock/openapi.json` lists the questions and all choices.",
        extra_json_schema={"additionalProperties": {"type": "string"}},
    ),
]


def read_assumptions(call: ControlCall) -> Reply:
    """Return the sandbox's choice for each assumption."""
    chosen = call.sandbox().state.choices
    return Reply(200, {each.key: chosen.get(each.key, each.default) for each in call.mock.pipeline.assumptions})


def change_assumptions(call: ControlCall) -> Reply:
    """Change choices of this sandbox, from its next exchange on.

    Choices that are not named stay. One unknown assumption or choice refuses the whole change.

    Raises: UnknownChoiceError.
    """
    sandbox = call.sandbox()
    sandbox.choose(merged(call.mock, sandbox.state.choices, call.body, where="body"))
    return read_assumptions(call)


def merged(mock: Mock, before: Mapping[str, str], given: Mapping[str, Any], *, where: str) -> dict[str, str]:
    """Return the choices that differ from the defaults when the given ones come on top of others.

    Raises: ControlError for a choice that is no text, UnknownChoiceError.
    """
    for key, choice in given.items():
        if not isinstance(choice, str):
            shown = msgspec.json.encode(choice).decode()[:80]
            raise ControlError(400, f"a choice is text, not {shown}", where=f"{where}.{key}", hint="put it between quotes")
    return mock.choices({**before, **given}, where=where)


ROUTES = (
    ControlRoute(method="GET", path="/_mock/assumptions", run=read_assumptions, replies={200: Choices}),
    ControlRoute(
        method="PATCH",
        path="/_mock/assumptions",
        run=change_assumptions,
        body=Choices,
        replies={200: Choices},
    ),
)
