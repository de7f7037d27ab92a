"""A method of an HTTP library that is replaced while an interception is active."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any, Protocol

from msgspec import Struct

from mockserver.client.receiver import Receiver


class Router(Protocol):
    """Finds the receivers of requests."""

    def find(self, url: str) -> Receiver | None:
        """Return the receiver of a request; None if it goes to its real host."""

    def is_open(self, url: str) -> bool:
        """Return whether a real connection to the URL's host may be made."""


class Patch(Struct, frozen=True):
    """A replacement for a method of a library's class.

    Attributes:
        module: the module of the class.
        make: (original method, module, router) → replacement.
    """

    module: str
    owner: str
    method: str
    make: Callable[[Any, ModuleType, Router], Any]

    def apply(self, owner: Any, module: ModuleType, router: Router) -> Callable[[], None]:
        """Replace the method; return a function that restores it."""
        original = vars(owner)[self.method]
        setattr(owner, self.method, wraps(original)(self.make(original, module, router)))
        return lambda: setattr(owner, self.method, original)
