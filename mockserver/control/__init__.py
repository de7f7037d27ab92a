"""The control API below `/_mock` of any sandbox.

A module per resource holds its functions and its `ROUTES`; `routes.py` lists them all. Nothing here steps a clock, makes
an exchange or is recorded.
"""

from typing import TYPE_CHECKING

from mockserver.http.app import App

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def create_control(app: App) -> "ASGIApp":
    """Return the ASGI application that serves `/_mock` for the given one.

    It is called with paths that begin with `/_mock`; the scope says in `mock.sandbox` and `mock.prefix` what stood before.
    """
    # Imported here, as faults and clocks of this package are also for tests, which start faster without the rest.
    from mockserver.control.application import Control
    from mockserver.control.routes import ROUTES

    return Control(app, ROUTES)


__all__ = ["create_control"]
