"""An account at Vexutopia as a test sees it."""

from typing import Any, Literal, TypedDict, Unpack

from mockserver.client.account import Account, Records
from mockserver.client.sandbox_ref import SandboxRef
from mockserver.providers.provider import Provider
from mockserver.providers.vexutopia.records import (
    CUSTOMERS,
    LIVE_CUSTOMERS,
    LIVE_PAYMENTS,
    PAYMENTS,
    Customer,
    Payment,
)

Status = Literal["pending", "processing", "succeeded", "failed", "canceled"]


class CustomerFields(TypedDict, total=False):
    """The fields of a customer; times are like `2026-01-19T10:30:00Z`."""

    id: str
    email: str
    name: str | None
    phone: str | None
    metadata: dict[str, Any] | None
    created_at: str
    updated_at: str


class PaymentFields(TypedDict, total=False):
    """The fields of a payment; the amount is in the currency's smallest unit."""

    id: str
    amount: int
    currency: str
    status: Status
    description: str | None
    customer_id: str | None
    provider: str
    provider_payment_id: str
    metadata: dict[str, Any] | None
    created_at: str
    updated_at: str


class Customers(Records[Customer]):
    """The customers of one account."""

    def find(self, **wanted: Unpack[CustomerFields]) -> list[Customer]:
        """Return the customers that have all these values, the newest first.

        [customer] = vexutopia.customers.find(email="jane@example.com")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[CustomerFields]) -> Customer:
        """Add a customer who is as new as if a request had made them now; what is not given is made up, always the same way.

            customer = vexutopia.customers.add(name="Ada Lovelace", metadata={"plan": "pro"})

        Raises: FixtureError that names the field that is wrong.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[CustomerFields]) -> list[Customer]:
        """Add so many customers who have these values in common, and return them, the oldest first.

        vexutopia.customers.add_many(250, phone=None)
        """
        return self._add_many(count, given)


class Payments(Records[Payment]):
    """The payments of one account."""

    def find(self, **wanted: Unpack[PaymentFields]) -> list[Payment]:
        """Return the payments that have all these values, the newest first.

        pending = vexutopia.payments.find(customer_id=customer.id, status="pending")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[PaymentFields]) -> Payment:
        """Add a payment that has succeeded, unless another status is given; a pending one stays so, as nothing settles it.

            payment = vexutopia.payments.add(customer_id=customer.id, amount=2000, status="failed")

        What is not given is made up, always the same way.

        Raises: FixtureError that names the field that is wrong.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[PaymentFields]) -> list[Payment]:
        """Add so many payments that have these values in common, and return them, the oldest first.

        vexutopia.payments.add_many(30, currency="eur")
        """
        return self._add_many(count, given)


class Live:
    """What live keys see of an account: other customers and payments than test keys do.

    Attributes:
        token: the live key that was issued for the account.
    """

    def __init__(self, seat: SandboxRef) -> None:
        self.customers = Customers(seat, LIVE_CUSTOMERS)
        self.payments = Payments(seat, LIVE_PAYMENTS)
        self.token = seat.sandbox.keys["vexutopia_live"]


class Vexutopia(Account):
    """An account at Vexutopia: `url` and `token` for a client, `customers` and `payments` to look at and to add to."""

    def __init__(self, seat: SandboxRef, provider: Provider) -> None:
        super().__init__(seat, provider)
        self.customers = Customers(seat, CUSTOMERS)
        self.payments = Payments(seat, PAYMENTS)

    @property
    def live(self) -> Live:
        """What the account's live key sees."""
        return Live(self._seat)

    @property
    def webhook_secret(self) -> str:
        """The secret of the account's webhook endpoint; as long as there is none, the one that it should be given."""
        return self._secret()

    def env(self) -> dict[str, str]:
        """Return the variables that the documents name, and the base URL; asking for them starts the server."""
        return super().env() | {"VEXUTOPIA_WEBHOOK_SECRET": self.webhook_secret}
