"""Reads the body of a control request: JSON, or YAML where its content type says so, strictly as what the route declares."""

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import msgspec

from mockserver import notation
from mockserver.contract.encoding import MalformedError, decode_json
from mockserver.control.problem import RefusedError
from mockserver.control.route import Route


def read(body: bytes, headers: Mapping[bytes, bytes], route: Route) -> Any:
    """Return what the body says, as an instance of what the route takes.

    Raises: RefusedError, DocumentError.
    """
    if not body:
        if route.needs_body:
            raise RefusedError(400, "the request needs a JSON object", where="body", remedy="/_mock/control.json says which")
        return route.body()
    is_yaml = b"yaml" in headers.get(b"content-type", b"").lower()
    return _convert(notation.parse(body, name="body") if is_yaml else _json(body), route.body)


def _json(body: bytes) -> Any:
    try:
        return decode_json(body, notation.MAX_DEPTH)
    except MalformedError as error:
        remedy = "send JSON, or YAML with `Content-Type: application/yaml`"
        raise RefusedError(400, str(error), where="body", remedy=remedy) from error


def _convert(value: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at `$")
        place = place.rstrip("`")
        raise RefusedError(400, what, where=f"body{place}", remedy=_remedy(kind, what, place)) from error


def _remedy(kind: Any, what: str, place: str) -> str | None:
    """Return what may stand there instead, where that is a short list."""
    if "unknown field" in what:
        return f"known: {', '.join(kind.__struct_fields__) or 'none, leave the body empty'}"
    if "enum" in what:
        options = get_args(get_type_hints(kind)[place.lstrip(".")])
        return f"choose {', '.join(choice for option in options for choice in get_args(option))}"
    return None
