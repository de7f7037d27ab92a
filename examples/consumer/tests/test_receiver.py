"""Test the webhook receiver: signatures, duplicates and any order of events."""

import pytest
from mockserver import Vexutopia
from mockserver.webhooks import How

from billing.payments import Order, Payments
from billing.receiver import Receiver, is_genuine

# These tests need certain choices. `--mock-flip` does not change choices that a marker sets.
pytestmark = pytest.mark.mockserver(
    assume={"vexutopia.signature-form": "hex", "vexutopia.payment-settlement": "after-five-seconds"}
)


def test_an_order_is_paid_when_its_payment_has_succeeded(
    vexutopia: Vexutopia, payments: Payments, receiver: Receiver, order: Order
) -> None:
    payments.charge(order)
    vexutopia.clock.advance("5s")

    assert vexutopia.webhooks.wait_for("payment.succeeded").answer == 204
    assert receiver.orders == {"2026-17": "succeeded"}


@pytest.mark.parametrize("how", ["bad-signature", "truncate"])
def test_what_is_not_signed_by_vexutopia_is_refused(
    vexutopia: Vexutopia, payments: Payments, receiver: Receiver, order: Order, how: How
) -> None:
    payment = payments.charge(order)
    vexutopia.webhooks.send("payment.succeeded", object=payment["id"], how=how)

    assert vexutopia.webhooks.wait_for("payment.succeeded").answer == 401
    assert receiver.orders == {"2026-17": "created"}


def test_an_old_secret_opens_nothing(vexutopia: Vexutopia, payments: Payments) -> None:
    endpoint = vexutopia.webhooks.connect(Receiver("whsec_new", payments), secret="whsec_old")
    vexutopia.webhooks.rotate(endpoint, "whsec_new")
    vexutopia.webhooks.send("payment.failed", how="old-secret")

    assert vexutopia.webhooks.wait_for("payment.created").answer == 204
    assert vexutopia.webhooks.wait_for("payment.failed").answer == 401


def test_a_failed_payment_is_tried_once_more(
    vexutopia: Vexutopia, payments: Payments, receiver: Receiver, order: Order
) -> None:
    payment = payments.charge(order)
    vexutopia.webhooks.send("payment.failed", object=payment["id"])
    vexutopia.webhooks.flush()
    vexutopia.clock.advance("5s")

    statuses = [each.status for each in vexutopia.payments.find(customer_id=order.customer_id)]
    assert statuses == ["succeeded", "failed"]
    assert receiver.orders == {"2026-17": "succeeded"}


def test_an_event_that_comes_twice_is_acted_on_once(
    vexutopia: Vexutopia, payments: Payments, receiver: Receiver, order: Order
) -> None:
    payment = payments.charge(order)
    vexutopia.webhooks.send("payment.failed", object=payment["id"], how="duplicate")
    vexutopia.webhooks.flush()

    assert len(vexutopia.payments.find(customer_id=order.customer_id)) == 2  # the failed one, and a second try


def test_events_may_come_in_the_wrong_order(
    vexutopia: Vexutopia, payments: Payments, receiver: Receiver, order: Order
) -> None:
    payment = payments.charge(order)
    vexutopia.webhooks.send("payment.succeeded", object=payment["id"], how="reorder")
    vexutopia.webhooks.send("payment.refunded", object=payment["id"])
    vexutopia.webhooks.flush()

    assert receiver.orders == {"2026-17": "refunded"}


@pytest.mark.mockserver(assume={"vexutopia.webhook-retries": "five"})
def test_a_receiver_that_was_down_gets_its_events_later(
    vexutopia: Vexutopia,
    payments: Payments,
    receiver: Receiver,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Receiver, "_take", lambda *_: 1 / 0)
        payments.charge(order)
        vexutopia.webhooks.flush()
    vexutopia.clock.advance("3d")

    assert receiver.orders == {"2026-17": "succeeded"}
    attempts = [each.status for each in vexutopia.webhooks.deliveries if each.type == "payment.created"]
    assert attempts == ["failed", "delivered"]


def test_signatures_can_be_looked_at_without_a_receiver(vexutopia: Vexutopia) -> None:
    vexutopia.webhooks.collect(secret="whsec_x")
    vexutopia.webhooks.send("customer.created")
    delivery = vexutopia.webhooks.wait_for("customer.created")

    body, signature = delivery.body.encode(), delivery.headers["x-vexutopia-signature"]
    assert is_genuine("whsec_x", body, signature)
    assert not is_genuine("whsec_x", body + b" ", signature)
