"""Test the sync. Both providers of a test share a sandbox."""

import pytest
from mockserver import Accounts, Spoonity, Vexutopia

from billing.loyalty import Loyalty
from billing.payments import Payments
from billing.sync import Changes, sync

pytestmark = pytest.mark.mockserver(fixture="empty")


def test_each_member_becomes_a_customer(
    spoonity: Spoonity, vexutopia: Vexutopia, loyalty: Loyalty, payments: Payments
) -> None:
    ada = spoonity.customers.add(name="Ada Lovelace", email="ada@example.com")

    assert sync(loyalty, payments) == Changes(created=1)
    [customer] = vexutopia.customers.find(email="ada@example.com")
    assert (customer.name, customer.metadata) == ("Ada Lovelace", {"member": ada.id})


def test_many_members_are_read_page_by_page_and_not_one_by_one(
    spoonity: Spoonity, loyalty: Loyalty, payments: Payments
) -> None:
    spoonity.customers.add_many(60)
    sync(loyalty, payments)

    assert len(spoonity.requests) == 3
    spoonity.requests.assert_not_called("retrieveCustomer")


def test_a_second_run_changes_nothing(
    mock_sandbox: Accounts, spoonity: Spoonity, loyalty: Loyalty, payments: Payments
) -> None:
    spoonity.customers.add_many(2)
    sync(loyalty, payments)
    mock_sandbox.snapshot("synced")

    assert sync(loyalty, payments) == Changes()
    changes = mock_sandbox.changes(since="synced")
    assert not changes.created
    assert not changes.changed


def test_both_ways_out_of_a_state_can_be_tried(
    mock_sandbox: Accounts, spoonity: Spoonity, loyalty: Loyalty, payments: Payments
) -> None:
    ada = spoonity.customers.add(name="Ada Lovelace")
    sync(loyalty, payments)
    mock_sandbox.snapshot("synced")

    loyalty.forget(ada.id)
    assert sync(loyalty, payments) == Changes(deleted=1)
    mock_sandbox.restore("synced")
    assert sync(loyalty, payments) == Changes()


def test_a_renamed_member_is_renamed(
    spoonity: Spoonity, vexutopia: Vexutopia, loyalty: Loyalty, payments: Payments
) -> None:
    ada = spoonity.customers.add(name="Ada King")
    customer = vexutopia.customers.add(name="Ada Byron", metadata={"member": ada.id})

    assert sync(loyalty, payments) == Changes(renamed=1)
    assert vexutopia.customers[customer.id].name == "Ada King"


def test_a_forgotten_member_is_forgotten_here_too(
    spoonity: Spoonity, vexutopia: Vexutopia, loyalty: Loyalty, payments: Payments
) -> None:
    ada = spoonity.customers.add(email="ada@example.com")
    sync(loyalty, payments)
    loyalty.forget(ada.id)

    assert sync(loyalty, payments) == Changes(deleted=1)
    assert vexutopia.customers.find(email="ada@example.com") == []


@pytest.mark.mockserver(fixture="deleted")
def test_members_who_were_forgotten_long_ago_are_passed_over(
    spoonity: Spoonity, loyalty: Loyalty, payments: Payments
) -> None:
    changes = sync(loyalty, payments)

    assert changes == Changes(created=spoonity.customers.count())  # of which they are no part


def test_customers_from_elsewhere_are_left_alone(vexutopia: Vexutopia, loyalty: Loyalty, payments: Payments) -> None:
    vexutopia.customers.add(metadata={"shop": "Lyon"})
    vexutopia.customers.add(metadata={})

    assert sync(loyalty, payments) == Changes()
    vexutopia.requests.assert_not_called("deleteCustomer")
