"""What tests of Vexutopia share: calls that must succeed, what a reply leans on, and the sandbox behind it."""

from typing import Any

import httpx
import msgspec

from mockserver.http.app import App
from mockserver.state import Sandbox
from mockserver.state.sandbox import DEFAULT

LIVE_KEY = "vex_live_any"
AT_NOW = "2026-02-02T13:48:05Z"
"""What the clock of a fresh application shows, as Vexutopia writes it."""

JSON = {"content-type": "application/json"}

Record = dict[str, Any]


def sandbox_of(app: App) -> Sandbox:
    return app.mock.sandboxes.get(DEFAULT)


def advance(app: App, milliseconds: int) -> None:
    state = sandbox_of(app).state
    state.clock = state.clock.advanced(milliseconds)


def events_of(app: App) -> list[tuple[str, Record]]:
    """Return type and object of the events so far, as a receiver would see them."""
    bodies = [msgspec.json.decode(msgspec.json.encode(event.body)) for event in sandbox_of(app).outbox]
    return [(body["type"], body["data"]["object"]) for body in bodies]


def assumed(reply: httpx.Response) -> dict[str, str]:
    """Return the choices that the reply says it leans on."""
    notes = reply.headers.get("mock-assumed", "")
    return dict(note.split("=") for note in notes.split(", ") if note)


def new_customer(client: httpx.Client, **fields: object) -> Record:
    reply = client.post("/v1/customers", json={"email": "new@example.com", **fields})
    assert reply.status_code == 201, reply.text
    customer: Record = reply.json()
    return customer


def new_payment(client: httpx.Client, **fields: object) -> Record:
    reply = client.post("/v1/payments", json={"amount": 2000, "currency": "usd", **fields})
    assert reply.status_code == 201, reply.text
    payment: Record = reply.json()
    return payment


def update(client: httpx.Client, customer: Record, **fields: object) -> Record:
    reply = client.patch(f"/v1/customers/{customer['id']}", json=fields)
    assert reply.status_code == 200, reply.text
    changed: Record = reply.json()
    return changed


def get(client: httpx.Client, path: str, **query: object) -> Record:
    reply = client.get(path, params={name: str(value) for name, value in query.items()})
    assert reply.status_code == 200, reply.text
    found: Record = reply.json()
    return found


def ids(rows: list[Record]) -> list[str]:
    return [row["id"] for row in rows]


def error(code: str, message: str, param: str | None = None) -> str:
    """Return the text of an error's body."""
    blamed = "" if param is None else f'"param":"{param}",'
    doc_url = f"https://vexutopia.com/docs/errors#{code}"
    return f'{{"error":{{"code":"{code}","message":"{message}",{blamed}"doc_url":"{doc_url}"}}}}'
