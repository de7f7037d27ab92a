"""Methods of HTTP libraries that are replaced while an interception is active."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from mockserver.client.interception import ActiveInterceptions


class Patch(Struct, frozen=True):
    """Replacement for a method; `make` takes it, its module and the interceptions."""

    module: str
    owner: str
    method: str
    make: "Callable[[Any, ModuleType, ActiveInterceptions], Any]"

    def apply(self, owner: Any, module: ModuleType, active: "ActiveInterceptions") -> Callable[[], None]:
        """Replace the method; return a function that restores it."""
        original = vars(owner)[self.method]
        setattr(owner, self.method, wraps(original)(self.make(original, module, active)))
        return lambda: setattr(owner, self.method, original)
