"""Converts what documents and requests say to Structs. Errors name the place and what may stand there."""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

_PLACED = re.compile(r"(.*) - at (?:`key` in )?`\$(.*)`", re.DOTALL)

NOT_JSON = (msgspec.MsgspecError, ValueError, RecursionError)
"""What reading a text as JSON raises if it is none. msgspec's own errors are no ValueErrors before its 0.21."""


def json_or_none(text: bytes) -> Any:
    """Return the value of a JSON text; None if it is none."""
    try:
        return msgspec.json.decode(text)
    except NOT_JSON:
        return None


class Mismatch(msgspec.Struct, frozen=True):
    """One value that does not fit its type.

    Attributes:
        what: what is wrong.
        path: where the value is, such as `[3].answer`; empty for the whole.
        hint: what may stand there; None if there is no short list.
    """

    what: str
    path: str
    hint: str | None = None


def mismatch_of(error: msgspec.ValidationError, kind: Any, whole: str = "document") -> Mismatch:
    """Return what `msgspec.convert` to this type objects to; `whole` is what it converted."""
    found = _PLACED.fullmatch(str(error))
    what, path = (found[1], found[2]) if found else (str(error), "")
    return Mismatch(what, path, _hint(_type_at(kind, path), what, whole))


def _hint(kind: Any, what: str, whole: str) -> str | None:
    if "unknown field" in what:
        return f"known: {', '.join(_struct(kind).__struct_encode_fields__) or f'none, leave the {whole} empty'}"
    if "enum" in what:
        return f"choose {', '.join(_choices(kind))}"
    return None


def _type_at(kind: Any, path: str) -> Any:
    """Return the type at the path; positions in lists and mappings do not matter."""
    for name in re.sub(r"\[[^\]]*\]", "", path).split(".")[1:]:
        struct = _struct(kind)
        names = dict(zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True))
        kind = get_type_hints(struct)[names[name]]
    return kind


def _struct(kind: Any) -> Any:
    """Return the Struct that the type is, or that it annotates, contains or allows; None if there is none."""
    if hasattr(kind, "__struct_encode_fields__"):
        return kind
    return next((found for each in get_args(kind) if (found := _struct(each)) is not None), None)


def _choices(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for each in get_args(kind):
            yield from _choices(each)
