"""Encode JSON as JavaScript does: the result of `JSON.stringify(JSON.parse(text))`."""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

SAFE = 2**53
"""Integers below it are exact in JavaScript; others are rounded to floats."""

_LAST_INDEX = 2**32 - 2
_INDEX = re.compile("0|[1-9][0-9]{0,9}", re.ASCII)
_ESCAPED = re.compile('["\\\\\x00-\x1f\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WORDS = {None: "null", True: "true", False: "false"}


def stringify(value: Any) -> str:
    """Return the JSON text of a value.

    Keys that look like an index come first, in ascending order. Numbers are 64-bit floats; infinite ones become null.
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        members = [f"{_text(key)}:{stringify(value[key])}" for key in sorted(value, key=_place)]
        return f"{{{','.join(members)}}}"
    return f"[{','.join([stringify(member) for member in value])}]"


def number(value: float) -> str:
    """Return the number's shortest exact text; `null` if it is not finite."""
    if isinstance(value, int) and -SAFE < value < SAFE:
        return str(value)
    try:
        nearest = float(value)
    except OverflowError:
        return "null"
    if not isfinite(nearest):
        return "null"
    return f"-{_positive(-nearest)}" if nearest < 0 else _positive(nearest)


def _positive(value: float) -> str:
    """Return the text of a number from 0 up."""
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    leading = (whole + fraction).lstrip("0")
    point = len(leading) - len(fraction) + int(exponent or 0)  # digits before the decimal point
    digits = leading.rstrip("0")
    if len(digits) <= point <= 21:
        return digits.ljust(point, "0")
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{point - 1:+}"


def _place(key: str) -> int:
    """Return the key's sort position: indexes by value, then others."""
    index = int(key) if _INDEX.fullmatch(key) else _LAST_INDEX + 1
    return min(index, _LAST_INDEX + 1)


def _text(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _SHORT.get(character) or f"\\u{ord(character):04x}"
