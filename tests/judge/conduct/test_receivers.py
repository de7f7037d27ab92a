"""What a receiver of webhooks must refuse, how long it may take, and what it must not do twice."""

from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.judge.check import Finding
from mockserver.judge.conduct import findings
from mockserver.judge.rules import RuleSettings
from mockserver.webhooks import Delivery
from tests.judge.conduct.bad import delivery
from tests.judge.conduct.judging import World, world
from tests.toy.provider import TOY

TIMED = {"vexutopia.signature-form": "timestamped"}
PLAIN = {"vexutopia.signature-form": "hex"}


@pytest.fixture
def there() -> World:
    return world()


@pytest.mark.parametrize(
    ("how", "assumed", "found"),
    [
        ("bad-signature", PLAIN, True),
        ("old-secret", PLAIN, True),
        ("truncate", PLAIN, True),
        ("bad-signature", TIMED, True),
        ("stale", TIMED, True),
        ("future", TIMED, True),
        ("stale", PLAIN, False),
        ("future", {}, False),
        ("re-serialise", TIMED, False),
        ("duplicate", PLAIN, False),
        ("reorder", PLAIN, False),
        ("delay", PLAIN, False),
        ("after-delete", PLAIN, False),
        ("", PLAIN, False),
    ],
)
def test_what_is_signed_wrong_must_be_refused(how: str, assumed: dict[str, str], found: bool, there: World) -> None:
    accepted = delivery(1, how=how, assumed=assumed, answer=204)
    refused = delivery(2, how=how, assumed=assumed, answer=400, status="failed")

    assert there.rules(accepted) == ["accepted-bad-signature"] * found
    assert there.rules(refused) == []


def test_finding_names_the_delivery_and_no_address(there: World) -> None:
    wrong = [delivery(number, f"evt_{number}", how="bad-signature") for number in (1, 2)]

    assert there.found(*wrong) == [
        Finding(
            rule="accepted-bad-signature",
            severity="error",
            says="Anyone who knows a receiver's address can send it events. Only the signature proves that they are real.",
            about="payment.succeeded",
            place="signature",
            detail="a delivery that was made wrong (bad-signature) was answered 200",
            contract="",
            times=2,
            exchanges=(),
            request="delivery 1 to we_1",
            statuses=(200,),
            deliveries=(1, 2),
        )
    ]


@pytest.mark.parametrize(("took_ms", "found"), [(9_999.0, False), (10_000.0, True), (10_003.5, True)])
def test_receiver_has_ten_seconds(took_ms: float, found: bool, there: World) -> None:
    late = delivery(1, took_ms=took_ms, status="failed", answer=0, error="no answer in time")

    assert there.rules(late, clock="real") == ["slow-receiver"] * found
    assert there.rules(late, clock="frozen") == []
    assert there.rules(late, clock="step") == []


def test_what_is_only_collected_has_no_receiver_that_could_be_slow(there: World) -> None:
    collected = Delivery(number=1, event=delivery(1).event, endpoint="we_1", url="", due=0, status="collected", took_ms=99_999)

    assert there.rules(collected, clock="real") == []


def test_provider_without_webhooks_has_no_receivers() -> None:
    there = world(toy=True)

    assert (
        findings((), [delivery(1, took_ms=99_999)], there.app.mock.pipeline.contract, TOY, settings=RuleSettings(clock="real"))
        == ()
    )


def do(there: World, *writes: tuple[str, dict[str, Any]]) -> None:
    for path, body in writes:
        there.vexutopia.patch(path, json=body)


def numbered(*marks: tuple[int, int], answers: Sequence[int] = (200, 200), **values: Any) -> list[Delivery]:
    """Return deliveries of one event, each with how many exchanges there were when it was sent and answered."""
    return [
        delivery(number, sent_after=sent, answered_after=answered, answer=answer, **values)
        for number, ((sent, answered), answer) in enumerate(zip(marks, answers, strict=True), start=1)
    ]


@pytest.fixture
def path(there: World) -> str:
    """The path of a customer, who is the first exchange."""
    identity = there.vexutopia.post("/v1/customers", json={"email": "ada@example.com"}).json()["id"]
    return f"/v1/customers/{identity}"


PAID = {"metadata": {"paid": "yes"}}


@pytest.mark.parametrize("marks", [((1, 2), (2, 3)), ((1, 1), (2, 2)), ((1, 3), (1, 3))], ids=["while", "after", "both at once"])
def test_acting_twice_is_told_with_both_deeds(marks: Any, there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))

    (found,) = there.found(*numbered(*marks))

    assert (found.rule, found.about, found.place, found.exchanges, found.deliveries) == (
        "duplicate-acted-on",
        "payment.succeeded",
        "event.id",
        (3,),
        (2,),
    )
    assert found.detail == "evt_1 came again, and what exchange 2 had done was done again"
    assert found.request == f"PATCH {path}"


@pytest.mark.parametrize("marks", [((1, 2), (2, 2)), ((1, 2), (1, 2)), ((1, 1), (1, 1))])
def test_acting_once_is_right(marks: Any, there: World, path: str) -> None:
    do(there, (path, PAID))

    assert there.rules(*numbered(*marks)) == []


def test_other_deeds_are_no_repetition(there: World, path: str) -> None:
    do(there, (path, PAID), (path, {"name": "Ada"}))

    assert there.rules(*numbered((1, 2), (2, 3))) == []


def test_reading_twice_does_no_harm(there: World, path: str) -> None:
    for _ in range(2):
        there.vexutopia.get(path)

    assert there.rules(*numbered((1, 2), (2, 3))) == []


def test_what_failed_the_first_time_may_be_done_again(there: World, path: str) -> None:
    there.disturb("status", status=500, first=1)
    do(there, (path, PAID), (path, PAID))

    assert there.rules(*numbered((1, 2), (2, 3))) == []


@pytest.mark.parametrize(("answer", "found"), [(500, False), (302, False), (0, True), (200, True)])
def test_receiver_that_said_it_failed_asked_for_another_attempt(answer: int, found: bool, there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))

    assert there.rules(*numbered((1, 2), (2, 3), answers=(answer, 200))) == ["duplicate-acted-on"] * found


def test_deed_before_any_delivery_does_not_count(there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))

    assert there.rules(*numbered((2, 2), (2, 3))) == []


def test_deed_upon_the_next_event_is_not_that_of_the_one_before(there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))
    first, again = numbered((1, 2), (2, 2))
    other = delivery(3, "evt_2", sent_after=2, answered_after=3)

    assert there.rules(first, again, other) == []


@pytest.mark.parametrize("status", ["waiting", "sending", "dropped", "collected"])
def test_what_was_never_sent_cannot_be_acted_on(status: Any, there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))
    first, _ = numbered((1, 2), (2, 3))

    assert there.rules(first, delivery(2, status=status, sent_after=2, answered_after=3)) == []


def test_other_endpoint_is_told_the_same_event_once(there: World, path: str) -> None:
    do(there, (path, PAID), (path, PAID))
    first, second = numbered((1, 2), (2, 3))
    elsewhere = Delivery(
        number=2, event=second.event, endpoint="we_2", url=second.url, due=0, status="delivered", answer=200, sent_after=2
    )

    assert there.rules(first, elsewhere) == []
