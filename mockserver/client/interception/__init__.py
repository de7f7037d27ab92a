"""Redirect requests for the providers' own hosts to a sandbox.

The classes of HTTP libraries belong to the whole process, and so do their patches: `ACTIVE` is the package's only value that
lasts and changes. When the last interception ends, every function is the original one again.
"""

import sys
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockserver.client.in_process_target import InProcessTarget
from mockserver.client.interception import over_aiohttp, over_http_client, over_httpx
from mockserver.client.interception.patches import Patch
from mockserver.errors import UnexpectedRequestError
from mockserver.http.guard import is_loopback

PATCHES: tuple[Patch, ...] = (*over_httpx.PATCHES, *over_http_client.PATCHES, *over_aiohttp.PATCHES)


class Interception:
    """A context that redirects requests for some hosts to a sandbox.

    It covers httpx, httpx2, requests, urllib3, urllib, `http.client` and aiohttp, including clients made before and libraries
    imported later. If several overlap, the one that started last wins.

    `refused` has the URLs that were refused, in order; a test can check them even if its code hides the error.
    """

    def __init__(self, targets: Mapping[str, InProcessTarget], *, strict: bool = False) -> None:
        """Take host → target; `strict` refuses other hosts except loopback."""
        self.targets = targets
        self._is_strict = strict
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        ACTIVE.start(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        ACTIVE.stop(self)

    def refuses(self, host: str) -> bool:
        """Return whether requests to a host without target are refused."""
        return self._is_strict and not is_loopback(host)

    def refuse(self, url: str) -> UnexpectedRequestError:
        """Note a refused URL, and return the error to raise."""
        shown = urlsplit(url)._replace(query="", fragment="").geturl()
        self.refused.append(shown)
        known = ", ".join(self.targets)
        return UnexpectedRequestError(
            f"{shown} was called, but only {known} may be called",
            hint="intercept without strict to reach other hosts, or replace that call in the test",
        )


class ActiveInterceptions:
    """The active interceptions and the patches applied for them."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._active: tuple[Interception, ...] = ()
        self._undo: list[Callable[[], None]] = []
        self._late = LateImports({patch.module for patch in PATCHES}, self._imported)

    def start(self, interception: Interception) -> None:
        """Add an interception that comes before all others."""
        with self._lock:
            if not self._active:
                sys.meta_path.insert(0, self._late)
                for name in dict.fromkeys(patch.module for patch in PATCHES):
                    self._apply(name, sys.modules.get(name))
            self._active = (*self._active, interception)

    def stop(self, interception: Interception) -> None:
        """Remove an interception; undo all patches after the last one."""
        with self._lock:
            remaining = list(self._active)
            remaining.remove(interception)
            self._active = tuple(remaining)
            if not self._active:
                with suppress(ValueError):  # other code may have removed the finder
                    sys.meta_path.remove(self._late)
                while self._undo:
                    self._undo.pop()()

    def find(self, url: str) -> InProcessTarget | None:
        """Return the target of a request; None for its real host.

        Raises: UnexpectedRequestError if it is refused.
        """
        host = _host(url)
        latest_first = self._active[::-1]
        for each in latest_first:
            if host in each.targets:
                return each.targets[host]
        for each in latest_first:
            if each.refuses(host):
                raise each.refuse(url)
        return None

    def is_open(self, url: str) -> bool:
        """Return whether a real connection to the URL's host may be made."""
        host = _host(url)
        return not any(host in each.targets or each.refuses(host) for each in self._active)

    def _imported(self, name: str, module: ModuleType) -> None:
        with self._lock:
            if self._active:
                self._apply(name, module)

    def _apply(self, name: str, module: ModuleType | None) -> None:
        if module is None:
            return
        for patch in PATCHES:
            owner: Any = getattr(module, patch.owner, None) if patch.module == name else None
            if owner is not None:
                self._undo.append(patch.apply(owner, module, self))


class LateImports(MetaPathFinder):
    """A finder, first in `sys.meta_path`, that reports imports of some modules."""

    def __init__(self, modules: Collection[str], imported: Callable[[str, ModuleType], None]) -> None:
        self._modules = modules
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the spec that other finders have for one of the modules."""
        if name not in self._modules:
            return None
        others = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        spec = next((each for each in others if each is not None), None)
        if spec is not None and spec.loader is not None:
            self._report(name, spec.loader)
        return spec

    def _report(self, name: str, loader: Loader) -> None:
        def exec_module(module: ModuleType) -> None:
            del vars(loader)["exec_module"]  # report once
            loader.exec_module(module)
            self._imported(name, module)

        vars(loader)["exec_module"] = exec_module


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


ACTIVE = ActiveInterceptions()
