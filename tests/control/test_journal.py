"""`/_mock/requests`: what happened in a sandbox is listed, filtered, exported, forgotten, and compared with expectations."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from mockserver.journal import MAX_BODY_BYTES
from mockserver.judge.recordings.har import Recording
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of, sandbox_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf

CUSTOMER = "/customers/cust_175a9abec1882d12"
KEY = "a-key-of-nobody-else"


@pytest.fixture
def played(app: App, spoonity: httpx.Client, vexutopia: httpx.Client) -> App:
    """An application after five exchanges."""
    vexutopia.post("/v1/customers", json={"email": "ada@example.com", "name": "Ada"})
    spoonity.get("/customers?limit=2&what=ever")
    spoonity.get(CUSTOMER)
    spoonity.get("/nowhere")
    vexutopia.get("/v1/customers/cus_none")
    return app


def listed(control: httpx.Client, query: str = "") -> list[int]:
    return [each["number"] for each in control.get(f"/_mock/requests{query}").json()["exchanges"]]


def test_an_empty_journal_is_an_empty_list(control: httpx.Client) -> None:
    assert control.get("/_mock/requests").json() == {"exchanges": [], "dropped": 0, "number": 0}


def test_an_exchange_is_listed_with_all_that_was_noticed(control: httpx.Client) -> None:
    reply = control.get("/customers?query=email%3Anobody&what=ever", headers={"authorization": f"Bearer {KEY}"})
    own = {name: value for name, value in reply.headers.items() if name != "vary"}
    sent = {name: value for name, value in reply.request.headers.items() if name != "authorization"}
    (row,) = control.get("/_mock/requests").json()["exchanges"]
    took = row.pop("took_ms")
    assert took >= 0
    assert row == {
        "number": 1,
        "at": "2026-02-02T13:48:05.683Z",
        "operation": "spoonity.listCustomers",
        "request": {
            "method": "GET",
            "path": "/customers",
            "query": "query=email%3Anobody&what=ever",
            "parameters": {"query": "email:nobody", "what": "ever"},
            "headers": {**sent, "authorization": "Bearer [key]"},
            "body": None,
            "body_form": "none",
            "body_bytes": 0,
            "body_cut": False,
        },
        "reply": {
            "status": 200,
            "headers": own,
            "body": reply.json(),
            "body_form": "json",
            "body_bytes": len(reply.content),
            "body_cut": False,
        },
        "violations": [
            {
                "place": "query",
                "name": "what",
                "rule": "undeclared",
                "detail": "not declared in the contract",
                "contract": "/paths/~1customers/get",
            }
        ],
        "assumed": dict(each.split("=") for each in reply.headers["mock-assumed"].split(", ")),
        "faults": [],
        "conduct": [],
    }


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("?operation=spoonity.listCustomers", [2]),
        ("?method=post", [1]),
        ("?path=/customers", [2]),
        ("?path=/customers*", [2, 3]),
        ("?path=*/cus*_*", [3, 5]),
        ("?status=404", [4, 5]),
        ("?status=2xx", [1, 2, 3]),
        ("?status=0", []),
        ("?since=3", [4, 5]),
        ("?since=99", []),
        ("?violations=true", [2]),
        ("?violations=false", [1, 3, 4, 5]),
        ("?unmatched=true", [4]),
        ("?unmatched=false", [1, 2, 3, 5]),
        ("?limit=2", [4, 5]),
        ("?limit=0", []),
        ("?limit=9", [1, 2, 3, 4, 5]),
        ("?method=GET&status=4xx&limit=1", [5]),
    ],
)
@pytest.mark.usefixtures("played")
def test_a_list_can_be_narrowed(control: httpx.Client, query: str, numbers: list[int]) -> None:
    assert listed(control, query) == numbers
    har = control.get(f"/_mock/requests.har{query}").json()
    assert [int(each["comment"].split(":")[0].split(" ")[1]) for each in har["log"]["entries"]] == numbers


@pytest.mark.parametrize("path", ["requests", "requests.har"])
@pytest.mark.parametrize(
    ("query", "detail"),
    [
        (
            "operation=spoonity.listCustomer",
            "query.operation: unknown operation 'spoonity.listCustomer'; did you mean spoonity.listCustomers "
            "or spoonity.deleteCustomer or spoonity.updateCustomer?",
        ),
        ("status=many", "query.status: 'many' is not a status; write 429, 4xx, or 0 for no reply"),
        ("since=-1", 'query.since: must be an integer of at least 0, got "-1"'),
        ("limit=x", 'query.limit: must be an integer of at least 0, got "x"'),
        ("violations=maybe", 'query.violations: must be true or false, got "maybe"'),
        ("last=3", "query.last: unknown field; known: operation, method, path, status, since, violations, unmatched, limit"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(control: httpx.Client, path: str, query: str, detail: str) -> None:
    refused(control.get(f"/_mock/{path}?{query}"), 400, detail)


def test_what_was_dropped_to_make_room_is_told(make_app: MakeApp, control_of: ControlOf) -> None:
    app = make_app(journal_limit=2)
    control = control_of(app)
    for _ in range(5):
        control.get(CUSTOMER)
    told = control.get("/_mock/requests").json()
    assert ([each["number"] for each in told["exchanges"]], told["dropped"], told["number"]) == ([4, 5], 3, 5)
    gone = "exchange 3 was dropped to make room; serve with a larger --journal-limit to keep more"
    refused(control.get("/_mock/requests/3"), 404, gone)
    assert control.get("/_mock/requests/4").json() == told["exchanges"][0]


@pytest.mark.usefixtures("played")
def test_one_exchange_is_read_by_its_number(control: httpx.Client) -> None:
    rows = control.get("/_mock/requests").json()["exchanges"]
    assert [control.get(f"/_mock/requests/{number}").json() for number in range(1, 6)] == rows


@pytest.mark.parametrize("number", ["0", "6", "-1", "x"])
@pytest.mark.usefixtures("played")
def test_an_exchange_that_never_was_is_not_found(control: httpx.Client, number: str) -> None:
    detail = f"no exchange {number}; the latest is 5; GET /_mock/requests lists them"
    refused(control.get(f"/_mock/requests/{number}"), 404, detail)


def test_before_any_exchange_none_is_found(control: httpx.Client) -> None:
    detail = "no exchange 1; the journal is empty"
    refused(control.get("/_mock/requests/1"), 404, detail)


@pytest.mark.usefixtures("played")
def test_requests_are_forgotten_and_numbers_go_on(control: httpx.Client) -> None:
    reply = control.delete("/_mock/requests")
    assert (reply.status_code, reply.content) == (204, b"")
    assert control.get("/_mock/requests").json() == {"exchanges": [], "dropped": 0, "number": 5}
    refused(control.get("/_mock/requests/5"), 404, "exchange 5 was cleared")
    assert control.get(CUSTOMER).headers["mock-exchange"] == "6"
    assert listed(control) == [6]


@pytest.mark.usefixtures("played")
def test_after_a_reset_numbers_begin_anew(control: httpx.Client) -> None:
    control.delete("/_mock/requests")
    control.post("/_mock/reset")
    refused(control.get("/_mock/requests/5"), 404, "no exchange 5; the journal is empty")
    control.get(CUSTOMER)
    assert listed(control) == [1]


@pytest.mark.usefixtures("played")
def test_a_restore_and_a_loaded_state_leave_the_journal(control: httpx.Client) -> None:
    control.put("/_mock/snapshots/now")
    control.get(CUSTOMER)
    control.post("/_mock/snapshots/now/restore")
    control.put("/_mock/state", json=control.get("/_mock/state").json())
    control.get(CUSTOMER)
    assert listed(control) == [1, 2, 3, 4, 5, 6, 7]


def test_the_journal_of_a_dropped_sandbox_is_gone(control: httpx.Client) -> None:
    control.get(f"/@mine{CUSTOMER}")
    control.delete("/_mock/sandboxes/mine")
    assert control.get("/@mine/_mock/requests").json() == {"exchanges": [], "dropped": 0, "number": 0}


@pytest.mark.usefixtures("played")
def test_each_sandbox_has_its_own(control: httpx.Client) -> None:
    control.get(f"/@mine{CUSTOMER}")
    told = control.get("/@mine/_mock/requests").json()
    assert [(each["number"], each["request"]["path"]) for each in told["exchanges"]] == [(1, CUSTOMER)]


def test_long_bodies_are_cut_and_say_so(app: App, control: httpx.Client, vexutopia: httpx.Client) -> None:
    long = {"email": "ada@example.com", "name": "x" * (MAX_BODY_BYTES + 10)}
    sent = vexutopia.post("/v1/customers", json=long)
    row = control.get("/_mock/requests/1").json()["request"]
    assert (row["body_cut"], row["body_form"], row["body_bytes"]) == (True, "text", len(sent.request.content))
    assert row["body"].encode() == sent.request.content[:MAX_BODY_BYTES]
    outcome = control.post("/_mock/requests/verify", json={"json": {"email": "ada@example.com"}})
    assert outcome.status_code == 409
    assert outcome.json()["nearest"][0]["differences"][0]["actual"] == "a body that is not known as a whole"
    assert sandbox_of(app).journal.number == 1


@pytest.mark.usefixtures("played")
def test_har_opens_as_one_and_is_offered_as_a_file(control: httpx.Client) -> None:
    reply = control.get("/_mock/requests.har")
    recording = Recording.parse(reply.content, "journal.har")
    paths = ["/v1/customers", "/customers?limit=2&what=ever", CUSTOMER, "/nowhere", "/v1/customers/cus_none"]
    assert recording.urls == [f"http://mock.localhost{path}" for path in paths]
    responses = [recording.entry(index).response for index in range(5)]
    assert [each and each.status for each in responses] == [201, 200, 200, 404, 404]
    assert reply.headers["content-disposition"] == 'attachment; filename="default.har"'


def test_no_credential_is_shown(app: App, control: httpx.Client) -> None:
    key = sandbox_of(app).keys["vexutopia"]
    with client_of(app, key) as client:
        client.get(f"/v1/customers?api_key={KEY}&email={key}")
        client.post("/oauth/access_token", data={"grant_type": "authorization_code", "client_secret": KEY, "code": KEY})
        client.get(f"/v1/customers/{KEY}")
    told = [control.get(f"/_mock/{path}").text for path in ("requests", "requests.har", "requests/3", "requests/stream?since=0")]
    told.append(control.post("/_mock/requests/verify", json={"query": {"api_key": "other"}, "times": 9}).text)
    assert [each for each in told if KEY in each or key in each] == []
    assert all("[key]" in each for each in told)


CREATED = {"operation": "vexutopia.createCustomer", "json": {"email": "ada@example.com"}}


@pytest.mark.parametrize(
    ("expected", "matched"),
    [
        (CREATED, [1]),
        ({**CREATED, "times": 1}, [1]),
        ({"method": "GET", "at_least": 2, "at_most": 4}, [2, 3, 4, 5]),
        ({"path": "/v1/*", "status": 404}, [5]),
        ({"status": "4xx"}, [4, 5]),
        ({"method": "DELETE", "times": 0}, []),
        ({}, [1, 2, 3, 4, 5]),
        ([CREATED, {"operation": "spoonity.retrieveCustomer"}], [1, 3]),
        ([{"status": "4xx", "times": 2}], [4, 5]),
    ],
)
@pytest.mark.usefixtures("played")
def test_what_is_as_expected_is_confirmed(control: httpx.Client, expected: Any, matched: list[int]) -> None:
    reply = control.post("/_mock/requests/verify", json=expected)
    assert (reply.status_code, reply.json()) == (200, {"matched": matched})


def test_what_is_not_as_expected_is_told_with_the_nearest_and_every_difference(
    control: httpx.Client, vexutopia: httpx.Client
) -> None:
    vexutopia.post("/v1/customers", json={"email": "ada@example.org", "name": "Ada", "metadata": {"a": "1"}})
    wanted = {**CREATED, "times": 1, "headers": {"x-none": None, "Accept": "text/html"}}
    wanted["json"] = {"email": "ada@example.com", "metadata": {"a": "2"}}
    reply = control.post("/_mock/requests/verify", json=wanted)
    assert reply.status_code == 409
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {
        "expected": "exactly 1 request: vexutopia.createCustomer, headers.x-none nothing, "
        'headers.Accept "text/html", json {"email":"ada@example.com","metadata":{"a":"2"}}',
        "actual": "0 of 1 exchange",
        "matched": [],
        "nearest": [
            {
                "number": 1,
                "request": "POST /v1/customers",
                "status": 201,
                "differences": [
                    {"place": "headers.accept", "expected": "text/html", "actual": "*/*"},
                    {"place": "json.email", "expected": "ada@example.com", "actual": "ada@example.org"},
                    {"place": "json.metadata.a", "expected": "2", "actual": "1"},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"operation": "vexutopia.createCustomers"},
            "body.operation: unknown operation 'vexutopia.createCustomers'; did you mean vexutopia.createCustomer "
            "or vexutopia.retrieveCustomer or vexutopia.updateCustomer?",
        ),
        ([{}, {"status": "ok"}], "body[1].status: 'ok' is not a status; write 429, 4xx, or 0 for no reply"),
        ({"times": 1, "at_least": 1}, "body: times says exactly how many; leave at_least and at_most out"),
        ({"times": -1}, "body.times: must be an integer of at least 0, got -1"),
        ([], "body: an order of nothing; name at least one expectation"),
        (
            {"body": 1},
            "body.body: unknown field; known: operation, method, path, query, headers, json, status, since, "
            "times, at_least, at_most",
        ),
        (
            [{"body": 1}],
            "body[0].body: unknown field; known: operation, method, path, query, headers, json, status, "
            "since, times, at_least, at_most",
        ),
        (3, "body: must be an object or a list, got 3"),
    ],
)
def test_an_expectation_that_cannot_be_meant_is_refused(control: httpx.Client, body: Any, detail: str) -> None:
    refused(control.post("/_mock/requests/verify", json=body), 400, detail)


def test_an_expectation_must_be_given(control: httpx.Client) -> None:
    detail = "body: the request needs a JSON object; /_mock/control.json says which"
    refused(control.post("/_mock/requests/verify"), 400, detail)


def test_conduct_is_noted_at_the_exchange(control: httpx.Client) -> None:
    control.get("/v1/customers?api_key=any", headers={"authorization": f"Bearer {VEXUTOPIA_KEY}"})
    control.get(CUSTOMER)
    notes = [each["conduct"] for each in control.get("/_mock/requests").json()["exchanges"]]
    assert notes == [[{"rule": "credential-in-url", "severity": "error", "detail": "a credential"}], []]
    assert control.get("/_mock/requests/1").json()["conduct"] == notes[0]


def test_asking_is_no_exchange(played: App, control: httpx.Client) -> None:
    for path in ("requests", "requests.har", "requests/1", "requests/stream?since=0"):
        control.get(f"/_mock/{path}")
    control.post("/_mock/requests/verify", json={})
    assert sandbox_of(played).journal.number == 5


def test_the_key_of_the_documents_is_hidden_too(control: httpx.Client) -> None:
    control.get("/v1/customers", headers={"authorization": f"Bearer {VEXUTOPIA_KEY}"})
    assert control.get("/_mock/requests/1").json()["request"]["headers"]["authorization"] == "Bearer [key]"
