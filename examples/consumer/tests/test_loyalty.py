"""Test the Spoonity client: lists, filters and failures."""

import pytest
from mockserver import Spoonity
from mockserver.faults import FaultKind

from billing.loyalty import Loyalty, LoyaltyError


def test_all_members_are_read_over_all_pages(spoonity: Spoonity, loyalty: Loyalty) -> None:
    members = list(loyalty.members())

    assert len(members) == spoonity.customers.count() > 25
    assert {each.id for each in members} == {each.id for each in spoonity.customers}


@pytest.mark.mockserver(fixture="empty")
def test_nobody_is_a_member_of_an_empty_programme(loyalty: Loyalty) -> None:
    assert list(loyalty.members()) == []


@pytest.mark.mockserver(fixture="empty")
def test_a_filter_holds_on_every_page(spoonity: Spoonity, loyalty: Loyalty) -> None:
    wanted = spoonity.customers.add_many(40, status="INACTIVE")
    spoonity.customers.add_many(40, status="ACTIVE")

    assert {each.id for each in loyalty.members("s:INACTIVE")} == {each.id for each in wanted}


def test_a_member_is_found_by_the_id(spoonity: Spoonity, loyalty: Loyalty) -> None:
    ada = spoonity.customers.add(name="Ada Lovelace")

    assert loyalty.member(ada.id).name == "Ada Lovelace"


def test_a_name_with_a_space_is_found(spoonity: Spoonity, loyalty: Loyalty) -> None:
    ada = spoonity.customers.add(name="Ada Lovelace")

    assert [each.id for each in loyalty.named("ada lovelace")] == [ada.id]


def test_an_address_with_a_plus_is_found(spoonity: Spoonity, loyalty: Loyalty) -> None:
    ada = spoonity.customers.add(email="ada+coffee@example.com")
    found = loyalty.with_email("ada+coffee@example.com")

    assert found is not None
    assert found.id == ada.id


def test_nobody_has_an_unknown_address(loyalty: Loyalty) -> None:
    assert loyalty.with_email("nobody@example.com") is None


def test_a_new_member_is_stored(spoonity: Spoonity, loyalty: Loyalty) -> None:
    member = loyalty.enrol("Ada Lovelace", "ada@example.com")

    stored = spoonity.customers[member.id]
    assert (stored.name, stored.email, stored.status) == ("Ada Lovelace", "ada@example.com", "ACTIVE")
    spoonity.requests.assert_called("createCustomer", times=1, json={"name": "Ada Lovelace"})


def test_a_forgotten_member_is_in_no_search(spoonity: Spoonity, loyalty: Loyalty) -> None:
    ada = spoonity.customers.add(email="ada@example.com")
    loyalty.forget(ada.id)

    assert loyalty.with_email("ada@example.com") is None
    assert spoonity.customers.find(email="ada@example.com") == []


@pytest.mark.mockserver(faults=["outage"])
def test_an_outage_is_an_error_of_ours(loyalty: Loyalty) -> None:
    with pytest.raises(LoyaltyError, match="503"):
        list(loyalty.members())


@pytest.mark.parametrize("kind", ["drop", "garbage", "truncate"])
def test_half_an_answer_is_an_error_of_ours(spoonity: Spoonity, loyalty: Loyalty, kind: FaultKind) -> None:
    with spoonity.faults.during(kind), pytest.raises(LoyaltyError):
        list(loyalty.members())
    assert list(loyalty.members())


def test_we_wait_ten_seconds_and_not_longer(spoonity: Spoonity, loyalty: Loyalty) -> None:
    spoonity.faults.add("latency", ms=9_000, first=1)
    assert loyalty.with_email("nobody@example.com") is None  # takes no real time

    spoonity.faults.add("latency", ms=11_000)
    with pytest.raises(LoyaltyError, match="11 s"):
        loyalty.with_email("nobody@example.com")
