"""A provider that declares how its exchanges are read gets every rule of conduct without new code, and may add its own."""

from contextlib import suppress

import httpx
import pytest
from msgspec.structs import replace

from mockserver.judge.conduct import RULES, findings, rules_of
from mockserver.providers import PROVIDERS
from tests.conftest import sandbox_of
from tests.judge.conduct.bad import delivery
from tests.judge.conduct.judging import World, world
from tests.toy.provider import TOY


@pytest.fixture
def there() -> World:
    return world(toy=True)


def test_it_has_the_rules_of_all_and_its_own() -> None:
    assert [rule.id for rule in rules_of(TOY)] == [*(rule.id for rule in RULES), "shouting"]


def test_its_links_are_not_to_be_made_by_hand(there: World) -> None:
    there.lendery.get("/v1/loans?count=2")
    there.lendery.get("/v1/loans?count=2&start=2")

    assert there.rules() == ["hand-made-page-link"]


def test_its_lists_are_walked(there: World) -> None:
    for start in (0, 1):
        there.lendery.get(f"/v1/loans?start={start}&count=1")
    assert there.rules() == ["walk-stopped-early"]
    for start in (2, 3):
        there.lendery.get(f"/v1/loans?start={start}&count=1")
    assert there.rules() == ["walk-past-end"]


def test_its_rows_are_not_to_be_retrieved_one_by_one(there: World) -> None:
    for loan in there.lendery.get("/v1/loans?count=3").json():
        there.lendery.get(f"/v1/loans/{loan['id']}")

    assert there.rules() == ["retrieve-per-item"]


def test_its_records_are_not_to_be_created_twice(there: World) -> None:
    there.disturb("lost-reply", first=1)
    for _ in range(2):
        with suppress(httpx.TransportError):
            there.lendery.post("/v1/loans", json={"title": "Emma", "days": 7})

    assert there.rules() == ["create-repeated-after-lost-reply"]


@pytest.mark.parametrize(("how", "found"), [("bad-signature", True), ("old-secret", True), ("truncate", True), ("stale", False)])
def test_deliveries_that_no_signature_fits_must_be_refused(how: str, found: bool, there: World) -> None:
    made = delivery(1, how=how)

    assert there.rules(replace(made, event=replace(made.event, provider="lendery"))) == ["accepted-bad-signature"] * found


def test_its_own_rule_is_judged_with_the_others(there: World) -> None:
    there.lendery.get("/v1/loans?count=3", headers={"X-Library-Card": "MINE"})

    (found,) = there.found()

    assert (found.rule, found.severity, found.says, found.about, found.place, found.detail) == (
        "shouting",
        "note",
        "This is a library.",
        "lendery.listLoans",
        "header.x-library-card",
        "in capitals",
    )
    assert there.found(ignore=["shouting"]) == []


def test_only_its_own_exchanges_and_deliveries_are_judged() -> None:
    there = world()
    there.spoonity.get("/customers?query=n:john+s:ACTIVE")
    there.spoonity.get("/customers/cust_1/none?api_key=a-long-secret")
    journal, contract = list(sandbox_of(there.app).journal), there.app.mock.pipeline.contract
    wrong = delivery(1, how="bad-signature")

    found = {each.name: [every.rule for every in findings(journal, [wrong], contract, each)] for each in PROVIDERS}

    assert found == {"spoonity": ["credential-in-url", "unescaped-filter"], "vexutopia": ["accepted-bad-signature"]}
