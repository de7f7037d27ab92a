"""A good client is found nothing against, whatever goes wrong around it."""

from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from mockserver.faults import PRESETS, FaultKind
from tests.conftest import sandbox_of
from tests.judge.conduct.good import LENDERY, SPOONITY, VEXUTOPIA, GaveUpError, GoodClient
from tests.judge.conduct.judging import World, world

FAULTS: dict[str, tuple[FaultKind, dict[str, Any]]] = {
    "status 500": ("status", {"status": 500}),
    "status 503, later": ("status", {"status": 503, "retry_after": 30}),
    "status 429": ("status", {"status": 429, "retry_after": 3}),
    "rate limit": ("rate-limit", {"limit": 2, "per": "10s"}),
    "latency": ("latency", {"ms": 500}),
    "latency beyond patience": ("latency", {"ms": 20_000}),
    "lost reply": ("lost-reply", {}),
    "drop": ("drop", {}),
    "truncate": ("truncate", {}),
    "garbage": ("garbage", {}),
    "drip": ("drip", {"ms": 5}),
    **{
        f"paging {mode}": ("paging", {"mode": mode})
        for mode in ("shrink", "repeat", "insert", "remove", "total", "empty-tail", "loop")
    },
}

TIMES: dict[str, dict[str, Any]] = {
    "always": {},
    "once": {"first": 1},
    "twice": {"first": 2},
    "every other": {"every": 2},
    "now and then": {"probability": 0.4},
}

APIS = {"spoonity": SPOONITY, "vexutopia": VEXUTOPIA, "lendery": LENDERY}
ROWS = {"spoonity": 53, "vexutopia": 150, "lendery": 3}
GAIN = {"spoonity": 1, "vexutopia": 1, "lendery": 1}
"""Of two records that are created, one is deleted."""


def do_everything(client: GoodClient) -> None:
    """Do what applications do, each part whatever became of the one before."""
    first: dict[str, Any] = {}
    with suppress(GaveUpError):
        first = client.create("ada@example.com")
    with suppress(GaveUpError):
        client.create("grace@example.com")
    with suppress(GaveUpError):
        list(client.walk())
    with suppress(GaveUpError):
        client.change(first.get("id", "none"))
    with suppress(GaveUpError):
        client.delete(first.get("id", "none"))
    with suppress(GaveUpError):
        list(client.walk())


def good_client(there: World, name: str) -> GoodClient:
    return GoodClient(getattr(there, name), APIS[name], there.wait)


@pytest.mark.parametrize("clock", ["frozen", "step", "real"])
@pytest.mark.parametrize("name", APIS)
def test_good_client_is_found_nothing_against(name: str, clock: str) -> None:
    there = world(toy=name == "lendery", clock=clock)

    client = good_client(there, name)
    rows = len(list(client.walk()))

    do_everything(client)

    assert there.found(clock=clock) == []
    assert rows == ROWS[name]
    assert len(list(client.walk())) == rows + GAIN[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", APIS)
def test_good_client_is_found_nothing_against_under_any_fault(name: str) -> None:
    found = {}
    for (fault, (kind, values)), (often, times) in product(FAULTS.items(), TIMES.items()):
        there = world(toy=name == "lendery")
        there.disturb(kind, **values, **times)
        do_everything(good_client(there, name))
        found[fault, often] = there.found(clock="real")

    assert {case: findings for case, findings in found.items() if findings} == {}


@pytest.mark.parametrize("name", APIS)
def test_good_client_is_found_nothing_against_under_any_preset(name: str) -> None:
    found = {}
    for preset, seed in product(PRESETS, range(3)):
        there = world(toy=name == "lendery", seed=seed)
        sandbox_of(there.app).faults.arm(PRESETS[preset])
        do_everything(good_client(there, name))
        found[preset, seed] = there.found(clock="real")

    assert {case: findings for case, findings in found.items() if findings} == {}


def test_good_client_waits_for_a_payment_without_haste() -> None:
    there = world()
    there.disturb("status", status=503, every=2)
    payment = world_payment(there)

    assert good_client(there, "vexutopia").await_payment(payment) == "succeeded"
    assert there.found(clock="real") == []


def world_payment(there: World) -> str:
    """Return the id of a pending payment."""
    return str(there.vexutopia.post("/v1/payments", json={"amount": 100, "currency": "usd"}).json()["id"])
