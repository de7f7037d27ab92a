"""Sandboxes, made and dropped."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import MakeApp, client_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf

SEEDS = "an integer from -9007199254740991 to 9007199254740991"


def test_new_sandbox_is_answered_with_url_and_keys(control: httpx.Client) -> None:
    reply = control.post("/_mock/sandboxes", json={"name": "mine"})
    made = reply.json()
    assert reply.status_code == 201
    assert made["name"] == "mine"
    assert made["url"] == "http://mock.localhost/@mine"
    assert list(made["keys"]) == ["spoonity", "vexutopia", "vexutopia_live"]
    assert made["keys"]["spoonity"].startswith("mock_mine_")
    assert made["keys"]["vexutopia"].startswith("vex_test_mock_mine_")
    assert made["keys"]["vexutopia_live"].startswith("vex_live_mock_mine_")
    assert reply.headers["location"] == "http://mock.localhost/@mine/_mock/"


def test_url_begins_as_the_request_did(control: httpx.Client) -> None:
    reply = control.post("http://127.0.0.1:4010/@here/_mock/sandboxes", json={"name": "mine"})
    assert reply.json()["url"] == "http://127.0.0.1:4010/@mine"


def test_url_and_each_key_select_the_sandbox(app: App, control: httpx.Client) -> None:
    made = control.post("/_mock/sandboxes", json={"name": "mine", "fixture": "default"}).json()
    client_of(app).post(f"{made['url']}/customers", json={"name": "By url"})
    client_of(app, made["keys"]["spoonity"]).post("/customers", json={"name": "By key"})
    client_of(app, made["keys"]["vexutopia"]).post("/v1/customers", json={"email": "a@b.c"})
    client_of(app, made["keys"]["vexutopia_live"]).post("/v1/customers", json={"email": "a@b.c"})
    assert len(app.mock.sandboxes.get("mine").journal) == 4
    assert len(app.mock.sandboxes.get("default").journal) == 0


def test_nameless_sandbox_gets_a_name(control: httpx.Client) -> None:
    assert control.post("/_mock/sandboxes").json()["name"] == "sandbox-1"
    assert control.post("/_mock/sandboxes", json={"seed": 2}).json()["name"] == "sandbox-2"


def test_sandboxes_are_listed(control: httpx.Client) -> None:
    made = control.post("/_mock/sandboxes", json={"name": "mine"}).json()
    control.get("/@used/_mock/clock")
    listed = control.get("/_mock/sandboxes").json()
    assert [each["name"] for each in listed] == ["default", "mine", "used"]
    assert listed[1] == made


def test_sandbox_begins_with_what_was_ordered(control: httpx.Client) -> None:
    order = {
        "name": "mine",
        "fixture": "default",
        "seed": 7,
        "clock": "step",
        "now": "2027-01-01T00:00:00Z",
        "assume": {"spoonity.create-status": "201"},
    }
    control.post("/_mock/sandboxes", json=order)
    state = control.get("/@mine/_mock/state").json()
    assert state["seed"] == 7
    assert state["clock"] == {"mode": "step"}
    assert state["now"] == "2027-01-01T00:00:00.000Z"
    assert state["assumptions"] == {"spoonity.create-status": "201"}


def test_ordered_faults_are_armed_after_the_mocks_own_and_after_each_reset(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(faults=[{"kind": "garbage"}]))
    made = control.post("/_mock/sandboxes", json={"name": "mine", "faults": ["slow", {"kind": "drop", "first": 1}]})
    armed = control.get("/@mine/_mock/faults").json()
    control.delete("/@mine/_mock/faults")
    control.post("/@mine/_mock/reset")

    assert made.status_code == 201
    assert [each["kind"] for each in armed] == ["garbage", "latency", "drop"]
    assert control.get("/@mine/_mock/faults").json() == armed
    assert [each["kind"] for each in control.get("/_mock/faults").json()] == ["garbage"]


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        ("slw", "body.faults[0]: must be *slow*"),
        ({"kind": "drop", "colour": 1}, "body.faults[0].colour: unknown field; *"),
        ({"kind": "status"}, "body.faults[0].status: required for kind `status`; *"),
        ({"kind": "drop", "operations": ["no"]}, "body.faults[0].operations[0]: unknown operation 'no'; *"),
    ],
)
def test_ordered_fault_that_cannot_be_armed_is_refused(control: httpx.Client, fault: Any, detail: str) -> None:
    reply = control.post("/_mock/sandboxes", json={"name": "mine", "faults": [fault]})

    assert reply.status_code == 400
    assert fnmatchcase(reply.json()["detail"], detail.replace("[0]", "[[]0]")), reply.json()["detail"]
    assert len(control.get("/_mock/sandboxes").json()) == 1


def test_ordered_journal_limit_holds_for_this_sandbox_alone(app: App, control: httpx.Client) -> None:
    control.post("/_mock/sandboxes", json={"name": "mine", "journal_limit": 2})
    for name in ("mine", "other"):
        for _ in range(3):
            client_of(app).get(f"/@{name}/customers")
        assert len(control.get(f"/@{name}/_mock/requests").json()["exchanges"]) == (2 if name == "mine" else 3)
    reply = control.post("/_mock/sandboxes", json={"journal_limit": -1})
    refused(reply, 400, "body.journal_limit: must be an integer from 0 to 1000000000, got -1")


def test_sandbox_with_faults_and_a_journal_limit_still_begins_as_the_mock(app: App, control: httpx.Client) -> None:
    control.post("/_mock/sandboxes", json={"name": "mine", "faults": ["slow"], "journal_limit": 2})

    assert app.mock.sandboxes.get("mine").initial_state is app.mock.sandboxes.initial_state


@pytest.mark.parametrize("order", [{}, {"seed": None}, {"fixture": "default"}, {"clock": "frozen"}, {"assume": {}}])
def test_what_is_not_ordered_is_as_the_mock_was_told(make_app: MakeApp, control_of: ControlOf, order: dict[str, Any]) -> None:
    told = {"seed": 9, "now": 10**12, "clock": "frozen", "assume": {"spoonity.next-link": "when-full"}}
    control = control_of(make_app(**told))
    control.post("/_mock/sandboxes", json={"name": "mine", **order})
    assert control.get("/@mine/_mock/state").content == control.get("/_mock/state").content


def test_sandbox_without_an_order_begins_anew_when_the_mock_reads_its_fixtures_again(app: App, control: httpx.Client) -> None:
    control.post("/_mock/sandboxes", json={"name": "plain"})
    control.post("/_mock/sandboxes", json={"name": "ordered", "seed": 5})
    for name in ("plain", "ordered"):
        client_of(app).post(f"/@{name}/customers", json={"name": "New"})
    app.mock.reload()
    assert control.get("/@plain/_mock/state").json()["ordinals"] == {}
    assert control.get("/@ordered/_mock/state").json()["ordinals"] == {"spoonity.customers": 1}


def test_reset_of_a_new_sandbox_goes_back_to_what_was_ordered(control: httpx.Client) -> None:
    control.post("/_mock/sandboxes", json={"name": "mine", "assume": {"spoonity.create-status": "201"}, "seed": 5})
    before = control.get("/@mine/_mock/state").content
    control.patch("/@mine/_mock/assumptions", json={"spoonity.create-status": "200"})
    control.post("/@mine/_mock/reset")
    assert control.get("/@mine/_mock/state").content == before


def test_ordered_default_beats_what_the_mock_was_told(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(assume={"spoonity.create-status": "201"}))
    control.post("/_mock/sandboxes", json={"name": "mine", "assume": {"spoonity.create-status": "200"}})
    assert control.get("/@mine/_mock/assumptions").json()["spoonity.create-status"] == "200"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text("assumptions: {spoonity.create-status: '201'}\nspoonity: {customers: [{name: Ada}]}\n")
    return path


def test_ordered_default_beats_the_fixture(make_app: MakeApp, control_of: ControlOf, shop: Path) -> None:
    control = control_of(make_app(fixture=(shop,)))
    control.post("/_mock/sandboxes", json={"name": "mine", "assume": {"spoonity.create-status": "200"}})
    assert control.get("/@mine/_mock/assumptions").json()["spoonity.create-status"] == "200"


def test_fixture_that_the_mock_was_given_is_known_by_path_and_name(make_app: MakeApp, control_of: ControlOf, shop: Path) -> None:
    control = control_of(make_app(fixture=("default", shop)))
    for name in ("shop", str(shop)):
        made = control.post("/_mock/sandboxes", json={"fixture": name}).json()
        customers = control.get(f"{made['url']}/_mock/state").json()["spoonity"]["customers"]
        assert [each["name"] for each in customers] == ["Ada"]


@pytest.mark.parametrize(("fixture", "names"), [(["empty", "shop"], ["Ada"]), (["shop"], ["Ada"]), ([], [])])
def test_several_fixtures_or_none_can_be_ordered(
    make_app: MakeApp, control_of: ControlOf, shop: Path, fixture: list[str], names: list[str]
) -> None:
    control = control_of(make_app(fixture=("default", shop)))
    made = control.post("/_mock/sandboxes", json={"fixture": fixture}).json()
    state = control.get(f"{made['url']}/_mock/state").json()
    assert [each["name"] for each in state.get("spoonity", {}).get("customers", [])] == names


def test_file_that_the_mock_was_not_given_is_refused(control: httpx.Client, shop: Path) -> None:
    reply = control.post("/_mock/sandboxes", json={"name": "mine", "fixture": str(shop)})
    detail = reply.json()["detail"]
    assert reply.status_code == 400
    assert detail.startswith("body.fixture: unknown fixture '/")
    assert "default" in detail.partition("; choose ")[2]
    assert [each["name"] for each in control.get("/_mock/sandboxes").json()] == ["default"]


def test_name_that_is_taken_is_refused(app: App, control: httpx.Client) -> None:
    client_of(app).post("/@mine/customers", json={"name": "Kept"})
    before = control.get("/@mine/_mock/state").content
    reply = control.post("/_mock/sandboxes", json={"name": "mine", "seed": 3})
    refused(reply, 409, "there is a sandbox 'mine' already; DELETE /_mock/sandboxes/mine drops it")
    assert control.get("/@mine/_mock/state").content == before


def test_bad_name_is_refused(control: httpx.Client) -> None:
    form = "use a letter or digit, then up to 63 letters, digits, dots, hyphens and underscores"
    for name in ("", "a/b", "ä", "x" * 65, "-"):
        refused(control.post("/_mock/sandboxes", json={"name": name}), 400, f"invalid sandbox name {name!r}; {form}")


def test_sandbox_past_the_limit_is_refused(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(max_sandboxes=1))
    hint = "DELETE /_mock/sandboxes/NAME drops one, --max-sandboxes allows more"
    refused(control.post("/_mock/sandboxes"), 503, f"there are 1 sandboxes; {hint}")


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        ({"seed": "1"}, f'body.seed: must be {SEEDS}, got "1"'),
        ({"seed": True}, f"body.seed: must be {SEEDS}, got true"),
        ({"fixture": 5}, "body.fixture: must be text or a list, got 5"),
        ({"clock": "slow"}, 'body.clock: must be real, frozen or step, got "slow"'),
        (
            {"now": "soon"},
            "body.now: 'soon' is not a timestamp of the years 1970 to 9999; write it like 2026-02-02T13:48:05.683Z",
        ),
        ({"assume": ["x"]}, "body.assume: must be an object, got a list"),
        (
            {"assume": {"spoonity.create-status": 201}},
            "body.assume.spoonity.create-status: must be text, got 201; put it in quotes",
        ),
        (
            {"assume": {"spoonity.create-statu": "201"}},
            "body.assume: unknown assumption 'spoonity.create-statu'; did you mean spoonity.create-status?",
        ),
    ],
)
def test_bad_order_makes_no_sandbox(control: httpx.Client, order: dict[str, Any], detail: str) -> None:
    refused(control.post("/_mock/sandboxes", json={"name": "mine", **order}), 400, detail)
    assert [each["name"] for each in control.get("/_mock/sandboxes").json()] == ["default"]


def test_dropped_sandbox_begins_anew_with_the_next_use(app: App, control: httpx.Client) -> None:
    before = control.get("/@mine/_mock/state").content
    client_of(app).post("/@mine/customers", json={"name": "Lost"})
    control.put("/@mine/_mock/snapshots/kept")
    reply = control.delete("/_mock/sandboxes/mine")
    assert (reply.status_code, reply.content) == (204, b"")
    assert "mine" not in app.mock.sandboxes
    assert control.get("/@mine/_mock/state").content == before
    assert control.get("/@mine/_mock/snapshots").json() == []


def test_default_sandbox_can_be_dropped_too(app: App, control: httpx.Client) -> None:
    before = control.get("/_mock/state").content
    client_of(app).post("/customers", json={"name": "Lost"})
    assert control.delete("/_mock/sandboxes/default").status_code == 204
    assert control.get("/_mock/state").content == before
    assert client_of(app).get("/customers").headers["mock-exchange"] == "1"


def test_unknown_sandbox_cannot_be_dropped(control: httpx.Client) -> None:
    refused(control.delete("/_mock/sandboxes/none"), 404, "unknown sandbox 'none'; GET /_mock/sandboxes lists them")
