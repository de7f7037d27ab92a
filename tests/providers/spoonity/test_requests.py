"""How Spoonity reads requests: encodings, what counts if something comes twice, and what cannot be read."""

import httpx
import pytest

from tests.providers.spoonity.conftest import PRINTED, Create

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
NAME = "Zoë O'Neil & 100% + Ж"


def test_a_create_takes_a_form(spoonity: httpx.Client) -> None:
    assert spoonity.post("/customers", data={"name": NAME, "email": "z@x"}).json()["name"] == NAME


def test_a_create_takes_json(spoonity: httpx.Client) -> None:
    assert spoonity.post("/customers", json={"name": NAME, "email": "z@x"}).json()["name"] == NAME


def test_a_create_takes_the_query(spoonity: httpx.Client) -> None:
    made = spoonity.post("/customers", params={"name": NAME, "email": "z@x"}).json()

    assert (made["name"], made["email"]) == (NAME, "z@x")


@pytest.mark.parametrize("encoding", ["data", "json", "params"])
def test_an_update_takes_every_encoding(spoonity: httpx.Client, encoding: str) -> None:
    changed = {"name": NAME, "email": "z@x", "status": "ARCHIVED"}

    shown = spoonity.request("PUT", f"/customers/{PRINTED}", **{encoding: changed}).json()  # type: ignore[arg-type]

    assert {name: shown[name] for name in changed} == changed


@pytest.mark.parametrize("encoding", ["data", "json"])
def test_the_body_wins_over_the_query_attribute_by_attribute(spoonity: httpx.Client, encoding: str) -> None:
    query = {"name": "query", "email": "query@x", "status": "INACTIVE"}

    shown = spoonity.request("PUT", f"/customers/{PRINTED}", params=query, **{encoding: {"name": "body"}}).json()  # type: ignore[arg-type]

    assert (shown["name"], shown["email"], shown["status"]) == ("body", "query@x", "INACTIVE")


def test_a_bad_value_in_the_query_is_refused_though_the_body_would_win(spoonity: httpx.Client) -> None:
    reply = spoonity.put(f"/customers/{PRINTED}", params={"status": "SLEEPING"}, data={"status": "ARCHIVED"})

    assert reply.status_code == 400
    assert spoonity.get(f"/customers/{PRINTED}").json()["status"] == "ACTIVE"


def test_a_get_with_attributes_is_a_list_and_creates_nobody(spoonity: httpx.Client) -> None:
    plain = spoonity.get("/customers")

    reply = spoonity.get("/customers", params={"name": "John Smith", "email": "john.smith@example.com"})

    assert reply.json() == plain.json()
    assert reply.headers["mock-violation"] == "query.name: undeclared, query.email: undeclared"


@pytest.mark.parametrize(
    ("body", "headers"), [(b"name=first&name=last", FORM), (b'{"name": "first", "name": "last"}', JSON)], ids=["form", "json"]
)
def test_of_a_field_given_twice_the_last_counts(spoonity: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
    assert spoonity.post("/customers", content=body, headers=headers).json()["name"] == "last"


def test_of_a_parameter_given_twice_the_last_counts(spoonity: httpx.Client) -> None:
    page = spoonity.get("/customers?limit=5&limit=2&query=n:nobody&query=s:ACTIVE").json()

    assert len(page["items"]) == 2
    assert "limit=2&page=2&query=s%3AACTIVE" in page["next"]


def test_the_content_type_may_have_parameters_and_any_case(spoonity: httpx.Client) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}

    assert spoonity.post("/customers", content=b'{"name": "Ann"}', headers=headers).json()["name"] == "Ann"


BAD_REQUEST = {"internal_code": None, "message": "Bad request"}


@pytest.mark.parametrize("content_type", ["text/xml", "multipart/form-data", "text/json", ""])
def test_another_content_type_is_refused(spoonity: httpx.Client, content_type: str) -> None:
    reply = spoonity.put(f"/customers/{PRINTED}", content=b"name=Ann", headers={"content-type": content_type})

    assert (reply.status_code, reply.json()) == (400, BAD_REQUEST)
    assert spoonity.get(f"/customers/{PRINTED}").json()["name"] == "John Smith"


def test_a_body_without_content_type_is_refused(spoonity: httpx.Client) -> None:
    reply = spoonity.post("/customers", content=b"name=Ann")

    assert (reply.status_code, reply.json()) == (400, BAD_REQUEST)


def test_no_body_needs_no_content_type(spoonity: httpx.Client) -> None:
    assert spoonity.post("/customers", headers={"content-type": "text/xml"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", JSON),
        (b'{"name": NaN}', JSON),
        (b'{"name": "\xff"}', JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"null", JSON),
        (b'{"other": ' + b"[" * 64 + b"]" * 64 + b"}", JSON),
        (b"name=%zz", FORM),
        (b"name=%ff", FORM),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(spoonity: httpx.Client, body: bytes, headers: dict[str, str]) -> None:
    reply = spoonity.put(f"/customers/{PRINTED}", content=body, headers=headers)

    assert (reply.status_code, reply.json()) == (400, BAD_REQUEST)


def test_json_may_be_nested_64_levels_deep(spoonity: httpx.Client) -> None:
    body = b'{"other": ' + b"[" * 63 + b"]" * 63 + b"}"

    assert spoonity.post("/customers", content=body, headers=JSON).status_code == 200


def test_a_broken_escape_in_the_query_is_refused(spoonity: httpx.Client) -> None:
    reply = spoonity.get("/customers?query=n:%C3%28")

    assert (reply.status_code, reply.json()) == (400, BAD_REQUEST)


def test_unknown_and_read_only_fields_are_ignored_on_create(spoonity: httpx.Client) -> None:
    more = {"id": "cust_0000000000000000", "is_verified": False, "status": "ARCHIVED", "date_created": "x", "phone": [1]}

    made = spoonity.post("/customers", json={"name": "Ann", **more}).json()

    assert made == {
        "id": made["id"],
        "name": "Ann",
        "email": None,
        "is_verified": True,
        "date_created": "2026-02-02T13:48:05.683Z",
        "date_updated": "2026-02-02T13:48:05.683Z",
        "status": "ACTIVE",
    }
    assert made["id"] != more["id"]


@pytest.mark.parametrize("encoding", ["data", "json", "params"])
def test_a_status_is_no_attribute_of_a_create_however_it_comes(spoonity: httpx.Client, encoding: str) -> None:
    made = spoonity.request("POST", "/customers", **{encoding: {"status": "ARCHIVED"}}).json()  # type: ignore[arg-type]

    assert made["status"] == "ACTIVE"


def test_unknown_and_read_only_fields_are_ignored_on_update(spoonity: httpx.Client) -> None:
    before = spoonity.get(f"/customers/{PRINTED}").json()
    more = {"id": "cust_0000000000000000", "is_verified": False, "date_updated": "x", "phone": "1"}

    assert spoonity.put(f"/customers/{PRINTED}", json=more).json() == before
    assert spoonity.get(f"/customers/{PRINTED}").json() == before


@pytest.mark.parametrize("name", ["", " ", "null", "NULL", "a" * 100_000, "\x00", "'; DROP TABLE", "😀"])
def test_any_text_is_a_name(create: Create, spoonity: httpx.Client, name: str) -> None:
    made = create(name=name)

    assert made["name"] == name
    assert spoonity.get(f"/customers/{made['id']}").json()["name"] == name


@pytest.mark.parametrize("value", [1, 1.5, True, ["Ann"], {"first": "Ann"}])
@pytest.mark.parametrize("field", ["name", "email"])
def test_a_value_that_is_no_text_is_refused(spoonity: httpx.Client, field: str, value: object) -> None:
    for reply in (spoonity.post("/customers", json={field: value}), spoonity.put(f"/customers/{PRINTED}", json={field: value})):
        assert reply.status_code == 400
        assert reply.json() == {"internal_code": None, "message": f"Invalid field value for {field}"}
