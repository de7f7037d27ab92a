"""What is decided for lists where the documents say nothing: order, edges of slices, bad limits, the filter's match."""

from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of
from tests.providers.vexutopia.account import Record, advance, error, get, ids, new_customer, new_payment, sandbox_of


@pytest.fixture
def three(vexutopia: httpx.Client) -> list[Record]:
    """Three customers of one e-mail address, the newest first."""
    return [new_customer(vexutopia) for _ in range(3)][::-1]


def slice_of(client: httpx.Client, **query: object) -> Record:
    return get(client, "/v1/customers", email="new@example.com", **query)


def test_a_list_has_its_members_in_the_documents_order(three: list[Record], vexutopia: httpx.Client) -> None:
    found = slice_of(vexutopia)

    assert found == {"object": "list", "data": three, "total": 3, "limit": 10, "offset": 0, "has_more": False}
    assert list(found) == ["object", "data", "total", "limit", "offset", "has_more"]


@pytest.mark.parametrize(
    ("limit", "offset", "rows", "has_more"),
    [
        (1, 0, [0], True),
        (1, 1, [1], True),
        (1, 2, [2], False),
        (1, 3, [], False),
        (2, 0, [0, 1], True),
        (2, 1, [1, 2], False),
        (2, 2, [2], False),
        (2, 3, [], False),
        (3, 0, [0, 1, 2], False),
        (3, 1, [1, 2], False),
        (4, 0, [0, 1, 2], False),
        (100, 0, [0, 1, 2], False),
        (100, 4, [], False),
        (1, 2**63 - 1, [], False),
    ],
)
def test_a_slice_has_the_rows_after_the_offset_and_tells_whether_more_follow(
    limit: int, offset: int, rows: list[int], has_more: bool, three: list[Record], vexutopia: httpx.Client
) -> None:
    assert slice_of(vexutopia, limit=limit, offset=offset) == {
        "object": "list",
        "data": [three[row] for row in rows],
        "total": 3,
        "limit": limit,
        "offset": offset,
        "has_more": has_more,
    }


@pytest.mark.parametrize("limit", [1, 7, 50, 75, 100])
def test_a_walk_over_all_slices_has_every_customer_once(limit: int, vexutopia: httpx.Client) -> None:
    whole = ids(
        get(vexutopia, "/v1/customers", limit=100)["data"] + get(vexutopia, "/v1/customers", limit=100, offset=100)["data"]
    )
    walked: list[str] = []
    more = True
    while more:
        found = get(vexutopia, "/v1/customers", limit=limit, offset=len(walked))
        walked += ids(found["data"])
        more = found["has_more"]

    assert len(set(whole)) == 150
    assert walked == whole


def test_the_documented_customer_is_the_newest_of_150(vexutopia: httpx.Client) -> None:
    found = get(vexutopia, "/v1/customers", limit=10)

    assert found["data"][0]["id"] == "cus_abc123def456"
    assert (len(found["data"]), found["total"], found["has_more"]) == (10, 150, True)


def test_the_newest_stands_first_whatever_the_clock_did_to_the_order_of_creation(app: App, vexutopia: httpx.Client) -> None:
    middle = new_customer(vexutopia)
    advance(app, 60_000)
    newest = new_customer(vexutopia)
    advance(app, -120_000)
    oldest = new_customer(vexutopia)

    assert ids(slice_of(vexutopia)["data"]) == ids([newest, middle, oldest])


@pytest.mark.parametrize(("limit", "offset"), [(limit, offset) for limit in (1, 2, 3, 4) for offset in (0, 1, 2, 3)])
def test_slices_of_a_list_that_begins_with_the_oldest_count_from_there(limit: int, offset: int, make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"vexutopia.list-order": "oldest-first"}), VEXUTOPIA_KEY)
    rising = [new_customer(client) for _ in range(3)]

    found = slice_of(client, limit=limit, offset=offset)

    assert found["data"] == rising[offset : offset + limit]
    assert found["has_more"] is (offset + limit < 3)


BAD = {
    "limit": ["0", "-1", "101", "abc", "", "1.5", "1e1", "+1", " 1", "0x1", "٣", "null", "true", "10,20", "9" * 30],
    "offset": ["-1", "abc", "", "1.5", "1e1", " 1", "null", "-" + "9" * 30],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/payments"])
def test_a_bad_limit_or_offset_is_refused(path: str, name: str, value: str, vexutopia: httpx.Client) -> None:
    reply = vexutopia.get(path, params={name: value})

    assert (reply.status_code, reply.text) == (400, error("invalid_parameter", f"The {name} field is invalid", name))


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("100", 100), ("007", 7)])
def test_limits_from_1_to_100_are_used(text: str, limit: int, vexutopia: httpx.Client) -> None:
    found = get(vexutopia, "/v1/customers", limit=text)

    assert (found["limit"], len(found["data"])) == (limit, limit)


def test_the_last_of_several_values_counts_and_unknown_parameters_do_not(vexutopia: httpx.Client) -> None:
    reply = vexutopia.get("/v1/customers?limit=abc&limit=2&page=7&sort=name&Limit=3&offset=9&offset=0")

    assert reply.status_code == 200
    assert (reply.json()["limit"], reply.json()["offset"]) == (2, 0)


# The filter


@pytest.mark.parametrize("wanted", ["new@example.com", "NEW@EXAMPLE.COM", "New@Example.Com"])
def test_the_filter_compares_addresses_without_regard_to_case(wanted: str, three: list[Record], vexutopia: httpx.Client) -> None:
    found = get(vexutopia, "/v1/customers", email=wanted)

    assert (found["data"], found["total"]) == (three, 3)


@pytest.mark.parametrize("wanted", ["", "new", "example.com", "new@example.co", "ew@example.com", "new@example.com ", "%", "*"])
@pytest.mark.usefixtures("three")
def test_the_filter_finds_no_parts(wanted: str, vexutopia: httpx.Client) -> None:
    found = get(vexutopia, "/v1/customers", email=wanted)

    assert found == {"object": "list", "data": [], "total": 0, "limit": 10, "offset": 0, "has_more": False}


def test_the_filter_takes_a_plus_that_is_escaped(vexutopia: httpx.Client) -> None:
    customer = new_customer(vexutopia, email="a+b@example.com")

    assert vexutopia.get("/v1/customers?email=a%2Bb%40example.com").json()["data"] == [customer]
    assert vexutopia.get("/v1/customers?email=a+b@example.com").json()["data"] == []


def test_a_mixed_case_filter_can_be_exact(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"vexutopia.email-filter": "exact"}), VEXUTOPIA_KEY)
    lower, mixed = new_customer(client), new_customer(client, email="New@example.com")

    assert get(client, "/v1/customers", email="new@example.com")["data"] == [lower]
    assert get(client, "/v1/customers", email="New@example.com")["data"] == [mixed]
    assert get(client, "/v1/customers", email="NEW@example.com")["data"] == []


# Payments


@pytest.fixture
def payments(app: App, vexutopia: httpx.Client) -> list[Record]:
    """The four newest payments, the newest first: two of Jane's, one of nobody's, and the fixture's newest."""
    made = [new_payment(vexutopia, customer_id=payer) for payer in ("cus_abc123def456", None, "cus_abc123def456")]
    assert len(sandbox_of(app).state.agenda) == 3
    return [*made[::-1], get(vexutopia, "/v1/payments/pay_1234567890")]


def test_payments_are_listed_as_customers_are(payments: list[Record], vexutopia: httpx.Client) -> None:
    total = 3 + 25
    found = get(vexutopia, "/v1/payments", limit=2, offset=1)

    assert found == {"object": "list", "data": payments[1:3], "total": total, "limit": 2, "offset": 1, "has_more": True}
    assert list(found) == ["object", "data", "total", "limit", "offset", "has_more"]


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [("cus_abc123def456", [0, 2]), ("cus_abc123", [3]), ("cus_nobodyhasit0", []), ("", []), ("CUS_ABC123", [])],
)
def test_payments_are_listed_by_customer_deleted_ones_included(
    wanted: str, rows: list[int], payments: list[Record], vexutopia: httpx.Client
) -> None:
    found = get(vexutopia, "/v1/payments", customer_id=wanted)

    expected: dict[str, Any] = {"data": [payments[row] for row in rows], "total": len(rows), "has_more": False}
    assert {name: found[name] for name in expected} == expected
