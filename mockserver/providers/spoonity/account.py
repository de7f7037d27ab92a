"""An account at Spoonity as a test sees it."""

from typing import Literal, TypedDict, Unpack

from mockserver.client.account import Account, Records
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.providers.provider import Provider
from mockserver.providers.spoonity.records import CUSTOMERS, Customer

Status = Literal["ACTIVE", "INACTIVE", "ARCHIVED"]


class CustomerFields(TypedDict, total=False):
    """The fields of a customer; times are like `2026-02-02T13:48:05.683Z`."""

    id: str
    name: str | None
    email: str | None
    is_verified: bool
    date_created: str
    date_updated: str
    status: Status


class Customers(Records[Customer]):
    """The customers of one account."""

    def find(self, **wanted: Unpack[CustomerFields]) -> list[Customer]:
        """Return the customers that have all these values, the newest first.

        [customer] = spoonity.customers.find(email="jane@example.com")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[CustomerFields]) -> Customer:
        """Add a customer who is as new as if a request had made them now; what is not given is made up, always the same way.

            customer = spoonity.customers.add(name="Ada Lovelace", status="INACTIVE")

        Raises: FixtureError that names the field that is wrong.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[CustomerFields]) -> list[Customer]:
        """Add so many customers who have these values in common, and return them, the oldest first.

        spoonity.customers.add_many(60, is_verified=True)
        """
        return self._add_many(count, given)


class Spoonity(Account):
    """An account at Spoonity: `url` and `token` for a client, `customers` to look at and to add to.

    Attributes:
        customers: a deleted one is in no list, and is still got by id as the shell that remains.
    """

    def __init__(self, seat: SandboxRef, provider: Provider) -> None:
        super().__init__(seat, provider)
        self.customers = Customers(seat, CUSTOMERS)
