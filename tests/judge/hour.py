"""One scripted hour with both services: customers and payments come and go, things go wrong, and time is moved."""

from contextlib import suppress

import httpx

from mockserver.http.app import App
from mockserver.state import Sandbox
from mockserver.state.sandbox import DEFAULT
from mockserver.webhooks import Endpoint
from tests.conftest import SPOONITY_TOKEN, VEXUTOPIA_KEY, client_of, sandbox_of

HOOK = Endpoint("hook", url="", secret="whsec_of_the_hour")
CREATE = "vexutopia.createCustomer"
FAULTS = (
    {"kind": "status", "status": 503, "operations": [CREATE], "every": 3},
    {"kind": "lost-reply", "operations": ["spoonity.createCustomer"], "first": 1},
    {"kind": "rate-limit", "limit": 2, "per": "10m", "operations": ["vexutopia.listCustomers"]},
    {"kind": "latency", "ms": [5, 50], "probability": 0.5},
)


def play(app: App, *, name: str = DEFAULT, note: str = "as it was") -> Sandbox:
    """Play the hour in a sandbox, and return that; of all that is sent only the note can differ.

    No request is sent before the deliveries of the one before have their outcome.
    """
    box = sandbox_of(app, name)
    control = client_at(app, f"http://mock.localhost/@{name}")
    for fault in FAULTS:
        assert control.post("/_mock/faults", json=fault).status_code == 201
    for minute in range(0, 60, 10):
        _ten_minutes(app, name, minute, note)
        app.webhook_sender.advance(box, 600_000)
    return box


def _ten_minutes(app: App, name: str, minute: int, note: str) -> None:
    base = f"http://mock.localhost/@{name}"
    spoonity, vexutopia = client_at(app, base), client_at(app, base, VEXUTOPIA_KEY)
    for client in (spoonity, vexutopia):
        client.event_hooks["response"].append(lambda _reply: _settle(app, name))
    _try(spoonity, "POST", "/customers", {"name": f"Minute {minute}", "email": f"minute.{minute}@example.com"})
    _try(spoonity, "GET", "/customers?limit=2")
    _try(vexutopia, "POST", "/v1/customers", {"email": f"{minute}@example.com", "metadata": {"note": note}})
    _try(vexutopia, "POST", "/v1/payments", {"amount": 1_000 + minute, "currency": "usd"})
    for _ in range(3):
        _try(vexutopia, "GET", "/v1/customers?limit=2")


def _try(client: httpx.Client, method: str, path: str, body: object = None) -> None:
    """Send a request, whatever comes of it."""
    with suppress(httpx.TransportError):
        client.request(method, path, json=body)


def _settle(app: App, name: str) -> None:
    assert app.webhook_sender.flush(sandbox_of(app, name), timeout_s=20)


def client_at(app: App, base: str, token: str = SPOONITY_TOKEN) -> httpx.Client:
    """Return a client of the application that finds it at another address."""
    client = client_of(app, token)
    client.base_url = httpx.URL(base)
    return client
