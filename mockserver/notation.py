"""Parse YAML and JSON text into plain values, and write YAML.

Values are those of JSON: keys are text, numbers are finite, tags are refused. YAML is read as version 1.2: only `true` and
`false` are booleans, timestamps and `yes` stay text.
"""

import re
from collections.abc import Callable, Iterable
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

_SCALARS = (
    ("null", re.compile(r"^(?:~|null|)$"), ("~", "n", "")),
    ("bool", re.compile(r"^(?:true|false)$"), ("t", "f")),
    ("int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$", re.ASCII), tuple("-+0123456789")),
    (
        "float",
        re.compile(r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", re.ASCII),
        tuple("-+0123456789"),
    ),
)
"""Types of unquoted scalars, their form and first characters; the first match wins."""

_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Line ends outside ASCII; unescaped, a YAML parser reads them as spaces."""

_READ: dict[str, Callable[[str], Any]] = {
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
    """Return path and reason of a part that no document can hold, or None."""
    if isinstance(value, dict | list):
        return _flaw_within(value, depth + 1)
    if isinstance(value, str):
        return None if value.isascii() or _is_unicode(value) else ("", "holds half of a surrogate pair")
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

    Dumper.add_representer(str, Dumper.represent_text)
    Dumper.yaml_implicit_resolvers = {}
    for kind, form, first in _SCALARS:
        Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", form, list(first))
    return str(yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120))


def lines_of(content: bytes) -> dict[str, int]:
    """Return JSON pointer → first line, from 1, for all values of a YAML or JSON text.

    The value of a key begins with the key. The text must be one that `parse` accepts.
    """
    import yaml

    lines: dict[str, int] = {}
    parts: list[tuple[str, int, Any]] = [("", 1, yaml.compose(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))]
    while parts:
        pointer, line, node = parts.pop()
        lines[pointer] = line
        if isinstance(node, yaml.MappingNode):
            parts += [(f"{pointer}/{_step(key.value)}", key.start_mark.line + 1, value) for key, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            parts += [(f"{pointer}/{index}", item.start_mark.line + 1, item) for index, item in enumerate(node.value)]
    return lines


def _step(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _flaw_within(value: dict[Any, Any] | list[Any], depth: int) -> tuple[str, str] | None:
    if depth > MAX_DEPTH:
        return "", f"is nested deeper than {MAX_DEPTH} levels"
    for key, member in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and not isinstance(key, str):
            return "", f"has the key {key!r}, which is no text"
        flaw = None if type(member) is str and member.isascii() else flaw_of(member, depth)
        if flaw is None and isinstance(key, str) and not key.isascii():
            flaw = flaw_of(key)
        if flaw is not None:
            return (f".{key}" if isinstance(key, str) else f"[{key}]") + flaw[0], flaw[1]
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_json(content: bytes) -> Any:
    import json

    json.loads(content, object_pairs_hook=_once)
    value = msgspec.json.decode(content)
    if flaw_of(value) is not None:
        raise ValueError
    return value


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError


def _parse_yaml(content: bytes, name: str) -> Any:
    import yaml

    try:
        return _Composer(name).value_of(yaml.parse(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise DocumentError(f"is no YAML: {error.problem}", where=f"{name}{line}") from error
    except yaml.YAMLError as error:
        raise DocumentError(f"is no YAML: {str(error).splitlines()[0]}", where=name) from error


class _Part(msgspec.Struct):
    """A value, complete or being read.

    Attributes:
        anchor: its name in aliases, or None.
        key: in a mapping, the key of the next value; None if a key comes next.
        size: number of values in it, aliases expanded; while it is being read, the number before it.
        height: levels of nesting, its own included.
    """

    value: Any
    anchor: str | None = None
    key: str | None = None
    size: int = 1
    height: int = 0


class _Composer:
    """Build a value from YAML events, with a stack of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._root = _Part([])
        self._open: list[_Part] = [self._root]
        self._anchors: dict[str | None, _Part] = {}
        self._size = 0

    def value_of(self, events: Iterable[Any]) -> Any:
        """Return the value of the only document, or None."""
        for event in events:
            step = _STEPS.get(type(event).__name__)
            if step is not None:
                step(self, event)
        return self._root.value[0] if self._root.value else None

    def start(self, event: Any) -> None:
        if self._root.value:
            self._refuse(event, "a second document begins")

    def open_mapping(self, event: Any) -> None:
        self._open_part({}, event)

    def open_list(self, event: Any) -> None:
        self._open_part([], event)

    def close(self, _event: Any) -> None:
        part = self._open.pop()
        part.size = self._size - part.size
        self._put(part)

    def scalar(self, event: Any) -> None:
        self._check_tag(event)
        owner = self._open[-1]
        if isinstance(owner.value, dict) and owner.key is None:
            owner.key = self._key(event, owner.value)
        else:
            self._size += 1
            self._put(_Part(self._scalar(event), event.anchor))

    def alias(self, event: Any) -> None:
        part = self._anchors.get(event.anchor)
        if part is None:
            self._refuse(event, f"there is no anchor {event.anchor!r} before this alias")
        self._check_place(event)
        self._size += part.size
        if len(self._open) - 1 + part.height > MAX_DEPTH or self._size > MAX_VALUES:
            self._refuse(event, "the aliases expand to too many or too deep values")
        self._put(_Part(part.value, height=part.height))

    def _open_part(self, value: Any, event: Any) -> None:
        self._check_tag(event)
        self._check_place(event)
        if len(self._open) > MAX_DEPTH:
            self._refuse(event, f"is nested deeper than {MAX_DEPTH} levels")
        self._open.append(_Part(value, event.anchor, size=self._size, height=1))
        self._size += 1

    def _put(self, part: _Part) -> None:
        """Add a complete value to the innermost open part."""
        if part.anchor is not None:
            self._anchors[part.anchor] = part
        owner = self._open[-1]
        owner.height = max(owner.height, part.height + 1)
        if isinstance(owner.value, dict):
            owner.value[owner.key] = part.value
            owner.key = None
        else:
            owner.value.append(part.value)

    def _key(self, event: Any, mapping: dict[str, Any]) -> str:
        key: str = event.value
        if key in mapping:
            self._refuse(event, f"duplicate key {key!r}")
        self._check_value(key, event)
        return key

    def _scalar(self, event: Any) -> Any:
        """Return the text, or the value of unquoted text."""
        text: str = event.value
        kind = next((kind for kind, form, _ in _SCALARS if form.fullmatch(text)), None) if event.implicit[0] else None
        if kind == "int" and len(text.lstrip("+-")) > MAX_DIGITS:
            self._refuse(event, f"a number has more than {MAX_DIGITS} digits")
        value = text if kind is None else _READ[kind](text)
        self._check_value(value, event)
        return value

    def _check_value(self, value: Any, event: Any) -> None:
        flaw = flaw_of(value)
        if flaw is not None:
            self._refuse(event, f"a value {flaw[1]}")

    def _check_place(self, event: Any) -> None:
        if isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            self._refuse(event, "a key must be text")

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag!r} has no meaning here")

    def _refuse(self, event: Any, what: str) -> NoReturn:
        raise DocumentError(what, where=f"{self._name}, line {event.start_mark.line + 1}")


_STEPS = {
    "DocumentStartEvent": _Composer.start,
    "MappingStartEvent": _Composer.open_mapping,
    "SequenceStartEvent": _Composer.open_list,
    "MappingEndEvent": _Composer.close,
    "SequenceEndEvent": _Composer.close,
    "ScalarEvent": _Composer.scalar,
    "AliasEvent": _Composer.alias,
}
