"""Two equal runs have the same digest, wherever and whenever they took place, and one changed byte changes it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from mockserver.exchange import Exchange, Request, TruncatedBody
from mockserver.http.app import App
from mockserver.journal import Journal
from mockserver.judge.digest import combined, digest_of
from mockserver.state import Sandbox
from mockserver.webhooks import Delivery, Event
from tests.conftest import VEXUTOPIA_KEY, client_of, make_app, sandbox_of
from tests.judge.hour import HOOK, client_at, play
from tests.receiving import Received, receiving

ORIGIN = "http://127.0.0.1:4010"
ISSUED = b"mock_default_0123456789abcdef"


def hour_app(**setup: Any) -> App:
    return make_app(endpoints=[HOOK], **setup)


def exchange(number: int = 1, *, body: bytes = b'{"a": 1}', sent: bytes | None = None, origin: str = ORIGIN) -> Exchange:
    raw = [(b"host", b"x")]
    request = Request("POST", "/v1/things", b"a=1", origin, dict(raw), raw, sent)
    return Exchange(
        number=number,
        at=7,
        request=request,
        operation="library.createThing",
        status=201,
        headers=[(b"content-type", b"application/json"), (b"retry-after", b"3")],
        body=body,
        assumed={},
        violations=(),
        took_us=5,
    )


DELIVERY = Delivery(
    number=0,
    event=Event("evt_1", "thing.made", at=7, body={"id": 1}, assumed={}, provider="library", object="thing_1"),
    endpoint="hook",
    url="http://127.0.0.1:9000/hook",
    due=9,
    status="delivered",
    headers=[(b"signature", b"abc"), (b"host", b"127.0.0.1:9000")],
    body=b'{"id":1}',
    answer=204,
    took_ms=3.5,
    sent_after=1,
    answered_after=1,
)


def sandbox(*exchanges: Exchange, deliveries: tuple[Delivery, ...] = ()) -> Sandbox:
    """Return a sandbox in which just this happened."""
    box = sandbox_of(make_app())
    for each in exchanges:
        box.journal.record(each)
    for delivery in deliveries:
        box.outbox.enqueue(delivery)
    return box


def test_two_runs_of_one_scripted_hour_have_the_same_digest() -> None:
    first, second = play(hour_app()), play(hour_app())

    assert digest_of(first) == digest_of(second)
    assert {fault.partition("=")[0] for each in first.journal for fault in each.faults} == {
        "status",
        "lost-reply",
        "rate-limit",
        "latency",
    }
    assert len(first.outbox.deliveries) > 10


def test_two_runs_with_a_receiver_that_fails_at_first_have_the_same_digest() -> None:
    digests = set()
    for _ in range(2):
        with receiving() as receiver:
            seen: set[str] = set()
            receiver.answer = lambda delivery, seen=seen: _at_the_second_time(delivery, seen)  # type: ignore[misc]
            box = play(make_app(endpoints=[replace(HOOK, url=receiver.url)]))
        digests.add(digest_of(box))
        assert {(each.attempt > 1, each.status) for each in box.outbox.deliveries} >= {(False, "failed"), (True, "delivered")}

    assert len(digests) == 1


def _at_the_second_time(delivery: Received, seen: set[str]) -> int:
    """Return the status of a receiver that takes no event before it has come twice."""
    event = delivery.event["id"]
    is_known = event in seen
    seen.add(event)
    return 200 if is_known else 503


def test_order_in_which_receivers_answered_is_not_in_the_digest() -> None:
    other = replace(DELIVERY, event=replace(DELIVERY.event, id="evt_2"))

    assert digest_of(sandbox(deliveries=(DELIVERY, other))) == digest_of(sandbox(deliveries=(other, DELIVERY)))


def test_one_changed_byte_in_the_scripted_hour_changes_the_digest() -> None:
    assert digest_of(play(hour_app())) != digest_of(play(hour_app(), note="as it Was"))


def test_the_hour_has_the_same_digest_in_a_sandbox_of_any_name() -> None:
    app = hour_app()

    assert digest_of(play(app, name="anna")) == digest_of(play(app, name="bert.2"))


def test_another_seed_gives_another_digest() -> None:
    assert digest_of(play(hour_app())) != digest_of(play(hour_app(seed=2)))


@pytest.mark.parametrize(
    "change",
    [
        lambda each: replace(each, number=2),
        lambda each: replace(each, operation="library.makeThing"),
        lambda each: replace(each, status=200),
        lambda each: replace(each, body=b'{"a": 2}'),
        lambda each: replace(each, headers=[*each.headers, (b"mock-assumed", b"a=b")]),
        lambda each: replace(each, headers=[(b"content-type", b"application/json"), (b"retry-after", b"4")]),
        lambda each: replace(each, faults=("latency=5",)),
        lambda each: replace(each, truncated_bodies=(TruncatedBody("reply", 9, "00"),)),
        lambda each: replace(each, request=replace(each.request, method="PUT")),
        lambda each: replace(each, request=replace(each.request, path="/v1/thing")),
        lambda each: replace(each, request=replace(each.request, query=b"a=2")),
        lambda each: replace(each, request=replace(each.request, body=b"b")),
    ],
)
def test_whatever_was_sent_and_answered_is_in_the_digest(change: Callable[[Exchange], Exchange]) -> None:
    assert digest_of(sandbox(exchange(sent=b"a"))) != digest_of(sandbox(change(exchange(sent=b"a"))))


@pytest.mark.parametrize(
    "change",
    [
        lambda each: replace(each, event=replace(each.event, type="thing.lost")),
        lambda each: replace(each, event=replace(each.event, id="evt_2")),
        lambda each: replace(each, endpoint="other"),
        lambda each: replace(each, attempt=2),
        lambda each: replace(each, due=10),
        lambda each: replace(each, how="duplicate"),
        lambda each: replace(each, replays=1),
        lambda each: replace(each, status="failed"),
        lambda each: replace(each, headers=[(b"signature", b"abd")]),
        lambda each: replace(each, body=b'{"id":2}'),
        lambda each: replace(each, answer=200),
    ],
)
def test_whatever_was_delivered_is_in_the_digest(change: Callable[[Delivery], Delivery]) -> None:
    assert digest_of(sandbox(deliveries=(DELIVERY,))) != digest_of(sandbox(deliveries=(change(DELIVERY),)))


def test_no_real_time_is_in_the_digest() -> None:
    timed = replace(exchange(), took_us=77, real_ms=1_770_000_000_000)
    later = replace(DELIVERY, took_ms=99.0, sent_after=5, answered_after=6, error="late")

    assert digest_of(sandbox(timed, deliveries=(later,))) == digest_of(sandbox(exchange(), deliveries=(DELIVERY,)))


def test_no_address_is_in_the_digest() -> None:
    def answered(origin: str) -> Exchange:
        body = b'{"next": "%s/things?page=2"}' % origin.encode()
        link = [(b"link", b"<%s/things>" % origin.encode()), (b"content-length", b"%d" % len(body))]
        return replace(exchange(body=body, origin=origin), headers=link)

    elsewhere = replace(DELIVERY, url="http://127.0.0.1:1/", headers=[(b"signature", b"abc"), (b"host", b"127.0.0.1:1")])

    assert digest_of(sandbox(answered(ORIGIN))) == digest_of(sandbox(answered("http://localhost:65000/@anna")))
    assert digest_of(sandbox(deliveries=(DELIVERY,))) == digest_of(sandbox(deliveries=(elsewhere,)))


def test_links_of_a_run_at_another_address_make_no_difference(app: App) -> None:
    for base in ("http://localhost:4010/@one", "http://127.0.0.1:54321/@two"):
        assert base in client_at(app, base).get("/customers?limit=1").text

    assert digest_of(sandbox_of(app, "one")) == digest_of(sandbox_of(app, "two"))


def test_an_issued_key_is_told_from_another_but_its_text_is_not_in_the_digest() -> None:
    other = b"mock_default_fedcba9876543210"
    twice = [exchange(1, body=ISSUED), exchange(2, body=ISSUED)]
    renamed = [exchange(1, body=other), exchange(2, body=other)]
    mixed = [exchange(1, body=ISSUED), exchange(2, body=other)]

    assert digest_of(sandbox(*twice)) == digest_of(sandbox(*renamed))
    assert digest_of(sandbox(*twice)) != digest_of(sandbox(*mixed))


def test_tokens_of_two_sandboxes_make_no_difference(app: App) -> None:
    for name in ("one", "two"):
        client = client_at(app, f"http://mock.localhost/@{name}")
        form = {"grant_type": "authorization_code", "client_id": "me", "client_secret": "shh", "code": "c0de"}
        token = client.post("/oauth/access_token", data=form).json()["access_token"]
        assert f"_{name}_" in token
        client.get("/customers?limit=1", headers={"Authorization": f"Bearer {token}"})

    assert digest_of(sandbox_of(app, "one")) == digest_of(sandbox_of(app, "two"))


def test_bodies_cannot_be_shifted_from_one_part_to_the_next() -> None:
    assert digest_of(sandbox(exchange(sent=b"ab", body=b"c"))) != digest_of(sandbox(exchange(sent=b"a", body=b"bc")))


def test_a_byte_beyond_what_the_journal_keeps_of_a_body_changes_the_digest() -> None:
    long = b"x" * 100_000

    assert digest_of(sandbox(exchange(body=long + b"y"))) != digest_of(sandbox(exchange(body=long + b"z")))


def test_what_the_journal_dropped_is_not_in_the_digest_but_that_it_did_shows() -> None:
    box, same, fresh = sandbox(), sandbox(), sandbox()
    for each in (box, same):
        each.journal = Journal(limit=1)
    box.journal.record(exchange(1, body=b"this"))
    same.journal.record(exchange(1, body=b"that"))
    for each in (box, same):
        each.journal.record(exchange(2))
    fresh.journal.record(exchange(1))

    assert digest_of(box) == digest_of(same) != digest_of(fresh)


def test_reading_changes_no_digest(app: App, vexutopia: httpx.Client) -> None:
    vexutopia.get("/v1/customers")
    before = digest_of(sandbox_of(app))
    vexutopia.get("/_mock/report")

    assert digest_of(sandbox_of(app)) == before
    assert before.startswith("sha256:")
    assert len(before) == len("sha256:") + 64


def test_digest_of_several_sandboxes_knows_neither_their_order_nor_their_names() -> None:
    assert combined(["a", "b"]) == combined(["b", "a"])
    assert combined(["a", "b"]) != combined(["a", "c"])
    assert combined(["a"]) != combined(["a", "a"])


def test_requests_with_a_key_of_the_sandbox_make_no_difference(app: App) -> None:
    for name in ("one", "two"):
        key = app.mock.sandboxes.get(name).keys["vexutopia"]
        assert client_of(app, key).get(f"/v1/customers?{key}").status_code == 200
        assert len(sandbox_of(app, name).journal) == 1
    client_of(app, VEXUTOPIA_KEY).get("/v1/customers")

    assert digest_of(sandbox_of(app, "one")) == digest_of(sandbox_of(app, "two")) != digest_of(sandbox_of(app))
