"""Lists that lie: what walkers of both providers' pages see of them, and that the store knows nothing of it."""

from typing import Any

import httpx
import pytest

from mockserver.faults import Fault, PagingMode
from mockserver.http.app import App
from tests.conftest import make_app, sandbox_of

LINKS, ROWS = "/customers", "/v1/customers"


@pytest.fixture
def app() -> App:
    return make_app(fixture=("empty",))


@pytest.fixture
def filled(spoonity: httpx.Client, vexutopia: httpx.Client) -> None:
    for number in range(5):
        spoonity.post("/customers", json={"name": f"Customer {number}"})
        vexutopia.post("/v1/customers", json={"email": f"customer-{number}@example.com"})


def lie(app: App, mode: PagingMode, **told: Any) -> None:
    sandbox_of(app).faults.arm([Fault(kind="paging", mode=mode, **told)])


def faults(app: App) -> list[tuple[str, ...]]:
    return [each.faults for each in sandbox_of(app).journal if each.operation.endswith("listCustomers")]


def walk_links(client: httpx.Client, limit: int, pages: int = 20) -> list[list[str]]:
    """Return the names on each page of Spoonity's list, following links."""
    url, seen = f"/customers?limit={limit}", list[list[str]]()
    while url and len(seen) < pages:
        page = client.get(url).json()
        seen.append([each["name"] for each in page["items"]])
        url = page["next"]
    return seen


def walk_rows(client: httpx.Client, limit: int, pages: int = 20) -> list[list[str]]:
    """Return the e-mails on each page of Vexutopia's list, skipping as many rows as came."""
    seen: list[list[str]] = []
    offset, more = 0, True
    while more and len(seen) < pages:
        page = client.get(f"/v1/customers?limit={limit}&offset={offset}").json()
        seen.append([each["email"].partition("@")[0] for each in page["data"]])
        offset, more = offset + len(page["data"]), page["has_more"]
    return seen


def names(*numbers: int) -> list[str]:
    return [f"Customer {number}" for number in numbers]


def emails(*numbers: int) -> list[str]:
    return [f"customer-{number}" for number in numbers]


@pytest.mark.usefixtures("filled")
def test_shrunk_pages_are_shorter_than_asked_for_and_lose_nothing(
    app: App, spoonity: httpx.Client, vexutopia: httpx.Client
) -> None:
    lie(app, "shrink")

    assert walk_links(spoonity, 4) == [names(4, 3), names(2, 1), names(0)]
    assert walk_rows(vexutopia, 4) == [emails(4, 3), emails(2, 1), emails(0)]


@pytest.mark.usefixtures("filled")
def test_shrunk_pages_name_the_limit_that_was_asked_for(app: App, spoonity: httpx.Client, vexutopia: httpx.Client) -> None:
    lie(app, "shrink")

    assert vexutopia.get("/v1/customers?limit=4").json()["limit"] == 4
    assert spoonity.get("/customers?limit=4").json()["next"].endswith("/customers?limit=4&page=2")


@pytest.mark.usefixtures("filled")
def test_a_page_of_one_row_cannot_shrink(app: App, spoonity: httpx.Client) -> None:
    lie(app, "shrink")

    assert walk_links(spoonity, 1) == [names(each) for each in (4, 3, 2, 1, 0)]
    assert faults(app) == [()] * 5


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("limit", "pages"),
    [
        (2, [(4, 3), (3, 2), (1, 0)]),
        (3, [(4, 3, 2), (2, 1, 0)]),
        (1, [(4,), (4,), (3,), (2,), (1,), (0,)]),
        (5, [(4, 3, 2, 1, 0)]),
    ],
)
def test_a_repeated_row_begins_each_further_page(
    app: App, spoonity: httpx.Client, vexutopia: httpx.Client, limit: int, pages: list[tuple[int, ...]]
) -> None:
    lie(app, "repeat")

    assert walk_links(spoonity, limit) == [names(*page) for page in pages]
    assert walk_rows(vexutopia, limit) == [emails(*page) for page in pages]


@pytest.mark.usefixtures("filled")
def test_a_record_is_created_between_the_first_page_and_the_second(
    app: App, spoonity: httpx.Client, vexutopia: httpx.Client
) -> None:
    lie(app, "insert")

    assert walk_links(spoonity, 2) == [names(4, 3), names(3, 2), names(1, 0)]
    assert walk_rows(vexutopia, 2) == [emails(4, 3), emails(3, 2), emails(1, 0)]
    assert len(spoonity.get("/customers").json()["items"]) == 6
    assert vexutopia.get("/v1/customers").json()["total"] == 6


@pytest.mark.usefixtures("filled")
def test_a_record_is_deleted_between_the_first_page_and_the_second(app: App, vexutopia: httpx.Client) -> None:
    lie(app, "remove")

    assert walk_rows(vexutopia, 2) == [emails(4, 3), emails(1, 0)]
    assert vexutopia.get("/v1/customers").json()["total"] == 4


@pytest.mark.usefixtures("filled")
def test_a_record_that_is_deleted_in_spoonitys_way_stays_a_row(app: App, spoonity: httpx.Client) -> None:
    lie(app, "remove")

    assert walk_links(spoonity, 2) == [names(4, 3), names(2, 1), names(0)]
    assert spoonity.get("/customers?limit=1").json()["items"][0]["name"] is None


@pytest.mark.usefixtures("filled")
def test_a_wrong_total_is_wrong_and_the_walk_is_right(app: App, vexutopia: httpx.Client) -> None:
    lie(app, "total")

    assert walk_rows(vexutopia, 3) == [emails(4, 3, 2), emails(1, 0)]
    assert vexutopia.get("/v1/customers?limit=3").json()["total"] == 12


@pytest.mark.usefixtures("filled")
def test_an_empty_page_ends_the_walk(app: App, spoonity: httpx.Client, vexutopia: httpx.Client) -> None:
    lie(app, "empty-tail")

    assert walk_links(spoonity, 5) == [names(4, 3, 2, 1, 0), []]
    assert walk_rows(vexutopia, 3) == [emails(4, 3, 2), emails(1, 0), []]


@pytest.mark.usefixtures("filled")
def test_a_loop_never_ends(app: App, spoonity: httpx.Client, vexutopia: httpx.Client) -> None:
    lie(app, "loop")

    assert walk_links(spoonity, 2, pages=4) == [names(4, 3)] * 4
    assert walk_rows(vexutopia, 5, pages=3) == [emails(4, 3, 2, 1, 0), [], []]


@pytest.mark.usefixtures("filled")
def test_a_lie_is_marked_and_counted_only_where_it_makes_a_difference(
    app: App, spoonity: httpx.Client, vexutopia: httpx.Client
) -> None:
    lie(app, "total")
    spoonity.get("/customers")
    vexutopia.get("/v1/customers")
    spoonity.get("/customers/cust_0123456789abcdef")

    assert faults(app) == [(), ("paging=total",)]
    assert [(each.seen, each.hits) for each in sandbox_of(app).faults.armed] == [(3, 1)]


@pytest.mark.usefixtures("filled")
def test_payments_cannot_be_deleted_so_none_is(app: App, vexutopia: httpx.Client) -> None:
    for _ in range(3):
        vexutopia.post("/v1/payments", json={"amount": 100, "currency": "usd"})
    lie(app, "remove")
    first = vexutopia.get("/v1/payments?limit=2")
    second = vexutopia.get("/v1/payments?limit=2&offset=2")

    assert (first.json()["total"], second.json()["total"]) == (3, 3)
    assert "mock-fault" not in second.headers


@pytest.mark.usefixtures("filled")
def test_a_payment_is_created_between_two_pages_with_what_the_contract_requires(app: App, vexutopia: httpx.Client) -> None:
    for _ in range(3):
        vexutopia.post("/v1/payments", json={"amount": 100, "currency": "usd"})
    lie(app, "insert")
    vexutopia.get("/v1/payments?limit=2")

    assert vexutopia.get("/v1/payments?limit=2&offset=2").headers["mock-fault"] == "paging=insert"
    assert vexutopia.get("/v1/payments").json()["total"] == 4


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("mode", ["shrink", "repeat", "insert", "remove", "total", "empty-tail", "loop"])
def test_a_list_that_is_refused_stays_refused(app: App, spoonity: httpx.Client, mode: PagingMode) -> None:
    lie(app, mode)

    assert spoonity.get("/customers?limit=0").status_code == 400
