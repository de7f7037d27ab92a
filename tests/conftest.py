"""What all tests share: applications in the same process, and clients of them."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import settings

from mockserver.app import asgi_app
from mockserver.client.transport import MockTransport
from mockserver.exchange import RawHeaders
from mockserver.http.app import App
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds
from mockserver.state.sandbox import DEFAULT
from tests import once

BASE = "http://mock.localhost"
SPOONITY_TOKEN = "any-token"
VEXUTOPIA_KEY = "vex_test_your_api_key"
NOW = 1_770_040_085_683  # 2026-02-02T13:48:05.683Z, the default fixture's `now`

pytest_plugins = ["pytester"]

once.share()

MakeApp = Callable[..., App]

settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")

_SAFE = re.compile(rb"[\t -~]*")


def make_app(**options: Any) -> App:
    """Return an application whose clock stands, whose replies are checked, and whose own errors are raised."""
    if isinstance(options.get("now"), int):
        options["now"] = iso_milliseconds(options["now"])
    return asgi_app(**{"clock": "frozen", "check_replies": True, "seed": 1, "raise_errors": True, **options})


def client_of(app: App, token: str = SPOONITY_TOKEN, **options: Any) -> httpx.Client:
    """Return a client of the application that sends the token, and that notices headers in which others could hide."""
    return httpx.Client(
        transport=MockTransport(app),
        base_url=BASE,
        headers={"Authorization": f"Bearer {token}"},
        event_hooks={"response": [lambda response: check_headers(response.headers.raw)]},
        **options,
    )


def check_headers(headers: RawHeaders) -> None:
    """Hold that no header has a line break, a NUL or anything else but visible ASCII in it."""
    broken = [(name, value) for name, value in headers if not _SAFE.fullmatch(name + value)]
    assert broken == []


def sandbox_of(app: App, name: str = DEFAULT) -> Sandbox:
    """Return the application's sandbox of that name."""
    return app.mock.sandboxes.get(name)


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
