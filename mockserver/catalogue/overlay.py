"""Change the contract by a choice, similar to OpenAPI Overlay.

Targets are JSON pointers (RFC 6901), which name one place each, rather than JSONPath queries.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from mockserver.errors import ContractError


class Change(Struct, frozen=True):
    """One change of the contract.

    `update` is merged into an object or replaces any other value. `copy` is the pointer of a value to copy. Without both
    the target is removed.
    """

    target: str
    update: Any = UNSET
    copy: str | None = None


Overlay = tuple[Change, ...]

Renames = Mapping[str, str]
"""Pointer of a component → its pointer under another name."""


def remove(target: str) -> Change:
    """Remove the target from the contract, if it is there."""
    return Change(target)


def move(source: str, target: str) -> Overlay:
    """Move the value at the source to the target."""
    return Change(target, copy=source), Change(source)


def update(target: str, value: Any) -> Change:
    """Merge the value into the target, whose parent must exist."""
    return Change(target, value)


def moved(pointer: str, renames: Renames) -> str:
    """Return the pointer with the component's new name."""
    head = "/".join(pointer.split("/", 4)[:4])
    return renames.get(head, head) + pointer[len(head) :]


def renamed(value: Any, renames: Renames) -> Any:
    """Return a copy of the value with references to renamed components."""
    if isinstance(value, dict):
        return {key: renamed(each, renames) for key, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, renames) for each in value]
    if isinstance(value, str) and value.startswith("#/components/"):
        return f"#{moved(value[1:], renames)}"
    return value


def apply(document: dict[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """Return a copy of the document with the changes made in order.

    Raises: ContractError if the contract has no such place.
    """
    changed = deepcopy(document)
    for change in changes:
        parent, name = _parent(changed, change.target)
        if change.copy is not None:
            parent[name] = deepcopy(resolve(changed, change.copy))
        elif isinstance(change.update, UnsetType):
            parent.pop(name, None)
        elif isinstance(change.update, dict) and isinstance(parent.get(name), dict):
            parent[name] = parent[name] | deepcopy(change.update)
        else:
            parent[name] = deepcopy(change.update)
    return changed


def resolve(document: Any, pointer: str) -> Any:
    """Return the value at the pointer.

    Raises: ContractError if there is none.
    """
    place = document
    for step in _steps(pointer):
        place = _child(place, step)
        if place is UNSET:
            raise ContractError(f"the contract has nothing at {pointer}")
    return place


def _parent(document: Any, pointer: str) -> tuple[dict[str, Any], str]:
    head, _, last = pointer.rpartition("/")
    parent = resolve(document, head)
    if not isinstance(parent, dict) or not pointer:
        raise ContractError(f"{pointer or 'the whole contract'} is not a member of a mapping, so no overlay can change it")
    return parent, _unescape(last)


def _child(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place.get(step, UNSET)
    if isinstance(place, list) and step.isascii() and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    return UNSET


def _steps(pointer: str) -> list[str]:
    return [_unescape(step) for step in pointer.split("/")[1:]]


def _unescape(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
