"""Parse YAML and JSON text into plain values, and write YAML.

Values are those of JSON: keys are text, numbers are finite, tags are refused. YAML is read as version 1.2: only `true` and
`false` are booleans, timestamps and `yes` stay text.
"""

import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any, NoReturn

import msgspec

from mockserver.errors import DocumentError

MAX_DEPTH = 128
"""Maximum nesting; much deeper documents would exhaust the stack."""

MAX_VALUES = 10_000_000
"""Maximum number of values, aliases expanded."""

MAX_DIGITS = 4_300
"""Maximum digits of an integer; Python's own limit."""

_TOO_LARGE = 10**MAX_DIGITS

_PLAIN = re.compile(
    "(?P<null>~|null|)|(?P<bool>true|false)|(?P<int>[-+]?(?:0|[1-9][0-9]*))"
    r"|(?P<float>[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)"
)
"""Unquoted scalars that are not text; the group is the type."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Line ends outside ASCII; unescaped, a YAML parser reads them as spaces."""

_VALUE_OF: dict[str | None, Callable[[str], Any]] = {
    "null": lambda _text: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": float,
}


def parse(content: bytes, *, name: str) -> Any:
    """Parse a YAML or JSON text; None if it is empty.

    name: its name in messages.
    Raises: DocumentError, with the line if it is known.
    """
    if content.lstrip()[:1] in (b"{", b"["):
        try:
            return _parse_json(content)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass  # It may be YAML that begins so; if not, YAML's error names the line.
    return _parse_yaml(content, name)


def flaw_of(value: Any, depth: int = 0) -> tuple[str, str] | None:
    """Return path and reason of an invalid part, or None."""
    if isinstance(value, dict | list):
        return _flaw_within(value, depth + 1)
    if isinstance(value, str):
        return ("", "holds half of a surrogate pair") if not value.isascii() and _SURROGATE.search(value) else None
    if isinstance(value, float):
        return None if isfinite(value) else ("", f"must be a finite number, not {value}")
    if isinstance(value, int):
        return None if abs(value) < _TOO_LARGE else ("", f"has more than {MAX_DIGITS} digits")
    return None if value is None else ("", f"holds a {type(value).__name__}, which no document can")


def to_yaml(value: Any) -> str:
    """Return the value as YAML; `parse` returns the same value."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Quote text that `parse` would read as another type; write no aliases."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def represent_text(self, text: str) -> Any:
            style = '"' if _LINE_ENDS.search(text) else "|" if "\n" in text else None
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

        def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
            found = _PLAIN.fullmatch(value) if kind is yaml.ScalarNode and implicit[0] else None
            if found:
                return f"tag:yaml.org,2002:{found.lastgroup}"
            return str(super().resolve(kind, value, (False, True)))  # type: ignore[no-untyped-call]

    Dumper.add_representer(str, Dumper.represent_text)
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))


def lines_of(content: bytes) -> dict[str, int]:
    """Return the first line of each value, by JSON pointer.

    The value of a key begins with the key. The text must be one that `parse` accepts.
    """
    import yaml

    lines: dict[str, int] = {}
    parts: list[tuple[str, int, Any]] = [("", 1, yaml.compose(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))]
    while parts:
        pointer, line, node = parts.pop()
        lines[pointer] = line
        if isinstance(node, yaml.MappingNode):
            parts += [(f"{pointer}/{escape(key.value)}", key.start_mark.line + 1, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            parts += [(f"{pointer}/{index}", item.start_mark.line + 1, item) for index, item in enumerate(node.value)]
    return lines


def escape(step: str) -> str:
    """Return the text as one step of a JSON pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def _flaw_within(value: dict[Any, Any] | list[Any], depth: int) -> tuple[str, str] | None:
    if depth > MAX_DEPTH:
        return "", f"is nested deeper than {MAX_DEPTH} levels"
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and not isinstance(key, str):
            return "", f"has the key {key!r}, which is not text"
        flaw = None if type(member) is str and member.isascii() else flaw_of(member, depth)
        if flaw is None and isinstance(key, str) and not key.isascii():
            flaw = flaw_of(key)
        if flaw is not None:
            return (f".{key}" if isinstance(key, str) else f"[{key}]") + flaw[0], flaw[1]
    return None


def _parse_json(content: bytes) -> Any:
    import json

    def check_keys(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError

    json.loads(content, object_pairs_hook=check_keys)
    value = msgspec.json.decode(content)
    if flaw_of(value) is not None:
        raise ValueError
    return value


def _parse_yaml(content: bytes, name: str) -> Any:
    import yaml

    try:
        return _Reader(name, yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))).document()
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DocumentError(f"is not valid YAML: {error.problem}", where=f"{name}{line}") from error
    except yaml.YAMLError as error:
        raise DocumentError(f"is not valid YAML: {str(error).splitlines()[0]}", where=name) from error


class _Reader:
    """Read values from YAML events. PyYAML's own composer crashes on deep nesting."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self._name = name
        self._events = events
        # Anchor → value, number of values in it with aliases expanded, levels of nesting.
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._size = 0
        self._deepest = 0

    def document(self) -> Any:
        """Return the value of the only document, or None."""
        value, is_read = None, False
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                if is_read:
                    self._refuse(event, "a second document begins")
                value, is_read = self._value(next(self._events), 0), True
        return value

    def _value(self, event: Any, depth: int) -> Any:
        """Return the value that begins with the event; `depth` counts its owners."""
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event, depth)
        self._check_tag(event)
        size, deepest = self._size, self._deepest
        self._size, self._deepest = size + 1, depth
        if kind == "ScalarEvent":
            value = self._scalar(event)
        elif depth == MAX_DEPTH:
            self._refuse(event, f"is nested deeper than {MAX_DEPTH} levels")
        else:
            self._deepest += 1
            value = self._mapping(depth + 1) if kind == "MappingStartEvent" else self._list(depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = value, self._size - size, self._deepest - depth
        self._deepest = max(self._deepest, deepest)
        return value

    def _mapping(self, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while type(event := next(self._events)).__name__ != "MappingEndEvent":
            if type(event).__name__ != "ScalarEvent":
                self._refuse(event, "a key must be text")
            self._check_tag(event)
            if event.value in mapping:
                self._refuse(event, f"duplicate key {event.value!r}")
            self._check_value(event.value, event)
            mapping[event.value] = self._value(next(self._events), depth)
        return mapping

    def _list(self, depth: int) -> list[Any]:
        items = []
        while type(event := next(self._events)).__name__ != "SequenceEndEvent":
            items.append(self._value(event, depth))
        return items

    def _alias(self, event: Any, depth: int) -> Any:
        if event.anchor not in self._anchors:
            self._refuse(event, f"unknown anchor {event.anchor!r}; define it before this alias")
        value, size, height = self._anchors[event.anchor]
        self._size += size
        self._deepest = max(self._deepest, depth + height)
        if self._deepest > MAX_DEPTH or self._size > MAX_VALUES:
            self._refuse(event, "the aliases expand to too many or too deep values")
        return value

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        found = _PLAIN.fullmatch(text) if event.implicit[0] else None
        if found is None:
            value = text
        elif found.lastgroup == "int" and len(text.lstrip("+-")) > MAX_DIGITS:
            self._refuse(event, f"a number has more than {MAX_DIGITS} digits")
        else:
            value = _VALUE_OF[found.lastgroup](text)
        self._check_value(value, event)
        return value

    def _check_value(self, value: Any, event: Any) -> None:
        flaw = flaw_of(value)
        if flaw is not None:
            self._refuse(event, f"a value {flaw[1]}")

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag!r} has no meaning here")

    def _refuse(self, event: Any, what: str) -> NoReturn:
        raise DocumentError(what, where=f"{self._name}, line {event.start_mark.line + 1}")
