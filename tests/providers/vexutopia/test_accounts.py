"""Test keys and live keys: apart by default, together where a sandbox chooses so."""

from pathlib import Path

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import (
    LIVE_KEY,
    advance,
    assumed,
    events_of,
    get,
    ids,
    new_customer,
    new_payment,
    sandbox_of,
    update,
)


@pytest.fixture
def live(app: App) -> httpx.Client:
    return client_of(app, LIVE_KEY)


def test_live_keys_begin_with_nothing(live: httpx.Client) -> None:
    assert get(live, "/v1/customers")["total"] == 0
    assert get(live, "/v1/payments")["total"] == 0


def test_neither_kind_of_key_sees_what_the_other_created(live: httpx.Client, vexutopia: httpx.Client) -> None:
    real, trial = new_customer(live), new_customer(vexutopia)
    paid, tried = new_payment(live), new_payment(vexutopia)

    assert get(live, "/v1/customers")["data"] == [real]
    assert get(vexutopia, "/v1/customers", email="new@example.com")["data"] == [trial]
    assert get(live, "/v1/payments")["data"] == [paid]
    listed = ids(get(vexutopia, "/v1/payments", limit=100)["data"])
    assert (listed[0], paid["id"] in listed) == (tried["id"], False)
    for client, path in (
        (live, f"/v1/customers/{trial['id']}"),
        (vexutopia, f"/v1/customers/{real['id']}"),
        (live, f"/v1/payments/{tried['id']}"),
        (vexutopia, f"/v1/payments/{paid['id']}"),
    ):
        assert client.get(path).status_code == 404


def test_neither_kind_of_key_changes_what_the_other_created(live: httpx.Client, vexutopia: httpx.Client) -> None:
    real = new_customer(live)
    path = f"/v1/customers/{real['id']}"

    assert vexutopia.patch(path, json={"name": "x"}).status_code == 404
    assert vexutopia.delete(path).status_code == 404
    assert get(live, path) == real
    assert update(live, real, name="x")["name"] == "x"
    assert live.delete(path).status_code == 200


def test_a_payment_names_a_customer_of_its_own_kind_of_key(live: httpx.Client, vexutopia: httpx.Client) -> None:
    real = new_customer(live)

    assert new_payment(live, customer_id=real["id"])["customer_id"] == real["id"]
    for client, customer_id in ((vexutopia, real["id"]), (live, "cus_abc123def456")):
        reply = client.post("/v1/payments", json={"amount": 1, "currency": "usd", "customer_id": customer_id})
        assert (reply.status_code, reply.json()["error"]["param"]) == (400, "customer_id")


def test_live_payments_settle_too(app: App, live: httpx.Client) -> None:
    payment = new_payment(live)
    advance(app, 5_000)

    settled = get(live, f"/v1/payments/{payment['id']}")

    assert settled == {**payment, "status": "succeeded", "updated_at": "2026-02-02T13:48:10Z"}
    assert [event_type for event_type, _ in events_of(app)] == ["payment.created", "payment.succeeded"]


def test_all_live_keys_see_the_same(app: App, live: httpx.Client) -> None:
    real = new_customer(live)

    for key in ("vex_live_another", sandbox_of(app).keys["vexutopia_live"]):
        assert get(client_of(app, key), "/v1/customers")["data"] == [real]


def test_ids_are_given_out_once_for_both_kinds(live: httpx.Client, vexutopia: httpx.Client) -> None:
    customers = [new_customer(client)["id"] for client in (live, vexutopia) * 10]
    payments = [new_payment(client)["id"] for client in (live, vexutopia) * 10]

    assert len(set(customers)) == len(set(payments)) == 20


def test_an_id_that_a_fixture_gave_to_test_data_is_given_to_nobody_with_a_live_key(make_app: MakeApp, tmp_path: Path) -> None:
    next_id = new_customer(client_of(make_app(), LIVE_KEY))["id"]
    fixture = tmp_path / "taken.yaml"
    fixture.write_text(f"vexutopia: {{customers: [{{id: {next_id}}}]}}")

    assert new_customer(client_of(make_app(fixture=[fixture]), LIVE_KEY))["id"] != next_id


def test_a_payment_id_that_a_fixture_gave_is_given_to_nobody_with_a_live_key(make_app: MakeApp, tmp_path: Path) -> None:
    next_id = new_payment(client_of(make_app(), LIVE_KEY))["id"]
    fixture = tmp_path / "taken.yaml"
    fixture.write_text(f"vexutopia: {{payments: [{{id: {next_id}}}]}}")

    assert new_payment(client_of(make_app(fixture=[fixture]), LIVE_KEY))["id"] != next_id


def test_shared_data_are_those_of_test_keys(make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.test-and-live-data": "shared"})
    live, trial = client_of(app, LIVE_KEY), client_of(app, VEXUTOPIA_KEY)

    real = new_customer(live)

    assert get(live, "/v1/customers")["total"] == get(trial, "/v1/customers")["total"] == 151
    assert get(trial, f"/v1/customers/{real['id']}") == real
    assert live.delete("/v1/customers/cus_abc123def456").status_code == 200
    assert trial.get("/v1/customers/cus_abc123def456").status_code == 404
    payment = new_payment(live, customer_id=real["id"])
    advance(app, 5_000)
    assert get(trial, f"/v1/payments/{payment['id']}")["status"] == "succeeded"


def test_where_data_are_shared_nobody_sees_what_a_fixture_gave_to_live_keys(make_app: MakeApp, tmp_path: Path) -> None:
    fixture = tmp_path / "live.yaml"
    fixture.write_text("vexutopia: {live: {customers: [{id: cus_real00000000, email: real@example.com}]}}")
    live = client_of(make_app(fixture=[fixture], assume={"vexutopia.test-and-live-data": "shared"}), LIVE_KEY)

    for path in ("/v1/customers", "/v1/customers?email=real@example.com"):
        reply = live.get(path)
        assert reply.json()["data"] == []
        assert assumed(reply)["vexutopia.test-and-live-data"] == "shared"
    assert live.get("/v1/customers/cus_real00000000").status_code == 404


@pytest.mark.parametrize(("choice", "status"), [("separate", 404), ("shared", 200)])
def test_a_stub_is_shown_to_those_who_saw_the_customer(choice: str, status: int, make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.deleted-customer": "stub", "vexutopia.test-and-live-data": choice})
    client_of(app, VEXUTOPIA_KEY).delete("/v1/customers/cus_abc123def456")

    reply = client_of(app, LIVE_KEY).get("/v1/customers/cus_abc123def456")

    assert reply.status_code == status
    assert assumed(reply)["vexutopia.test-and-live-data"] == choice


@pytest.mark.parametrize("choice", ["separate", "shared"])
def test_test_keys_never_lean_on_the_choice(choice: str, make_app: MakeApp) -> None:
    app = make_app(assume={"vexutopia.test-and-live-data": choice})
    live, trial = client_of(app, LIVE_KEY), client_of(app, VEXUTOPIA_KEY)

    new_customer(live)

    assert "vexutopia.test-and-live-data" not in assumed(trial.get("/v1/customers"))
    assert assumed(live.get("/v1/customers"))["vexutopia.test-and-live-data"] == choice
