"""Reads durations such as `90s`, `3d` and `PT36H`."""

import re
from typing import Annotated

from msgspec import Meta

from mockserver.errors import ConfigurationError

Duration = Annotated[str, Meta(description="`90s`, `10m`, `3d`, or ISO 8601 such as `PT36H`, on the sandbox's clock.")]

_UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SHORT = re.compile(r"(\d{1,15})(ms|s|m|h|d|w)", re.ASCII)
_ISO = re.compile(r"P(?:(\d{1,15})W)?(?:(\d{1,15})D)?(?:T(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})S)?)?", re.ASCII)


def parse_duration(text: str) -> int:
    """Return the milliseconds of a duration such as `90s`, `3d` or `PT36H`.

    Raises: ValueError for anything else.
    """
    short = _SHORT.fullmatch(text)
    if short:
        return int(short[1]) * _UNITS_MS[short[2]]
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groups()) and not text.endswith("T"):
        return sum(int(count or 0) * _UNITS_MS[unit] for count, unit in zip(iso.groups(), "wdhms", strict=True))
    raise ValueError(f"{text[:80]!r} is not a duration; write it like 90s, 3d or PT36H")


def duration(text: str, where: str) -> int:
    """Return the milliseconds of a duration.

    Raises: ConfigurationError.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ConfigurationError(str(error), where=where) from error
