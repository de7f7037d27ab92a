"""What a sandbox remembers of its exchanges."""

from contextlib import ExitStack
from hashlib import sha256
from typing import Any

import pytest

from mockserver import journal
from mockserver.errors import LimitError
from mockserver.exchange import Exchange, Request, TruncatedBody, Violation
from mockserver.journal import EACH_BYTES, MAX_BODY_BYTES, MAX_LISTENERS, Journal, JournalListener


def record(held: Journal, *, body: bytes = b"", reply: bytes = b"", **parts: Any) -> int:
    """Record an exchange of so many bytes; return its number."""
    request = {"path": "", "query": b"", "raw_headers": [], "violations": (), **parts}
    violations = request.pop("violations")
    number = held.next_number()
    held.record(
        Exchange(
            number=number,
            at=0,
            request=Request(method="GET", base_url="", headers={}, body=body, **request),
            operation="",
            status=200,
            headers=[],
            body=reply,
            assumed={},
            violations=violations,
            took_us=0,
        )
    )
    return number


def numbers(held: Journal) -> list[int]:
    return [exchange.number for exchange in held]


def test_exchanges_are_numbered_from_one_and_kept_in_order() -> None:
    held = Journal(10)
    assert [record(held) for _ in range(3)] == [1, 2, 3]
    assert (numbers(held), len(held), held.dropped) == ([1, 2, 3], 3, 0)


def test_past_the_limit_the_oldest_goes() -> None:
    held = Journal(3)
    for _ in range(5):
        record(held)
    assert (numbers(held), held.dropped) == ([3, 4, 5], 2)


def test_a_journal_of_none_keeps_none() -> None:
    held = Journal(0)
    record(held)
    assert (numbers(held), held.dropped, record(held)) == ([], 1, 2)


@pytest.mark.parametrize(
    "large",
    [
        {"body": b"x" * 900},
        {"reply": b"x" * 900},
        {"path": "x" * 900},
        {"query": b"x" * 900},
        {"raw_headers": [(b"x" * 400, b"x" * 500)]},
        {"violations": (Violation("body", "a", "type", ""),) * 3},
    ],
    ids=lambda large: next(iter(large)),
)
def test_past_the_limit_of_bytes_the_oldest_go(large: dict[str, Any]) -> None:
    held = Journal(100, max_bytes=3 * EACH_BYTES + 1_000)
    for _ in range(3):
        record(held)
    record(held, **large)
    assert numbers(held) == ([2, 3, 4] if "violations" not in large else [3, 4])


def test_an_exchange_that_is_larger_than_all_is_not_kept() -> None:
    held = Journal(100, max_bytes=EACH_BYTES + 10)
    record(held, body=b"x" * 11)
    assert (numbers(held), held.dropped) == ([], 1)
    record(held, body=b"x" * 10)
    assert numbers(held) == [2]


def test_many_exchanges_within_the_bytes_are_all_kept() -> None:
    held = Journal(10_000, max_bytes=1_000 * EACH_BYTES)
    for _ in range(3_000):
        record(held)
    assert numbers(held) == list(range(2_001, 3_001))


def test_clear_forgets_all_and_counts_from_one_again() -> None:
    held = Journal(2, max_bytes=3 * EACH_BYTES)
    for _ in range(5):
        record(held)
    held.clear()
    assert (numbers(held), held.dropped) == ([], 0)
    assert [record(held) for _ in range(3)] == [1, 2, 3]
    assert (numbers(held), held.dropped) == ([2, 3], 1)


def test_a_journal_is_bounded_unless_it_is_told() -> None:
    assert journal.MAX_BYTES == 64 * 1024 * 1024


def latest(held: Journal) -> Exchange:
    return list(held)[-1]


@pytest.mark.parametrize(("body", "reply"), [(MAX_BODY_BYTES, MAX_BODY_BYTES), (1, MAX_BODY_BYTES), (MAX_BODY_BYTES, 0)])
def test_bodies_up_to_the_limit_are_kept_whole(body: int, reply: int) -> None:
    held = Journal(1)
    record(held, body=b"x" * body, reply=b"y" * reply)
    exchange = latest(held)
    assert (len(exchange.request.body or b""), len(exchange.body)) == (body, reply)
    assert (exchange.incomplete_parts, exchange.truncated_bodies) == (frozenset(), ())


def test_of_a_longer_body_the_beginning_is_kept_and_what_the_whole_was() -> None:
    held = Journal(1)
    long = b"x" * MAX_BODY_BYTES + b"end"
    digest = sha256(long).hexdigest()
    record(held, body=long, reply=b"whole")
    assert (latest(held).request.body, latest(held).body) == (long[:-3], b"whole")
    assert (latest(held).incomplete_parts, latest(held).truncated_bodies) == (
        frozenset({"request"}),
        (TruncatedBody("request", len(long), digest),),
    )
    record(held, body=b"whole", reply=long)
    assert (latest(held).request.body, latest(held).body) == (b"whole", long[:-3])
    assert (latest(held).incomplete_parts, latest(held).truncated_bodies) == (
        frozenset({"reply"}),
        (TruncatedBody("reply", len(long), digest),),
    )


def test_cut_bodies_take_less_of_the_journals_bytes() -> None:
    held = Journal(100, max_bytes=2 * (MAX_BODY_BYTES + EACH_BYTES))
    for _ in range(2):
        record(held, body=b"x" * 500_000)
    assert numbers(held) == [1, 2]


def test_forget_forgets_all_and_numbers_go_on() -> None:
    held = Journal(2)
    for _ in range(3):
        record(held)
    held.forget()
    assert (numbers(held), held.number, held.dropped, held.forgotten) == ([], 3, 0, 3)
    assert record(held) == 4
    held.clear()
    assert (held.number, held.forgotten) == (0, 0)


def taken(listener: JournalListener) -> list[int]:
    """Return the numbers of what waits, taken."""
    return [exchange.number for exchange in iter(listener.take, None)]


def test_a_watcher_is_woken_and_hears_of_each_exchange_once() -> None:
    held, woken = Journal(1), []
    record(held)
    with held.listening(lambda: woken.append(held.number)) as listener:
        assert taken(listener) == []
        record(held)
        record(held)
        assert (woken, taken(listener), taken(listener)) == ([2, 3], [2, 3], [])
        assert (listener.take_missed(), listener.take_cleared(), listener.is_over) == (0, False, False)
    record(held)
    assert (held.listeners, woken, taken(listener)) == (0, [2, 3], [])


def test_listeners_have_their_own_and_leave_alone() -> None:
    held = Journal(1)
    with held.listening(lambda: None) as first:
        with held.listening(lambda: None) as second:
            record(held)
            assert (held.listeners, taken(second)) == (2, [1])
        record(held)
        assert (taken(first), taken(second)) == ([1, 2], [])


def test_a_watcher_that_takes_nothing_misses_the_oldest_and_is_told_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_UNSEEN", 2)
    held = Journal(1)
    with held.listening(lambda: None) as listener:
        for _ in range(5):
            record(held)
        assert (taken(listener), listener.take_missed(), listener.take_missed()) == ([4, 5], 3, 0)


def test_a_watcher_is_told_that_the_journal_was_cleared_and_gets_nothing_from_before() -> None:
    held, woken = Journal(1), []
    with held.listening(lambda: woken.append("woken")) as listener:
        record(held)
        held.clear()
        record(held)
        assert (len(woken), listener.take_cleared(), listener.take_cleared(), taken(listener)) == (3, True, False, [1])


def test_listeners_are_told_that_the_sandbox_is_gone() -> None:
    held, woken = Journal(1), []
    with held.listening(lambda: woken.append("woken")) as listener:
        held.end()
        assert (listener.is_over, woken) == (True, ["woken"])


def test_there_is_an_end_to_listeners() -> None:
    held = Journal(1)
    with ExitStack() as stack:
        for _ in range(MAX_LISTENERS):
            held.check_room()
            stack.enter_context(held.listening(lambda: None))
        with pytest.raises(LimitError, match=r"^32 clients follow this journal; end one of their streams$"):
            stack.enter_context(held.listening(lambda: None))
    assert held.listeners == 0
