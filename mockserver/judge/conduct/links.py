"""Tells whether a request goes where a link leads."""

import re
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from mockserver.exchange import Request

_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


class Links:
    """Links that a client was given.

    URLs are compared as RFC 3986 normalises them (section 6.2.2): the case of escapes does not matter, nor whether a
    character is escaped that need not be. All else does, such as the order of parameters. What stands before the path that
    the provider has, such as a host or a sandbox's prefix, does not count.
    """

    def __init__(self, links: Iterable[str] = ()) -> None:
        self._paths: dict[str, set[str]] = {}
        self.add(links)

    def add(self, links: Iterable[str]) -> None:
        """Take in more links; what is none leads nowhere."""
        for link in links:
            with suppress(ValueError):
                parts = urlsplit(link)
                self._paths.setdefault(_normal(parts.query), set()).add(_normal(parts.path))

    def lead_to(self, request: Request) -> bool:
        """Return whether the request is for one of the links."""
        path = _normal(request.path)
        return any(each.endswith(path) for each in self._paths.get(_normal(request.query.decode("latin-1")), ()))


def _normal(text: str) -> str:
    return _ESCAPED.sub(_plain, text)


def _plain(escaped: re.Match[str]) -> str:
    sign = chr(int(escaped[1], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escaped[0].upper()
