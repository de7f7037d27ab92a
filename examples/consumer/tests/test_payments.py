"""Test the Vexutopia client: payments, waiting and errors."""

from dataclasses import replace
from decimal import Decimal

import pytest
from mockserver import Vexutopia

from billing.payments import Order, Payments, PaymentsError, UnsettledError


def test_all_customers_are_read_though_pages_come_short(vexutopia: Vexutopia, payments: Payments) -> None:
    vexutopia.faults.add("paging", mode="shrink")

    assert len(list(payments.customers())) == vexutopia.customers.count() == 150


def test_a_price_is_sent_in_cents(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    payment = payments.charge(order)

    vexutopia.requests.assert_called("createPayment", times=1, json={"amount": 1999, "currency": "usd"})
    assert vexutopia.payments[payment["id"]].amount == 1999


@pytest.mark.mockserver(assume={"vexutopia.payment-settlement": "after-five-seconds"})
def test_a_pending_payment_is_waited_for(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    payment = payments.charge(order)

    assert vexutopia.payments[payment["id"]].status == "pending"
    assert payments.settled(payment["id"])["status"] == "succeeded"


@pytest.mark.mockserver(assume={"vexutopia.payment-settlement": "never"})
def test_nobody_waits_for_ever(payments: Payments, order: Order) -> None:
    payment = payments.charge(order)

    with pytest.raises(UnsettledError, match="still pending after 30 s"):
        payments.settled(payment["id"])


def test_a_lost_reply_is_no_second_payment(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    vexutopia.faults.add("lost-reply", operations=["createPayment"], first=1)
    payment = payments.charge(order)

    assert [each.id for each in vexutopia.payments.find(customer_id=order.customer_id)] == [payment["id"]]
    vexutopia.requests.assert_order("createPayment", "listPayments")


def test_a_lost_request_is_sent_again(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    vexutopia.faults.add("drop", operations=["createPayment"], first=1)
    payments.charge(order)

    assert len(vexutopia.payments.find(customer_id=order.customer_id)) == 1


def test_we_come_back_when_we_were_told_to(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    vexutopia.faults.add("status", status=429, retry_after=30, operations=["createPayment"], first=1)
    before = vexutopia.clock.now
    payments.charge(order)

    assert (vexutopia.clock.now - before).seconds >= 30
    assert [each.reply.status for each in vexutopia.requests.list("createPayment")] == [429, 201]


@pytest.mark.mockserver(faults=["rate-limited"])
def test_a_rate_limit_slows_us_down_and_loses_nothing(vexutopia: Vexutopia, payments: Payments) -> None:
    for number in range(8):
        payments.create_customer(f"{number}@example.com", None, f"cust_{number}")

    assert vexutopia.customers.count() == 158


def test_a_declined_card_is_told_apart(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    vexutopia.faults.add("status", status=400, code="card_declined", operations=["createPayment"])

    with pytest.raises(PaymentsError) as refused:
        payments.charge(order)
    assert refused.value.code == "card_declined"
    assert vexutopia.payments.find(customer_id=order.customer_id) == []


def test_a_price_of_nothing_is_refused(vexutopia: Vexutopia, payments: Payments, order: Order) -> None:
    with vexutopia.allow_violations(), pytest.raises(PaymentsError):
        payments.charge(replace(order, price=Decimal(0)))


def test_the_latest_payment_is_the_one_made_last(payments: Payments, order: Order) -> None:
    payments.charge(order)
    second = payments.charge(replace(order, number="2026-18"))
    found = payments.latest(order.customer_id)

    assert found is not None
    assert found["id"] == second["id"]


def test_who_never_paid_has_no_latest_payment(vexutopia: Vexutopia, payments: Payments) -> None:
    assert payments.latest(vexutopia.customers.add().id) is None
