"""What a sandbox remembers of its exchanges."""

from typing import Any

import pytest

from mockserver import journal
from mockserver.exchange import Exchange, Request, Violation
from mockserver.journal import EACH_BYTES, Journal


def record(held: Journal, *, body: bytes = b"", reply: bytes = b"", **parts: Any) -> int:
    """Record an exchange of so many bytes; return its number."""
    request = {"path": "", "query": b"", "raw_headers": [], "violations": (), **parts}
    violations = request.pop("violations")
    number = held.next_number()
    held.record(
        Exchange(
            number=number,
            at=0,
            request=Request(method="GET", origin="", headers={}, body=body, **request),
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
