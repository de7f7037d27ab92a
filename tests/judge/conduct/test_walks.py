"""What counts as a walk through a list that went wrong, and what does not."""

import pytest
from msgspec.structs import replace

from mockserver.exchange import Request
from mockserver.judge.conduct import findings
from mockserver.judge.conduct.lists import Links
from tests.conftest import sandbox_of
from tests.judge.conduct.judging import World, world

PAGES = "/v1/customers?limit=10&offset="


@pytest.fixture
def there() -> World:
    return world()


def take(there: World, *offsets: int, limit: int = 10) -> None:
    """Take pages of Vexutopia's customers, of whom there are 150."""
    for offset in offsets:
        there.vexutopia.get(f"/v1/customers?limit={limit}&offset={offset}")


def test_one_page_alone_is_ordinary_use(there: World) -> None:
    take(there, 0)
    take(there, 0)

    assert there.rules() == []


def test_walk_that_stopped_is_told_with_its_last_page(there: World) -> None:
    take(there, 0, 10, 20)

    (found,) = there.found()

    assert (found.rule, found.about, found.place, found.exchanges, found.times) == (
        "walk-stopped-early",
        "vexutopia.listCustomers",
        "reply",
        (3,),
        1,
    )
    assert found.detail == "the client stopped after 3 pages, though the last one said that more follow"
    assert found.request == "GET /v1/customers?limit=10&offset=20"


def test_walk_that_begins_anew_has_stopped_before(there: World) -> None:
    take(there, 0, 10, 0)

    assert [(each.rule, each.exchanges) for each in there.found()] == [("walk-stopped-early", (2,))]


@pytest.mark.parametrize("offsets", [(0, 10, 5), (0, 10, 20, 10), (0, 10, 21), (0, 50), (30, 40)])
def test_who_jumps_or_turns_back_is_browsing(offsets: tuple[int, ...], there: World) -> None:
    take(there, *offsets)

    assert there.rules() == []


def test_walk_may_take_up_where_a_short_page_ended(there: World) -> None:
    there.disturb("paging", mode="shrink")
    take(there, 0, 5, 10)

    assert there.rules() == ["short-page-taken-as-last"]


def test_who_turns_back_is_browsing_even_if_that_brings_something_new(there: World) -> None:
    there.disturb("paging", mode="shrink")
    take(there, 0, 10, 5)

    assert there.rules() == []


@pytest.mark.parametrize(("took_us", "found"), [(500_000, []), (300_000, ["walk-past-end"])])
def test_page_asked_for_before_the_last_one_had_come_is_not_past_the_end(took_us: int, found: list[str], there: World) -> None:
    take(there, 0, 50, 100, 150, limit=50)
    journal = list(sandbox_of(there.app).journal)
    exchanges = [replace(each, real_ms=1_000_000 + 400 * n, took_us=took_us) for n, each in enumerate(journal)]
    contract, providers = there.app.mock.pipeline.contract, there.app.mock.pipeline.providers

    assert [each.rule for each in findings(exchanges, (), contract, providers["vexutopia"])] == found


def test_page_that_came_again_does_not_count_twice(there: World) -> None:
    there.disturb("status", status=500, first=1)
    take(there, 0, 0)

    assert there.rules() == []


@pytest.mark.parametrize("kind", ["drop", "lost-reply", "truncate", "garbage"])
def test_giving_up_on_a_page_that_does_not_come_is_no_end_of_a_walk(kind: str, there: World) -> None:
    take(there, 0, 10)
    there.disturb(kind)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"Server disconnected|without sending complete|Expecting"):
        there.vexutopia.get(f"{PAGES}20").json()

    assert there.rules() == []


def test_other_filter_is_another_walk(there: World) -> None:
    there.vexutopia.get("/v1/customers?limit=10&email=jane@example.com")
    take(there, 10)

    assert there.rules() == []


def test_other_client_is_another_walk(there: World) -> None:
    take(there, 0)
    there.vexutopia.get(f"{PAGES}10", headers={"User-Agent": "another"})

    assert there.rules() == []


@pytest.mark.parametrize(
    "offsets",
    [
        (0, 50, 0, 100, 50, 100),  # the second worker begins when the first has two pages
        (0, 0, 50, 50, 100, 100),  # both take each page together
        (0, 50, 0, 50, 100, 100),
        (0, 50, 0, 50, 0, 100, 100, 50, 100),
    ],
)
def test_workers_of_one_client_that_walk_at_the_same_time_all_arrive(offsets: tuple[int, ...], there: World) -> None:
    take(there, *offsets, limit=50)

    assert there.rules() == []


def test_walk_that_stopped_is_found_though_another_one_arrives_later(there: World) -> None:
    take(there, 0, 50, 0, 50, 100, limit=50)

    assert there.rules() == ["walk-stopped-early"]


def test_page_that_is_taken_again_belongs_to_the_walk_that_it_is_taken_again_in(there: World) -> None:
    take(there, 0, 0, 50, 50, 100, limit=50)

    assert there.rules() == []


def test_pages_side_by_side_may_lie_past_the_end(there: World) -> None:
    take(there, 0, 50, 100, 150, 200, limit=50)
    journal = list(sandbox_of(there.app).journal)
    contract, provider = there.app.mock.pipeline.contract, there.app.mock.pipeline.providers["vexutopia"]
    exchanges = [
        replace(each, real_ms=5, took_us=0, request=replace(each.request, connection=n)) for n, each in enumerate(journal)
    ]

    assert findings(exchanges, (), contract, provider) == ()
    assert [each.rule for each in findings(journal, (), contract, provider)] == ["walk-past-end"]


def test_walk_of_which_the_journal_forgot_the_beginning_is_not_judged() -> None:
    there = world(journal_limit=2)
    take(there, 0, 10, 20)

    assert there.rules() == []


def test_list_without_an_end_may_be_left_once_it_brings_nothing_new(there: World) -> None:
    there.disturb("paging", mode="loop")
    take(there, 0, 50, 100, 150, limit=50)

    assert there.rules() == []


def test_link_that_leads_back_may_be_left(there: World) -> None:
    there.spoonity.get("/customers?limit=20")
    there.spoonity.get("/customers?limit=20&page=2")
    there.disturb("paging", mode="loop")
    there.spoonity.get("/customers?limit=20&page=3")

    assert there.rules() == []


def test_empty_page_to_which_the_service_led_is_not_past_the_end(there: World) -> None:
    there.disturb("paging", mode="empty-tail")
    take(there, 0, 50, 100, 150, limit=50)

    assert there.rules() == []


def test_pages_past_the_end_are_counted(there: World) -> None:
    take(there, 0, 50, 100, 150, 200, limit=50)

    (found,) = there.found()

    assert (found.rule, found.exchanges, found.times) == ("walk-past-end", (4, 5), 2)
    assert found.detail == "the page before said that nothing follows"


def test_short_first_page_counts_only_if_it_was_made_short_on_purpose(there: World) -> None:
    there.disturb("paging", mode="shrink", first=1)
    take(there, 0)
    take(there, 0)

    assert [(each.rule, each.exchanges) for each in there.found()] == [("short-page-taken-as-last", (1,))]


def test_given_link_may_be_followed_back_and_forth(there: World) -> None:
    client, url = there.spoonity, "/customers?limit=20&query=s%3aACTIVE"
    first = client.get(url).json()
    second = client.get(first["next"]).json()
    client.get(second["prev"])
    client.get(second["next"])

    assert there.rules() == []


def test_link_to_the_page_before_is_a_given_one(there: World) -> None:
    last = there.spoonity.get("/customers?limit=20&page=4").json()
    there.spoonity.get("/customers?limit=20")
    there.spoonity.get(last["prev"])

    assert there.rules() == []


def test_link_made_by_hand_is_told(there: World) -> None:
    there.spoonity.get("/customers?limit=20&query=s%3AACTIVE")
    there.spoonity.get("/customers?limit=20&page=3&query=s%3AACTIVE")

    (found,) = there.found()

    assert (found.rule, found.place, found.exchanges) == ("hand-made-page-link", "query", (2,))
    assert found.detail == "the URL is none of the `next` and `prev` links that the client received"


def test_page_asked_for_before_any_link_was_given_is_no_link_made_by_hand(there: World) -> None:
    there.spoonity.get("/customers?page=2&limit=20")

    assert there.rules() == []


def test_first_page_needs_no_link(there: World) -> None:
    there.spoonity.get("/customers?limit=20")
    there.spoonity.get("/customers?limit=30&page=1&sort=name")

    assert there.rules() == []


@pytest.mark.parametrize(
    ("path", "query", "leads"),
    [
        ("/customers", b"page=2&query=s%3AACTIVE", True),
        ("/customers", b"page=2&query=s%3aACTIVE", True),
        ("/customers", b"p%61ge=2&query=s%3AACTIVE", True),
        ("/customers", b"page=2&query=s:ACTIVE", False),
        ("/customers", b"query=s%3AACTIVE&page=2", False),
        ("/people", b"page=2&query=s%3AACTIVE", False),
    ],
)
def test_links_are_compared_as_normalised(path: str, query: bytes, leads: bool) -> None:
    links = Links(["http://mock.localhost/@anna/customers?page=2&query=s%3AACTIVE"])

    assert links.lead_to(Request("GET", path, query, "http://elsewhere", {}, [])) is leads
