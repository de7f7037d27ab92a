"""Errors of the mock or its use; a refusal by a provider is a Problem."""


class MockServerError(Exception):
    """The mock or its user is wrong.

    Attributes:
        what: what is wrong, one clause.
        where: the file, option or route, and the place in it; None if there is no place to name.
        hint: the next step, an imperative clause; None if `what` says it all.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.what}{step}"


class ConfigurationError(MockServerError):
    """An option, an environment variable or the way providers are put together is wrong."""


class DocumentError(MockServerError):
    """A YAML or JSON document cannot be read: contract, fixture, assumptions or state."""


class ContractError(DocumentError):
    """The contract is not what the mock can serve."""


class FixtureError(DocumentError):
    """A fixture or a state document does not fit the contract."""


class UnknownChoiceError(ConfigurationError):
    """There is no such assumption, or it has no such choice."""


class UnknownSandboxError(MockServerError):
    """No sandbox or snapshot has that name."""


class TakenNameError(MockServerError):
    """A sandbox of that name exists already."""


class BadNameError(MockServerError):
    """The name of a sandbox or snapshot has another form than names have."""


class ClockError(MockServerError):
    """A clock would show a time that no timestamp can say."""


class BusyError(MockServerError):
    """Something else is under way that must end first."""


class LimitError(MockServerError):
    """A limit on sandboxes or records is reached."""


class ReplyError(MockServerError):
    """The mock was about to send a reply that its own contract does not allow."""


class UnexpectedRequestError(MockServerError):
    """Code under test called a host that is not played, where only those that are may be called."""
