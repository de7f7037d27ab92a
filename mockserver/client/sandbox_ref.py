"""Handle to one sandbox of an app."""

from collections.abc import Callable, Collection, Sequence

from mockserver.client.receiver import Receiver
from mockserver.exchange import Exchange
from mockserver.http.app import App
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.state.sandbox import DEFAULT


class SandboxRef:
    """Handle to one sandbox of an app.

    `allowed` has the numbers of exchanges whose violations are allowed.
    """

    def __init__(self, app: App, name: str, address: Callable[[], str]) -> None:
        self.app = app
        self.mock = app.mock
        self.name = name
        self.receiver = Receiver(app, name)
        self.allowed: list[range] = []
        self._address = address

    def is_allowed(self, numbers: Collection[int]) -> bool:
        """Return whether violations of all these exchanges are allowed."""
        return all(any(number in allowed for allowed in self.allowed) for number in numbers)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, after running its due tasks."""
        found = self.mock.sandboxes.get(self.name)
        found.run_due()
        return found

    def exchanges(self, provider: Provider) -> Sequence[Exchange]:
        """Return the exchanges on the provider's paths, oldest first."""
        routes = self.mock.pipeline.contract.routes
        with self.mock.lock:
            found = list(self.sandbox.journal)
        return [each for each in found if routes.owner(each.request.path) == provider.name]

    def operations(self, provider: Provider) -> list[str]:
        """Return the names of the provider's operations."""
        return [each.id for each in self.mock.pipeline.contract.operations.values() if each.provider == provider.name]

    @property
    def url(self) -> str:
        """The sandbox's base URL; asking for it starts the server."""
        return self._address() if self.name == DEFAULT else f"{self._address()}/@{self.name}"


def full_name(operation: str, provider: Provider) -> str:
    """Return the operation's name with its provider's before it."""
    return operation if "." in operation else f"{provider.name}.{operation}"
