"""What is decided for customers where the documents say nothing: fields, nulls, metadata, updates, deletion."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.providers.vexutopia.account import AT_NOW, Record, advance, error, events_of, get, new_customer, new_payment, update

JANE: Record = {
    "id": "cus_abc123def456",
    "object": "customer",
    "email": "jane@example.com",
    "name": "Jane Smith",
    "phone": "+1 555 123 4567",
    "metadata": {"user_id": "12345"},
    "created_at": "2026-01-19T10:30:00Z",
    "updated_at": "2026-01-19T10:30:00Z",
}


def test_a_new_customer_has_all_fields_in_the_documents_order(vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia)

    assert list(customer) == list(JANE)
    assert customer == {
        "id": customer["id"],
        "object": "customer",
        "email": "new@example.com",
        "name": None,
        "phone": None,
        "metadata": {},
        "created_at": AT_NOW,
        "updated_at": AT_NOW,
    }


def test_fields_that_cannot_be_written_or_are_unknown_are_ignored(vexutopia: httpx.Client) -> None:
    strange = {"id": "cus_mine00000000", "object": "human", "created_at": "never", "updated_at": 7, "status": "ACTIVE", "x": {}}
    customer = new_customer(vexutopia, **strange)

    assert customer.keys() == JANE.keys()
    assert (customer["object"], customer["created_at"], customer["updated_at"]) == ("customer", AT_NOW, AT_NOW)
    assert customer["id"] != "cus_mine00000000"
    assert update(vexutopia, JANE, **strange) == JANE


@pytest.mark.parametrize("name", ["name", "phone", "metadata"])
def test_null_at_a_creation_is_the_same_as_nothing(name: str, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, **{name: None})

    assert customer[name] == ({} if name == "metadata" else None)


@pytest.mark.parametrize("name", ["name", "phone"])
def test_null_in_an_update_clears_a_field(name: str, vexutopia: httpx.Client) -> None:
    changed = update(vexutopia, JANE, **{name: None})

    assert changed == {**JANE, name: None, "updated_at": AT_NOW}
    assert get(vexutopia, "/v1/customers/cus_abc123def456") == changed


@pytest.mark.parametrize("name", ["name", "phone"])
def test_the_empty_string_is_a_value(name: str, vexutopia: httpx.Client) -> None:
    assert new_customer(vexutopia, **{name: ""})[name] == ""
    assert update(vexutopia, JANE, **{name: ""})[name] == ""


def test_text_is_kept_as_it_was_sent(vexutopia: httpx.Client) -> None:
    text = '  Ünïcode \u2028 "quoted" \\ 🙂 ' + "x" * 10_000

    customer = new_customer(vexutopia, name=text, phone=text, metadata={text: text})

    assert (customer["name"], customer["phone"], customer["metadata"]) == (text, text, {text: text})
    assert get(vexutopia, f"/v1/customers/{customer['id']}") == customer


def test_two_customers_may_have_one_email(vexutopia: httpx.Client) -> None:
    first, second = new_customer(vexutopia), new_customer(vexutopia)

    found = get(vexutopia, "/v1/customers", email="new@example.com")

    assert [row["id"] for row in found["data"]] == [second["id"], first["id"]]


@pytest.mark.parametrize("email", ["a@b", "very.odd+tag@localhost", "josé@例え.jp", "a b@c", " @ "])
def test_an_email_needs_nothing_but_text_on_both_sides_of_an_at(email: str, vexutopia: httpx.Client) -> None:
    assert new_customer(vexutopia, email=email)["email"] == email
    assert update(vexutopia, JANE, email=email)["email"] == email


@pytest.mark.parametrize("email", ["", "jane", "@", "jane@", "@example.com", "a@b@c", None, 7, True, [], {}, ["a@b"]])
def test_another_email_is_refused(email: Any, vexutopia: httpx.Client) -> None:
    refusal = error("invalid_parameter", "The email field is invalid", "email")

    for reply in (
        vexutopia.post("/v1/customers", json={"email": email}),
        vexutopia.patch("/v1/customers/cus_abc123def456", json={"email": email}),
    ):
        assert (reply.status_code, reply.text) == (400, refusal)
    assert get(vexutopia, "/v1/customers/cus_abc123def456") == JANE
    assert get(vexutopia, "/v1/customers")["total"] == 150


@pytest.mark.parametrize(("name", "value"), [("name", 7), ("name", ["x"]), ("phone", 555), ("phone", False), ("name", {})])
def test_text_fields_take_nothing_but_text(name: str, value: Any, vexutopia: httpx.Client) -> None:
    reply = vexutopia.patch("/v1/customers/cus_abc123def456", json={name: value})

    assert (reply.status_code, reply.text) == (400, error("invalid_parameter", f"The {name} field is invalid", name))


# Metadata


@pytest.mark.parametrize("value", [[], "text", 7, True, ["a"]])
def test_metadata_is_an_object(value: Any, vexutopia: httpx.Client) -> None:
    reply = vexutopia.post("/v1/customers", json={"email": "a@b", "metadata": value})

    assert (reply.status_code, reply.text) == (400, error("invalid_parameter", "The metadata field is invalid", "metadata"))


def test_metadata_holds_any_json(vexutopia: httpx.Client) -> None:
    metadata = {"": "", "n": 1.5, "t": True, "none": None, "list": [1, [2, {"deep": []}]], "10": "ten", "9": "nine"}

    customer = new_customer(vexutopia, metadata=metadata)

    assert customer["metadata"] == metadata
    assert list(customer["metadata"]) == list(metadata)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"plan": "gold"}, {"user_id": "12345", "plan": "gold"}),
        ({"user_id": "6"}, {"user_id": "6"}),
        ({"user_id": None}, {}),
        ({"user_id": None, "plan": "gold"}, {"plan": "gold"}),
        ({"nothing": None}, {"user_id": "12345"}),
        ({"user_id": {"nested": None}}, {"user_id": {"nested": None}}),
        ({}, {"user_id": "12345"}),
        (None, {}),
    ],
)
def test_an_update_merges_metadata_key_by_key(sent: Any, expected: Record, vexutopia: httpx.Client) -> None:
    changed = update(vexutopia, JANE, metadata=sent)

    assert changed["metadata"] == expected
    assert get(vexutopia, "/v1/customers/cus_abc123def456") == changed


def test_merging_keeps_a_null_that_was_there_from_the_start(vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, metadata={"none": None})

    assert update(vexutopia, customer, metadata={"plan": "gold"})["metadata"] == {"none": None, "plan": "gold"}


def test_merging_is_shallow(vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, metadata={"a": {"x": 1, "y": 2}})

    assert update(vexutopia, customer, metadata={"a": {"z": 3}})["metadata"] == {"a": {"z": 3}}


# Updates that change nothing, and those that change little


def unchanging() -> dict[str, Record]:
    return {
        "nothing": {},
        "the same values": {name: JANE[name] for name in ("email", "name", "phone", "metadata")},
        "unknown fields": {"unknown": 1, "id": "cus_other0000000"},
        "empty metadata": {"metadata": {}},
        "a metadata key that is not there": {"metadata": {"other": None}},
    }


@pytest.mark.parametrize("sent", unchanging().values(), ids=unchanging().keys())
def test_an_update_that_changes_nothing_leaves_no_trace(sent: Record, app: App, vexutopia: httpx.Client) -> None:
    assert update(vexutopia, JANE, **sent) == JANE
    assert get(vexutopia, "/v1/customers/cus_abc123def456") == JANE
    assert events_of(app) == []


@pytest.mark.parametrize("sent", [None, {}, {"key": None}])
def test_a_customer_without_metadata_is_not_changed_by_none(sent: Any, app: App, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia)
    advance(app, 60_000)

    assert update(vexutopia, customer, metadata=sent) == customer
    assert [event_type for event_type, _ in events_of(app)] == ["customer.created"]


def test_metadata_in_another_order_are_the_same(app: App, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, metadata={"a": 1, "b": {"c": 1, "d": 2}})
    advance(app, 60_000)

    changed = update(vexutopia, customer, metadata={"b": {"d": 2, "c": 1}, "a": 1})

    assert changed == customer
    assert list(changed["metadata"]["b"]) == ["c", "d"]


@pytest.mark.parametrize(("before", "after"), [(1, True), (0, False), ("1", 1), (None, False), (1, 1.5), ("", None)])
def test_values_of_another_kind_are_another_value(before: Any, after: Any, app: App, vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, metadata={"list": [before]})
    advance(app, 60_000)

    changed = update(vexutopia, customer, metadata={"list": [after]})

    assert changed["updated_at"] > customer["updated_at"]
    kept = get(vexutopia, f"/v1/customers/{customer['id']}")["metadata"]["list"][0]
    assert (kept, type(kept)) == (after, type(after))


def test_an_update_moves_the_time_of_update_alone(app: App, vexutopia: httpx.Client) -> None:
    advance(app, 999)

    changed = update(vexutopia, JANE, name="Jane Doe", phone="+1 555 987 6543")

    expected = {**JANE, "name": "Jane Doe", "phone": "+1 555 987 6543", "updated_at": "2026-02-02T13:48:06Z"}
    assert changed == expected
    assert list(changed) == list(JANE)


def test_an_update_keeps_the_place_in_the_list(vexutopia: httpx.Client) -> None:
    before = [row["id"] for row in get(vexutopia, "/v1/customers", limit=100)["data"]]

    update(vexutopia, JANE, email="moved@example.com")

    assert [row["id"] for row in get(vexutopia, "/v1/customers", limit=100)["data"]] == before
    assert get(vexutopia, "/v1/customers", email="jane@example.com")["total"] == 0
    assert get(vexutopia, "/v1/customers", email="moved@example.com")["total"] == 1


# Deletion


def test_a_deleted_customer_is_gone_for_every_operation(vexutopia: httpx.Client) -> None:
    path = "/v1/customers/cus_abc123def456"
    refusal = error("resource_not_found", "No such customer: cus_abc123def456")

    assert vexutopia.delete(path).text == '{"id":"cus_abc123def456","object":"customer","deleted":true}'

    for reply in (vexutopia.get(path), vexutopia.patch(path, json={"name": "x"}), vexutopia.delete(path)):
        assert (reply.status_code, reply.text) == (404, refusal)
    found = get(vexutopia, "/v1/customers", limit=100)
    assert found["total"] == 149
    assert JANE["id"] not in [row["id"] for row in found["data"]]
    assert get(vexutopia, "/v1/customers", email="jane@example.com")["data"] == []


def test_payments_of_a_deleted_customer_stay_as_they_are(vexutopia: httpx.Client) -> None:
    payment = new_payment(vexutopia, customer_id=JANE["id"])

    vexutopia.delete(f"/v1/customers/{JANE['id']}")

    assert get(vexutopia, f"/v1/payments/{payment['id']}") == payment
    assert get(vexutopia, "/v1/payments", customer_id=JANE["id"])["data"] == [payment]


def test_the_id_of_a_deleted_customer_is_not_given_out_again(vexutopia: httpx.Client) -> None:
    first = new_customer(vexutopia)
    vexutopia.delete(f"/v1/customers/{first['id']}")

    assert first["id"] not in [new_customer(vexutopia)["id"] for _ in range(20)]


def test_the_email_of_a_deleted_customer_can_be_used_again(vexutopia: httpx.Client) -> None:
    vexutopia.delete("/v1/customers/cus_abc123def456")

    again = new_customer(vexutopia, email="jane@example.com")

    assert get(vexutopia, "/v1/customers", email="jane@example.com")["data"] == [again]


@pytest.mark.parametrize("path", ["/v1/customers/cus_nobodyhasit0", "/v1/customers/x", "/v1/customers/CUS_ABC123DEF456"])
def test_an_id_that_nobody_has_is_unknown_to_every_operation(path: str, vexutopia: httpx.Client) -> None:
    refusal = error("resource_not_found", f"No such customer: {path.rpartition('/')[2]}")

    for reply in (vexutopia.get(path), vexutopia.patch(path, json={}), vexutopia.delete(path)):
        assert (reply.status_code, reply.text) == (404, refusal)
