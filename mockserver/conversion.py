"""Describe errors of `msgspec.convert` in plain words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, UnsetType

_PLACED = re.compile(r"(.*) - at (`key` in )?`\$(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_NAMED = re.compile(r"Object (?:contains unknown|missing required) field `(.*)`", re.DOTALL)
_CREDENTIAL = re.compile(r"secret|token|password|credential|authorization|key", re.IGNORECASE)
_LONGEST = 60
"""Characters shown of a text."""

_WORDS = {bool: "true or false", int: "an integer", float: "a number", str: "text", Mapping: "an object", PurePath: "a path"}
"""Types, the narrower first, and how messages name a value of each."""

NOT_JSON = (msgspec.MsgspecError, ValueError, RecursionError)
"""Errors of decoding text that is not JSON."""  # before msgspec 0.21 its own are no ValueErrors


def json_or_none(text: bytes) -> Any:
    """Return the value of a JSON text, or None."""
    try:
        return msgspec.json.decode(text)
    except NOT_JSON:
        return None


class Mismatch(Struct, frozen=True):
    """A value that does not fit its type; `path` is like `[3].answer`."""

    what: str
    path: str
    hint: str | None = None


def mismatch_of(error: msgspec.ValidationError, kind: Any, value: Any, whole: str = "document") -> Mismatch:
    """Describe why the value, named `whole`, does not fit the type."""
    found = _PLACED.fullmatch(str(error))
    what, in_key, steps = found.groups() if found else (str(error), None, "")
    path, kind, value = _follow(steps, kind, value)
    named = _NAMED.fullmatch(what)
    if error.__cause__ is not None:
        return Mismatch(what, path)
    if named and "unknown" in what:
        known = ", ".join(_struct(kind).__struct_encode_fields__)
        return Mismatch("unknown field", f"{path}.{named[1]}", f"known: {known}" if known else f"leave the {whole} empty")
    if named:
        wanted = _field_type(kind, named[1])
        example = _example(wanted)
        hint = f"it must be {_wanted(wanted)}" if example is None else f"write `{named[1]}: {example}`"
        return Mismatch(f"`{named[1]}` is missing", path, hint)
    if in_key:
        return Mismatch(f"keys must be text, got {_shown(next(key for key in value if not isinstance(key, str)), path)}", path)
    return Mismatch(f"must be {_wanted(kind)}, got {_shown(value, path)}", path, _hint(kind, value))


def _follow(steps: str, kind: Any, value: Any) -> tuple[str, Any, Any]:
    """Return path, type and value at msgspec's steps, which lack mappings' keys."""
    path = ""
    for name, index in _STEP.findall(steps):
        if name:
            kind, value, step = _field_type(kind, name), value[name], f".{name}"
        elif index == "...":
            kind = next(get_args(each)[1] for each, _ in _members(kind) if get_origin(each) in (dict, Mapping))
            key, value = next(item for item in value.items() if not _fits(item[1], kind))
            step = f".{key}"
        else:
            items = next(get_args(each) for each, _ in _members(kind) if get_origin(each) in (list, tuple, Sequence))
            kind = items[int(index)] if len(items) > 1 and items[1] is not ... else items[0]
            value, step = value[int(index)], f"[{index}]"
        path += step
    return path, kind, value


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _members(kind: Any, *metas: Meta) -> Iterator[tuple[Any, tuple[Meta, ...]]]:
    """Yield the types of a union and their constraints, without null."""
    if hasattr(kind, "__metadata__"):
        yield from _members(kind.__origin__, *metas, *kind.__metadata__)
    elif get_origin(kind) in (Union, UnionType):
        for each in get_args(kind):
            yield from _members(each, *metas)
    elif kind not in (NoneType, UnsetType):
        yield kind, metas


def _struct(kind: Any) -> Any:
    return next(each for each, _ in _members(kind) if hasattr(each, "__struct_fields__"))


def _field_type(kind: Any, name: str) -> Any:
    struct = _struct(kind)
    names = dict(zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True))
    return get_type_hints(struct, include_extras=True)[names[name]]


def _wanted(kind: Any) -> str:
    """Return the expected value in words."""
    words: list[str] = []
    for each, metas in _members(kind):
        words += get_args(each) if get_origin(each) is Literal else [_word(each) + _bounds(metas)]
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _word(kind: Any) -> str:
    if hasattr(kind, "__struct_fields__"):
        return "an object"
    plain = get_origin(kind) or kind
    return next((word for known, word in _WORDS.items() if issubclass(plain, known)), "a list")


def _bounds(metas: Sequence[Meta]) -> str:
    limits = {name: limit for meta in metas for name in _LIMITS if (limit := getattr(meta, name)) is not None}
    low, high = limits.get("ge", limits.get("min_length")), limits.get("le", limits.get("max_length"))
    unit = " characters" if limits.keys() & {"min_length", "max_length"} else ""
    if unit and (low, high) == (1, None):
        return " that is not empty"
    if pattern := next((meta.pattern for meta in metas if meta.pattern), None):
        return f" that matches {pattern}"
    if low is not None and high is not None:
        return f" of {low} to {high}{unit}" if unit else f" from {low} to {high}"
    return f" of at least {low}{unit}" if low is not None else f" of at most {high}{unit}" if high is not None else ""


_LIMITS = ("ge", "le", "min_length", "max_length")


def _shown(value: Any, path: str) -> str:
    """Return the value as short JSON; credentials by type only."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    is_hidden = bool(value) and _CREDENTIAL.search(path.rpartition(".")[2])
    if isinstance(value, str) and not is_hidden:
        return msgspec.json.encode(cut(value, _LONGEST)).decode()
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 200):
        return str(value) if not is_hidden else "a number"
    return next((word for known, word in _WORDS.items() if isinstance(value, known)), "a list")


def cut(text: str, length: int) -> str:
    """Return the text, shortened to a number of characters and `…`."""
    return text if len(text) <= length else f"{text[:length]}…"


def one_line(text: str) -> str:
    """Return the text on one line, control characters escaped."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _hint(kind: Any, value: Any) -> str | None:
    example = _example(kind)
    if example is not None:
        return f"write it like {example}"
    is_text_wanted = all(each is str for each, _ in _members(kind))
    return "put it in quotes" if is_text_wanted and isinstance(value, int | float) else None


def _example(kind: Any) -> Any:
    return next((meta.examples[0] for _, metas in _members(kind) for meta in metas if meta.examples), None)
