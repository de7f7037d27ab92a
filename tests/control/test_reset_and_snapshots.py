"""Ways back: to how a sandbox began, and to a copy that was kept."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import MakeApp, client_of
from tests.control.asking import refused
from tests.control.conftest import ControlOf

NOW = "2026-02-02T13:48:05.683Z"


def records(control: httpx.Client) -> dict[str, int]:
    """Return how many records of each kind the sandbox's document has, without ids that were deleted."""
    state = control.get("/_mock/state").json()
    spoonity, vexutopia = state["spoonity"], state["vexutopia"]
    kinds = {
        "spoonity.customers": spoonity["customers"],
        "spoonity.tokens": spoonity["tokens"],
        "vexutopia.customers": vexutopia["customers"],
        "vexutopia.payments": vexutopia["payments"],
        "vexutopia.live.customers": vexutopia["live"]["customers"],
        "vexutopia.live.payments": vexutopia["live"]["payments"],
    }
    return {kind: sum(each.keys() != {"id", "deleted"} for each in listed) for kind, listed in kinds.items()}


def standing(control: httpx.Client) -> dict[str, Any]:
    return {"sandbox": "default", "now": NOW, "records": records(control)}


def create_customer(app: App) -> Any:
    return client_of(app).post("/customers", json={"name": "New"}).json()


def change_everything(app: App, control: httpx.Client) -> None:
    create_customer(app)
    control.patch("/_mock/clock", json={"mode": "step", "advance": "1d"})
    control.patch("/_mock/assumptions", json={"spoonity.email-unique": "yes"})


def test_reset_goes_back_to_how_the_sandbox_began(app: App, control: httpx.Client) -> None:
    before, expected = control.get("/_mock/state").content, standing(control)
    change_everything(app, control)
    reply = control.post("/_mock/reset")
    assert (reply.status_code, reply.json()) == (200, expected)
    assert control.get("/_mock/state").content == before


def test_reset_clears_the_journal_and_counts_from_one_again(app: App, control: httpx.Client) -> None:
    create_customer(app)
    control.post("/_mock/reset")
    assert len(app.mock.sandboxes.get("default").journal) == 0
    assert client_of(app).get("/customers").headers["mock-exchange"] == "1"


def test_reset_keeps_snapshots_and_keys(control: httpx.Client) -> None:
    keys = control.get("/_mock/sandboxes").json()[0]["keys"]
    control.put("/_mock/snapshots/kept")
    control.post("/_mock/reset")
    assert [each["name"] for each in control.get("/_mock/snapshots").json()] == ["kept"]
    assert control.get("/_mock/sandboxes").json()[0]["keys"] == keys


def test_reset_leaves_other_sandboxes_alone(control: httpx.Client) -> None:
    control.patch("/@other/_mock/clock", json={"advance": "1d"})
    control.post("/_mock/reset")
    assert control.get("/@other/_mock/clock").json()["now"] == "2026-02-03T13:48:05.683Z"


def test_there_are_no_snapshots_at_first(control: httpx.Client) -> None:
    assert control.get("/_mock/snapshots").json() == []


def test_snapshot_is_made_once_and_replaced_then(app: App, control: httpx.Client) -> None:
    reply = control.put("/_mock/snapshots/before")
    assert (reply.status_code, reply.json()) == (201, {"name": "before", "records": records(control)})
    create_customer(app)
    reply = control.put("/_mock/snapshots/before")
    assert (reply.status_code, reply.json()) == (200, {"name": "before", "records": records(control)})
    assert control.get("/_mock/snapshots").json() == [reply.json()]


def test_restore_goes_back_and_repeats_ids(app: App, control: httpx.Client) -> None:
    control.put("/_mock/snapshots/before")
    state, expected = control.get("/_mock/state").content, standing(control)
    first = create_customer(app)
    change_everything(app, control)
    reply = control.post("/_mock/snapshots/before/restore")
    assert (reply.status_code, reply.json()) == (200, expected)
    assert control.get("/_mock/state").content == state
    assert create_customer(app) == first


def test_snapshot_can_be_restored_again(app: App, control: httpx.Client) -> None:
    control.put("/_mock/snapshots/before")
    state = control.get("/_mock/state").content
    for _ in range(2):
        create_customer(app)
        control.post("/_mock/snapshots/before/restore")
        assert control.get("/_mock/state").content == state


def test_journal_goes_on_after_a_restore(app: App, control: httpx.Client) -> None:
    control.put("/_mock/snapshots/before")
    create_customer(app)
    control.post("/_mock/snapshots/before/restore")
    assert client_of(app).get("/customers").headers["mock-exchange"] == "2"


def test_snapshots_belong_to_one_sandbox(control: httpx.Client) -> None:
    control.put("/@mine/_mock/snapshots/before")
    assert control.get("/@other/_mock/snapshots").json() == []


def test_dropped_snapshot_is_gone(control: httpx.Client) -> None:
    control.put("/_mock/snapshots/before")
    reply = control.delete("/_mock/snapshots/before")
    assert (reply.status_code, reply.content) == (204, b"")
    assert "content-type" not in reply.headers
    assert control.get("/_mock/snapshots").json() == []


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/restore")])
def test_unknown_snapshot_is_refused(control: httpx.Client, method: str, path: str) -> None:
    reply = control.request(method, f"/_mock/snapshots/none{path}")
    refused(reply, 404, "sandbox default has no snapshot 'none'; GET /_mock/snapshots lists them")


def test_bad_snapshot_name_is_refused(control: httpx.Client) -> None:
    form = "use a letter or digit, then up to 63 letters, digits, dots, hyphens and underscores"
    refused(control.put("/_mock/snapshots/a%20b"), 400, f"invalid snapshot name 'a b'; {form}")


def test_snapshot_past_the_limit_is_refused(make_app: MakeApp, control_of: ControlOf) -> None:
    control = control_of(make_app(max_snapshots=1))
    control.put("/_mock/snapshots/one")
    reply = control.put("/_mock/snapshots/two")
    refused(reply, 503, "sandbox default keeps 1 snapshots; DELETE /_mock/snapshots/NAME drops one")
    assert control.put("/_mock/snapshots/one").status_code == 200
