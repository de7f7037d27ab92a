"""A hundred calls of both providers, in several sandboxes, as the clock moves; as a program, it prints what was answered.

python -m tests.properties.transcript SEED FIXTURE
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from mockserver.http.app import App
from mockserver.http.in_process import Response, call
from tests.conftest import VEXUTOPIA_KEY, make_app

Step = tuple[str, str, Any]
"""Method, path, and what to send as JSON; None sends nothing. `{id}` is the id of the step before it."""

SPOONITY: tuple[Step, ...] = (
    ("POST", "/customers", {"name": "Ada", "email": "ada@example.com"}),
    ("GET", "/customers/{id}", None),
    ("PUT", "/customers/{id}?status=INACTIVE", {"name": "Ada Ito"}),
    ("DELETE", "/customers/{id}", None),
    ("POST", "/customers?name=Ben&email=ADA@example.com", None),
    ("POST", "/customers", {"name": None, "b": 1, "a": 2}),
    ("PUT", "/customers/{id}", {"status": "nothing"}),
    ("GET", "/customers?limit=3&sort=email&query=n:a%20e:example&z=1&y=2", None),
    ("GET", "/customers?limit=2&page=2&order=ASC", None),
    ("GET", "/customers?limit=0&page=x&order=up", None),
    ("PATCH", "/customers", None),
    ("GET", "/nowhere", None),
)
VEXUTOPIA: tuple[Step, ...] = (
    ("POST", "/v1/customers", {"email": "ada@example.com", "metadata": {"b": 1, "a": [{"z": 1.5, "y": None}]}}),
    ("POST", "/v1/payments", {"amount": 2000, "currency": "usd"}),
    ("GET", "/v1/payments/{id}", None),
    ("POST", "/v1/customers", {"email": "ADA@example.com"}),
    ("PATCH", "/v1/customers/{id}", {"name": "Ada", "metadata": {"c": 1, "b": 2}}),
    ("GET", "/v1/customers?email=ada@example.com&limit=1", None),
    ("DELETE", "/v1/customers/{id}", None),
    ("POST", "/v1/payments", {"amount": 1, "currency": "EUR", "customer_id": "nobody"}),
    ("GET", "/v1/payments?limit=5", None),
    ("POST", "/v1/customers", {"name": 1, "phone": 2, "metadata": 3}),
    ("GET", "/v1/customers?limit=101", None),
    ("PUT", "/v1/customers", None),
)
TOKEN = b"client_secret=a&client_id=b&grant_type=authorization_code&code=c"


def transcript(seed: int, fixture: str | Path) -> list[Any]:
    """Return every answer in order, and what is known at the end."""
    app = make_app(seed=seed, clock="step", fixture=[fixture])
    blue = app.mock.sandboxes.create("blue")
    answers: list[Any] = []
    for prefix, headers in (("", []), ("/@red", []), ("", [(b"mock-sandbox", b"green")]), ("", _bearer(blue.keys["vexutopia"]))):
        answers += _play(app, prefix, [*_bearer(VEXUTOPIA_KEY), *headers])
        for sandbox in app.mock.sandboxes:
            sandbox.state.clock = sandbox.state.clock.advanced(60_000)
    known = {sandbox.name: app.mock.fixtures.dump(sandbox.state) for sandbox in app.mock.sandboxes}
    events = {sandbox.name: list(sandbox.outbox) for sandbox in app.mock.sandboxes}
    return [*answers, known, events]


def _bearer(key: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", f"Bearer {key}".encode())]


def _play(app: App, prefix: str, headers: list[tuple[bytes, bytes]]) -> Iterator[Any]:
    form = (b"content-type", b"application/x-www-form-urlencoded")
    token = call(app, "POST", f"{prefix}/oauth/access_token", headers=[*headers, form], body=TOKEN)
    yield _answer(token)
    latest = "none"
    for method, path, sent in SPOONITY + VEXUTOPIA:
        body = b"" if sent is None else msgspec.json.encode(sent)
        json = [(b"content-type", b"application/json")] if body else []
        answer = call(app, method, prefix + path.replace("{id}", latest), headers=[*headers, *json], body=body)
        latest = answer.json().get("id", latest)
        yield _answer(answer)


def _answer(response: Response) -> Any:
    return [response.status, [(name.decode(), value.decode()) for name, value in response.headers], response.body.decode()]


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(transcript(int(sys.argv[1]), sys.argv[2])))
