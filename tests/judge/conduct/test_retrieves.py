"""When retrieving what a list has shown is needless."""

from typing import Any

import pytest

from tests.judge.conduct.judging import World, world


@pytest.fixture
def there() -> World:
    return world()


def listed(there: World, count: int = 5, kind: str = "customers") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = there.vexutopia.get(f"/v1/{kind}?limit={count}").json()["data"]
    return rows


def retrieve(there: World, rows: list[dict[str, Any]], kind: str = "customers") -> None:
    for row in rows:
        there.vexutopia.get(f"/v1/{kind}/{row['id']}")


def test_retrievals_are_told(there: World) -> None:
    retrieve(there, listed(there)[:3])

    (found,) = there.found()

    assert (found.rule, found.about, found.place, found.times, found.exchanges) == (
        "retrieve-per-item",
        "vexutopia.retrieveCustomer",
        "path",
        3,
        (2, 3, 4),
    )
    assert found.detail == "the list before showed the whole record"


def test_one_or_two_may_be_looked_at(there: World) -> None:
    rows = listed(there)
    retrieve(there, [*rows[:2], *rows[:2]])

    assert there.rules() == []


def test_list_in_between_begins_anew(there: World) -> None:
    for first in (0, 2, 3):
        retrieve(there, listed(there)[first : first + 2])

    assert there.rules() == []


def test_rows_of_earlier_pages_are_still_held(there: World) -> None:
    first = listed(there)
    listed(there, 1)
    retrieve(there, first[2:])

    assert there.rules() == ["retrieve-per-item"]


@pytest.mark.parametrize("who", ["the same", "another"])
def test_after_a_change_by_anybody_retrieving_makes_sense(who: str, there: World) -> None:
    rows = listed(there)
    there.vexutopia.post("/v1/customers", json={"email": "ada@example.com"}, headers={"User-Agent": who})
    retrieve(there, rows)

    assert there.rules() == []


def test_changes_between_the_retrievals_are_why_they_are_made(there: World) -> None:
    for row in listed(there):
        retrieve(there, [row])
        there.vexutopia.patch(f"/v1/customers/{row['id']}", json={"name": "Ada"})

    assert there.rules() == []


def test_retrievals_before_a_change_count(there: World) -> None:
    rows = listed(there)
    retrieve(there, rows)
    there.vexutopia.patch(f"/v1/customers/{rows[0]['id']}", json={"name": "Ada"})

    assert there.rules() == ["retrieve-per-item"]


def test_rows_that_another_client_was_shown_are_not_held(there: World) -> None:
    rows = there.vexutopia.get("/v1/customers?limit=5", headers={"User-Agent": "another"}).json()["data"]
    retrieve(there, rows)

    assert there.rules() == []


@pytest.mark.parametrize(("waits_s", "found"), [(0, []), (10, ["retrieve-per-item"])])
def test_pending_payments_are_looked_at_until_they_are_settled(waits_s: float, found: list[str], there: World) -> None:
    for _ in range(3):
        there.vexutopia.post("/v1/payments", json={"amount": 4_200, "currency": "usd"})
    there.wait(waits_s)
    retrieve(there, listed(there, 3, "payments"), "payments")

    assert there.rules() == found


def test_record_that_has_changed_since_was_worth_it(there: World) -> None:
    for _ in range(3):
        there.vexutopia.post("/v1/payments", json={"amount": 4_200, "currency": "usd"})
    rows = listed(there, 3, "payments")
    there.wait(10)
    retrieve(there, rows, "payments")

    assert there.rules() == []


@pytest.mark.parametrize("kind", ["lost-reply", "truncate", "garbage"])
def test_list_that_never_arrived_shows_nothing(kind: Any, there: World) -> None:
    rows = there.vexutopia.get("/v1/customers?limit=5", headers={"User-Agent": "another"}).json()["data"]
    there.disturb(kind, first=1)
    with pytest.raises(Exception, match=r"Server disconnected|without sending complete|Expecting"):
        there.vexutopia.get("/v1/customers?limit=5").json()
    retrieve(there, rows)

    assert there.rules() == []


def test_refusals_are_no_retrievals(there: World) -> None:
    rows = listed(there)
    there.disturb("status", status=404)
    retrieve(there, rows)

    assert there.rules() == []
