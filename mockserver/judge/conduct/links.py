"""Tells whether a request goes where a link leads."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from mockserver.exchange import Request

_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def is_target(request: Request, link: str) -> bool:
    """Return whether the request is for the link, whatever name the host has.

    URLs are compared as RFC 3986 normalises them (section 6.2.2): the case of escapes does not matter, nor whether a
    character is escaped that need not be. All else does, such as the order of parameters.
    """
    parts = urlsplit(link)
    path = _normal(request.path)
    goes_there = _normal(parts.path).endswith(path)
    return goes_there and _normal(parts.query) == _normal(request.query.decode("latin-1"))


def is_target_of_any(request: Request, links: Iterable[str]) -> bool:
    """Return whether the request is for one of the links."""
    return any(is_target(request, link) for link in links)


def _normal(text: str) -> str:
    return _ESCAPED.sub(_plain, text)


def _plain(escaped: re.Match[str]) -> str:
    sign = chr(int(escaped[1], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escaped[0].upper()
