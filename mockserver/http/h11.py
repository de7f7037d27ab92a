"""uvicorn's protocol for h11, the parser in plain Python; serving takes httptools, which is two to three times as fast."""

from uvicorn.protocols.http.h11_impl import H11Protocol


class H11(H11Protocol):
    """h11, which passes over offers to upgrade in silence, and lets the application end the connection."""

    def _should_upgrade(self) -> bool:
        # The first that is asked once there is a scope, and before anyone sees it.
        self.scope["mock.hang_up"] = self.transport.close  # type: ignore[typeddict-unknown-key]
        return super()._should_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing, where uvicorn would tell of a missing WebSocket library with every such request."""
