"""Reads what comes with a control request, strictly as the route declares it: its query, and its body of JSON or YAML."""

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import msgspec

from mockserver import notation
from mockserver.contract.encoding import MalformedError, decode_json, decode_pairs
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlRoute


def read_query(query: bytes, route: ControlRoute) -> Any:
    """Return what the query says, as an instance of what the route takes; of a name that comes twice, the last.

    Raises: ControlError.
    """
    try:
        pairs = dict(decode_pairs(query))
    except MalformedError as error:
        raise ControlError(400, str(error), where="query") from error
    try:
        return msgspec.convert(pairs, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise _refused(error, route.query, "query") from error


def read(body: bytes, headers: Mapping[bytes, bytes], route: ControlRoute) -> Any:
    """Return what the body says, as an instance of what the route takes.

    Raises: ControlError, DocumentError.
    """
    if not body:
        if route.needs_body:
            raise ControlError(400, "the request needs a JSON object", where="body", remedy="/_mock/control.json says which")
        return route.body()
    is_yaml = b"yaml" in headers.get(b"content-type", b"").lower()
    return _convert(notation.parse(body, name="body") if is_yaml else _json(body), route.body)


def _json(body: bytes) -> Any:
    try:
        return decode_json(body, notation.MAX_DEPTH)
    except MalformedError as error:
        remedy = "send JSON, or YAML with `Content-Type: application/yaml`"
        raise ControlError(400, str(error), where="body", remedy=remedy) from error


def _convert(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _refused(error, kind, "body") from error


def _refused(error: msgspec.ValidationError, kind: Any, where: str) -> ControlError:
    what, _, place = str(error).partition(" - at `$")
    place = place.rstrip("`")
    return ControlError(400, what, where=f"{where}{place}", remedy=_remedy(kind, what, place, where))


def _remedy(kind: Any, what: str, place: str, where: str) -> str | None:
    """Return what may stand there instead, where that is a short list."""
    if "unknown field" in what:
        known = ", ".join(_struct(kind).__struct_encode_fields__)
        return f"known: {known or f'none, leave the {where} empty'}"
    if "enum" in what:
        options = get_args(get_type_hints(_struct(kind))[place.rpartition(".")[2]])
        return f"choose {', '.join(choice for option in options for choice in get_args(option))}"
    return None


def _struct(kind: Any) -> Any:
    """Return what has the fields: what is annotated, or may be a list of them too, is called after the one."""
    return kind if hasattr(kind, "__struct_encode_fields__") else _struct(get_args(kind)[0])
