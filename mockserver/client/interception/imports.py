"""Hears of modules that are imported from now on."""

import sys
from collections.abc import Callable, Collection, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Imported = Callable[[str, ModuleType], None]


class LateImports(MetaPathFinder):
    """Stands first in `sys.meta_path`, leaves the finding to the others, and tells when a module it knows is there."""

    def __init__(self, modules: Collection[str], imported: Imported) -> None:
        self._modules = modules
        self._imported = imported

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the module's spec as others find it; None for a module that nobody waits for."""
        if name not in self._modules:
            return None
        others = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        spec = next((each for each in others if each is not None), None)
        if spec is not None and spec.loader is not None:
            _tell(spec.loader, lambda module: self._imported(name, module))
        return spec


def _tell(loader: Loader, imported: Callable[[ModuleType], None]) -> None:
    """Have the loader tell when it has run the module, once."""

    def exec_module(module: ModuleType) -> None:
        del vars(loader)["exec_module"]
        loader.exec_module(module)
        imported(module)

    vars(loader)["exec_module"] = exec_module
