"""Where a test's sandbox is found."""

from collections.abc import Callable, Collection, Sequence

from mockserver.client.receiver import Receiver
from mockserver.exchange import Exchange
from mockserver.http.app import App
from mockserver.mock import Mock
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox
from mockserver.state.sandbox import DEFAULT


class SandboxRef:
    """Where a sandbox is found: the application that has it, its name, and the address, asked for only when it is needed.

    Attributes:
        allowed: numbers of exchanges in which violations are meant.
    """

    def __init__(self, app: App, name: str, address: Callable[[], str]) -> None:
        self.app = app
        self.name = name
        self._address = address
        self.allowed: list[range] = []

    def is_allowed(self, numbers: Collection[int]) -> bool:
        """Whether violations in all exchanges of these numbers are meant."""
        return all(any(number in allowed for allowed in self.allowed) for number in numbers)

    @property
    def mock(self) -> Mock:
        """The mock that has the sandbox."""
        return self.app.mock

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox, after the work that has fallen due."""
        found = self.mock.sandboxes.get(self.name)
        found.run_due()
        return found

    def exchanges(self, provider: Provider) -> Sequence[Exchange]:
        """Return the exchanges whose path is of the provider, the oldest first."""
        routes = self.mock.pipeline.contract.routes
        with self.mock.lock:
            found = list(self.sandbox.journal)
        return [each for each in found if routes.owner(each.request.path) == provider.name]

    @property
    def url(self) -> str:
        """The sandbox's base URL; asking for it starts the server."""
        return self._address() if self.name == DEFAULT else f"{self._address()}/@{self.name}"

    @property
    def receiver(self) -> Receiver:
        """Takes requests for the sandbox, whatever key they carry."""
        return Receiver(self.app, self.name)
