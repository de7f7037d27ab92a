"""`GET /_mock/traces`: after an erasure only the journal knows what was sent, until it is cleared."""

from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest

from mockserver import traces
from mockserver.faults import Armed, Fault
from mockserver.http.app import App
from mockserver.state.schedule import Task
from mockserver.traces import readings
from mockserver.webhooks import Delivery, Endpoint, Event
from tests.conftest import VEXUTOPIA_KEY, client_of, make_app, sandbox_of
from tests.control.asking import refused

NAME = "José Ångström"
EMAIL = "jose.angstrom+1@example.com"


def places(control: httpx.Client, value: str, **more: str) -> list[dict[str, Any]]:
    reply = control.get("/_mock/traces", params={"value": value, **more}).json()
    assert reply["count"] == len(reply["places"])
    found: list[dict[str, Any]] = reply["places"]
    return found


def wheres(control: httpx.Client, value: str, **more: str) -> set[str]:
    return {each["where"] for each in places(control, value, **more)}


@pytest.fixture
def erased(control: httpx.Client) -> str:
    """Create two customers, look for them in every way, delete one, and return its id."""
    others = control.post("/customers", json={"name": "Other"}).json()
    customer = control.post("/customers", json={"name": NAME, "email": EMAIL}).json()["id"]
    assert others["id"] != customer
    assert EMAIL in control.get("/customers", params={"query": f'n:"{NAME}" e:{EMAIL}'}).text
    control.get(f"/customers/{customer}")
    assert control.delete(f"/customers/{customer}").json() == {}
    return str(customer)


@pytest.mark.parametrize("value", [NAME, EMAIL])
def test_before_an_erasure_the_record_is_found(value: str, control: httpx.Client) -> None:
    customer = control.post("/customers", json={"name": NAME, "email": EMAIL}).json()["id"]
    part = "name" if value == NAME else "email"

    assert places(control, value)[0] == {"where": "record", "kind": "spoonity.customers", "id": customer, "part": part}
    assert wheres(control, value) == {"record", "journal"}


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("value", [NAME, EMAIL])
def test_after_an_erasure_only_the_journal_knows_the_value(value: str, control: httpx.Client) -> None:
    assert wheres(control, value) == {"journal"}
    assert {each["exchange"] for each in places(control, value)} >= {2, 4}


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("value", [NAME, EMAIL])
def test_once_the_journal_is_cleared_nothing_knows_the_value(value: str, control: httpx.Client) -> None:
    control.delete("/_mock/requests")

    assert control.get("/_mock/traces", params={"value": value}).json() == {"count": 0, "places": [], "remedies": {}}


def test_no_answer_shows_what_was_erased(erased: str, control: httpx.Client) -> None:
    queries: list[dict[str, str]] = [
        {"limit": "100"},
        {"limit": "1", "page": "2"},
        {"query": f"e:{EMAIL}"},
        {"query": f'n:"{NAME}"'},
        {"query": "n:jos s:archived", "limit": "1"},
        {"sort": "name"},
        {"sort": "email"},
    ]
    replies = [control.get("/customers", params=query) for query in queries]
    assert all(reply.status_code == 200 and "mock-violation" not in reply.headers for reply in replies)
    told = [reply.text for reply in (*replies, control.get(f"/customers/{erased}"), control.get("/_mock/state"))]

    assert [text for text in told if any(EMAIL in each or NAME in each for each in readings(text))] == []


def test_a_snapshot_and_the_fixture_are_told_with_what_removes_them(control: httpx.Client) -> None:
    control.put("/_mock/snapshots/kept")
    control.delete("/customers/cust_175a9abec1882d12")
    control.delete("/_mock/requests")
    record = {"kind": "spoonity.customers", "id": "cust_175a9abec1882d12", "part": "email"}
    found = control.get("/_mock/traces?value=john.smith%40example.com").json()

    assert found["places"] == [{**record, "where": "snapshot", "snapshot": "kept"}, {**record, "where": "fixture"}]
    assert set(found["remedies"]) == {"snapshot", "fixture"}
    control.delete("/_mock/snapshots/kept")
    assert wheres(control, "john.smith@example.com") == {"fixture"}
    control.post("/_mock/reset")
    assert wheres(control, "john.smith@example.com") == {"record", "fixture"}


WRITINGS = {
    "form": urlencode({"name": NAME, "email": EMAIL}),
    "escapes": '{"name": "Jos\\u00e9 \\u00C5ngstr\\u00f6m", "email": "jose.angstrom\\u002b1\\u0040example.com"}',
    "url within JSON": f'{{"next": "/x?q={quote(NAME)}&m={quote(EMAIL)}"}}',
    "JSON within a form": urlencode({"x": '{"name": "Jos\\u00e9 \\u00c5ngstr\\u00f6m", "email": "' + EMAIL + '"}'}),
    "JSON within JSON": '{"x": "{\\"n\\": \\"Jos\\\\u00e9 \\\\u00c5ngstr\\\\u00f6m\\", \\"e\\": \\"' + EMAIL + '\\"}"}',
    "decomposed": '{"name": "Jose\u0301 A\u030angstro\u0308m", "email": "' + EMAIL + '"}',
    "twice percent-encoded": quote(quote(f"{NAME} {EMAIL}")),
}


@pytest.mark.parametrize("body", WRITINGS.values(), ids=WRITINGS)
@pytest.mark.parametrize("value", [NAME, EMAIL])
def test_value_is_found_in_any_writing(body: str, value: str, control: httpx.Client) -> None:
    control.post("/nowhere", content=body.encode())

    assert {"where": "journal", "exchange": 1, "part": "request.body"} in places(control, value)


def test_pair_of_surrogates_is_read_as_one_character() -> None:
    assert '😀"\n' in list(readings('\\ud83d\\ude00\\"\\n'))
    assert list(readings("plain")) == ["plain"]


def test_every_part_of_an_exchange_is_looked_through(control: httpx.Client) -> None:
    control.post("/Needle?q=Needle", content=b"Needle", headers={"x-note": "a Needle"})
    parts = [each["part"] for each in places(control, "Needle")]

    assert parts[:4] == ["request.path", "request.query", "request.headers.x-note", "request.body"]
    assert "reply.body" in parts


def test_header_of_a_reply_is_looked_through(control: httpx.Client) -> None:
    control.get("/customers?Needle=1")

    assert "reply.headers.mock-violation" in [each["part"] for each in places(control, "Needle")]


def test_value_is_found_as_part_of_a_longer_text_and_capitals_count(control: httpx.Client) -> None:
    control.post("/customers", json={"name": "Anneliese STRASSE"})

    assert wheres(control, "nneliese") == {"record", "journal"}
    assert wheres(control, "anneliese") == set()
    assert wheres(control, "anneliese", ignore_case="true") == {"record", "journal"}
    assert wheres(control, "straße", ignore_case="true") == {"record", "journal"}


def test_state_is_looked_through_beside_its_records(app: App, control: httpx.Client) -> None:
    box = sandbox_of(app)
    box.schedule(Task(box.now + 1, "vexutopia.settle", "pay_1", payload={"who": "Needle"}))
    box.state.endpoints = (Endpoint("hook", "http://127.0.0.1/Needle", "s"),)
    control.put("/_mock/snapshots/kept")

    assert places(control, "Needle") == [
        {"where": "pending", "id": "pay_1", "part": "pending.payload.who"},
        {"where": "webhook", "id": "hook", "part": "webhooks.url"},
        {"where": "snapshot", "snapshot": "kept", "id": "pay_1", "part": "pending.payload.who"},
        {"where": "snapshot", "snapshot": "kept", "id": "hook", "part": "webhooks.url"},
    ]


def test_keys_of_a_mapping_and_what_is_left_of_deleted_records_are_looked_through(app: App, control: httpx.Client) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    customer = client.post("/v1/customers", json={"email": "a@b.c", "metadata": {"Needle": "1"}}).json()["id"]

    assert places(control, "Needle")[0]["part"] == "metadata.Needle"
    client.delete(f"/v1/customers/{customer}")
    assert places(control, customer)[0] == {"where": "deleted", "kind": "vexutopia.customers", "id": customer, "part": "id"}


def test_events_and_deliveries_are_looked_through(app: App, control: httpx.Client) -> None:
    box = sandbox_of(app)
    event = Event("evt_1", "made", at=box.now, body={"list": [{"who": "Needle"}]}, assumed={})
    box.outbox.add(event)
    sent: dict[str, Any] = {"headers": [(b"x", b"Needle")], "body": b"Needle", "answer_body": b"Needle"}
    box.outbox.enqueue(Delivery(number=0, event=event, endpoint="hook", url="http://127.0.0.1/Needle", due=0, **sent))

    assert places(control, "Needle") == [
        {"where": "event", "id": "evt_1", "part": "body.list[0].who"},
        *(
            {"where": "delivery", "delivery": 1, "part": part}
            for part in ("url", "request.headers.x", "request.body", "reply.body", "event.body.list[0].who")
        ),
    ]


def test_faults_and_keys_are_looked_through(app: App, control: httpx.Client) -> None:
    box = sandbox_of(app)
    box.faults.armed = [Armed(id="fault-1", fault=Fault(kind="drop", path="/Needle"), pages={"list": {"last": "Needle"}})]

    assert places(control, "Needle") == [
        {"where": "fault", "id": "fault-1", "part": "path"},
        {"where": "fault", "id": "fault-1", "part": "pages.list.last"},
    ]
    label, key = next(iter(box.keys.items()))
    assert {"where": "key", "part": label} in places(control, key)


def test_value_itself_is_not_repeated(app: App, control: httpx.Client) -> None:
    key = sandbox_of(app).keys["vexutopia"]
    client_of(app, key).get("/v1/customers")
    reply = control.get("/_mock/traces", params={"value": key})

    assert reply.json()["count"] == 2
    assert key not in reply.text


def test_so_many_places_are_named_and_all_are_counted(control: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "MAX_PLACES", 2)
    control.post("/Needle?Needle", content=b"Needle")
    found = control.get("/_mock/traces?value=Needle").json()

    assert (len(found["places"]), found["count"]) == (2, 4)


def test_traces_of_another_sandbox_are_its_own(control: httpx.Client) -> None:
    control.get("/@mine/Needle")

    assert wheres(control, "Needle") == set()
    assert control.get("/@mine/_mock/traces?value=Needle").json()["count"] > 0


def test_looking_for_nothing_is_refused(control: httpx.Client) -> None:
    detail = "query.value: nothing to look for; add ?value=TEXT, percent-encoded"

    refused(control.get("/_mock/traces"), 400, detail)
    refused(control.get("/_mock/traces?value="), 400, detail)


def test_records_that_states_share_are_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    control = client_of(app)
    for name in ("one", "two", "three"):
        control.put(f"/_mock/snapshots/{name}")
    looked: list[object] = []
    search = traces._Search
    within = search._within

    def counting(self: Any, value: Any) -> list[str]:
        looked.append(value)
        return within(self, value)

    monkeypatch.setattr(search, "_within", counting)
    control.get("/_mock/traces?value=nobody")

    assert len(looked) == sum(len(sandbox_of(app).records(kind)) for kind in app.mock.pipeline.kinds)
