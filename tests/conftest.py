"""What all tests share: applications in the same process, and clients of them."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockserver.app import create_app
from mockserver.client.transport import MockTransport
from mockserver.edge.app import App, Options

BASE = "http://mock.localhost"
SPOONITY_TOKEN = "any-token"
VEXUTOPIA_KEY = "vex_test_your_api_key"
NOW = 1_770_040_085_683  # 2026-02-02T13:48:05.683Z, the default fixture's `now`

MakeApp = Callable[..., App]


def make_app(*, options: Options | None = None, **setup: Any) -> App:
    """Return an application whose clock stands, whose replies are checked, and whose own errors are raised."""
    return create_app(
        options=options or Options(raise_errors=True), **{"mode": "frozen", "check_replies": True, "seed": 1, **setup}
    )


def client_of(app: App, token: str = SPOONITY_TOKEN, **options: Any) -> httpx.Client:
    """Return a client of the application that sends the token."""
    return httpx.Client(transport=MockTransport(app), base_url=BASE, headers={"Authorization": f"Bearer {token}"}, **options)


@pytest.fixture(name="make_app")
def make_app_fixture() -> MakeApp:
    return make_app


@pytest.fixture
def app() -> App:
    return make_app()


@pytest.fixture
def spoonity(app: App) -> httpx.Client:
    """A client of Spoonity with any token."""
    return client_of(app)


@pytest.fixture
def vexutopia(app: App) -> httpx.Client:
    """A client of Vexutopia with the documents' own test key."""
    return client_of(app, VEXUTOPIA_KEY)
