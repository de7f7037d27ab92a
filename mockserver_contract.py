"""Start the command and the pytest plugin, or report a damaged installation.

PyPI's `mockserver-client`, the client of another product, installs a package `mockserver` too. Each overwrites the other's
`mockserver/__init__.py`, and removing one removes that file. This module is outside the package, so it runs in any case.
"""

import sys
from typing import Any

DAMAGED = (
    "the package `mockserver` was overwritten or removed by another distribution (PyPI's `mockserver-client` installs one of "
    "the same name); use one virtual environment for each: `pip uninstall mockserver-client`, then install mockserver again "
    "with `pip install --force-reinstall`"
)


def main() -> int:
    """Run the command and return its exit code."""
    if not is_intact():
        sys.stderr.write(f"mockserver: {DAMAGED}\n")
        return 2
    from mockserver.cli import main as run

    return run()


def pytest_addoption(pluginmanager: Any) -> None:
    """Register the plugin with its options."""
    check()
    pluginmanager.import_plugin("mockserver.pytest_plugin.plugin")


def is_intact() -> bool:
    """Return whether the package `mockserver` is this distribution's."""
    try:
        import mockserver
    except ImportError:
        return False
    return "running" in getattr(mockserver, "__all__", ())


def check() -> None:
    """Raise a one-line error if the package is not intact.

    Raises: pytest.UsageError within pytest and SystemExit for `python -m mockserver`, both without a traceback; else ImportError.
    """
    if is_intact():
        return
    if sys.argv[:1] == ["-m"]:  # as long as Python is looking for the module to run
        sys.exit(f"mockserver: {DAMAGED}")
    error: type[Exception] = getattr(sys.modules.get("pytest"), "UsageError", ImportError)
    raise error(f"mockserver: {DAMAGED}")
