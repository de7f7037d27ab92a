"""Vexutopia's payment operations. Plays https://vexutopia.com/docs/payments."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from mockserver.exchange import Call, ChoiceReader, InvalidField, NotFound, Page, Reply
from mockserver.providers.vexutopia.assumptions import PAYMENT_FOR_UNKNOWN_CUSTOMER, PAYMENT_SETTLEMENT
from mockserver.providers.vexutopia.dialect import announce, page_of
from mockserver.providers.vexutopia.records import (
    LIVE_PAYMENTS,
    PAYMENTS,
    PROCESSOR_FORM,
    PROCESSOR_IDS,
    Payment,
    customers_of,
    has_or_had,
    payments_of,
    render,
)
from mockserver.state import Collection, Kind, Sandbox, Task
from mockserver.state.clock import iso_seconds

DEFAULT_PROCESSOR = "stripe"
SETTLEMENT_DELAY_MS = {"after-five-seconds": 5_000, "at-once": 0}
"""Choice → time until settlement; other choices never settle a payment."""


def list_payments(sandbox: Sandbox, call: Call) -> Page:
    """Return a slice of the payments, optionally of one customer.

    Behaviours: vexutopia.payments.list.payments
    """
    wanted = call.query.get("customer_id")
    payments = sandbox.records(payments_of(sandbox, call, lambda each: bool(_matching(each, wanted))))
    return page_of(call, payments, _matching(payments, wanted))


def create_payment(sandbox: Sandbox, call: Call) -> Reply:
    """Create a pending payment, announce it, and schedule its settlement.

    Behaviours: vexutopia.payments.create.*
    Raises: InvalidField or NotFound if its customer does not exist.
    """
    kind = payments_of(sandbox, call)
    _check_customer(sandbox, call, call.fields.get("customer_id"))
    return Reply(201, render(call, new_payment(sandbox, call, kind, call.fields)))


def new_payment(sandbox: Sandbox, chooser: ChoiceReader, kind: Kind, fields: Mapping[str, Any]) -> Payment:
    """Create a pending payment, announce it, and schedule its settlement."""
    now = iso_seconds(sandbox.now)
    payment = Payment(
        id=sandbox.new_id(PAYMENTS, LIVE_PAYMENTS),
        amount=fields["amount"],
        currency=fields["currency"].lower(),
        status="pending",
        description=fields.get("description"),
        customer_id=fields.get("customer_id"),
        provider=fields.get("provider", DEFAULT_PROCESSOR),
        provider_payment_id=sandbox.next_in(PROCESSOR_IDS, PROCESSOR_FORM),
        metadata=fields.get("metadata"),
        created_at=now,
        updated_at=now,
    )
    sandbox.add(kind, payment)
    announce(sandbox, "payment.created", payment)
    _schedule_settlement(sandbox, chooser, payment, live=kind is LIVE_PAYMENTS)
    return payment


def retrieve_payment(sandbox: Sandbox, call: Call) -> Reply:
    """Return the payment with its present status.

    Behaviours: vexutopia.payments.retrieve.*, vexutopia.payments.no-changes
    Raises: NotFound.
    """
    kind = payments_of(sandbox, call, has_or_had(call.path["id"]))
    payment: Payment | None = sandbox.records(kind).get(call.path["id"])
    if payment is None:
        raise NotFound("payment", call.path["id"])
    return Reply(200, render(call, payment))


def _matching(payments: Collection, customer_id: str | None) -> Sequence[str]:
    return payments.all() if customer_id is None else payments.ids_where("customer_id", customer_id)


def settle_payment(sandbox: Sandbox, task: Task) -> None:
    """Settle a pending payment as succeeded, and announce it."""
    kind = LIVE_PAYMENTS if task.payload.get("live") else PAYMENTS
    payment: Payment | None = sandbox.records(kind).get(task.object)
    if payment is not None and payment.status == "pending":
        settled = replace(payment, status="succeeded", updated_at=iso_seconds(sandbox.now))
        sandbox.replace(kind, settled)
        announce(sandbox, "payment.succeeded", settled, dict(task.assumed))


def _schedule_settlement(sandbox: Sandbox, chooser: ChoiceReader, payment: Payment, *, live: bool) -> None:
    """Schedule the settlement; the task, else the call, records the assumption."""
    own = ChoiceReader(choices=sandbox.state.choices)
    delay_ms = SETTLEMENT_DELAY_MS.get(own.assume(PAYMENT_SETTLEMENT))
    if delay_ms is None:
        chooser.assume(PAYMENT_SETTLEMENT)
    else:
        payload: dict[str, Any] = {"live": True} if live else {}
        sandbox.schedule(Task(sandbox.now + delay_ms, "vexutopia.settle", payment.id, payload, own.assumed))


def _check_customer(sandbox: Sandbox, call: Call, customer_id: str | None) -> None:
    if customer_id is None or customer_id in sandbox.records(customers_of(sandbox, call)):
        return
    if call.assume(PAYMENT_FOR_UNKNOWN_CUSTOMER) == "not-found":
        raise NotFound("customer", customer_id)
    raise InvalidField("customer_id", detail="does not name a customer")
