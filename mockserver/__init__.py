"""A mock server that plays documented HTTP APIs and says on what each of its answers rests."""

__version__ = "0.1.0"
__all__ = ["Server", "__version__", "running"]

TYPE_CHECKING = False  # what a type checker takes for true; typing's own would cost more than all else here
if TYPE_CHECKING:
    import mockserver.providers.accounts as accounts  # so that pyright finds the right list
    from mockserver.client.server import Server, running
    from mockserver.providers.accounts import *  # noqa: F403 - the types of accounts, whichever providers there are

    __all__ += accounts.__all__  # pyright takes for public only what is listed


def __getattr__(name: str) -> object:
    """Return what tests in other repositories use, imported when they first ask for it."""
    if name in ("Server", "running"):
        from mockserver.client import server

        return getattr(server, name)
    if name[0].isupper():
        from mockserver.providers import accounts

        if name in accounts.__all__:
            return getattr(accounts, name)
    raise AttributeError(f"module 'mockserver' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return all names, those too that are not imported yet, for consoles that complete them."""
    from mockserver.providers import accounts

    return sorted({*globals(), *__all__, *accounts.__all__})
