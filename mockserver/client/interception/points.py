"""The functions of libraries that are replaced while something is intercepted."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any, Protocol

from msgspec import Struct

from mockserver.client.receiver import Receiver


class Router(Protocol):
    """Knows where requests go."""

    def find(self, url: str) -> Receiver | None:
        """Return who receives a request; None: it goes where it would go without us."""

    def is_open(self, url: str) -> bool:
        """Return whether a connection to the URL's host may really be made."""


class Point(Struct, frozen=True):
    """A method of a library's class.

    Attributes:
        module: the module that has the class once it is imported.
        make: (the method, the module, the router) → what stands in for the method.
    """

    module: str
    owner: str
    method: str
    make: Callable[[Any, ModuleType, Router], Any]

    def replace(self, owner: Any, module: ModuleType, router: Router) -> Callable[[], None]:
        """Put the stand-in in the method's place, and return what undoes it."""
        original = vars(owner)[self.method]
        setattr(owner, self.method, wraps(original)(self.make(original, module, router)))
        return lambda: setattr(owner, self.method, original)
