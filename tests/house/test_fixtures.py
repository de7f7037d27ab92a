"""The scenarios that come with the mock: each loads, fits, can be served and is what its comment says."""

import math
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mockserver import documents
from mockserver.documents import Document
from mockserver.http.app import App
from mockserver.http.in_process import call
from mockserver.mock import fixture_files, scenarios
from mockserver.providers import PROVIDERS
from mockserver.state import State
from mockserver.state.fixtures import Settings
from tests.conftest import make_app

TOKEN, TEST, LIVE = "lasting-token", "vex_test_any", "vex_live_any"

every_scenario = pytest.mark.parametrize("name", scenarios(PROVIDERS))
every_seed = pytest.mark.parametrize("seed", [1, 2])


@cache
def any_app() -> App:
    return make_app(fixture=())


def state_of(name: str, seed: int = 1) -> State:
    """Return the scenario's state, every record compared with the contract."""
    return any_app().mock.fixtures.build([documents.read(fixture_files(name, PROVIDERS)[0])], Settings(seed=seed))


def document_of(name: str, seed: int = 1) -> Any:
    return any_app().mock.fixtures.dump(state_of(name, seed))


def served(name: str) -> App:
    return make_app(fixture=(name,))


def get(app: App, path: str, key: str = TOKEN) -> Any:
    reply = call(app, "GET", path, headers=[(b"authorization", f"Bearer {key}".encode())])
    assert reply.status == 200, reply.body
    return reply.json()


def walk_pages(app: App, limit: int = 25) -> list[Any]:
    """Return all of Spoonity's customers, page by page."""
    path, items = f"/customers?limit={limit}", []
    while path:
        page = get(app, path)
        items += page["items"]
        path = page["next"] and page["next"].removeprefix("http://mock.localhost")
    return items


def walk_slices(app: App, what: str, key: str, limit: int = 100) -> list[Any]:
    """Return all of Vexutopia's customers or payments, slice by slice."""
    items: list[Any] = []
    while True:
        page = get(app, f"/v1/{what}?limit={limit}&offset={len(items)}", key)
        items += page["data"]
        assert page["has_more"] == (len(items) < page["total"])
        if not page["has_more"]:
            return items


def lists_of(app: App, limit: int = 25) -> dict[str, list[Any]]:
    lists = {"spoonity.customers": walk_pages(app, limit)}
    for place, key in (("vexutopia", TEST), ("vexutopia.live", LIVE)):
        lists |= {f"{place}.{what}": walk_slices(app, what, key, limit) for what in ("customers", "payments")}
    return lists


# Every scenario


@every_scenario
def test_a_scenario_says_in_one_line_what_it_is_for(name: str) -> None:
    first, second = fixture_files(name, PROVIDERS)[0].read_text(encoding="utf-8").splitlines()[:2]
    assert first.startswith("# ")
    assert first.endswith(".")
    assert len(first) <= 120
    assert not second.startswith("#")


@every_seed
@every_scenario
def test_a_scenario_fits_the_contract(name: str, seed: int) -> None:
    assert state_of(name, seed).seed == seed


@every_seed
@every_scenario
def test_a_scenario_is_what_its_state_document_says(name: str, seed: int) -> None:
    document = document_of(name, seed)
    again = any_app().mock.fixtures.build([Document(document, "", "state")])
    assert any_app().mock.fixtures.dump(again) == document


@every_scenario
def test_a_scenario_is_served_whole(name: str) -> None:
    app, document = served(name), document_of(name)
    listed = lists_of(app)
    for place, records in listed.items():
        section = document
        for key in place.split("."):
            section = section[key]
        kept = [each["id"] for each in section if place == "spoonity.customers" or not each.get("deleted")]
        assert [each["id"] for each in records] == kept, place


@every_scenario
def test_no_id_stands_twice_in_a_scenario(name: str) -> None:
    document = document_of(name)
    provider = document["vexutopia"]
    for listed in (document["spoonity"]["customers"], provider["customers"] + provider["live"]["customers"]):
        ids = [each["id"] for each in listed]
        assert len(set(ids)) == len(ids)


@every_scenario
def test_payments_of_a_scenario_name_customers_that_are_or_were_there(name: str) -> None:
    for section in (document_of(name)["vexutopia"], document_of(name)["vexutopia"]["live"]):
        known = {each["id"] for each in section["customers"]}
        assert {each["customer_id"] for each in section["payments"]} <= known | {None}


def test_all_scenarios_can_be_merged() -> None:
    sources = [documents.read(fixture_files(name, PROVIDERS)[0]) for name in scenarios(PROVIDERS)]
    merged = any_app().mock.fixtures.build(sources, Settings())
    assert merged.count() > 4_000


def test_the_documented_fixture_is_one() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "fixtures.md").read_text(encoding="utf-8")
    written = page.partition("```yaml\n")[2].partition("```")[0]
    source = Document(documents.parse(written.encode(), name="page"), "", "page")
    state = any_app().mock.fixtures.build([source])
    assert (state.count(), len(state.agenda), len(state.endpoints), state.clock.mode) == (74, 1, 2, "step")


# What each is for


def test_default_begins_as_the_documents_print() -> None:
    app = served("default")
    page = get(app, "/customers")
    assert page["items"][0] == {
        "id": "cust_175a9abec1882d12",
        "name": "John Smith",
        "email": "john.smith@example.com",
        "is_verified": True,
        "date_created": "2026-02-02T13:48:05.683Z",
        "date_updated": "2026-02-02T13:48:05.683Z",
        "status": "ACTIVE",
    }
    assert (page["next"], page["prev"]) == ("http://mock.localhost/customers?limit=25&page=2", None)
    listed = get(app, "/v1/customers?limit=10", TEST)
    jane = listed["data"].pop(0)
    assert jane == {
        "id": "cus_abc123def456",
        "object": "customer",
        "email": "jane@example.com",
        "name": "Jane Smith",
        "phone": "+1 555 123 4567",
        "metadata": {"user_id": "12345"},
        "created_at": "2026-01-19T10:30:00Z",
        "updated_at": "2026-01-19T10:30:00Z",
    }
    del listed["data"]
    assert listed == {"object": "list", "total": 150, "limit": 10, "offset": 0, "has_more": True}
    assert get(app, "/v1/payments", TEST)["data"][0] == {
        "id": "pay_1234567890",
        "object": "payment",
        "amount": 2000,
        "currency": "usd",
        "status": "succeeded",
        "description": "Payment for Order #1234",
        "customer_id": "cus_abc123",
        "provider": "stripe",
        "provider_payment_id": "pi_xyz789",
        "metadata": {"order_id": "1234"},
        "created_at": "2026-01-19T10:30:00Z",
        "updated_at": "2026-01-19T10:30:05Z",
    }


def test_default_data_look_real() -> None:
    document = document_of("default")
    customers, payments = document["spoonity"]["customers"], document["vexutopia"]["payments"]
    assert set(Counter(each["status"] for each in customers)) == {"ACTIVE", "INACTIVE", "ARCHIVED"}
    assert 5 < sum(not each["is_verified"] for each in customers) < 25
    assert set(Counter(each["status"] for each in payments)) == {"succeeded", "failed", "canceled"}
    born = {each["id"]: each["created_at"] for each in document["vexutopia"]["customers"] if "created_at" in each}
    assert all(each["created_at"] > born[each["customer_id"]] for each in payments[1:] if each["customer_id"])


def test_empty_holds_nothing() -> None:
    assert state_of("empty").count() == 0


def test_full_page_is_exactly_full_by_default_limits() -> None:
    app = served("full-page")
    page = get(app, "/customers")
    assert (len(page["items"]), page["next"]) == (25, None)
    for what in ("customers", "payments"):
        for key in (TEST, LIVE):
            listed = get(app, f"/v1/{what}", key)
            assert (len(listed["data"]), listed["total"], listed["has_more"]) == (10, 10, False)


def test_many_pages_has_a_thousand_of_each() -> None:
    app = served("many-pages")
    assert get(app, "/customers?limit=1&page=1000")["next"] is None
    assert get(app, "/customers?limit=1&page=999")["next"] is not None
    assert [get(app, f"/v1/{what}", TEST)["total"] for what in ("customers", "payments")] == [1_000, 1_000]


def test_statuses_has_them_all() -> None:
    document = document_of("statuses")
    seen = {(each["status"], each["is_verified"]) for each in document["spoonity"]["customers"]}
    assert seen == {(status, verified) for status in ("ACTIVE", "INACTIVE", "ARCHIVED") for verified in (True, False)}
    statuses = Counter(each["status"] for each in document["vexutopia"]["payments"])
    assert statuses == dict.fromkeys(("pending", "processing", "succeeded", "failed", "canceled"), 3)


def test_statuses_stay_as_they_are() -> None:
    app = served("statuses")
    before = get(app, "/v1/payments", TEST)
    app.mock.sandboxes.get("default").advance(10 * 86_400_000)
    assert get(app, "/v1/payments", TEST) == before


def test_deleted_has_shells_and_payments_of_customers_who_are_gone() -> None:
    app = served("deleted")
    shells = [each for each in walk_pages(app) if each["name"] is None]
    assert len(shells) == 5
    assert all((each["email"], each["is_verified"], each["status"]) == (None, False, "ARCHIVED") for each in shells)
    assert get(app, "/customers?page=2")["items"][0]["name"] is None
    here = {each["id"] for each in walk_slices(app, "customers", TEST)}
    gone = [each for each in walk_slices(app, "payments", TEST) if each["customer_id"] not in here]
    assert len(gone) == 16
    reply = call(app, "GET", "/v1/customers/cus_gone00000001", headers=[(b"authorization", f"Bearer {TEST}".encode())])
    assert reply.status == 404


SETTLING: dict[float, str] = {5: "pay_0000000005", 60: "pay_0000000060", 86_400: "pay_0000086400"}


@pytest.mark.parametrize("seconds", [0, 4, 5, 59, 60, 86_399, 86_400])
def test_payments_settle_on_the_clock(seconds: int) -> None:
    app = served("payments")
    app.mock.sandboxes.get("default").advance(seconds * 1_000)
    for due, payment in {**SETTLING, math.inf: "pay_0000000000"}.items():
        assert get(app, f"/v1/payments/{payment}", TEST)["status"] == ("succeeded" if seconds >= due else "pending")


@pytest.mark.parametrize(("payer", "count"), [("cus_manypayments", 60), ("cus_onepayment00", 1), ("cus_nopayment000", 0)])
def test_payments_has_customers_with_many_one_and_none(payer: str, count: int) -> None:
    assert get(served("payments"), f"/v1/payments?customer_id={payer}", TEST)["total"] == count


def test_live_and_test_are_apart_but_for_one_person() -> None:
    lists = lists_of(served("live-and-test"))
    for place, kind in (("vexutopia", "test"), ("vexutopia.live", "live")):
        assert {each["metadata"]["kind"] for each in lists[f"{place}.customers"] + lists[f"{place}.payments"]} == {kind}
    test, live = ({each["email"] for each in lists[f"{place}.customers"]} for place in ("vexutopia", "vexutopia.live"))
    assert test & live == {"both@example.com"}


def test_duplicates_are_found_together() -> None:
    app = served("duplicates")
    assert get(app, "/v1/customers?email=alex.same@example.com", TEST)["total"] == 5
    assert get(app, "/v1/customers?email=shared.mailbox@example.com", TEST)["has_more"] is True
    assert len(get(app, '/customers?query=n:"alex same"&limit=100')["items"]) == 36
    assert len(get(app, "/customers?query=e:alex.same@example.com&limit=100")["items"]) == 7


def test_sparse_has_customers_of_whom_nothing_is_known() -> None:
    document = document_of("sparse")
    for name, email in ((None, None), ("", ""), (" ", " ")):
        assert any((each["name"], each["email"]) == (name, email) for each in document["spoonity"]["customers"])
    for kind in ("customers", "payments"):
        metadata = [each["metadata"] for each in document["vexutopia"][kind]]
        assert None in metadata
        assert {} in metadata


@pytest.mark.parametrize("limit", [7, 10, 25])
def test_same_instant_is_walked_once_in_an_order_that_stays(limit: int) -> None:
    app = served("same-instant")
    lists = lists_of(app, limit)
    assert {place: len(listed) for place, listed in lists.items() if "live" not in place} == {
        "spoonity.customers": 60,
        "vexutopia.customers": 35,
        "vexutopia.payments": 35,
    }
    for listed in lists.values():
        assert len({each["id"] for each in listed}) == len(listed)
    assert lists_of(served("same-instant"), 100) == lists


def test_names_has_names_of_a_thousand_characters() -> None:
    names = [each["name"] for each in document_of("names")["spoonity"]["customers"]]
    assert Counter(map(len, names))[1_000] == 2
    assert sum(not name.isascii() for name in names) > 35
    assert [each["name"] for each in document_of("names")["vexutopia"]["customers"]] == names


def test_hostile_text_is_served_as_it_is() -> None:
    app = served("hostile-text")
    names = {each["name"] for each in walk_pages(app)}
    assert {"<script>alert(1)</script>", "before\0after", "Robert'); DROP TABLE students;--", "x\r\nSet-Cookie: a=b"} <= names


def test_amounts_reach_what_javascript_holds_exactly() -> None:
    amounts = {each["amount"] for each in document_of("amounts")["vexutopia"]["payments"]}
    assert (min(amounts), max(amounts)) == (1, 2**53 - 1)


def test_metadata_is_served_as_it_is() -> None:
    document = documents.read(fixture_files("metadata", PROVIDERS)[0]).value
    written = {each["name"]: each["metadata"] for each in document["vexutopia"]["customers"]}
    shown = {each["name"]: each["metadata"] for each in walk_slices(served("metadata"), "customers", TEST)}
    assert shown == written
    assert len(shown["Many keys"]) == 51


def test_dates_has_no_time_after_now() -> None:
    document = document_of("dates")
    dates = [each["date_created"] for each in document["spoonity"]["customers"]]
    assert (dates[0], dates[-1]) == ("2038-01-20T00:00:00.000Z", "1970-01-01T00:00:00.000Z")
    assert dates == sorted(dates, reverse=True)


def test_webhooks_announces_to_its_endpoint() -> None:
    sandbox = served("webhooks").mock.sandboxes.get("default")
    assert [each.url for each in sandbox.state.endpoints] == ["http://127.0.0.1:9000/hook"]
    sandbox.advance(5_000)
    assert [event.type for event in sandbox.outbox] == ["payment.succeeded"] * 2


@pytest.mark.parametrize(("token", "status"), [("lasting-token", 200), ("ended-token", 401), ("another", 401)])
def test_tokens_end_when_their_time_is_over(token: str, status: int) -> None:
    reply = call(served("tokens"), "GET", "/customers", headers=[(b"authorization", f"Bearer {token}".encode())])
    assert reply.status == status


def test_no_scenario_is_without_a_test_of_its_own() -> None:
    own = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in scenarios(PROVIDERS) if f"def test_{name.replace('-', '_')}_" not in own] == []
