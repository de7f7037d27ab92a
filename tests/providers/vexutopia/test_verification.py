"""The documented verifier, run in Node, takes what is delivered, and refuses what is wrong on purpose."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.http.app import App
from mockserver.webhooks import Delivery, Endpoint
from tests.conftest import VEXUTOPIA_KEY, MakeApp, client_of, sandbox_of
from tests.receiving import receiving
from tests.tools import NODE, program

SECRET = "whsec_x"
TIMESTAMPED = {"vexutopia.signature-form": "timestamped"}
BODIES: Sequence[dict[str, Any]] = (
    {"email": "plain@example.com"},
    {"email": "a@example.com", "name": "Zoë Ångström, 東京 😀", "phone": "+1 555 0100"},
    {"email": "b@example.com", "name": 'quote " backslash \\ slash / \b\f\n\r\t \u0001 \u007f \u2028\u2029 </script>'},
    {"email": "c@example.com", "metadata": {"nested": {"list": [1, [2, {"deep": None}]], "flag": False, "empty": {}}}},
    {"email": "d@example.com", "metadata": {"integers": [0, -1, 2**31, 2**53, 2**53 + 1, -(2**63), 10**18]}},
    {"email": "e@example.com", "metadata": {"decimals": [0.1, 1.0, 19.99, -0.0, 1e21, 1.5e-7, 123456789.125, 5e-324, 1e300]}},
    {"email": "f@example.com", "metadata": {"b": 1, "10": "ten", "9": "nine", "a": 2, "007": 3, "-1": 4, "4294967295": 5}},
    {"email": "g@example.com", "metadata": {"__proto__": {"a": 1}, "constructor": 1, "": "empty", "é": "key"}},
)


def verdicts(deliveries: Sequence[Delivery], *, form: str = "hex", now: int, secret: str = SECRET) -> list[dict[str, bool]]:
    """Return what both verifiers say of each delivery at the time `now`, in milliseconds since 1970."""
    asked = [
        {
            "body": b64encode(each.body).decode(),
            "signature": dict(each.headers)[b"x-vexutopia-signature"].decode(),
            "secret": secret,
            "form": form,
            "now": now // 1000,
        }
        for each in deliveries
    ]
    command = [program("node"), str(NODE / "verifier.mjs")]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, encoding="utf-8", check=True, timeout=30)
    said: list[dict[str, bool]] = json.loads(done.stdout)
    return said


@pytest.fixture
def app(make_app: MakeApp) -> App:
    app = make_app()
    sandbox_of(app).state.endpoints = (Endpoint("box", "", SECRET),)
    return app


def make(app: App, how: str, event_type: str = "customer.created") -> Delivery:
    """Make an event whose delivery goes wrong so, and return that delivery."""
    reply = client_of(app).post("/_mock/events", json={"type": event_type, "how": how})
    assert reply.status_code == 201, reply.text
    number = next(row["number"] for row in reply.json()["deliveries"] if row["how"] == how)
    found = sandbox_of(app).outbox.get(number)
    assert found is not None
    return found


@pytest.mark.parametrize("form", ["hex", "timestamped"])
def test_verifiers_take_every_delivery(app: App, form: str) -> None:
    sandbox = sandbox_of(app)
    sandbox.choose(TIMESTAMPED if form == "timestamped" else {})
    client = client_of(app, VEXUTOPIA_KEY)
    for body in BODIES:
        assert client.post("/v1/customers", json=body).status_code == 201
    for amount in (1, 2**53 - 1):
        client.post("/v1/payments", json={"amount": amount, "currency": "usd", "metadata": {"2": 1, "1": {"é": 0.1}}})
    app.webhook_sender.advance(sandbox, 10_000)
    deliveries = sandbox.outbox.deliveries
    assert len(deliveries) == len(BODIES) + 4
    assert verdicts(deliveries, form=form, now=sandbox.now) == [{"documented": True, "raw": True}] * len(deliveries)


def test_verifiers_take_what_arrives_over_a_socket(app: App) -> None:
    sandbox = sandbox_of(app)
    client = client_of(app, VEXUTOPIA_KEY)
    with receiving() as receiver:
        sandbox.state.endpoints = (Endpoint("socket", receiver.url, SECRET),)
        for body in BODIES:
            client.post("/v1/customers", json=body)
        assert app.webhook_sender.flush(sandbox, 20)
    assert [each.body for each in receiver.received] == [each.body for each in sandbox.outbox.deliveries]
    assert verdicts(sandbox.outbox.deliveries, now=sandbox.now) == [{"documented": True, "raw": True}] * len(BODIES)


@pytest.mark.parametrize("how", ["bad-signature", "truncate"])
def test_verifiers_refuse_what_is_wrong(app: App, how: str) -> None:
    assert verdicts([make(app, how)], now=sandbox_of(app).now) == [{"documented": False, "raw": False}]


def test_verifiers_refuse_the_old_secret(app: App) -> None:
    client_of(app).patch("/_mock/webhooks/box", json={"secret": "whsec_new"})
    delivery, now = make(app, "old-secret"), sandbox_of(app).now
    assert verdicts([delivery], now=now, secret="whsec_new") == [{"documented": False, "raw": False}]
    assert verdicts([delivery], now=now) == [{"documented": True, "raw": True}]


def test_other_bytes_of_the_same_json_are_refused_by_who_signs_bytes(app: App) -> None:
    delivery = make(app, "re-serialise")
    assert verdicts([delivery], now=sandbox_of(app).now) == [{"documented": True, "raw": False}]


@pytest.mark.parametrize("how", ["stale", "future"])
def test_verifiers_refuse_another_time(app: App, how: str) -> None:
    sandbox_of(app).choose(TIMESTAMPED)
    assert verdicts([make(app, how)], form="timestamped", now=sandbox_of(app).now) == [{"documented": False, "raw": False}]


@pytest.mark.parametrize("how", ["duplicate", "after-delete", "reorder"])
def test_what_only_comes_at_a_wrong_time_is_well_signed(app: App, how: str) -> None:
    delivery = make(app, how, "customer.updated")
    assert verdicts([delivery], now=sandbox_of(app).now) == [{"documented": True, "raw": True}]


def test_duplicate_is_told_by_the_id_of_its_event(app: App) -> None:
    make(app, "duplicate")
    one, other = (json.loads(each.body) for each in sandbox_of(app).outbox.deliveries)
    assert one == other
    assert len({one["id"], other["id"]}) == 1


def test_reordered_and_late_ones_are_told_by_their_time(app: App) -> None:
    sandbox = sandbox_of(app)
    client = client_of(app)
    identity = make(app, "reorder").event.object
    app.webhook_sender.advance(sandbox, 60_000)
    client.post("/_mock/events", json={"type": "customer.updated", "object": identity})
    client.post("/_mock/events", json={"type": "customer.updated", "object": identity, "how": "delay"})
    app.webhook_sender.advance(sandbox, 3_600_000)
    arrived = sorted(sandbox.outbox.deliveries, key=lambda each: (each.due, each.event.type != "customer.updated"))
    times = [json.loads(each.body)["created_at"] for each in arrived]
    assert times == ["2026-02-02T13:49:05Z", "2026-02-02T13:48:05Z", "2026-02-02T13:49:05Z"]
    assert [each.how for each in arrived] == ["", "reorder", "delay"]
    assert arrived[2].due - arrived[0].due == 600_000


def test_one_changed_byte_is_refused(app: App) -> None:
    client_of(app, VEXUTOPIA_KEY).post("/v1/customers", json={"email": "a@example.com"})
    (delivery,) = sandbox_of(app).outbox.deliveries
    spoilt = [delivery.body.replace(b"a@", b"b@"), delivery.body[:-1] + b" }", delivery.body.replace(b"cus_", b"cut_")]
    changed = [
        Delivery(number=0, event=delivery.event, endpoint="", url="", due=0, headers=delivery.headers, body=each)
        for each in spoilt
    ]
    said = verdicts(changed, now=0)
    assert [each["raw"] for each in said] == [False, False, False]
    assert [each["documented"] for each in said] == [False, True, False]
