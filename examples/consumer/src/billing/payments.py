"""A client for customers and payments, at Vexutopia."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

SESSION = requests.Session()
PAGE = 100
ATTEMPTS = 5
PATIENCE_S = 30


class PaymentsError(Exception):
    """An error of Vexutopia; `code` is its error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class UnsettledError(Exception):
    """A payment is still pending after the timeout."""


@dataclass(frozen=True)
class Order:
    """An order to charge."""

    number: str
    customer_id: str
    price: Decimal
    currency: str = "usd"
    attempt: int = 1

    @property
    def cents(self) -> int:
        """The price in the currency's smallest unit."""
        return int(self.price * 100)


class Payments:
    """A client of Vexutopia's API."""

    def __init__(
        self,
        key: str,
        base_url: str = "https://api.vexutopia.com",
        session: requests.Session = SESSION,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._headers = {"Authorization": f"Bearer {key}"}
        self._base_url = base_url
        self._session = session
        self._sleep = sleep

    def customers(self) -> Iterator[dict[str, Any]]:
        """Yield all customers."""
        return self._walk("/v1/customers")

    def create_customer(self, email: str, name: str | None, member: str) -> dict[str, Any]:
        """Add a customer with the member's id in its metadata."""
        new = {"email": email, "name": name, "metadata": {"member": member}}
        return self._ask("POST", "/v1/customers", json=new)

    def rename_customer(self, customer_id: str, name: str | None) -> None:
        """Rename a customer."""
        self._ask("PATCH", f"/v1/customers/{customer_id}", json={"name": name})

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer."""
        self._ask("DELETE", f"/v1/customers/{customer_id}")

    def charge(self, order: Order) -> dict[str, Any]:
        """Charge an order once, even if the connection breaks."""
        try:
            return self._pay(order)
        except requests.ConnectionError:
            return self.payment_of(order) or self._pay(order)

    def payment_of(self, order: Order) -> dict[str, Any] | None:
        """Return the payment for an order, or None."""
        for payment in self._walk("/v1/payments", customer_id=order.customer_id):
            if payment.get("metadata") == _metadata(order):
                return payment
        return None

    def latest(self, customer_id: str) -> dict[str, Any] | None:
        """Return a customer's latest payment, or None."""
        found = self._walk("/v1/payments", customer_id=customer_id)
        return max(found, key=lambda payment: str(payment["created_at"]), default=None)

    def settled(self, payment_id: str) -> dict[str, Any]:
        """Wait until a payment has succeeded or failed, and return it."""
        for _ in range(PATIENCE_S):
            payment = self._ask("GET", f"/v1/payments/{payment_id}")
            if payment["status"] not in ("pending", "processing"):
                return payment
            self._sleep(1)
        raise UnsettledError(f"{payment_id} is still {payment['status']} after {PATIENCE_S} s")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _pay(self, order: Order) -> dict[str, Any]:
        new = {
            "amount": order.cents,
            "currency": order.currency,
            "customer_id": order.customer_id,
            "metadata": _metadata(order),
        }
        return self._ask("POST", "/v1/payments", json=new)

    def _walk(self, path: str, **wanted: str) -> Iterator[dict[str, Any]]:
        offset, has_more = 0, True
        while has_more:
            page = self._ask("GET", path, params={**wanted, "limit": PAGE, "offset": offset})
            yield from page["data"]
            offset += len(page["data"])
            has_more = page["has_more"]

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        url = f"{self._base_url}{path}"
        for _ in range(ATTEMPTS):
            reply = self._session.request(method, url, headers=self._headers, timeout=10, **request)
            if reply.status_code not in (429, 503):
                break
            self._sleep(float(reply.headers.get("Retry-After", 1)))
        answered: dict[str, Any] = reply.json()
        if not reply.ok:
            raise PaymentsError(answered["error"]["code"], answered["error"]["message"])
        return answered


def _metadata(order: Order) -> dict[str, Any]:
    return {"order": order.number, "attempt": order.attempt}
