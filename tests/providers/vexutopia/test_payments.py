"""What is decided for payments where the documents say nothing: amounts, currencies, providers, customers, settlement."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import AT_NOW, JSON, Record, advance, error, events_of, get, new_customer, new_payment

FIELDS = (
    "id object amount currency status description customer_id provider provider_payment_id metadata created_at updated_at".split()
)


def refusal(name: str, detail: str = "is invalid") -> tuple[int, str]:
    return 400, error("invalid_parameter", f"The {name} field {detail}", name)


def test_a_payment_has_all_fields_in_the_documents_order(vexutopia: httpx.Client) -> None:
    sent = {
        "description": "Order #1234",
        "customer_id": "cus_abc123def456",
        "provider": "paypal",
        "metadata": {"order_id": "1234"},
    }

    payment = new_payment(vexutopia, **sent)

    assert list(payment) == FIELDS
    assert payment == {
        "id": payment["id"],
        "object": "payment",
        "amount": 2000,
        "currency": "usd",
        "status": "pending",
        **sent,
        "provider_payment_id": payment["provider_payment_id"],
        "created_at": AT_NOW,
        "updated_at": AT_NOW,
    }
    assert get(vexutopia, f"/v1/payments/{payment['id']}") == payment


def test_a_payment_without_options_has_them_unset(vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia)

    assert list(payment) == FIELDS
    assert (payment["description"], payment["customer_id"], payment["metadata"]) == (None, None, {})
    assert payment["provider"] == "stripe"


@pytest.mark.parametrize("name", ["description", "customer_id", "metadata"])
def test_null_is_the_same_as_nothing(name: str, vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia, **{name: None})

    assert payment[name] == ({} if name == "metadata" else None)


def test_fields_that_cannot_be_written_or_are_unknown_are_ignored(vexutopia: httpx.Client) -> None:
    strange = {"id": "pay_1111111111", "status": "succeeded", "created_at": "never", "return_url": "https://example.com"}

    payment = new_payment(vexutopia, **strange)

    assert list(payment) == FIELDS
    assert (payment["status"], payment["created_at"]) == ("pending", AT_NOW)
    assert payment["id"] != "pay_1111111111"


def test_ids_have_the_documented_form_and_do_not_repeat(vexutopia: httpx.Client) -> None:
    payments = [new_payment(vexutopia) for _ in range(50)]

    assert all(re.fullmatch(r"pay_[0-9]{10}", payment["id"]) for payment in payments)
    assert all(re.fullmatch(r"pi_[a-z0-9]{6}", payment["provider_payment_id"]) for payment in payments)
    assert len({payment["id"] for payment in payments}) == 50
    assert len({payment["provider_payment_id"] for payment in payments}) == 50


# Amount and currency


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1", 1),
        ("2000", 2000),
        ("2000.0", 2000),
        ("2e3", 2000),
        ("9007199254740993", 9007199254740993),
        ("9223372036854775807", 9223372036854775807),
    ],
)
def test_whole_amounts_from_1_are_taken_however_they_are_written(written: str, amount: int, vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/payments", content=f'{{"amount":{written},"currency":"usd"}}', headers=JSON)

    assert reply.status_code == 201
    assert f'"amount":{amount},' in reply.text
    assert f'"amount":{amount},' in vexutopia.get(f"/v1/payments/{reply.json()['id']}").text


@pytest.mark.parametrize(
    "written",
    ["0", "-1", "9223372036854775808", "9" * 300, "1.5", "0.999", "-1e30", "1e-3", '"2000"', "true", "null", "[]", "{}", '""'],
)
def test_another_amount_is_refused(written: str, vexutopia: httpx.Client) -> None:
    before = get(vexutopia, "/v1/payments")
    reply = vexutopia.post("/v1/payments", content=f'{{"amount":{written},"currency":"usd"}}', headers=JSON)

    assert (reply.status_code, reply.text) == refusal("amount")
    assert get(vexutopia, "/v1/payments") == before


@pytest.mark.parametrize(("sent", "shown"), [("usd", "usd"), ("USD", "usd"), ("eUr", "eur"), ("xyz", "xyz")])
def test_currencies_are_three_letters_shown_in_lower_case(sent: str, shown: str, vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia, currency=sent)

    assert payment["currency"] == shown
    assert get(vexutopia, f"/v1/payments/{payment['id']}")["currency"] == shown


@pytest.mark.parametrize("currency", ["", "us", "usdt", "u1d", "€€€", "ÀÉÎ", " usd", "usd\n", 840, None, ["usd"]])
def test_another_currency_is_refused(currency: Any, vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/payments", json={"amount": 1, "currency": currency})

    assert (reply.status_code, reply.text) == refusal("currency")


# Provider, description, metadata


@pytest.mark.parametrize("provider", ["paypal", "stripe", "anything else"])
def test_any_name_of_a_provider_is_taken(provider: str, vexutopia: httpx.Client) -> None:
    assert new_payment(vexutopia, provider=provider)["provider"] == provider


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("provider", None),
        ("provider", ""),
        ("provider", 7),
        ("description", 7),
        ("metadata", []),
        ("metadata", "x"),
        ("customer_id", 7),
    ],
)
def test_options_of_another_type_are_refused(name: str, value: Any, vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/payments", json={"amount": 1, "currency": "usd", name: value})

    assert (reply.status_code, reply.text) == refusal(name)


def test_an_empty_description_is_a_value(vexutopia: httpx.Client) -> None:
    assert new_payment(vexutopia, description="")["description"] == ""


# Customers


@pytest.mark.parametrize("customer_id", ["cus_nobodyhasit0", "", "me", "cus_abc123"])
def test_a_payment_for_a_customer_who_does_not_exist_or_not_any_more_is_refused(
    customer_id: str, app: App, vexutopia: httpx.Client
) -> None:
    before = get(vexutopia, "/v1/payments")
    reply = vexutopia.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": customer_id})

    assert (reply.status_code, reply.text) == refusal("customer_id", "does not name a customer")
    assert get(vexutopia, "/v1/payments") == before
    assert events_of(app) == []


def test_a_payment_for_a_customer_deleted_a_moment_ago_is_refused(vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia)
    vexutopia.delete(f"/v1/customers/{customer['id']}")

    reply = vexutopia.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": customer["id"]})

    assert (reply.status_code, reply.text) == refusal("customer_id", "does not name a customer")


def test_a_missing_customer_can_be_a_404_that_blames_nothing(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"vexutopia.payment-for-unknown-customer": "not-found"}), VEXUTOPIA_KEY)

    reply = client.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": "cus_nobody"})

    assert (reply.status_code, reply.text) == (404, error("resource_not_found", "No such customer: cus_nobody"))


def test_what_is_wrong_in_itself_is_blamed_before_a_customer_who_does_not_exist(vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": "cus_nobody", "metadata": []})

    assert (reply.status_code, reply.text) == refusal("metadata")


# Settlement


def test_a_settled_payment_differs_in_status_and_time_of_update_alone(app: App, vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia, metadata={"a": 1})
    advance(app, 3_600_000)

    settled = get(vexutopia, f"/v1/payments/{payment['id']}")

    assert settled == {**payment, "status": "succeeded", "updated_at": "2026-02-02T13:48:10Z"}
    assert list(settled) == FIELDS
    assert get(vexutopia, "/v1/payments")["data"][0] == settled


def test_a_list_shows_payments_settled(app: App, vexutopia: httpx.Client) -> None:
    new_payment(vexutopia)
    advance(app, 5_000)

    assert get(vexutopia, "/v1/payments")["data"][0]["status"] == "succeeded"


def test_payments_settle_in_the_order_in_which_they_fall_due(app: App, vexutopia: httpx.Client) -> None:
    first = new_payment(vexutopia)
    advance(app, 2_000)
    second, third = new_payment(vexutopia), new_payment(vexutopia)
    advance(app, 86_400_000)

    shown = {each["id"]: each["updated_at"] for each in get(vexutopia, "/v1/payments", limit=3)["data"]}

    assert shown == {
        first["id"]: "2026-02-02T13:48:10Z",
        second["id"]: "2026-02-02T13:48:12Z",
        third["id"]: "2026-02-02T13:48:12Z",
    }
    settled = [(event_type, payment["id"]) for event_type, payment in events_of(app)][3:]
    assert settled == [("payment.succeeded", each["id"]) for each in (first, second, third)]


def test_a_pending_payment_of_a_fixture_stays_pending_unless_it_says_otherwise(
    app: App, make_app: MakeApp, tmp_path: Path
) -> None:
    fixture = tmp_path / "pending.yaml"
    fixture.write_text("vexutopia: {payments: [{id: pay_0000000001, status: pending}]}")
    app = make_app(fixture=["default", fixture])
    client = client_of(app, VEXUTOPIA_KEY)
    advance(app, 86_400_000)

    assert get(client, "/v1/payments/pay_0000000001")["status"] == "pending"


DUE_WORK = """
vexutopia: {payments: [{id: pay_0000000001, status: %s}]}
pending: [{due: 2026-02-02T14:00:00.000Z, work: vexutopia.settle, object: pay_0000000001}]
"""


@pytest.mark.parametrize(
    ("before", "after"), [("pending", "succeeded"), ("failed", "failed"), ("canceled", "canceled"), ("processing", "processing")]
)
def test_due_work_settles_a_payment_that_is_pending_and_no_other(
    before: str, after: str, make_app: MakeApp, tmp_path: Path
) -> None:
    fixture = tmp_path / "due.yaml"
    fixture.write_text(DUE_WORK % before)
    app = make_app(fixture=["default", fixture])
    client = client_of(app, VEXUTOPIA_KEY)
    stored = get(client, "/v1/payments/pay_0000000001")
    advance(app, 86_400_000)

    changed = {} if before == after else {"status": after, "updated_at": "2026-02-02T14:00:00Z"}
    assert get(client, "/v1/payments/pay_0000000001") == {**stored, **changed}
    assert [event_type for event_type, _ in events_of(app)] == ["payment.succeeded"] * len(changed.keys() & {"status"})


def test_a_payment_whose_id_nobody_has(vexutopia: httpx.Client) -> None:
    reply = vexutopia.get("/v1/payments/pay_0000000000")

    assert (reply.status_code, reply.text) == (404, error("resource_not_found", "No such payment: pay_0000000000"))


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_payments_cannot_be_changed(method: str, vexutopia: httpx.Client) -> None:
    before: Record = get(vexutopia, "/v1/payments/pay_1234567890")

    reply = vexutopia.request(method, "/v1/payments/pay_1234567890", json={"status": "failed"})

    assert reply.status_code == 404
    assert get(vexutopia, "/v1/payments/pay_1234567890") == before


@pytest.mark.parametrize("action", ["cancel", "refund", "capture"])
def test_there_are_no_actions_on_payments(action: str, vexutopia: httpx.Client) -> None:
    reply = vexutopia.post(f"/v1/payments/pay_1234567890/{action}", json={})

    message = f"No such route: POST /v1/payments/pay_1234567890/{action}"
    assert (reply.status_code, reply.text) == (404, error("resource_not_found", message))
