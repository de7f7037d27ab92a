"""Whatever a journal and the deliveries hold, they can be judged."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mockserver.contract import Contract
from mockserver.exchange import Exchange, Request
from mockserver.judge.conduct import findings
from mockserver.judge.rules import RuleSettings
from mockserver.providers import PROVIDERS
from mockserver.webhooks import Delivery, How
from tests.judge.conduct.bad import delivery

CONTRACT = Contract.load()

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**60), 2**60) | some.text(some.characters(codec="utf-8"), max_size=5),
    lambda values: (
        some.lists(values, max_size=3)
        | some.dictionaries(some.sampled_from(["id", "items", "data", "next", "prev", "has_more", "status"]), values, max_size=4)
    ),
    max_leaves=8,
)
BODIES = some.binary(max_size=20) | VALUES.map(msgspec.json.encode)
PAGES = some.tuples(some.lists(VALUES, max_size=3), VALUES, VALUES).map(
    lambda page: msgspec.json.encode({"items": page[0], "data": page[0], "next": page[1], "prev": page[1], "has_more": page[2]})
)
QUERIES = some.lists(
    some.sampled_from([b"limit=", b"page=", b"offset=", b"query=", b"api_key=", b"&"]).flatmap(
        lambda name: some.binary(max_size=5).map(lambda value: name + value)
    ),
    max_size=4,
).map(b"&".join)
WAITS = some.sampled_from([b"1", b"9" * 30, b"Mon, 02 Feb 2026 13:48:35 GMT", b"Sun, 31 Feb 0001 99:00:00 -9999", b"\xff"])
FAULTS = some.sampled_from(["lost-reply", "drop", "truncate", "garbage", "paging=shrink", "status=500", "latency=3"])


@some.composite
def exchanges(draw: some.DrawFn) -> Exchange:
    operation = draw(some.sampled_from([*CONTRACT.operations, ""]))
    known = CONTRACT.operations.get(operation)
    path = known.path if known is not None else draw(some.sampled_from(["/", "/customers/%ff/x", "/v1/customers/1/2", "/%"]))
    request = Request(known.method if known is not None else "GET", path, draw(QUERIES), "http://mock", {}, [], draw(BODIES))
    return Exchange(
        number=draw(some.integers(1, 20)),
        at=draw(some.integers(0, 5_000)),
        real_ms=draw(some.integers(0, 5_000)),
        request=request,
        operation=operation,
        status=draw(some.sampled_from([0, 200, 201, 204, 404, 429, 503])),
        headers=[(b"retry-after", draw(WAITS))] * draw(some.booleans()),
        body=draw(BODIES | PAGES),
        assumed={},
        violations=(),
        took_us=draw(some.integers(0, 5_000_000)),
        incomplete_parts=draw(some.frozensets(some.sampled_from(["request", "reply"]), max_size=1)),
        faults=tuple(draw(some.lists(FAULTS, max_size=2))),
    )


@some.composite
def deliveries(draw: some.DrawFn) -> Delivery:
    return delivery(
        draw(some.integers(1, 20)),
        draw(some.sampled_from(["evt_1", "evt_2"])),
        how=draw(some.sampled_from(["", *get_args(How)])),
        answer=draw(some.sampled_from([0, 200, 500])),
        sent_after=draw(some.integers(0, 20)),
        answered_after=draw(some.integers(0, 20)),
    )


@pytest.mark.slow
@given(some.lists(exchanges(), max_size=12), some.lists(deliveries(), max_size=4), some.sampled_from(["real", "frozen", "step"]))
@settings(max_examples=50)
def test_anything_can_be_judged(journal: list[Exchange], log: list[Delivery], clock: str) -> None:
    for provider in PROVIDERS:
        found = findings(journal, log, CONTRACT, provider, settings=RuleSettings(clock=clock))  # type: ignore[arg-type]
        assert all(each.times and (each.exchanges or each.deliveries) for each in found)
