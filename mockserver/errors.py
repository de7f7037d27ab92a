"""Define errors of the mock or its use; providers refuse by Problems."""


class MockServerError(Exception):
    """The mock or its user is wrong.

    Attributes:
        what: what is wrong, one clause.
        where: the file, option or route, and the place in it; or None.
        hint: the next step, an imperative clause; or None.
    """

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.where, self.hint = what, where, hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        step = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.what}{step}"


class ConfigurationError(MockServerError):
    """An option, an environment variable or a provider's declaration is wrong."""


class DocumentError(MockServerError):
    """A YAML or JSON document is invalid."""


class ContractError(DocumentError):
    """The contract is invalid."""


class FixtureError(DocumentError):
    """A fixture or a state document does not fit the contract."""


class UnknownChoiceError(ConfigurationError):
    """There is no such assumption, or it has no such choice."""


class UnknownSandboxError(MockServerError):
    """No sandbox or snapshot has that name."""


class TakenNameError(MockServerError):
    """A sandbox of that name exists already."""


class BadNameError(MockServerError):
    """The name of a sandbox or snapshot is invalid."""


class ClockError(MockServerError):
    """A clock would leave the years 1970 to 9999."""


class BusyError(MockServerError):
    """Another operation must finish first."""


class LimitError(MockServerError):
    """A limit on sandboxes or records is reached."""


class ReplyError(MockServerError):
    """The mock's reply breaks its own contract."""


class UnexpectedRequestError(MockServerError):
    """Code under test called a host that is not played."""
