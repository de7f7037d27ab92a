"""A sandbox as a document, and a document as a sandbox."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf

NOW = "2026-02-02T13:48:05.683Z"


def use(app: App) -> None:
    """Leave in a sandbox one of everything that a state can hold."""
    spoonity, vexutopia = client_of(app), client_of(app, VEXUTOPIA_KEY)
    live = client_of(app, "vex_live_key")
    vexutopia.post("/v1/payments", json={"amount": 500, "currency": "usd"})
    vexutopia.delete("/v1/customers/cus_abc123def456")
    live.post("/v1/customers", json={"email": "live@example.com", "metadata": {"deep": [{"er": 1.5}]}})
    spoonity.delete("/customers/cust_175a9abec1882d12")
    spoonity.post("/customers", json={"name": "Zoë"})
    form = {"grant_type": "authorization_code", "code": "c", "client_id": "i", "client_secret": "s", "redirect_uri": "http://x"}
    assert spoonity.post("/oauth/access_token", data=form).status_code == 200


def answers(app: App) -> list[Any]:
    """Return what both providers answer to some requests, ids of new records among it."""
    spoonity, vexutopia = client_of(app), client_of(app, VEXUTOPIA_KEY)
    replies = [
        spoonity.get("/customers?limit=100"),
        spoonity.post("/customers", json={"name": "Next"}),
        spoonity.get("/customers/cust_175a9abec1882d12"),
        vexutopia.get("/v1/customers?limit=100"),
        vexutopia.post("/v1/payments", json={"amount": 700, "currency": "eur"}),
        vexutopia.get("/v1/payments"),
        vexutopia.get("/v1/customers/cus_abc123def456"),
    ]
    return [(reply.status_code, reply.json()) for reply in replies]


@pytest.mark.parametrize("mode", ["frozen", "step", "real"])
def test_what_get_gives_put_takes_and_get_gives_again(make_app: MakeApp, control_of: ControlOf, mode: str) -> None:
    app = make_app(clock=mode)
    control = control_of(app)
    use(app)
    control.patch("/_mock/assumptions", json={"spoonity.create-status": "201"})
    state = control.get("/_mock/state").content
    control.post("/_mock/reset")
    assert control.put("/_mock/state", content=state).status_code == 200
    assert control.get("/_mock/state").content == state


def test_loaded_state_answers_as_the_one_that_was_kept(make_app: MakeApp, control_of: ControlOf) -> None:
    app, other = make_app(), make_app(seed=99, clock="step")
    use(app)
    state = control_of(app).get("/_mock/state").content
    control_of(other).put("/_mock/state", content=state)
    assert answers(other) == answers(app)


def test_pending_work_goes_with_the_state(app: App, control: httpx.Client) -> None:
    use(app)
    state = control.get("/_mock/state").json()
    assert [task["work"] for task in state["pending"]] == ["vexutopia.settle"]
    control.put("/@other/_mock/state", json=state)
    control.patch("/@other/_mock/clock", json={"advance": "5s"})
    assert [event.type for event in app.mock.sandboxes.get("other").outbox] == ["payment.succeeded"]


def test_state_shows_no_token_that_was_issued(app: App, control: httpx.Client) -> None:
    form = {"grant_type": "authorization_code", "code": "c", "client_id": "i", "client_secret": "s", "redirect_uri": "http://x"}
    token = client_of(app).post("/oauth/access_token", data=form).json()["access_token"]
    assert token not in control.get("/_mock/state").text


def test_put_is_answered_with_what_the_sandbox_holds_then(control: httpx.Client) -> None:
    reply = control.put("/@mine/_mock/state", json={"vexutopia": {"customers": [{"email": "a@b.c"}, {"generate": 3}]}})
    assert reply.json() == {
        "sandbox": "mine",
        "now": NOW,
        "records": {
            "spoonity.customers": 0,
            "spoonity.tokens": 0,
            "vexutopia.customers": 4,
            "vexutopia.payments": 0,
            "vexutopia.live.customers": 0,
            "vexutopia.live.payments": 0,
        },
    }


def test_plain_fixture_keeps_seed_clock_assumptions_and_endpoints(control: httpx.Client) -> None:
    endpoint = {"id": "we_1", "url": "http://127.0.0.1:9/hook", "secret": "whsec_x", "events": []}
    control.put("/_mock/state", json={"seed": 7, "webhooks": [endpoint]})
    control.patch("/_mock/clock", json={"mode": "step", "now": "2027-01-01T00:00:00Z"})
    control.patch("/_mock/assumptions", json={"spoonity.create-status": "201"})
    control.put("/_mock/state", json={"spoonity": {"customers": []}})
    assert control.get("/_mock/state").json() == {
        "now": "2027-01-01T00:00:00.000Z",
        "seed": 7,
        "clock": {"mode": "step"},
        "ordinals": {},
        "assumptions": {"spoonity.create-status": "201"},
        "pending": [],
        "webhooks": [endpoint],
        "spoonity": {"customers": [], "tokens": []},
        "vexutopia": {"customers": [], "payments": [], "live": {"customers": [], "payments": []}},
    }


def test_what_a_fixture_says_wins(control: httpx.Client) -> None:
    control.patch("/_mock/assumptions", json={"spoonity.create-status": "201"})
    said = {"seed": 3, "now": "2028-01-01T00:00:00.000Z", "clock": {"mode": "step"}, "assumptions": {}, "webhooks": []}
    control.put("/_mock/state", json=said)
    state = control.get("/_mock/state").json()
    assert {key: state[key] for key in said} == said


def test_fixture_with_a_time_sets_a_clock_that_stands(control: httpx.Client) -> None:
    control.put("/_mock/state", json={"now": "2028-01-01T00:00:00Z"})
    assert control.get("/_mock/clock").json() == {"mode": "frozen", "now": "2028-01-01T00:00:00.000Z"}


def test_fixture_keeps_how_far_a_real_clock_is_ahead(make_app: MakeApp, control_of: ControlOf) -> None:
    app = make_app(clock="real")
    control = control_of(app)
    control.patch("/_mock/clock", json={"advance": "5d"})
    control.put("/_mock/state", json={"now": "2000-01-01"})
    assert app.mock.sandboxes.get("default").state.clock.value == 5 * 86_400_000


def test_generated_records_are_older_than_the_sandboxs_time(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"now": "2001-05-05"})
    control.put("/_mock/state", json={"spoonity": {"customers": [{"generate": 5}]}})
    customers = control.get("/_mock/state").json()["spoonity"]["customers"]
    assert all("2001-04-01" < each["date_created"] < "2001-05-05" for each in customers)


def test_fixture_may_be_yaml(control: httpx.Client) -> None:
    fixture = b"now: 2027-01-01T00:00:00Z\nspoonity:\n  customers:\n    - {name: Ada}\n"
    control.put("/_mock/state", content=fixture, headers={"content-type": "application/x-yaml"})
    state = control.get("/_mock/state").json()
    assert state["now"] == "2027-01-01T00:00:00.000Z"
    assert [each["name"] for each in state["spoonity"]["customers"]] == ["Ada"]


def test_reset_goes_back_to_the_sandboxs_own_fixture(control: httpx.Client) -> None:
    before = control.get("/_mock/state").content
    control.put("/_mock/state", json={"seed": 5, "spoonity": {"customers": []}})
    control.post("/_mock/reset")
    assert control.get("/_mock/state").content == before


def test_journal_goes_on(app: App, control: httpx.Client) -> None:
    client_of(app).get("/customers")
    control.put("/_mock/state", json={})
    assert client_of(app).get("/customers").headers["mock-exchange"] == "2"
    assert len(app.mock.sandboxes.get("default").journal) == 2


OFFSETS = "an integer from -253402300799999 to 253402300799999"
KNOWN = "now, seed, clock, ordinals, assumptions, pending, webhooks, spoonity, vexutopia"


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({"spoonty": {}}, f"body: spoonty: unknown field; known: {KNOWN}"),
        ({"spoonity": {"customers": [{"name": 3}]}}, None),
        ({"spoonity": {"customers": [{"status": "SLEEPY"}]}}, None),
        ({"spoonity": {"customers": {"generate": 3}}}, None),
        ({"vexutopia": {"payments": [{"amount": "1"}]}}, None),
        ({"seed": 1.5}, None),
        ({"now": "yesterday"}, None),
        ({"clock": {"mode": "slow"}}, None),
        ({"clock": {"mode": "real", "offset_ms": 10**18}}, f"body: clock.offset_ms: must be {OFFSETS}, got 1000000000000000000"),
        (
            {"clock": {"mode": "real", "offset_ms": -(10**18)}},
            f"body: clock.offset_ms: must be {OFFSETS}, got -1000000000000000000",
        ),
        ({"clock": {"mode": "real", "offset_ms": -253_402_300_799_999}}, "clock: a clock shows times of the years 1970 to 9999"),
        ({"assumptions": {"spoonity.nothing": "x"}}, None),
        ({"assumptions": {"spoonity.create-status": "299"}}, None),
        ({"webhooks": [{"url": 3}]}, None),
        (
            {"pending": [{"due": NOW, "work": "vexutopia.dance", "object": "x"}]},
            "body: pending[0].work: unknown work 'vexutopia.dance'; known: vexutopia.settle",
        ),
        ({"pending": [{"due": "later", "work": "vexutopia.settle", "object": "x"}]}, None),
        ({"spoonity": {"customers": [{"generate": -1}]}}, None),
        ({"ordinals": {"spoonity.customers": "x"}}, None),
    ],
)
def test_document_that_is_refused_loses_nothing(control: httpx.Client, document: Any, detail: str | None) -> None:
    control.post("/customers", json={"name": "Kept"})
    before = control.get("/_mock/state").content
    reply = control.put("/_mock/state", json=document)
    if detail is not None:
        refused(reply, 400, detail)
    assert reply.status_code == 400
    assert control.get("/_mock/state").content == before


def test_generated_records_are_older_than_a_real_clocks_time(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(clock="real"))
    control.patch("/_mock/clock", json={"now": "2055-05-05"})
    control.put("/_mock/state", json={"spoonity": {"customers": [{"generate": 5}]}})
    customers = control.get("/_mock/state").json()["spoonity"]["customers"]
    assert all("2055-04-01" < each["date_created"] < "2055-05-05" for each in customers)


def test_work_of_a_loaded_state_that_is_due_is_done_before_anyone_looks(app: App, control: httpx.Client) -> None:
    payment_id = client_of(app, VEXUTOPIA_KEY).post("/v1/payments", json={"amount": 5, "currency": "usd"}).json()["id"]
    state = control.get("/_mock/state").json()
    control.put("/_mock/state", json=state | {"now": "2026-03-01T00:00:00Z"})
    loaded = control.get("/_mock/state").json()
    assert loaded["pending"] == []
    settled = next(each for each in loaded["vexutopia"]["payments"] if each["id"] == payment_id)
    assert settled["updated_at"] == "2026-02-02T13:48:10Z"
