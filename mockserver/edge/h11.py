"""uvicorn's protocol for h11, the parser in plain Python; serving takes httptools, which is two to three times as fast."""

from uvicorn.protocols.http.h11_impl import H11Protocol


class H11(H11Protocol):
    """h11, which passes over offers to upgrade in silence."""

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing, where uvicorn would tell of a missing WebSocket library with every such request."""
