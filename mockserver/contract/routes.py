"""Finds the operation of a path and method: a tree of path segments, made from the contract once."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from mockserver.contract.operation import Operation

# Keys of a node beside its segments, which contain no space.
_PARAMETER, _NAME, _METHODS = " parameter", " name", " methods"


class Route(Struct, frozen=True):
    """A path that the contract has: its operations by method, and what stands in the path's parameters."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


class Routes:
    """The contract's paths.

    Attributes:
        owners: first segment of a path → the provider whose paths begin with it.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root: dict[str, Any] = {}
        self._static: dict[str, Route] = {}
        self.owners: dict[str, str] = {}
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        segments = operation.path.split("/")[1:]
        for segment in segments:
            if segment.startswith("{"):
                node = node.setdefault(_PARAMETER, {_NAME: segment.strip("{}")})
            else:
                node = node.setdefault(segment, {})
        node.setdefault(_METHODS, {})[operation.method] = operation
        self.owners[segments[0]] = operation.provider
        if "{" not in operation.path:
            self._static[operation.path] = Route(node[_METHODS], {})

    def find(self, path: str) -> Route | None:
        """Return the route of a percent-encoded path; None if the contract has no such path."""
        static = self._static.get(path)
        if static is not None:
            return static
        node, parameters = self._root, {}
        for segment in path.split("/")[1:]:
            following = node.get(segment)
            if following is None:
                following = node.get(_PARAMETER)
                if following is None or not segment:
                    return None
                parameters[following[_NAME]] = unquote(segment) if "%" in segment else segment
            node = following
        methods = node.get(_METHODS)
        return Route(methods, parameters) if methods else None

    def owner(self, path: str) -> str | None:
        """Return the provider whose paths begin as this one does; None if no provider's do."""
        return self.owners.get(path.split("/", 2)[1]) if path.startswith("/") else None
