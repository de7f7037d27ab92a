"""The first look at an address: whether somebody is there, and whether it is the provider's API at all."""

from collections.abc import Mapping
from typing import Any

from mockserver.catalogue import NotCheckable
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.contract import Contract, Operation
from mockserver.contract.operation import Reader
from mockserver.conversion import json_or_none
from mockserver.verify.target import Unanswered

REFUSED = (401, 403)
FAILURE = 500
FAILS = "the service fails, or what stands before it does"
MAX_SHOWN = 80


def first_look(api: Api, contract: Contract, provider: str) -> str:
    """Return why there is nothing to check at the address, in one line; empty if it speaks the provider's API.

    A service that speaks it badly speaks it: what is wrong with it, the behaviours tell.
    """
    operation = _plain_read(contract, provider)
    if operation is None:
        return ""
    try:
        answer = api.call("GET", operation.path)
    except Unanswered as silence:
        return f"{api.url} cannot be reached: {silence.why}"
    except NotCheckable as refusal:
        return f"{api.url} cannot be checked: {refusal}"
    return _objection(answer, contract, operation)


def _plain_read(contract: Contract, provider: str) -> Operation | None:
    """Return the provider's first operation that reads something without being told what."""
    readable = (each for each in contract.operations.values() if each.method == "GET" and "{" not in each.path)
    return next((each for each in readable if each.provider == provider and not each.public), None)


def _objection(answer: ApiResponse, contract: Contract, operation: Operation) -> str:
    if 300 <= answer.status < 400:
        return f"{answer.request} redirects to {answer.headers.get('location', 'nowhere')}; give the address that it leads to"
    body = json_or_none(answer.body)
    fails = answer.status >= FAILURE
    if body is None:
        kind = answer.headers.get("content-type", "").partition(";")[0] or "nothing readable"
        why = FAILS if fails else "another service, or another base URL"
        return f"{answer.request} answers {answer.status} with {kind}, no JSON: {why}"
    if not _is_alike(body, contract, operation.reply(answer.status)):
        why = FAILS if fails else "another API, or another base URL"
        return f"{answer.request} answers {answer.status} with {_sketch(body)}: {why}"
    if answer.status in REFUSED:
        return f"{answer.request} answers {answer.status}: the service does not take this key"
    return ""


def _is_alike(body: Any, contract: Contract, declared: Mapping[str, str] | None) -> bool:
    """Return whether the body has half of what the contract requires of a reply of its status, or more."""
    pointers = list((declared or {}).values())
    required = _required(Reader(contract.document), pointers[0]) if pointers else set()
    return isinstance(body, dict) and (not required or 2 * len(required & body.keys()) >= len(required))


def _required(reader: Reader, pointer: str) -> set[str]:
    place, schema = reader.follow(pointer)
    required = set(schema.get("required", ()))
    for index in range(len(schema.get("allOf", ()))):
        required |= _required(reader, f"{place}/allOf/{index}")
    return required


def _sketch(body: Any) -> str:
    if not isinstance(body, dict):
        return f"a JSON {type(body).__name__}"
    names = ", ".join(map(str, body)) or "nothing"
    return f"an object of {names[:MAX_SHOWN]}"
