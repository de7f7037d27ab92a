"""The account at Vexutopia for tests."""

from typing import Any, Literal, TypedDict, Unpack

from mockserver.client.account import Account, Records
from mockserver.client.sandbox import SandboxRef
from mockserver.providers.provider import Provider
from mockserver.providers.vexutopia.records import CUSTOMERS, LIVE_CUSTOMERS, LIVE_PAYMENTS, PAYMENTS, Customer, Payment

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
    """The fields of a payment; amount in the smallest currency unit."""

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
        """Return the customers that have all these values, newest first.

        [customer] = vexutopia.customers.find(email="jane@example.com")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[CustomerFields]) -> Customer:
        """Add a customer as if a request made them now.

        Missing fields are filled in, always the same way.

            customer = vexutopia.customers.add(name="Ada Lovelace", metadata={"plan": "pro"})

        Raises: FixtureError that names the invalid field.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[CustomerFields]) -> list[Customer]:
        """Add `count` customers with these values; return them, oldest first.

        vexutopia.customers.add_many(250, phone=None)
        """
        return self._add_many(count, given)


class Payments(Records[Payment]):
    """The payments of one account."""

    def find(self, **wanted: Unpack[PaymentFields]) -> list[Payment]:
        """Return the payments that have all these values, newest first.

        pending = vexutopia.payments.find(customer_id=customer.id, status="pending")
        """
        return self._find(wanted)

    def add(self, **given: Unpack[PaymentFields]) -> Payment:
        """Add a payment; default status `succeeded`. A pending one never settles.

            payment = vexutopia.payments.add(customer_id=customer.id, amount=2000, status="failed")

        Missing fields are filled in, always the same way.

        Raises: FixtureError that names the invalid field.
        """
        return self._add(given)

    def add_many(self, count: int, **given: Unpack[PaymentFields]) -> list[Payment]:
        """Add `count` payments with these values; return them, oldest first.

        vexutopia.payments.add_many(30, currency="eur")
        """
        return self._add_many(count, given)


class Live:
    """The customers and payments that live keys see.

    Attributes:
        token: the live key of the account.
    """

    def __init__(self, sandbox_ref: SandboxRef) -> None:
        self.customers = Customers(sandbox_ref, LIVE_CUSTOMERS)
        self.payments = Payments(sandbox_ref, LIVE_PAYMENTS)
        self.token = sandbox_ref.sandbox.keys["vexutopia_live"]


class Vexutopia(Account):
    """An account at Vexutopia, with its `customers` and `payments`."""

    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        super().__init__(sandbox_ref, provider)
        self.customers = Customers(sandbox_ref, CUSTOMERS)
        self.payments = Payments(sandbox_ref, PAYMENTS)

    @property
    def live(self) -> Live:
        """Records that the account's live key sees."""
        return Live(self._ref)

    @property
    def webhook_secret(self) -> str:
        """Secret of the account's webhook endpoint, else of the next one."""
        return self._secret()

    def env(self) -> dict[str, str]:
        """Return the documented environment variables and the base URL; starts the server."""
        return super().env() | {"VEXUTOPIA_WEBHOOK_SECRET": self.webhook_secret}
