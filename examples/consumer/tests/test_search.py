"""Test searches. No test changes the account, so all share it."""

from collections.abc import Callable

import pytest
from mockserver import Accounts, Spoonity

from billing.loyalty import Loyalty


@pytest.fixture(scope="module")
def crowd(mock_sandboxes: Callable[..., Accounts]) -> Spoonity:
    """One account for all tests of this module, which only read."""
    return mock_sandboxes(fixture="statuses").spoonity


@pytest.mark.parametrize("status", ["ACTIVE", "INACTIVE", "ARCHIVED"])
def test_members_are_found_by_their_status(crowd: Spoonity, status: str) -> None:
    found = Loyalty(crowd.token, transport=crowd.transport).members(f"s:{status}")

    assert {each.id for each in found} == {each.id for each in crowd.customers if each.status == status} != set()
