"""`/_mock/health`: whether the mock is ready."""

from msgspec import Struct

from mockserver import __version__
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply


class Health(Struct, frozen=True):
    """Whether contract and fixtures are loaded, and which version of the mock this is."""

    ready: bool
    version: str


def read_health(_call: ControlCall) -> Reply:
    """Say that the mock is ready, and its version.

    Before contract and fixtures are loaded nothing is served at all, so an answer means ready.
    """
    return Reply(200, Health(ready=True, version=__version__))


ROUTES = (ControlRoute(method="GET", path="/_mock/health", run=read_health, replies={200: Health}),)
