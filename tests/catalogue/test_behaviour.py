"""Behaviours are exercised by the exchanges that their declaration names."""

from typing import Any

import pytest

from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.traffic import asks, omits, sent_in
from mockserver.exchange import Exchange, Request

OPERATION = "lendery.createLoan"


def exchange(operation: str = OPERATION, status: int = 201, query: bytes = b"", body: bytes = b"") -> Exchange:
    request = Request("POST", "/loans", query, "http://x", {}, [], body)
    return Exchange(
        number=1,
        at=0,
        request=request,
        operation=operation,
        status=status,
        headers=[],
        body=b"",
        assumed={},
        violations=(),
        took_us=0,
    )


def is_exercised(by: Exchange, **declared: Any) -> bool:
    made = behaviour("lendery.create.works", source="A page", operation=OPERATION, **declared)
    return made(lambda _api: None).exercised(by)


@pytest.mark.parametrize(("status", "exercises"), [(200, True), (201, True), (299, True), (0, False), (199, False), (300, False)])
def test_a_success_of_its_operation_exercises_it(status: int, exercises: bool) -> None:
    assert is_exercised(exchange(status=status)) is exercises


def test_a_success_of_another_operation_does_not_exercise_it() -> None:
    assert not is_exercised(exchange("lendery.listLoans"))


def test_its_statuses_replace_success() -> None:
    assert is_exercised(exchange(status=404), statuses=(400, 404))
    assert not is_exercised(exchange(status=201), statuses=(400, 404))


def test_its_condition_holds_beside_its_statuses() -> None:
    assert is_exercised(exchange(query=b"limit=2"), when=asks("limit"))
    assert not is_exercised(exchange(query=b"limit=2"), when=asks("limit", "page"))
    assert not is_exercised(exchange(query=b"limit="), when=omits("limit"))
    assert not is_exercised(exchange(status=400, query=b"limit=2"), when=asks("limit"))


def test_its_own_predicate_replaces_all_else() -> None:
    assert is_exercised(exchange("lendery.listLoans", 500), exercised=lambda _exchange: True)


@pytest.mark.parametrize(("body", "sent"), [(b'{"a": 1}', {"a": 1}), (b"[1]", {}), (b"{", {}), (b"", {})])
def test_what_is_sent_is_a_json_object_or_empty(body: bytes, sent: dict[str, Any]) -> None:
    assert sent_in(exchange(body=body)) == sent
