"""Which events there are for which changes, and what they hold."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import (
    AT_NOW,
    LIVE_KEY,
    advance,
    events_of,
    get,
    new_customer,
    new_payment,
    sandbox_of,
    update,
)

JANE = "/v1/customers/cus_abc123def456"


def bodies_of(app: App) -> list[dict[str, Any]]:
    return [msgspec.json.decode(msgspec.json.encode(event.body)) for event in sandbox_of(app).outbox]


def test_an_event_holds_the_whole_object_in_the_documents_form(app: App, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, name="Jane", phone="1", metadata={"a": 1})

    (body,) = bodies_of(app)
    (event,) = sandbox_of(app).outbox

    assert list(body) == ["id", "object", "type", "created_at", "data"]
    assert body == {
        "id": event.id,
        "object": "event",
        "type": "customer.created",
        "created_at": AT_NOW,
        "data": {"object": customer},
    }
    assert list(body["data"]["object"]) == list(customer)
    assert re.fullmatch(r"evt_[0-9]{10}", event.id)
    assert (event.type, event.at, event.assumed) == ("customer.created", sandbox_of(app).now, {})


def test_each_change_of_a_customer_is_announced_with_the_customer_as_it_is_then(app: App, vexutopia: httpx.Client) -> None:
    created = new_customer(vexutopia)
    advance(app, 1_000)
    updated = update(vexutopia, created, name="Jane Doe")
    vexutopia.delete(f"/v1/customers/{created['id']}")

    assert events_of(app) == [("customer.created", created), ("customer.updated", updated), ("customer.deleted", updated)]
    assert [body["created_at"] for body in bodies_of(app)] == [AT_NOW, "2026-02-02T13:48:06Z", "2026-02-02T13:48:06Z"]


def test_a_payment_is_announced_when_it_is_created_and_when_it_settles(app: App, vexutopia: httpx.Client) -> None:
    created = new_payment(vexutopia, customer_id="cus_abc123def456")
    advance(app, 60_000)
    settled = get(vexutopia, f"/v1/payments/{created['id']}")

    assert events_of(app) == [("payment.created", created), ("payment.succeeded", settled)]
    assert [body["created_at"] for body in bodies_of(app)] == [AT_NOW, "2026-02-02T13:48:10Z"]
    assert settled["updated_at"] == "2026-02-02T13:48:10Z"


def test_a_payment_that_settles_at_once_is_announced_twice_in_order(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.payment-settlement": "at-once"})
    client = client_of(app, VEXUTOPIA_KEY)

    first, second = new_payment(client), new_payment(client)
    get(client, "/v1/payments")

    order = [(event_type, payment["id"]) for event_type, payment in events_of(app)]
    assert order == [
        ("payment.created", first["id"]),
        ("payment.succeeded", first["id"]),
        ("payment.created", second["id"]),
        ("payment.succeeded", second["id"]),
    ]


def test_what_falls_due_is_announced_before_what_comes_later(app: App, vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia)
    advance(app, 5_000)
    customer = new_customer(vexutopia)

    assert [(event_type, record["id"]) for event_type, record in events_of(app)] == [
        ("payment.created", payment["id"]),
        ("payment.succeeded", payment["id"]),
        ("customer.created", customer["id"]),
    ]


QUIET: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "list": lambda client: client.get("/v1/customers"),
    "retrieve": lambda client: client.get(JANE),
    "update nothing": lambda client: client.patch(JANE, json={}),
    "update to the same": lambda client: client.patch(JANE, json={"name": "Jane Smith", "metadata": {"user_id": "12345"}}),
    "refused creation": lambda client: client.post("/v1/customers", json={}),
    "refused update": lambda client: client.patch(JANE, json={"name": "x", "phone": 7}),
    "refused payment": lambda client: client.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": "no"}),
    "deletion of nobody": lambda client: client.delete("/v1/customers/cus_nobodyhasit0"),
}


@pytest.mark.parametrize("name", QUIET)
def test_what_changes_nothing_is_not_announced(name: str, app: App, vexutopia: httpx.Client) -> None:
    QUIET[name](vexutopia)

    assert len(sandbox_of(app).outbox) == 0


def test_a_second_deletion_is_not_announced(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.delete(JANE)
    vexutopia.delete(JANE)

    assert [event_type for event_type, _ in events_of(app)] == ["customer.deleted"]


def test_events_of_live_data_look_the_same(app: App) -> None:
    customer = new_customer(client_of(app, LIVE_KEY))

    assert events_of(app) == [("customer.created", customer)]
    assert list(bodies_of(app)[0]) == ["id", "object", "type", "created_at", "data"]


def test_events_have_ids_of_their_own(app: App, vexutopia: httpx.Client) -> None:
    for _ in range(30):
        new_customer(vexutopia)

    assert len({event.id for event in sandbox_of(app).outbox}) == 30


def test_events_fit_the_contract(app: App, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia)
    update(vexutopia, customer, name="x")
    new_payment(vexutopia, customer_id=customer["id"])
    advance(app, 5_000)
    vexutopia.delete(f"/v1/customers/{customer['id']}")

    contract = app.mock.pipeline.contract
    for body in bodies_of(app):
        schema = "VexutopiaPaymentEvent" if body["type"].startswith("payment.") else "VexutopiaCustomerEvent"
        assert list(map(str, contract.errors_of(body, f"/components/schemas/{schema}"))) == []
    assert len(bodies_of(app)) == 5
