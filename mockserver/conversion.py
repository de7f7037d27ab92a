"""Converts what documents and requests say to Structs. Errors name the place and what may stand there."""

from typing import Any, get_args, get_type_hints

import msgspec


class Mismatch(msgspec.Struct, frozen=True):
    """One value that does not fit its type.

    Attributes:
        what: what is wrong.
        path: where the value is, such as `[3].answer`; empty for the whole.
        remedy: what may stand there; None if there is no short list.
    """

    what: str
    path: str
    remedy: str | None = None


def mismatch_of(error: msgspec.ValidationError, kind: Any) -> Mismatch:
    """Return what `msgspec.convert` objects to."""
    what, _, place = str(error).partition(" - at `$")
    path = place.rstrip("`")
    return Mismatch(what, path, _remedy(kind, what, path))


def _remedy(kind: Any, what: str, path: str) -> str | None:
    if "unknown field" in what:
        return f"known: {', '.join(_struct(kind).__struct_encode_fields__) or 'none'}"
    if "enum" in what:
        options = get_args(get_type_hints(_struct(kind))[path.rpartition(".")[2]])
        return f"choose {', '.join(choice for option in options for choice in get_args(option))}"
    return None


def _struct(kind: Any) -> Any:
    """Return the Struct of a type: the type itself, or what it annotates or has as items."""
    return kind if hasattr(kind, "__struct_encode_fields__") else _struct(get_args(kind)[0])
