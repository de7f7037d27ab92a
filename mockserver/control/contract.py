"""`/_mock/openapi.json`: the contract as a sandbox's choices change it, with the open questions written into it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from mockserver.catalogue import Assumption
from mockserver.catalogue.overlay import resolve
from mockserver.contract import Contract, Operation
from mockserver.control.route import ControlCall, Route
from mockserver.exchange import Reply

ASSUMPTIONS = "x-assumptions"

OpenApi = Annotated[dict[str, Any], Meta(description="An OpenAPI 3.1 document.")]


def read_contract(call: ControlCall) -> Reply:
    """Return the OpenAPI document that this sandbox follows.

    `x-assumptions` lists each question that the providers' documents leave open, its choices, this sandbox's choice and
    the evidence; an operation has those whose choices change what the document says of it.
    """
    pipeline, choices = call.mock.pipeline, call.sandbox().state.choices
    document = {**pipeline.effective_contract(choices).document, "servers": [{"url": call.url, "description": "This sandbox."}]}
    described = {each.key: _describe(each, choices) for each in pipeline.assumptions}
    document["paths"] = {path: dict(item) for path, item in document["paths"].items()}
    for operation in pipeline.contract.operations.values():
        keys = _bearing_on(pipeline.contract, operation, pipeline.assumptions)
        item, method = document["paths"][operation.path], operation.method.lower()
        if keys:
            item[method] = {**item[method], ASSUMPTIONS: [described[key] for key in keys]}
    return Reply(200, {**document, ASSUMPTIONS: list(described.values())})


def _describe(assumption: Assumption, choices: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": assumption.key,
        "question": assumption.question,
        "choices": dict(assumption.choices),
        "default": assumption.default,
        "choice": choices.get(assumption.key, assumption.default),
        "evidence": assumption.evidence,
    }


def _bearing_on(contract: Contract, operation: Operation, assumptions: Sequence[Assumption]) -> list[str]:
    """Return the keys of the assumptions that, under some choice, change the operation or a part that it refers to."""
    item = f"/paths/{operation.path.replace('~', '~0').replace('/', '~1')}"
    own = f"{item}/{operation.method.lower()}"
    shared = f"{item}/parameters"
    parts = {own, shared} | _references(contract.document, [resolve(contract.document, own), _parameters(contract, operation)])
    return [
        each.key
        for each in assumptions
        if any(_lies_in(change.target, parts) for overlay in each.overlays.values() for change in overlay)
    ]


def _parameters(contract: Contract, operation: Operation) -> Any:
    return contract.document["paths"][operation.path].get("parameters")


def _lies_in(target: str, parts: set[str]) -> bool:
    return any(target == part or target.startswith(f"{part}/") for part in parts)


def _references(document: dict[str, Any], waiting: list[Any]) -> set[str]:
    """Return the pointers of all that the values refer to, directly or not."""
    found: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
            target = value.get("$ref")
            if isinstance(target, str) and target.startswith("#/") and target[1:] not in found:
                found.add(target[1:])
                waiting.append(resolve(document, target[1:]))
    return found


ROUTES = (Route(method="GET", path="/_mock/openapi.json", run=read_contract, replies={200: OpenApi}),)
