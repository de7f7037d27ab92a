"""Deliberately bad little clients: each does one thing wrong that every call lets it do."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from mockserver.webhooks import Delivery, Event
from tests.judge.conduct.judging import World

Deliveries = list[Delivery]


def delivery(number: int, event_id: str = "evt_1", **values: Any) -> Delivery:
    """Return a delivery that was answered, as the log has it."""
    event = Event(event_id, "payment.succeeded", 0, {}, {}, "vexutopia", "pay_1")
    made = {"due": 0, "status": "delivered", "answer": 200, "took_ms": 5.0, **values}
    return Delivery(number=number, event=event, endpoint="we_1", url="http://127.0.0.1:9000/hook?token=t0ken", **made)


def makes_links_by_hand(there: World) -> Deliveries:
    """Counts pages itself, and loses the filter on the way."""
    rows = there.spoonity.get("/customers?limit=20&query=s%3AACTIVE").json()
    page = 1
    while rows["next"]:
        page += 1
        rows = there.spoonity.get(f"/customers?page={page}&limit=20").json()
    return []


def stops_early(there: World) -> Deliveries:
    """Takes two pages, whatever there is."""
    for offset in (0, 10):
        there.vexutopia.get(f"/v1/customers?limit=10&offset={offset}")
    return []


def walks_past_the_end(there: World) -> Deliveries:
    """Goes on until a page is empty."""
    page = 1
    while there.spoonity.get(f"/customers?limit=40&page={page}").json()["items"]:
        page += 1
    return []


def takes_a_short_page_as_the_last(there: World) -> Deliveries:
    """Goes on while pages are full."""
    there.disturb("paging", mode="shrink", every=3)
    offset, is_full = 0, True
    while is_full:
        is_full = len(there.vexutopia.get(f"/v1/customers?limit=20&offset={offset}").json()["data"]) == 20
        offset += 20
    return []


def asks_again_at_once(there: World) -> Deliveries:
    """Asks again at once when it is told to come back later."""
    there.disturb("rate-limit", limit=1, per="1m")
    for _ in range(4):
        there.spoonity.get("/customers?limit=5")
    return []


def creates_again(there: World) -> Deliveries:
    """Sends a creation again when it hears nothing."""
    there.disturb("lost-reply", operations=("vexutopia.createPayment",), first=1)
    for _ in range(2):
        with suppress(httpx.TransportError):
            there.vexutopia.post("/v1/payments", json={"amount": 4_200, "currency": "usd"})
            break
    return []


def polls(there: World) -> Deliveries:
    """Looks at a payment without a pause."""
    payment = there.vexutopia.post("/v1/payments", json={"amount": 4_200, "currency": "usd"}).json()["id"]
    for _ in range(20):
        there.vexutopia.get(f"/v1/payments/{payment}")
    return []


def retrieves_each(there: World) -> Deliveries:
    """Retrieves each row of a list that has it whole."""
    for row in there.spoonity.get("/customers?limit=5").json()["items"]:
        there.spoonity.get(f"/customers/{row['id']}")
    return []


def tells_its_key_in_urls(there: World) -> Deliveries:
    """Sends its key as a parameter too."""
    there.vexutopia.get("/v1/payments?limit=5&api_key=vex_test_your_api_key")
    return []


def escapes_no_filter(there: World) -> Deliveries:
    """Puts what was typed into the filter as forms write it."""
    there.spoonity.get("/customers?query=n:john+s:ACTIVE")
    return []


def believes_any_signature(_there: World) -> Deliveries:
    """Answers 200 to whatever comes."""
    return [delivery(1), delivery(2, "evt_2", how="bad-signature")]


def answers_late(_there: World) -> Deliveries:
    """Works first, and answers then."""
    return [delivery(1), delivery(2, "evt_2", status="failed", answer=0, took_ms=10_003.0)]


def acts_twice(there: World) -> Deliveries:
    """Does at each delivery what its event asks for, without a look at its id."""
    customer = there.vexutopia.post("/v1/customers", json={"email": "ada@example.com"}).json()["id"]
    for _ in range(2):
        there.vexutopia.patch(f"/v1/customers/{customer}", json={"metadata": {"paid": "yes"}})
    first, second = delivery(1, sent_after=1, answered_after=2), delivery(2, sent_after=2, answered_after=3, how="duplicate")
    return [first, second]


BAD: Mapping[str, Callable[[World], Deliveries]] = {
    "hand-made-page-link": makes_links_by_hand,
    "walk-stopped-early": stops_early,
    "walk-past-end": walks_past_the_end,
    "short-page-taken-as-last": takes_a_short_page_as_the_last,
    "ignored-retry-after": asks_again_at_once,
    "create-repeated-after-lost-reply": creates_again,
    "polling-too-fast": polls,
    "retrieve-per-item": retrieves_each,
    "credential-in-url": tells_its_key_in_urls,
    "unescaped-filter": escapes_no_filter,
    "accepted-bad-signature": believes_any_signature,
    "slow-receiver": answers_late,
    "duplicate-acted-on": acts_twice,
}
"""Rule → who breaks it."""
