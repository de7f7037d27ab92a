"""What a client may send again, and what it must not."""

from contextlib import suppress
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from mockserver.exchange import Exchange
from mockserver.judge.conduct import findings
from mockserver.judge.conduct.repeats import ignored_retry_after
from mockserver.judge.rules import RuleInput, RuleSettings
from mockserver.providers import PROVIDERS
from tests.conftest import sandbox_of
from tests.judge.conduct.judging import World, world

VEXUTOPIA = next(each for each in PROVIDERS if each.name == "vexutopia")
PAYMENT = {"amount": 4_200, "currency": "usd"}


@pytest.fixture
def there() -> World:
    return world()


def pay(there: World, **values: Any) -> str:
    """Create a payment and return its id; empty if that could not be read."""
    with suppress(httpx.TransportError, ValueError):
        return str(there.vexutopia.post("/v1/payments", json={**PAYMENT, **values}).json().get("id", ""))
    return ""


def refused(there: World, waits_s: float) -> list[str]:
    """Have a list refused for 30 seconds, ask again after so many, and return what is found."""
    there.disturb("status", status=503, retry_after=30, first=1)
    there.vexutopia.get("/v1/customers?limit=5")
    there.wait(waits_s)
    there.vexutopia.get("/v1/customers?limit=5")
    return there.rules()


@pytest.mark.parametrize(("waits_s", "found"), [(0, True), (29.9, True), (30, False), (3_600, False)])
def test_retry_after_is_heeded_on_the_clock_of_the_sandbox(waits_s: float, found: bool, there: World) -> None:
    assert refused(there, waits_s) == ["ignored-retry-after"] * found


def times(there: World, *real_ms: int, took_us: int = 200) -> list[Exchange]:
    """Return the journal as if its exchanges had come at these times of the machine."""
    journal = list(sandbox_of(there.app).journal)
    return [replace(each, real_ms=ms, took_us=took_us) for each, ms in zip(journal, real_ms, strict=True)]


def rules_of(there: World, exchanges: list[Exchange], clock: Any = "real") -> list[str]:
    contract = there.app.mock.pipeline.contract
    return [each.rule for each in findings(exchanges, (), contract, VEXUTOPIA, settings=RuleSettings(clock=clock))]


@pytest.mark.parametrize(("real_ms", "found"), [(1_000_001, True), (1_029_999, True), (1_030_000, False), (0, True)])
def test_retry_after_is_heeded_on_the_machines_clock(real_ms: int, found: bool, there: World) -> None:
    refused(there, 0)

    assert rules_of(there, times(there, 1_000_000, real_ms)) == ["ignored-retry-after"] * found


def test_what_was_on_its_way_before_a_refusal_cannot_heed_it(there: World) -> None:
    refused(there, 0)

    assert rules_of(there, times(there, 1_000_000, 1_000_400, took_us=500_000)) == []
    assert rules_of(there, times(there, 1_000_000, 1_000_500, took_us=500_000)) == ["ignored-retry-after"]


def over_connections(exchanges: list[Exchange], gap_ms: int) -> list[Exchange]:
    """Return exchanges as if each had come on a connection of its own, so long after the one before."""
    return [
        replace(
            each,
            at=exchanges[0].at + n * gap_ms,
            request=replace(each.request, connection=n),
            real_ms=1_000_000 + n * gap_ms,
            took_us=0,
        )
        for n, each in enumerate(exchanges)
    ]


def ask_again(there: World, count: int) -> list[Exchange]:
    there.disturb("status", status=503, retry_after=30)
    for _ in range(count):
        there.vexutopia.get("/v1/customers?limit=5")
    return list(sandbox_of(there.app).journal)


def test_requests_that_were_sent_side_by_side_cannot_heed_each_others_refusal(there: World) -> None:
    exchanges = ask_again(there, 8)

    assert rules_of(there, over_connections(exchanges, 2)) == []
    assert rules_of(there, [replace(each, real_ms=1_000_000, took_us=0) for each in exchanges]) == ["ignored-retry-after"]


def test_who_asks_on_and_on_is_told_from_requests_side_by_side(there: World) -> None:
    exchanges = ask_again(there, 30)

    (found,) = findings(over_connections(exchanges, 2), (), there.app.mock.pipeline.contract, VEXUTOPIA)

    assert (found.rule, found.times, found.exchanges[0]) == ("ignored-retry-after", 2, 14)


def test_after_the_clock_went_back_nobody_can_tell_how_long_a_client_waited(there: World) -> None:
    sandbox_of(there.app).snapshot("before")
    there.wait(60)
    there.disturb("status", status=503, retry_after=30, first=1)
    there.vexutopia.get("/v1/customers?limit=5")
    sandbox_of(there.app).restore("before")
    there.vexutopia.get("/v1/customers?limit=5")

    assert there.rules() == []


def test_other_requests_may_come_before_retry_after(there: World) -> None:
    there.disturb("status", status=429, retry_after=30, first=1)
    for path in ("/v1/customers?limit=5", "/v1/customers?limit=6", "/v1/payments"):
        there.vexutopia.get(path)

    assert there.rules() == []


def test_each_refusal_asks_anew(there: World) -> None:
    there.disturb("status", status=429, retry_after=3)
    for _ in range(4):
        there.vexutopia.get("/v1/customers?limit=5")
        there.wait(2)

    (found,) = there.found()

    assert (found.rule, found.place, found.exchanges, found.statuses) == (
        "ignored-retry-after",
        "header.retry-after",
        (2, 3, 4),
        (429,),
    )
    assert found.detail == "repeated before the 3 s were over that the 429 reply asked for"


def test_once_a_request_was_let_in_nothing_is_left_to_wait_for(there: World) -> None:
    refused(there, 0)
    there.vexutopia.get("/v1/customers?limit=5")

    assert [(each.rule, each.exchanges) for each in there.found()] == [("ignored-retry-after", (2,))]


def test_refusal_that_never_arrived_asks_for_nothing(there: World) -> None:
    there.disturb("lost-reply", first=1)
    there.disturb("status", status=429, retry_after=30, first=1)
    with pytest.raises(httpx.TransportError):
        there.vexutopia.get("/v1/customers?limit=5")
    there.vexutopia.get("/v1/customers?limit=5")

    assert there.rules() == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b"Mon, 02 Feb 2026 13:48:35 GMT", 1),
        (b"Mon, 02 Feb 2026 13:48:05 GMT", 0),
        (b"0", 0),
        (b"soon", 0),
        (b"-5", 0),
        (b"999999999999999999", 1),
    ],
)
def test_retry_after_may_be_a_date(said: bytes, found: int, there: World) -> None:
    refused(there, 0)
    first, second = sandbox_of(there.app).journal
    told = replace(first, headers=[*[each for each in first.headers if each[0] != b"retry-after"], (b"retry-after", said)])
    case = RuleInput([told, second], there.app.mock.pipeline.contract, VEXUTOPIA)

    assert len(list(ignored_retry_after.find(case))) == found


@pytest.mark.parametrize("kind", ["lost-reply", "truncate", "garbage"])
def test_double_is_named(kind: Any, there: World) -> None:
    there.disturb(kind, operations=("vexutopia.createPayment",), first=1)
    assert pay(there) == ""
    again = pay(there)
    (lost,) = {each["id"] for each in there.vexutopia.get("/v1/payments?limit=100").json()["data"] if each["amount"] == 4_200} - {
        again
    }

    (found,) = there.found()

    assert (found.rule, found.about, found.exchanges) == ("create-repeated-after-lost-reply", "vexutopia.createPayment", (2,))
    assert found.detail == f"{again} is a double of {lost}, which exchange 1 created, though its reply did not arrive"


def test_each_creation_is_the_double_of_the_one_before(there: World) -> None:
    there.disturb("lost-reply", first=2)
    for _ in range(3):
        pay(there)

    assert [(each.rule, each.exchanges) for each in there.found()] == [
        ("create-repeated-after-lost-reply", (2,)),
        ("create-repeated-after-lost-reply", (3,)),
    ]


@pytest.mark.parametrize("kind", ["drop", "status"])
def test_what_was_not_done_may_be_sent_again(kind: Any, there: World) -> None:
    there.disturb(kind, **({"status": 500} if kind == "status" else {}), first=1)
    pay(there)
    pay(there)

    assert there.rules() == []


@pytest.mark.parametrize(("kind", "values"), [("latency", {"ms": 300}), ("drip", {"ms": 1}), ("paging", {"mode": "loop"})])
def test_what_arrived_late_did_arrive(kind: Any, values: Any, there: World) -> None:
    there.disturb(kind, **values)
    pay(there)
    pay(there)

    assert there.rules() == []


def test_creations_at_the_same_time_are_both_meant(there: World) -> None:
    there.disturb("lost-reply", first=1)
    pay(there)
    pay(there)

    assert rules_of(there, times(there, 1_000_000, 1_000_005, took_us=20_000)) == []
    assert rules_of(there, times(there, 1_000_000, 1_000_020, took_us=20_000)) == ["create-repeated-after-lost-reply"]


def test_other_creations_may_follow_a_lost_reply(there: World) -> None:
    there.disturb("lost-reply", first=1)
    pay(there)
    pay(there, amount=4_300)

    assert there.rules() == []


def test_creation_that_is_refused_makes_no_double(there: World) -> None:
    there.disturb("lost-reply", first=1)
    pay(there)
    there.disturb("status", status=402, first=1)
    pay(there)

    assert there.rules() == []


@pytest.mark.parametrize("looks", ["list", "retrieve", "delete"])
def test_who_knows_the_first_record_means_to_create_another(looks: str, there: World) -> None:
    there.disturb("lost-reply", first=1)
    client, draft = there.vexutopia, {"email": "ada@example.com"}
    with pytest.raises(httpx.TransportError):
        client.post("/v1/customers", json=draft)
    known = there.vexutopia.get("/v1/customers?email=ada@example.com").json()["data"][0]["id"] if looks != "list" else ""
    journal = list(sandbox_of(there.app).journal)
    method, path = {
        "list": ("GET", "/v1/customers?email=ada@example.com"),
        "retrieve": ("GET", f"/v1/customers/{known}"),
        "delete": ("DELETE", f"/v1/customers/{known}"),
    }[looks]
    client.request(method, path)
    client.post("/v1/customers", json=draft)
    exchanges = [each for each in sandbox_of(there.app).journal if each not in journal[1:]]

    assert rules_of(there, exchanges, "frozen") == []
    assert rules_of(there, [each for each in exchanges if each.request.method == "POST"], "frozen") == [
        "create-repeated-after-lost-reply"
    ]


def look(there: World, count: int, **values: Any) -> list[Exchange]:
    """Look at a customer so many times, a tenth of a second apart, and return the exchanges."""
    customer = there.vexutopia.get("/v1/customers?limit=1").json()["data"][0]["id"]
    for _ in range(count):
        there.vexutopia.get(f"/v1/customers/{customer}", **values)
    gap = 100
    exchanges = list(sandbox_of(there.app).journal)[1:]
    return [replace(each, at=each.at + n * gap, real_ms=1_000_000 + n * gap) for n, each in enumerate(exchanges)]


def test_polling_is_told_with_how_often(there: World) -> None:
    exchanges = look(there, 7)
    contract = there.app.mock.pipeline.contract

    (found,) = findings(exchanges, (), contract, VEXUTOPIA)

    assert (found.rule, found.times, found.about) == ("polling-too-fast", 6, "vexutopia.retrieveCustomer")
    assert found.detail == "the same request within 1000 ms, with the same answer"


def test_four_looks_are_no_polling(there: World) -> None:
    assert rules_of(there, look(there, 4)) == []
    assert rules_of(world(), look(world(), 5)) == ["polling-too-fast"]


@pytest.mark.parametrize("clock", ["frozen", "step"])
def test_polling_counts_with_a_real_clock_only(clock: str, there: World) -> None:
    assert rules_of(there, look(there, 9), clock) == []


@pytest.mark.parametrize("moves", ["at", "real_ms"])
def test_either_clock_may_make_the_pause(moves: str, there: World) -> None:
    exchanges = [replace(each, **{moves: getattr(each, moves) + n * 1_000}) for n, each in enumerate(look(there, 9))]

    assert rules_of(there, exchanges) == []


def test_how_long_to_wait_is_set(there: World) -> None:
    exchanges, contract = look(there, 9), there.app.mock.pipeline.contract

    assert findings(exchanges, (), contract, VEXUTOPIA, settings=RuleSettings(polling_ms=100)) == ()
    assert findings(exchanges, (), contract, VEXUTOPIA, settings=RuleSettings(polling_ms=101)) != ()


def test_looks_at_the_same_time_are_no_polling(there: World) -> None:
    exchanges = [replace(each, real_ms=1_000_000 + n, took_us=50_000) for n, each in enumerate(look(there, 9))]

    assert rules_of(there, exchanges) == []


def test_looks_side_by_side_are_no_polling_and_looks_on_and_on_are(there: World) -> None:
    exchanges = look(there, 120)

    assert rules_of(there, over_connections(exchanges[:8], 2)) == []
    assert rules_of(there, over_connections(exchanges, 1)) == ["polling-too-fast"]
    assert rules_of(there, over_connections(exchanges[:5], 25)) == ["polling-too-fast"]


def test_answer_that_changed_is_worth_another_look(there: World) -> None:
    exchanges = look(there, 9)
    exchanges[4] = replace(exchanges[4], body=b"{}")

    assert rules_of(there, exchanges) == []


def test_change_of_ones_own_is_worth_another_look(there: World) -> None:
    exchanges = look(there, 8)
    write = replace(exchanges[0], request=replace(exchanges[0].request, method="PATCH"))

    assert rules_of(there, [*exchanges[:4], write, *exchanges[4:]]) == []
    assert rules_of(there, [*exchanges[:4], write, *exchanges[4:], write]) == []
    assert rules_of(there, [*exchanges, write]) == ["polling-too-fast"]
