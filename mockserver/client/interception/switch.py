"""Turns interceptions on and off: as long as there is one, functions of HTTP libraries are replaced.

A library's classes belong to the whole process. So what replaces them does, too: this is the package's only value that
lasts and changes. When the last interception ends, every function is again the very one that it was.
"""

import sys
import threading
from contextlib import suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from mockserver.client.interception import over_aiohttp, over_http_client, over_httpx
from mockserver.client.interception.imports import LateImports
from mockserver.client.interception.points import Point
from mockserver.client.receiver import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS: tuple[Point, ...] = (*over_httpx.POINTS, *over_http_client.POINTS, *over_aiohttp.POINTS)


class Intercepting(Protocol):
    """What the switch asks of an interception."""

    def receiver(self, host: str) -> Receiver | None:
        """Return who receives requests to the host; None: nobody here."""

    def refuses(self, host: str) -> bool:
        """Return whether requests to a host that nobody plays must not be sent."""

    def refuse(self, url: str) -> Exception:
        """Note the URL as refused, and return the error to raise."""


class Switch:
    """All interceptions that are on, and what was replaced for them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._on: tuple[Intercepting, ...] = ()
        self._undo: list[Callable[[], None]] = []
        self._late = LateImports({point.module for point in POINTS}, self._imported)

    def turn_on(self, interception: Intercepting) -> None:
        """Send requests to this interception before all others."""
        with self._lock:
            if not self._on:
                sys.meta_path.insert(0, self._late)
                for name in dict.fromkeys(point.module for point in POINTS):
                    self._replace_in(name, sys.modules.get(name))
            self._on = (*self._on, interception)

    def turn_off(self, interception: Intercepting) -> None:
        """Send it nothing more; after the last one all is as it was before."""
        with self._lock:
            remaining = list(self._on)
            remaining.remove(interception)
            self._on = tuple(remaining)
            if not self._on:
                with suppress(ValueError):  # somebody has tidied up the finders
                    sys.meta_path.remove(self._late)
                while self._undo:
                    self._undo.pop()()

    def find(self, url: str) -> Receiver | None:
        """Return who receives a request; None: it goes where it would go without us.

        Raises: UnexpectedRequestError if it must not be sent.
        """
        host = _host(url)
        found = self._receiver(host)
        if found is None:
            for each in reversed(self._on):
                if each.refuses(host):
                    raise each.refuse(url)
        return found

    def is_open(self, url: str) -> bool:
        """Return whether a connection to the URL's host may really be made."""
        host = _host(url)
        return self._receiver(host) is None and not any(each.refuses(host) for each in self._on)

    def _receiver(self, host: str) -> Receiver | None:
        return next((found for each in reversed(self._on) if (found := each.receiver(host)) is not None), None)

    def _imported(self, name: str, module: ModuleType) -> None:
        with self._lock:
            if self._on:
                self._replace_in(name, module)

    def _replace_in(self, name: str, module: ModuleType | None) -> None:
        if module is None:
            return
        for point in POINTS:
            owner: Any = getattr(module, point.owner, None) if point.module == name else None
            if owner is not None:
                self._undo.append(point.replace(owner, module, self))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


SWITCH = Switch()
