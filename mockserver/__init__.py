"""A mock server that plays documented HTTP APIs and says on what each of its answers rests."""

TYPE_CHECKING = False  # what a type checker takes for true; typing's own would cost more than all else here
if TYPE_CHECKING:
    from mockserver.client.server import Server, running

__version__ = "0.1.0"
__all__ = ["Server", "__version__", "running"]


def __getattr__(name: str) -> object:
    """Return what tests in other repositories use, imported when they first ask for it."""
    if name not in ("Server", "running"):
        raise AttributeError(f"module 'mockserver' has no attribute {name!r}")
    from mockserver.client import server

    return getattr(server, name)
