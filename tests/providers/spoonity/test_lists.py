"""How Spoonity's lists are filtered, sorted and paged where the documents leave it open."""

from collections.abc import Sequence
from typing import Any, overload

import httpx
import pytest

from mockserver.providers.spoonity.records import CUSTOMERS
from mockserver.state import Sandbox
from tests.conftest import BASE, MakeApp, client_of
from tests.providers.spoonity.conftest import Create, later

PROPERTIES = ("id", "name", "email", "is_verified", "date_created", "date_updated", "status")


def _listed(client: httpx.Client, name: str = "name", **query: object) -> list[object]:
    reply = client.get("/customers", params={key: str(value) for key, value in query.items()})
    return [item[name] for item in reply.raise_for_status().json()["items"]]


# ── sorting ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", PROPERTIES)
def test_every_property_can_be_sorted_by_in_both_directions(
    create: Create, spoonity: httpx.Client, sandbox: Sandbox, name: str
) -> None:
    for attributes in ({"name": "b", "email": "a@x"}, {"name": "A"}, {"email": "C@x"}, {"name": "c", "email": "B@x"}):
        later(sandbox, 1_000)
        create(**attributes)
    spoonity.put(f"/customers/{create(name='d')['id']}", data={"status": "INACTIVE"})
    spoonity.delete(f"/customers/{create()['id']}")

    ascending = _listed(spoonity, name, sort=name, order="ASC", limit=1000)
    descending = _listed(spoonity, name, sort=name, order="DESC", limit=1000)

    known = [value for value in ascending if value is not None]
    nulls = [value for value in ascending if value is None]
    assert len(set(known)) > 1
    assert ascending == sorted(known, key=lambda value: str(value).lower()) + nulls
    assert descending == sorted(known, key=lambda value: str(value).lower(), reverse=True) + nulls


def test_null_stands_last_in_either_direction(create: Create, spoonity: httpx.Client) -> None:
    for attributes in ({"email": "1@zed"}, {"email": "2@zed", "name": "b"}, {"email": "3@zed"}, {"email": "4@zed", "name": "a"}):
        create(**attributes)

    assert _listed(spoonity, query="e:@zed", sort="name", order="ASC") == ["a", "b", None, None]
    assert _listed(spoonity, query="e:@zed", sort="name", order="DESC") == ["b", "a", None, None]


def test_ties_stand_in_the_order_of_creation_in_the_lists_own_direction(create: Create, spoonity: httpx.Client) -> None:
    for number, name in enumerate(["Zed", "zed", None, "ZED", None]):
        create(email=f"{number}@zed", **({} if name is None else {"name": name}))

    ascending = _listed(spoonity, "email", query="e:@zed", sort="name", order="ASC")
    descending = _listed(spoonity, "email", query="e:@zed", sort="name", order="DESC")

    assert ascending == ["0@zed", "1@zed", "3@zed", "2@zed", "4@zed"]
    assert descending == ["3@zed", "1@zed", "0@zed", "4@zed", "2@zed"]


def test_customers_of_one_instant_stand_in_the_order_of_their_creation(create: Create, spoonity: httpx.Client) -> None:
    ids = [create(name="Zed")["id"] for _ in range(5)]

    assert _listed(spoonity, "id", limit=5) == ids[::-1]
    assert _listed(spoonity, "id", query="n:zed", order="ASC") == ids
    assert _listed(spoonity, "id", query="n:zed", sort="date_created", order="ASC") == ids
    assert _listed(spoonity, "id", query="n:zed", sort="date_created", order="DESC") == ids[::-1]


def test_a_list_is_sorted_by_the_last_update(create: Create, spoonity: httpx.Client, sandbox: Sandbox) -> None:
    first, second = create(name="Zed")["id"], create(name="Zed")["id"]
    later(sandbox, 1)
    spoonity.put(f"/customers/{first}", data={"status": "INACTIVE"})

    assert _listed(spoonity, "id", query="n:zed", sort="date_updated", order="DESC") == [first, second]
    assert _listed(spoonity, "id", query="n:zed") == [second, first]


def test_an_order_without_sort_is_about_the_date_of_creation(spoonity: httpx.Client) -> None:
    newest_first = _listed(spoonity, "id", limit=1000)

    assert _listed(spoonity, "id", limit=1000, order="DESC") == newest_first
    assert _listed(spoonity, "id", limit=1000, order="ASC") == newest_first[::-1]


@pytest.mark.parametrize("order", ["asc", "Asc", "aSC"])
def test_the_order_may_be_in_any_case(spoonity: httpx.Client, order: str) -> None:
    assert _listed(spoonity, sort="name", order=order) == _listed(spoonity, sort="name", order="ASC")


@pytest.mark.parametrize("order", ["", "ascending", "up", "ASC ", "1"])
def test_another_order_is_refused(spoonity: httpx.Client, order: str) -> None:
    reply = spoonity.get("/customers", params={"sort": "name", "order": order})

    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": "Invalid field value for order"})


@pytest.mark.parametrize("name", ["", "Name", "phone", "name:asc", "-name"])
def test_another_property_is_refused_with_the_list(spoonity: httpx.Client, name: str) -> None:
    reply = spoonity.get("/customers", params={"sort": name})

    message = f"Invalid field value for sort; must be one of {', '.join(PROPERTIES)}"
    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": message})


# ── filters ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def people(create: Create, spoonity: httpx.Client) -> httpx.Client:
    """A client of an account with some people whose addresses end in `@zed`."""
    create(name="Ann Lee", email="ann@zed")
    create(name="ann lee", email="ANN.LEE@ZED")
    create(name='Ann "Lee"', email="lee@zed")
    create(name="Lee: Ann", email="colon@zed")
    create(name="Bob", email="bob@zed")
    spoonity.put(f"/customers/{create(email='nobody@zed')['id']}", data={"status": "INACTIVE"})
    return spoonity


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ("n:ann", ["Lee: Ann", 'Ann "Lee"', "ann lee", "Ann Lee"]),
        ("n:BOB", ["Bob"]),
        ("n:ob", ["Bob"]),
        ('n:"ann lee"', ["ann lee", "Ann Lee"]),
        ('n:"Lee: Ann"', ["Lee: Ann"]),
        ('n:ann" "lee', ["ann lee", "Ann Lee"]),
        ('n:"lee"', ["Lee: Ann", 'Ann "Lee"', "ann lee", "Ann Lee"]),
        ('n:"lee', ['Ann "Lee"']),
        ("n:ann n:lee", ["Lee: Ann", 'Ann "Lee"', "ann lee", "Ann Lee"]),
        ("n:ann n:bob", []),
        ("n:bob e:bob", ["Bob"]),
        ("n:bob e:ann", []),
        ("e:BOB@ZED", ["Bob"]),
        ("e:bob e:zed", ["Bob"]),
        ("s:inactive", [None]),
        ("s:INACTIVE", [None]),
        ("s:inactiv", []),
        ("s:", []),
        ("s:active s:inactive", []),
        ("n:", ["Bob", "Lee: Ann", 'Ann "Lee"', "ann lee", "Ann Lee"]),
        ('n:""', ["Bob", "Lee: Ann", 'Ann "Lee"', "ann lee", "Ann Lee"]),
        ("n:bob  \t s:active", ["Bob"]),
        ("n:b\u00a0b", []),
    ],
)
def test_a_filter_finds(people: httpx.Client, criteria: str, found: list[str | None]) -> None:
    assert _listed(people, query=f"{criteria} e:@zed") == found


@pytest.mark.parametrize(
    "word",
    [
        "N:bob",
        "E:bob",
        "S:ACTIVE",
        "x:y",
        "name:bob",
        "n",
        "e",
        "s",
        "bob",
        ":",
        ":bob",
        "n:bob:x",
        "n::bob",
        "n:a:",
        '"n":bob',
        '"',
    ],
)
def test_a_word_that_is_no_criterion_is_ignored(people: httpx.Client, word: str) -> None:
    everybody = _listed(people, "email", query="e:@zed")

    assert len(everybody) == 6
    assert _listed(people, "email", query=f"{word} e:@zed") == everybody


@pytest.mark.parametrize("space", ["%20", "+"])
def test_a_space_is_sent_in_either_way(people: httpx.Client, space: str) -> None:
    items = people.get(f"/customers?query=n:ann{space}e:lee@zed{space}s:ACTIVE").json()["items"]

    assert [item["name"] for item in items] == ['Ann "Lee"', "ann lee"]


def test_a_plus_in_an_address_is_sent_as_an_escape(create: Create, spoonity: httpx.Client) -> None:
    create(email="a+b@zed")

    assert [item["email"] for item in spoonity.get("/customers?query=e:a%2Bb@zed").json()["items"]] == ["a+b@zed"]


def test_a_filter_does_not_wait_for_names_that_are_null(create: Create, spoonity: httpx.Client) -> None:
    create()

    assert None not in _listed(spoonity, query="n:", limit=1000)
    assert None not in _listed(spoonity, "email", query="e:", limit=1000)


# ── pages and links ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_no_largest_limit(spoonity: httpx.Client) -> None:
    for limit in (61, 62, 1_000, 10**6, 2**63 - 1):
        page = spoonity.get(f"/customers?limit={limit}").json()
        assert (len(page["items"]), page["next"], page["prev"]) == (61, None, None)


@pytest.mark.parametrize("query", ["", "&sort=name", "&order=ASC", "&query=s:active"])
@pytest.mark.parametrize("number", [62, 63, 1_000, 10**6, 2**63 - 1])
def test_a_page_past_the_end_is_empty(spoonity: httpx.Client, number: int, query: str) -> None:
    reply = spoonity.get(f"/customers?limit=1&page={number}{query}")

    encoded = query.replace(":", "%3A")
    assert reply.status_code == 200
    assert reply.json() == {"items": [], "next": None, "prev": f"{BASE}/customers?limit=1&page={number - 1}{encoded}"}


class Counted(Sequence[str]):
    """Ids that count how many of them were handed out; the place of one is found without."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self.touched = 0

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        found = self.ids[at]
        self.touched += 1 if isinstance(at, int) else len(found)
        return found


@pytest.mark.parametrize("query", ["", "&order=ASC", "&order=DESC", "&sort=date_created"])
def test_a_deep_page_after_a_deletion_touches_no_more_than_its_own_customers(
    create: Create, spoonity: httpx.Client, sandbox: Sandbox, query: str
) -> None:
    newest, second = create()["id"], create()["id"]
    for gone in (newest, second):
        spoonity.delete(f"/customers/{gone}")
    customers: Any = sandbox.state.read(CUSTOMERS)
    assert (len(customers.all()), len(customers.live_ids())) == (63, 61)
    customers._order, customers._live = counted = (Counted(customers._order), Counted(customers._live))

    items = spoonity.get(f"/customers?limit=2&page=20{query}").json()["items"]

    # The default direction is itself in question where only a property is named, so such a list is looked at both ways.
    assert len(items) == 2
    assert all(0 < ids.touched <= 4 for ids in counted)


@pytest.mark.parametrize("name", ["limit", "page"])
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "", "1e2", " 1", "\uff11", "1_0", "null", "0x1"])
def test_a_limit_or_page_that_is_no_positive_integer_is_refused(spoonity: httpx.Client, name: str, value: str) -> None:
    reply = spoonity.get("/customers", params={name: value})

    assert (reply.status_code, reply.json()) == (400, {"internal_code": None, "message": f"Invalid field value for {name}"})


def test_bad_paging_that_is_tolerated_shows_the_defaults_in_links(make_app: MakeApp) -> None:
    client = client_of(make_app(assume={"spoonity.bad-paging": "defaulted"}))

    assert client.get("/customers?limit=0&page=x").json()["next"] == f"{BASE}/customers?limit=25&page=2"
    assert client.get("/customers?limit=2&page=-3").json()["next"] == f"{BASE}/customers?limit=2&page=2"


def test_links_keep_query_sort_and_order_in_this_order_and_no_others(spoonity: httpx.Client) -> None:
    query = {"order": "asc", "sort": "name", "x": "y", "query": 's:ACTIVE n:"e" &=?#', "page": "2", "limit": "3"}

    page = spoonity.get("/customers", params=query).json()

    kept = "&query=s%3AACTIVE%20n%3A%22e%22%20%26%3D%3F%23&sort=name&order=asc"
    assert page["next"] == f"{BASE}/customers?limit=3&page=3{kept}"
    assert page["prev"] == f"{BASE}/customers?limit=3&page=1{kept}"


def test_links_name_the_default_limit(spoonity: httpx.Client) -> None:
    page = spoonity.get("/customers?page=2").json()

    assert page["next"] == f"{BASE}/customers?limit=25&page=3"
    assert page["prev"] == f"{BASE}/customers?limit=25&page=1"


@pytest.mark.parametrize("query", ["", "&sort=email&order=DESC", "&query=e:example&sort=name", "&order=ASC"])
@pytest.mark.parametrize("limit", [1, 7, 25, 60, 61])
def test_links_lead_through_the_whole_list_and_back(spoonity: httpx.Client, limit: int, query: str) -> None:
    whole = [item["id"] for item in spoonity.get(f"/customers?limit=1000{query}").json()["items"]]
    pages, link = [], f"/customers?limit={limit}{query}"
    while link:
        pages.append(spoonity.get(link).json())
        link = pages[-1]["next"]

    assert [item["id"] for page in pages for item in page["items"]] == whole
    assert [spoonity.get(page["prev"]).json() for page in pages[1:]] == pages[:-1]


def test_links_begin_as_the_client_began(spoonity: httpx.Client) -> None:
    page = spoonity.get("https://other.localhost:8443/customers?limit=1&page=2").json()

    assert page["next"] == "https://other.localhost:8443/customers?limit=1&page=3"
    assert page["prev"] == "https://other.localhost:8443/customers?limit=1&page=1"


def test_links_keep_the_sandboxs_prefix(spoonity: httpx.Client) -> None:
    page = spoonity.get("/@mine/customers?limit=1&page=2").json()

    assert page["next"] == f"{BASE}/@mine/customers?limit=1&page=3"
    assert page["prev"] == f"{BASE}/@mine/customers?limit=1&page=1"


def test_links_have_no_prefix_where_a_header_names_the_sandbox(spoonity: httpx.Client) -> None:
    page = spoonity.get("/customers?limit=1", headers={"mock-sandbox": "mine"}).json()

    assert page["next"] == f"{BASE}/customers?limit=1&page=2"


def test_links_begin_with_the_public_address_if_the_mock_has_one(make_app: MakeApp) -> None:
    client = client_of(make_app(public_url="https://mock.example"))

    assert client.get("/customers?limit=1").json()["next"] == "https://mock.example/customers?limit=1&page=2"
    assert client.get("/@a/customers?limit=1").json()["next"] == "https://mock.example/@a/customers?limit=1&page=2"
