"""The account at Spoonity for tests."""

from typing import Literal, TypedDict, Unpack

from mockserver.client.account import Account, Records
from mockserver.client.sandbox import SandboxRef
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
        """Return the customers that have all these values, newest first.

        [customer] = spoonity.customers.find(email="jane@example.com")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[CustomerFields]) -> Customer:
        """Add a customer as if a request made them now.

        Missing fields are filled in, always the same way.

            customer = spoonity.customers.add(name="Ada Lovelace", status="INACTIVE")

        Raises: FixtureError that names the invalid field.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[CustomerFields]) -> list[Customer]:
        """Add `count` customers with these values; return them, oldest first.

        spoonity.customers.add_many(60, is_verified=True)
        """
        return self._add_many(count, given)


class Spoonity(Account):
    """An account at Spoonity.

    Attributes:
        url, token: what a client needs.
        customers: a deleted one is in no list; `get` returns the anonymised record.
    """

    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        super().__init__(sandbox_ref, provider)
        self.customers = Customers(sandbox_ref, CUSTOMERS)
