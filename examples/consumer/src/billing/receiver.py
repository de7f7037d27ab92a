"""Receive Vexutopia's webhooks as a WSGI application, and track which orders are paid."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from billing.payments import Order, Payments

MAX_ATTEMPTS = 2
STATES = ("created", "failed", "succeeded", "refunded")
"""The states of an order, in sequence. Events may arrive in another order."""


class Receiver:
    """The application.

    Attributes:
        orders: the number of an order → what it has come to.
    """

    def __init__(self, secret: str, payments: Payments) -> None:
        self.orders: dict[str, str] = {}
        self._secret = secret
        self._payments = payments
        self._done: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        """Handle one delivery."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not is_genuine(self._secret, body, environ.get("HTTP_X_VEXUTOPIA_SIGNATURE", "")):
            start_response("401 Unauthorized", [])
            return []
        self._take(json.loads(body))
        start_response("204 No Content", [])
        return []

    def _take(self, event: dict[str, Any]) -> None:
        """Apply the event, unless it was applied before."""
        if event["id"] in self._done:
            return
        payment = event["data"]["object"]
        if event["type"].startswith("payment.") and "order" in (payment.get("metadata") or {}):
            self._note(event["type"], payment)
        self._done.add(event["id"])

    def _note(self, event_type: str, payment: dict[str, Any]) -> None:
        number, attempt = payment["metadata"]["order"], payment["metadata"]["attempt"]
        known = self.orders.get(number, "created")
        self.orders[number] = max(known, event_type.removeprefix("payment."), key=STATES.index)
        if event_type == "payment.failed" and attempt < MAX_ATTEMPTS:
            price = Decimal(payment["amount"]) / 100
            again = Order(number, payment["customer_id"], price, payment["currency"], attempt + 1)
            self._payments.charge(again)


def is_genuine(secret: str, body: bytes, signature: str) -> bool:
    """Return whether the signature is Vexutopia's."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)
