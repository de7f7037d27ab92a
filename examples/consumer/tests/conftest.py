"""The clients under test, each connected to the test's account."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import requests
from mockserver import Accounts, Spoonity, Vexutopia

from billing.loyalty import Loyalty
from billing.payments import Order, Payments
from billing.receiver import Receiver


@pytest.fixture
def loyalty(spoonity: Spoonity) -> Loyalty:
    """The transport calls the mock in this process, without a port."""
    return Loyalty(spoonity.token, transport=spoonity.transport)


@pytest.fixture
def payments(vexutopia: Vexutopia) -> Payments:
    """The adapter does the same for requests. Instead of sleeping, the client moves the account's clock."""
    session = requests.Session()
    session.mount("https://", vexutopia.adapter)
    return Payments(
        vexutopia.token,
        session=session,
        sleep=lambda seconds: vexutopia.clock.advance(timedelta(seconds=seconds)),
    )


@pytest.fixture
def receiver(vexutopia: Vexutopia, payments: Payments) -> Receiver:
    """Our WSGI application receives the account's events."""
    receiver = Receiver(vexutopia.webhook_secret, payments)
    vexutopia.webhooks.connect(receiver)
    return receiver


@pytest.fixture
def order(vexutopia: Vexutopia) -> Order:
    customer = vexutopia.customers.add(name="Ada Lovelace")
    return Order("2026-17", customer.id, Decimal("19.99"))


@pytest.fixture(autouse=True)
def good_conduct(mock_sandbox: Accounts) -> Iterator[None]:
    """Check the conduct of every test: a client can be wrong although every call succeeds."""
    yield
    mock_sandbox.assert_good_conduct()
