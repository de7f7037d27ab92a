"""`GET /_mock/snapshots/NAME/changes`: what was created, changed and deleted since, and what else is not as it was."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from mockserver import changes
from mockserver.changes import changes_between
from mockserver.http.app import App
from mockserver.state import Sandbox
from mockserver.state.schedule import Task
from mockserver.state.store import Kind, fields_of
from mockserver.webhooks import Endpoint
from tests.conftest import VEXUTOPIA_KEY, client_of, make_app, sandbox_of
from tests.control.asking import refused

JOHN = "cust_175a9abec1882d12"
HOOK = Endpoint("hook", "http://127.0.0.1:9/hook", "whsec_first")
NOTHING: dict[str, Any] = {
    "created": [],
    "changed": [],
    "deleted": [],
    "assumptions": [],
    "webhooks": [],
    "scheduled": [],
    "settled": [],
}


@pytest.fixture(autouse=True)
def _kept(control: httpx.Client) -> None:
    control.put("/_mock/snapshots/kept")


def changed(control: httpx.Client) -> dict[str, Any]:
    reply = control.get("/_mock/snapshots/kept/changes")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def kinds_of(app: App) -> list[Kind]:
    return app.mock.pipeline.kinds


def test_nothing_has_changed_at_first(control: httpx.Client) -> None:
    assert changed(control) == NOTHING


def test_requests_that_change_nothing_are_no_change(control: httpx.Client) -> None:
    control.get("/customers")
    control.put("/customers/unknown", json={"name": "A"})

    assert changed(control) == NOTHING


def test_created_records_are_told_in_order_of_creation(control: httpx.Client) -> None:
    made = [control.post("/customers", json={"name": name}).json() for name in ("A", "B")]

    assert changed(control) == {
        **NOTHING,
        "created": [{"kind": "spoonity.customers", "id": each["id"], "record": each} for each in made],
    }


def test_changed_record_is_told_field_by_field(control: httpx.Client) -> None:
    control.put(f"/customers/{JOHN}", json={"name": "Johnny", "status": "INACTIVE"})
    fields = [
        {"field": "name", "before": "John Smith", "after": "Johnny"},
        {"field": "status", "before": "ACTIVE", "after": "INACTIVE"},
    ]

    assert changed(control) == {**NOTHING, "changed": [{"kind": "spoonity.customers", "id": JOHN, "fields": fields}]}


def test_what_was_changed_back_is_no_change(control: httpx.Client) -> None:
    for name in ("Johnny", "John Smith"):
        control.put(f"/customers/{JOHN}", json={"name": name})

    assert changed(control) == NOTHING


def test_member_of_an_object_is_told_below_its_field(app: App, control: httpx.Client) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    customer = client.post("/v1/customers", json={"email": "a@b.c", "metadata": {"tier": "gold", "old": "1"}}).json()["id"]
    control.put("/_mock/snapshots/kept")
    box = sandbox_of(app)
    kind = next(kind for kind in kinds_of(app) if kind.name == "vexutopia.customers")
    record = box.records(kind).get(customer)
    assert record is not None
    box.replace(kind, replace(record, metadata={"tier": "silver", "new": "2"}))
    (found,) = changed(control)["changed"]

    assert found["fields"] == [
        {"field": "metadata.tier", "before": "gold", "after": "silver"},
        {"field": "metadata.old", "before": "1"},
        {"field": "metadata.new", "after": "2"},
    ]


def test_anonymised_record_is_told_with_what_it_was_and_what_remains(control: httpx.Client) -> None:
    before = control.get(f"/customers/{JOHN}").json()
    control.delete(f"/customers/{JOHN}")
    (found,) = changed(control)["deleted"]

    assert (found["kind"], found["id"], found["record"]) == ("spoonity.customers", JOHN, before)
    assert (found["remains"]["id"], found["remains"]["name"], found["remains"]["email"]) == (JOHN, None, None)
    assert changed(control)["changed"] == []


def test_removed_records_are_told_in_order_of_deletion(app: App, control: httpx.Client) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    older, newer = (client.post("/v1/customers", json={"email": f"{name}@b.c"}).json() for name in "ab")
    control.put("/_mock/snapshots/kept")
    for each in (newer, older):
        client.delete(f"/v1/customers/{each['id']}")
    found = changed(control)["deleted"]

    assert [(each["id"], each["record"]["email"]) for each in found] == [(newer["id"], "b@b.c"), (older["id"], "a@b.c")]
    assert not any("remains" in each for each in found)


def test_record_that_came_and_went_meanwhile_is_told_as_deleted(app: App, control: httpx.Client) -> None:
    client = client_of(app, VEXUTOPIA_KEY)
    customer = client.post("/v1/customers", json={"email": "a@b.c"}).json()["id"]
    client.delete(f"/v1/customers/{customer}")

    assert changed(control) == {**NOTHING, "deleted": [{"kind": "vexutopia.customers", "id": customer}]}


def test_record_that_was_anonymised_meanwhile_is_told_as_deleted_only(control: httpx.Client) -> None:
    customer = control.post("/customers", json={"name": "A"}).json()["id"]
    control.delete(f"/customers/{customer}")
    found = changed(control)

    assert (found["created"], found["changed"]) == ([], [])
    assert [(each["id"], "record" in each, each["remains"]["name"]) for each in found["deleted"]] == [(customer, False, None)]


def test_records_that_another_state_has_not_are_told_at_last(control: httpx.Client) -> None:
    before = control.get("/_mock/state").json()
    customers = before["spoonity"]["customers"]
    after = {
        **before,
        "spoonity": {**before["spoonity"], "customers": [{"id": "cust_0123456789abcdef", "name": "New"}, *customers[2:]]},
    }
    assert control.put("/_mock/state", json=after).status_code == 200
    found = changed(control)

    assert [each["id"] for each in found["created"]] == ["cust_0123456789abcdef"]
    assert [each["id"] for each in found["deleted"]] == [customers[1]["id"], customers[0]["id"]]
    assert found["changed"] == []
    control.put("/_mock/state", json=before)
    assert changed(control) == NOTHING


def test_record_that_is_no_longer_deleted_is_told_as_created(control: httpx.Client) -> None:
    before = control.get("/_mock/state").json()
    control.delete(f"/customers/{JOHN}")
    control.put("/_mock/snapshots/kept")
    control.put("/_mock/state", json=before)
    found = changed(control)

    assert [(each["id"], each["record"]["name"]) for each in found["created"]] == [(JOHN, "John Smith")]
    assert (found["changed"], found["deleted"]) == ([], [])


def test_kinds_come_in_the_order_of_the_state_document(app: App, control: httpx.Client) -> None:
    client_of(app, VEXUTOPIA_KEY).post("/v1/customers", json={"email": "a@b.c"})
    control.post("/customers", json={"name": "A"})

    assert [each["kind"] for each in changed(control)["created"]] == ["spoonity.customers", "vexutopia.customers"]


def test_clock_and_choices_are_told(control: httpx.Client) -> None:
    control.patch("/_mock/clock", json={"mode": "step", "advance": "1d"})
    control.patch("/_mock/assumptions", json={"spoonity.email-unique": "yes"})

    assert changed(control) == {
        **NOTHING,
        "clock": {
            "before": {"mode": "frozen", "now": "2026-02-02T13:48:05.683Z"},
            "after": {"mode": "step", "now": "2026-02-03T13:48:05.683Z"},
        },
        "assumptions": [{"field": "spoonity.email-unique", "before": "no", "after": "yes"}],
    }
    control.patch("/_mock/assumptions", json={"spoonity.email-unique": "no"})
    assert changed(control)["assumptions"] == []


def test_clock_that_runs_on_with_the_machine_has_not_changed() -> None:
    app = make_app(clock="real")
    control = client_of(app)
    control.put("/_mock/snapshots/kept")

    assert control.get("/_mock/snapshots/kept/changes").json() == NOTHING


def hooked(app: App, *endpoints: Endpoint) -> Sandbox:
    box = sandbox_of(app)
    box.state.endpoints = endpoints
    return box


def test_endpoints_are_told_without_their_secrets(app: App, control: httpx.Client) -> None:
    same = replace(HOOK, id="same")
    hooked(app, HOOK, same, replace(HOOK, id="gone"))
    control.put("/_mock/snapshots/kept")
    hooked(app, replace(HOOK, secret="whsec_second", old_secret="whsec_first", events=("a",)), same, replace(HOOK, id="new"))
    found = changed(control)["webhooks"]

    assert found[0] == {
        "id": "hook",
        "fields": [
            {"field": "secret", "before": "[secret]", "after": "[secret]"},
            {"field": "events", "before": [], "after": ["a"]},
            {"field": "old_secret", "before": "", "after": "[secret]"},
        ],
    }
    assert [each["id"] for each in found] == ["hook", "gone", "new"]
    assert {"field": "url", "before": HOOK.url} in found[1]["fields"]
    assert {"field": "secret", "after": "[secret]"} in found[2]["fields"]
    assert "whsec" not in str(found)


def test_due_work_is_told(app: App, control: httpx.Client) -> None:
    box = sandbox_of(app)
    box.schedule(Task(box.now + 1_000, "vexutopia.settle", "pay_0"))
    control.put("/_mock/snapshots/kept")
    box.state.write_agenda().pop()
    box.schedule(Task(box.now + 2_000, "vexutopia.settle", "pay_1"))
    found = changed(control)

    assert found["scheduled"] == [{"work": "vexutopia.settle", "object": "pay_1", "due": "2026-02-02T13:48:07.683Z"}]
    assert found["settled"] == [{"work": "vexutopia.settle", "object": "pay_0", "due": "2026-02-02T13:48:06.683Z"}]


def test_after_a_restore_nothing_has_changed(control: httpx.Client) -> None:
    control.post("/customers", json={"name": "A"})
    control.delete(f"/customers/{JOHN}")
    control.post("/_mock/snapshots/kept/restore")

    assert changed(control) == NOTHING


def test_comparing_changes_nothing(control: httpx.Client) -> None:
    control.post("/customers", json={"name": "A"})
    state = control.get("/_mock/state").content
    first = changed(control)

    assert changed(control) == first
    assert control.get("/_mock/state").content == state


def test_unknown_snapshot_has_no_changes(control: httpx.Client) -> None:
    reply = control.get("/_mock/snapshots/none/changes")

    refused(reply, 404, "sandbox default has no snapshot 'none'; GET /_mock/snapshots lists them")


def test_only_records_that_were_replaced_are_compared(control: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    control.put(f"/customers/{JOHN}", json={"name": "Johnny"})
    compared: list[object] = []
    fields = fields_of

    def counting(record: Any) -> dict[str, Any]:
        compared.append(record)
        return fields(record)

    monkeypatch.setattr(changes, "fields_of", counting)
    assert len(changed(control)["changed"]) == 1
    assert len(compared) == 2


def test_kinds_that_nothing_was_written_to_are_not_looked_at(control: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    control.put(f"/customers/{JOHN}", json={"name": "Johnny"})
    looked: list[str] = []

    def looking(kind: Kind, _old: object, _new: object) -> Iterator[Any]:
        looked.append(kind.name)
        return iter(())

    monkeypatch.setattr(changes, "_created", looking)
    changed(control)
    assert looked == ["spoonity.customers"]


def test_states_that_are_one_have_no_changes(app: App) -> None:
    state = sandbox_of(app).state
    found = changes_between(state.fork(), state, kinds_of(app), {})

    assert (found.created, found.changed, found.deleted, found.clock) == ((), (), (), UNSET)
