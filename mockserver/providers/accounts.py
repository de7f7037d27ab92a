"""Typed accounts of a sandbox, for tests and type checkers."""

from mockserver.client.account import Account, SandboxAccounts
from mockserver.providers.spoonity.account import Spoonity
from mockserver.providers.vexutopia.account import Vexutopia


class Accounts(SandboxAccounts):
    """The accounts of one sandbox; `accounts["NAME"]` takes any provider's name.

    with mockserver.running() as server, server.sandbox() as accounts:
        accounts.vexutopia.customers.add(email="jane@example.com")
    """

    @property
    def spoonity(self) -> Spoonity:
        """The account at Spoonity."""
        return self._account(Spoonity, "spoonity")

    @property
    def vexutopia(self) -> Vexutopia:
        """The account at Vexutopia."""
        return self._account(Vexutopia, "vexutopia")


__all__: list[str] = ["Account", "Accounts", "Spoonity", "Vexutopia"]
