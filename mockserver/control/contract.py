"""`/_mock/openapi.json`: the contract as a sandbox's choices change it, with the catalogue written into it."""

from typing import Annotated, Any

from msgspec import Meta

from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.reference import write_reference

OpenApi = Annotated[dict[str, Any], Meta(description="An OpenAPI 3.1 document.")]


def read_contract(call: ControlCall) -> Reply:
    """Return the OpenAPI document that this sandbox follows, with what stands behind it.

    `x-behaviours` lists what the providers' documents promise, `x-unchecked` what of it nobody can check from outside,
    `x-decisions` and `x-assumptions` the questions that they leave open: those with one answer here, and those with several, of
    which this sandbox has chosen one. Each operation has those that are about it, as text in its description, too.
    """
    pipeline, choices = call.mock.pipeline, call.sandbox().state.choices
    document = write_reference(pipeline.effective_contract(choices), pipeline.providers.values(), choices)
    return Reply(200, {**document, "servers": [{"url": call.url, "description": "This sandbox."}]})


ROUTES = (ControlRoute(method="GET", path="/_mock/openapi.json", run=read_contract, replies={200: OpenApi}),)
