"""Real receivers, good and bad, are judged by what the mock really delivered to them."""

import asyncio
import hmac
from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any, get_args

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from mockserver.providers import PROVIDERS, Provider
from mockserver.webhooks import Delivery, How
from tests.conftest import sandbox_of
from tests.judge.conduct.judging import World, world

SECRET = b"whsec_x"
OLD = "whsec_before"
TIMEOUT_S = 20

Event = dict[str, Any]
Deed = Callable[[httpx.Client, Event], object]


def thank(client: httpx.Client, event: Event) -> None:
    """Note at the payment's customer that it was paid; a failure is tried once more."""
    customer = event["data"]["object"]["customer_id"]
    for _ in range(2):
        if client.patch(f"/v1/customers/{customer}", json={"metadata": {"paid": event["data"]["object"]["id"]}}).is_success:
            return


class Shop:
    """A receiver that is a WSGI application."""

    def __init__(self, there: World, *, checks: bool = True, remembers: bool = True) -> None:
        self.client, self.checks, self.remembers = there.vexutopia, checks, remembers
        self.seen: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[[str, list[Any]], object]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        status = self.handle(body, environ["HTTP_X_VEXUTOPIA_SIGNATURE"])
        start_response(status, [])
        return []

    def handle(self, body: bytes, signature: str) -> str:
        signed = hmac.compare_digest(hmac.new(SECRET, body, "sha256").hexdigest(), signature)
        if self.checks and not signed:
            return "400 Bad Request"
        event = msgspec.json.decode(body) if signed else {"id": "", "type": ""}
        if event["type"] == "payment.succeeded" and not (self.remembers and event["id"] in self.seen):
            self.seen.add(event["id"])
            thank(self.client, event)
        return "200 OK"


def pay(there: World, receiver: Callable[..., Any]) -> Delivery:
    """Have a payment made and settled, tell the receiver of it, and return the last delivery."""
    sandbox, sender = sandbox_of(there.app), there.app.webhook_sender
    endpoint = sender.connect(sandbox, receiver, secret=SECRET.decode(), events=("payment.succeeded",))
    sandbox.state.endpoints = (replace(endpoint, old_secret=OLD),)
    customer = there.vexutopia.post("/v1/customers", json={"email": "ada@example.com"}).json()["id"]
    there.vexutopia.post("/v1/payments", json={"amount": 100, "currency": "usd", "customer_id": customer})
    sender.advance(sandbox, 5_000)
    return sandbox.outbox.deliveries[-1]


def deliver_again(there: World, delivery: Delivery, how: str = "") -> None:
    """Deliver the event once more, with something wrong about it."""
    sandbox = sandbox_of(there.app)
    again = Delivery(number=0, event=delivery.event, endpoint=delivery.endpoint, url=delivery.url, due=sandbox.now, how=how)
    sandbox.outbox.enqueue(again)
    there.app.webhook_sender.send_due(sandbox)
    assert there.app.webhook_sender.flush(sandbox, TIMEOUT_S)


def found(there: World, clock: str = "frozen") -> list[str]:
    return there.rules(*sandbox_of(there.app).outbox.deliveries, clock=clock)


def test_good_receiver_is_found_nothing_against_whatever_is_delivered() -> None:
    there = world()
    first = pay(there, Shop(there))
    for how in ("", *get_args(How)):
        deliver_again(there, first, how)

    answers = {each.how: each.answer for each in sandbox_of(there.app).outbox.deliveries}
    assert answers["duplicate"] == 200
    assert answers["bad-signature"] == answers["old-secret"] == answers["truncate"] == 400
    assert found(there, "real") == []


@pytest.mark.parametrize("kind", ["status", "lost-reply", "drop", "truncate", "garbage"])
def test_good_receiver_is_found_nothing_against_under_faults(kind: Any) -> None:
    there = world()
    there.disturb(kind, **({"status": 503} if kind == "status" else {}), operations=("vexutopia.updateCustomer",), first=1)
    deliver_again(there, pay(there, Shop(there)), "duplicate")

    assert found(there, "real") == []


@pytest.mark.parametrize("how", ["bad-signature", "old-secret", "truncate"])
def test_receiver_that_checks_no_signature_is_found(how: str) -> None:
    there = world()
    deliver_again(there, pay(there, Shop(there, checks=False)), how)

    assert found(there) == ["accepted-bad-signature"]


def test_receiver_that_remembers_nothing_is_found() -> None:
    there = world()
    deliver_again(there, pay(there, Shop(there, remembers=False)), "duplicate")

    (finding,) = there.found(*sandbox_of(there.app).outbox.deliveries)

    assert (finding.rule, finding.exchanges, finding.deliveries) == ("duplicate-acted-on", (4,), (2,))


def hurried(provider: Provider) -> Provider:
    """Return the provider with hardly any patience."""
    assert provider.webhooks is not None
    return changed(provider, webhooks=changed(provider.webhooks, timeout_s=0.02))


def test_receiver_that_never_answers_is_found() -> None:
    async def ponder(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.Future()

    impatient = [each if each.webhooks is None else hurried(each) for each in PROVIDERS]
    there = world(providers=impatient, assume={"vexutopia.webhook-retries": "none"})
    pay(there, ponder)

    assert found(there, "real") == ["slow-receiver"]
    assert found(there) == []


def test_receiver_that_cannot_be_reached_is_not_slow() -> None:
    def broken(_environ: Any, _start_response: Any) -> list[bytes]:
        raise ConnectionError("nobody is here")

    there = world()
    pay(there, broken)

    assert found(there, "real") == []
