"""Decode queries and bodies strictly; malformed input is an error."""

import re
from math import isfinite
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from mockserver.conversion import NOT_JSON

MAX_DEPTH = 64
"""Maximum nesting of a JSON body; deeper ones could exhaust the stack."""

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_INTEGER = re.compile(r"-?[0-9]{1,1000}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,2})?", re.ASCII)

_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"{[]}"))

_decode = msgspec.json.Decoder().decode


class MalformedError(ValueError):
    """The bytes are malformed; the message is one clause."""


def decode_json(body: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of a JSON text.

    Raises: MalformedError, also for nesting deeper than `max_depth`, NaN and text that is not UTF-8.
    """
    if body.count(b"{") + body.count(b"[") > max_depth and _is_deeper(body, max_depth):
        raise MalformedError(f"JSON nested deeper than {max_depth} levels")
    try:
        return _decode(body)
    except NOT_JSON as error:
        raise MalformedError(f"no JSON: {error}") from error


def _is_deeper(body: bytes, max_depth: int) -> bool:
    """Return whether JSON is nested deeper, brackets in strings not counted."""
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"{[" else -1
        if depth > max_depth:
            return True
    return False


def decode_pairs(text: bytes) -> list[tuple[str, str]]:
    """Return the pairs of a query or a form, in order.

    Raises: MalformedError for a broken percent-encoding or text that is not UTF-8.
    """
    pairs = []
    for part in text.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_text(name), _text(value)))
    return pairs


def _text(encoded: bytes) -> str:
    if b"%" in encoded and _BROKEN_ESCAPE.search(encoded):
        raise MalformedError("broken percent-encoding")
    try:
        return unquote_to_bytes(encoded.replace(b"+", b" ")).decode()
    except UnicodeDecodeError as error:
        raise MalformedError("text that is not UTF-8") from error


def coerce(value: str, types: tuple[str, ...]) -> Any:
    """Return the text as the first fitting JSON type, or unchanged."""
    if "string" in types or not types:
        return value
    if "integer" in types and _INTEGER.fullmatch(value):
        return int(value)
    if "number" in types and _NUMBER.fullmatch(value):
        number = float(value)
        return number if isfinite(number) else value
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    if "object" in types or "array" in types:
        try:
            return decode_json(value.encode())
        except MalformedError:
            return value
    return value
