"""Find operations by path and method in a tree of path segments."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct, field

from mockserver.contract.operation import Operation
from mockserver.errors import ContractError

_SEVERAL = ""
"""Stands for the owner of a first segment with which the paths of several providers begin."""


class Route(Struct, frozen=True):
    """A path of the contract: its operations by method, and the parameters' values."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


class _Node(Struct):
    """A node of the tree of path segments.

    Attributes:
        owner: the provider that has the first path on which this is.
        segments: the segments that the contract names here.
        other: what follows any other segment, which is a parameter; None if there can be no other.
        names: the parameters of the path that ends here.
        operations: by method, of the path that ends here; empty if none does.
    """

    owner: str
    segments: dict[str, "_Node"] = field(default_factory=dict)
    other: "_Node | None" = None
    names: tuple[str, ...] = ()
    operations: dict[str, Operation] = field(default_factory=dict)

    def after(self, segment: str) -> "_Node | None":
        """Return the next node; a named segment wins over a parameter."""
        return self.segments.get(segment) or (self.other if segment else None)


class Routes:
    """The contract's paths."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node("")
        self._static: dict[str, Route] = {}
        self._items: dict[str, tuple[Mapping[str, Operation], str]] = {}
        self._owners: dict[str, str] = {}
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node, segments = self._root, operation.path.split("/")[1:]
        for segment in segments:
            node = _made(node, segment, operation.provider)
        names = tuple(segment.strip("{}") for segment in segments if segment.startswith("{"))
        if node.operations and node.names != names:
            raise ContractError("the parameters of this path have other names elsewhere", where=operation.path)
        node.names = names
        node.operations[operation.method] = operation
        if not names:
            self._static[operation.path] = Route(node.operations, {})
        elif len(names) == 1 and segments[-1].startswith("{"):
            self._items["/".join(["", *segments[:-1]])] = node.operations, names[0]
        shared = self._owners.get(segments[0], operation.provider) != operation.provider
        self._owners[segments[0]] = _SEVERAL if shared else operation.provider

    def find(self, path: str) -> Route | None:
        """Return the route of a percent-encoded path, or None."""
        static = self._static.get(path)
        if static is not None or not path.startswith("/"):
            return static
        collection, _, last = path.rpartition("/")
        item = self._items.get(collection)  # most paths are of this kind, and need no walk through the tree
        if item is not None and last:
            return Route(item[0], {item[1]: unquote(last) if "%" in last else last})
        return _find(self._root, path.split("/"), 1, ())

    def owner(self, path: str) -> str | None:
        """Return the provider whose paths share the longest prefix with this one, or None."""
        owner = self._owners.get(path.split("/", 2)[1]) if path.startswith("/") else None
        return self._nearest_owner(path) if owner == _SEVERAL else owner

    def _nearest_owner(self, path: str) -> str:
        node = self._root
        for segment in path.split("/")[1:]:
            following = node.after(segment)
            if following is None:
                break
            node = following
        return node.owner


def _made(node: _Node, segment: str, owner: str) -> _Node:
    """Return what follows the segment of a path, made if need be."""
    if not segment.startswith("{"):
        return node.segments.setdefault(segment, _Node(owner))
    node.other = node.other or _Node(owner)
    return node.other


def _find(node: _Node, segments: list[str], index: int, values: tuple[str, ...]) -> Route | None:
    """Return the route of the segments from the index on; earlier parameters are `values`."""
    if index == len(segments):
        return Route(node.operations, dict(zip(node.names, values, strict=True))) if node.operations else None
    segment = segments[index]
    named = node.segments.get(segment)
    found = _find(named, segments, index + 1, values) if named is not None else None
    if found is None and node.other is not None and segment:
        value = unquote(segment) if "%" in segment else segment
        found = _find(node.other, segments, index + 1, (*values, value))
    return found
