"""What the tests of Spoonity share."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from mockserver.http.app import App
from mockserver.state import Sandbox
from mockserver.state.sandbox import DEFAULT

PRINTED = "cust_175a9abec1882d12"
"""The default fixture's newest customer: John Smith, john.smith@example.com."""

Create = Callable[..., dict[str, Any]]


@pytest.fixture
def create(spoonity: httpx.Client) -> Create:
    """Create a customer from form fields and return it."""

    def make(**attributes: str) -> dict[str, Any]:
        made: dict[str, Any] = spoonity.post("/customers", data=attributes).raise_for_status().json()
        return made

    return make


@pytest.fixture
def sandbox(app: App) -> Sandbox:
    """The sandbox that `spoonity` is a client of."""
    return app.mock.sandboxes.get(DEFAULT)


def later(sandbox: Sandbox, by_ms: int) -> None:
    """Advance the sandbox's clock."""
    sandbox.state.clock = sandbox.state.clock.advanced(by_ms)
