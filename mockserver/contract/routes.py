"""Finds the operation of a path and method: a tree of path segments, made from the contract once."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from mockserver.contract.operation import Operation

# Keys of a node beside its segments, which contain no space.
_PARAMETER, _NAMES, _METHODS, _OWNER = " parameter", " names", " methods", " owner"

_SEVERAL = ""
"""Stands for the owner of a first segment with which the paths of several providers begin."""


class Route(Struct, frozen=True):
    """A path that the contract has: its operations by method, and what stands in the path's parameters."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


class Routes:
    """The contract's paths."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root: dict[str, Any] = {}
        self._static: dict[str, Route] = {}
        self._owners: dict[str, str] = {}
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node, names = self._root, []
        segments = operation.path.split("/")[1:]
        for segment in segments:
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
            node = node.setdefault(_PARAMETER if segment.startswith("{") else segment, {_OWNER: operation.provider})
        node[_NAMES] = names
        node.setdefault(_METHODS, {})[operation.method] = operation
        shared = self._owners.get(segments[0], operation.provider) != operation.provider
        self._owners[segments[0]] = _SEVERAL if shared else operation.provider
        if "{" not in operation.path:
            self._static[operation.path] = Route(node[_METHODS], {})

    def find(self, path: str) -> Route | None:
        """Return the route of a percent-encoded path; None if the contract has no such path."""
        static = self._static.get(path)
        if static is not None:
            return static
        node, values = self._root, []
        for segment in path.split("/")[1:]:
            following = node.get(segment)
            if following is None:
                following = node.get(_PARAMETER)
                if following is None or not segment:
                    return None
                values.append(unquote(segment) if "%" in segment else segment)
            node = following
        methods = node.get(_METHODS)
        return Route(methods, dict(zip(node[_NAMES], values, strict=True))) if methods else None

    def owner(self, path: str) -> str | None:
        """Return the provider whose paths begin as this one does, for as long as possible; None if no provider's do."""
        owner = self._owners.get(path.split("/", 2)[1]) if path.startswith("/") else None
        return self._nearest_owner(path) if owner == _SEVERAL else owner

    def _nearest_owner(self, path: str) -> str | None:
        node: Any = self._root
        owner: str | None = None
        for segment in path.split("/")[1:]:
            node = node.get(segment) or node.get(_PARAMETER)
            if node is None:
                break
            owner = node[_OWNER]
        return owner
