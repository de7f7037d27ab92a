"""What becomes of Spoonity's customers where the documents leave it open: updates, statuses, deletion."""

from pathlib import Path

import httpx
import msgspec
import pytest

from mockserver.errors import FixtureError
from mockserver.http.app import App
from mockserver.state import Sandbox
from tests.conftest import MakeApp, client_of
from tests.providers.spoonity.conftest import PRINTED, Create, later

MUST_BE = "Invalid field value for status; must be one of ACTIVE, ARCHIVED, INACTIVE"


def test_the_statuses_are_stored_as_sent(spoonity: httpx.Client) -> None:
    for status in ("INACTIVE", "ARCHIVED", "ACTIVE"):
        assert spoonity.put(f"/customers/{PRINTED}", data={"status": status}).json()["status"] == status
        assert spoonity.get(f"/customers/{PRINTED}").json()["status"] == status


@pytest.mark.parametrize("status", ["SLEEPING", "active", "Active", " ACTIVE", "", "DELETED", "1"])
def test_another_status_is_refused_with_the_list(spoonity: httpx.Client, status: str) -> None:
    before = spoonity.get(f"/customers/{PRINTED}").json()

    for encoding in ("data", "json", "params"):
        sent = {encoding: {"status": status, "name": "Ann"}}
        reply = spoonity.request("PUT", f"/customers/{PRINTED}", **sent)  # type: ignore[arg-type]
        assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": MUST_BE})

    assert spoonity.get(f"/customers/{PRINTED}").json() == before


@pytest.mark.parametrize("status", [None, 1, True, ["ACTIVE"], {}])
def test_a_status_of_another_type_is_refused_with_the_list(spoonity: httpx.Client, status: object) -> None:
    reply = spoonity.put(f"/customers/{PRINTED}", json={"status": status})

    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": MUST_BE})


def test_a_customer_without_attributes_has_null_in_their_place(spoonity: httpx.Client) -> None:
    made = spoonity.post("/customers").json()

    assert (made["name"], made["email"]) == (None, None)


def test_an_update_that_changes_something_moves_its_date(spoonity: httpx.Client, sandbox: Sandbox) -> None:
    later(sandbox, 1_234)

    shown = spoonity.put(f"/customers/{PRINTED}", data={"status": "INACTIVE"}).json()

    assert shown == {
        "id": PRINTED,
        "name": "John Smith",
        "email": "john.smith@example.com",
        "is_verified": True,
        "date_created": "2026-02-02T13:48:05.683Z",
        "date_updated": "2026-02-02T13:48:06.917Z",
        "status": "INACTIVE",
    }
    assert spoonity.get(f"/customers/{PRINTED}").json() == shown


@pytest.mark.parametrize("same", [{}, {"name": "John Smith"}, {"status": "ACTIVE", "email": "john.smith@example.com"}])
def test_an_update_that_changes_nothing_leaves_its_date(spoonity: httpx.Client, sandbox: Sandbox, same: dict[str, str]) -> None:
    before = spoonity.get(f"/customers/{PRINTED}").json()
    later(sandbox, 1_234)

    reply = spoonity.put(f"/customers/{PRINTED}", data=same)

    assert (reply.status_code, reply.json()) == (200, before)
    assert spoonity.get(f"/customers/{PRINTED}").json() == before


def test_an_update_moves_nobody_in_the_list(spoonity: httpx.Client, sandbox: Sandbox) -> None:
    before = [item["id"] for item in spoonity.get("/customers").json()["items"]]
    later(sandbox, 1_000)

    spoonity.put(f"/customers/{before[7]}", data={"name": "Ann"})

    assert [item["id"] for item in spoonity.get("/customers").json()["items"]] == before


def test_deletion_leaves_an_archived_shell(spoonity: httpx.Client, sandbox: Sandbox) -> None:
    later(sandbox, 1_000)

    reply = spoonity.delete(f"/customers/{PRINTED}")

    assert (reply.status_code, reply.json()) == (200, {})
    assert spoonity.get(f"/customers/{PRINTED}").json() == {
        "id": PRINTED,
        "name": None,
        "email": None,
        "is_verified": False,
        "date_created": "2026-02-02T13:48:05.683Z",
        "date_updated": "2026-02-02T13:48:06.683Z",
        "status": "ARCHIVED",
    }


def test_a_second_deletion_answers_the_same_and_moves_nothing(spoonity: httpx.Client, sandbox: Sandbox) -> None:
    spoonity.delete(f"/customers/{PRINTED}")
    before = spoonity.get(f"/customers/{PRINTED}").json()
    later(sandbox, 1_000)

    reply = spoonity.delete(f"/customers/{PRINTED}")

    assert (reply.status_code, reply.json()) == (200, {})
    assert spoonity.get(f"/customers/{PRINTED}").json() == before


def test_a_shell_keeps_its_place_in_lists(spoonity: httpx.Client) -> None:
    before = [item["id"] for item in spoonity.get("/customers").json()["items"]]

    spoonity.delete(f"/customers/{before[3]}")

    assert [item["id"] for item in spoonity.get("/customers").json()["items"]] == before


def test_a_shell_is_found_by_its_status(create: Create, spoonity: httpx.Client) -> None:
    identity = create(name="Zed")["id"]

    spoonity.delete(f"/customers/{identity}")

    assert identity in [item["id"] for item in spoonity.get("/customers?query=s:ARCHIVED&limit=1000").json()["items"]]
    assert identity not in [item["id"] for item in spoonity.get("/customers?query=s:ACTIVE&limit=1000").json()["items"]]


def test_what_was_deleted_leaves_no_trace(create: Create, spoonity: httpx.Client, app: App, sandbox: Sandbox) -> None:
    identity = create(name="Zebedee Quux", email="zebedee@quux.example")["id"]
    spoonity.put(f"/customers/{identity}", data={"name": "Zebedee Quuux", "email": "zeb@quux.example"})

    spoonity.delete(f"/customers/{identity}")

    queries = ["", "?sort=name", "?sort=email&order=DESC", "?query=n:quu", "?query=e:quux", "?query=s:ARCHIVED", "?limit=1"]
    shown = b"".join(spoonity.get(f"/customers{query}").content for query in [*queries, "?limit=1000"])
    kept = msgspec.json.encode(app.mock.fixtures.dump(sandbox.state))
    for trace in (b"Zebedee", b"zebedee", b"quux", b"Quuux"):
        assert trace not in shown.replace(b"query=e%3Aquux", b"")
        assert trace not in kept
    assert sandbox.records(app.mock.pipeline.kinds[0]).ids_where("email", "zeb@quux.example") == ()


def test_an_update_of_a_shell_brings_nothing_back(create: Create, spoonity: httpx.Client) -> None:
    identity = create(name="Zed")["id"]
    spoonity.delete(f"/customers/{identity}")
    shell = spoonity.get(f"/customers/{identity}").json()

    for changed in ({"name": "Zed"}, {"status": "ACTIVE"}, {}):
        reply = spoonity.put(f"/customers/{identity}", data=changed)
        assert (reply.status_code, reply.json()) == (409, {"internal_code": None, "message": "Conflict"})

    assert spoonity.get(f"/customers/{identity}").json() == shell


def test_a_customer_who_is_gone_is_gone_from_everything(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"spoonity.deleted-customer": "gone"}))
    ids = [item["id"] for item in client.get("/customers?limit=1000").json()["items"]]

    assert client.delete(f"/customers/{ids[1]}").json() == {}

    for method in ("GET", "PUT", "DELETE"):
        reply = client.request(method, f"/customers/{ids[1]}")
        assert (reply.status_code, reply.json()) == (404, {"internal_code": None, "message": "Customer not found"})
    left = [identity for identity in ids if identity != ids[1]]
    for query in ("limit=1000", "limit=1000&sort=date_created&order=DESC", "limit=1000&query=n:"):
        assert [item["id"] for item in client.get(f"/customers?{query}").json()["items"]] == left
    assert ids[1] not in [item["id"] for item in client.get("/customers?query=s:ARCHIVED&limit=1000").json()["items"]]


def test_pages_of_a_list_without_those_who_are_gone_fit_together(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"spoonity.deleted-customer": "gone"}))
    ids = [item["id"] for item in client.get("/customers?limit=1000").json()["items"]]
    for identity in ids[::3]:
        client.delete(f"/customers/{identity}")
    left = [identity for number, identity in enumerate(ids) if number % 3]

    for order, expected in (("DESC", left), ("ASC", left[::-1])):
        pages: list[list[str]] = []
        link = f"/customers?limit=7&order={order}"
        while link:
            page = client.get(link).json()
            pages.append([item["id"] for item in page["items"]])
            link = page["next"]
        assert pages == [expected[start : start + 7] for start in range(0, len(expected), 7)]


def test_an_address_is_free_again_after_deletion_and_after_an_update(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"spoonity.email-unique": "yes"}))
    first = client.post("/customers", data={"email": "a@x.example"}).json()["id"]
    client.put(f"/customers/{first}", data={"email": "b@x.example"})
    assert client.post("/customers", data={"email": "a@x.example"}).status_code == 200

    client.delete(f"/customers/{first}")

    assert client.post("/customers", data={"email": "B@x.example"}).status_code == 200


@pytest.mark.parametrize(("first", "second"), [("a@x.example", "A@x.example"), ("B@x.example", "b@x.example")])
def test_an_address_is_taken_whatever_the_case_of_its_letters(first: str, second: str, make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"spoonity.email-unique": "yes"}))
    client.post("/customers", data={"email": first})

    assert client.post("/customers", data={"email": second}).status_code == 409


def test_a_refused_create_leaves_no_gap_in_the_ids(make_app: MakeApp) -> None:
    plain, busy = client_of(make_app()), client_of(make_app())
    busy.post("/customers", json={"name": 1})
    busy.get("/customers")

    assert busy.post("/customers").json()["id"] == plain.post("/customers").json()["id"]


def test_a_fixture_may_hold_a_shell(make_app: MakeApp, tmp_path: Path) -> None:
    client = client_of(make_app(fixture=[_fixture(tmp_path, "{id: cust_0000000000000001, deleted: true}")]))

    shell = client.get("/customers/cust_0000000000000001").json()

    assert (shell["name"], shell["email"], shell["is_verified"], shell["status"]) == (None, None, False, "ARCHIVED")
    assert client.put("/customers/cust_0000000000000001").status_code == 409


@pytest.mark.parametrize("kept", ["name: John", "email: a@b.c", "is_verified: true", "status: ACTIVE"])
def test_a_fixture_cannot_leave_a_shell_what_deletion_takes_away(make_app: MakeApp, tmp_path: Path, kept: str) -> None:
    with pytest.raises(FixtureError, match=rf"customers\[0\].*{kept.partition(':')[0]} of a deleted customer"):
        make_app(fixture=[_fixture(tmp_path, f"{{deleted: true, {kept}}}")])


def _fixture(folder: Path, customer: str) -> str:
    path = folder / "fixture.yaml"
    path.write_text(f"spoonity:\n  customers:\n    - {customer}\n")
    return str(path)


def test_a_fixture_customer_was_updated_last_when_it_was_created_unless_it_says_otherwise(
    make_app: MakeApp, tmp_path: Path
) -> None:
    client = client_of(make_app(fixture=[_fixture(tmp_path, '{date_created: "2025-01-02T03:04:05.678Z"}')]))

    (customer,) = client.get("/customers").json()["items"]

    assert (customer["date_created"], customer["date_updated"]) == ("2025-01-02T03:04:05.678Z", "2025-01-02T03:04:05.678Z")


def test_most_of_the_customers_that_a_fixture_makes_up_are_verified_but_not_all(make_app: MakeApp, tmp_path: Path) -> None:
    client = client_of(make_app(fixture=[_fixture(tmp_path, "generate: 1000")]))

    verified = sum(item["is_verified"] for item in client.get("/customers?limit=1000").json()["items"])

    assert 750 < verified < 850
