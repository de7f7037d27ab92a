"""Find operations by path and method in a tree of path segments."""

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct, field

from mockserver.contract.operation import Operation
from mockserver.errors import ContractError

_SEVERAL = ""
"""Owner of a first segment that several providers share."""


class Route(Struct, frozen=True):
    """A matched path: operations by method, and the parameters' values."""

    operations: Mapping[str, Operation]
    parameters: Mapping[str, str]


class _Node(Struct):
    """A node of the tree of path segments.

    Attributes:
        owner: provider of the first path with this node.
        segments: next nodes by the contract's fixed segments.
        other: next node after a parameter; None if there is none.
        names, operations: of the path that ends here.
    """

    owner: str
    segments: dict[str, "_Node"] = field(default_factory=dict)
    other: "_Node | None" = None
    names: tuple[str, ...] = ()
    operations: dict[str, Operation] = field(default_factory=dict)

    def add(self, segment: str, owner: str) -> "_Node":
        """Return the next node, created if missing."""
        if not segment.startswith("{"):
            return self.segments.setdefault(segment, _Node(owner))
        self.other = self.other or _Node(owner)
        return self.other


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
            node = node.add(segment, operation.provider)
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
        item = self._items.get(collection)  # most paths, without walking the tree
        if item is not None and last:
            return Route(item[0], {item[1]: unquote(last) if "%" in last else last})
        return _find(self._root, path.split("/"), 1, ())

    def owner(self, path: str) -> str | None:
        """Return the provider of the longest matching prefix, or None."""
        owner = self._owners.get(path.split("/", 2)[1]) if path.startswith("/") else None
        return _nearest_owner(self._root, path.split("/")[1:]) if owner == _SEVERAL else owner


def _nearest_owner(node: _Node, segments: list[str]) -> str:
    for segment in segments:
        following = node.segments.get(segment) or (node.other if segment else None)
        if following is None:
            break
        node = following
    return node.owner


def _find(node: _Node, segments: list[str], index: int, values: tuple[str, ...]) -> Route | None:
    """Return the route of the segments from the index on, or None."""
    if index == len(segments):
        return Route(node.operations, dict(zip(node.names, values, strict=True))) if node.operations else None
    segment = segments[index]
    named = node.segments.get(segment)
    found = _find(named, segments, index + 1, values) if named is not None else None
    if found is None and node.other is not None and segment:
        value = unquote(segment) if "%" in segment else segment
        found = _find(node.other, segments, index + 1, (*values, value))
    return found
