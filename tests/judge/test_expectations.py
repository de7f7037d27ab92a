"""What a client sent is as expected, or the outcome says what came instead, what came nearest and where it differs."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import ANY

import msgspec
import pytest
from msgspec import UNSET

from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange, Request
from mockserver.judge.differences import Difference
from mockserver.judge.expectations import Expectation, ExpectationResult, Miss, verify
from mockserver.judge.redaction import Redaction
from mockserver.providers import PROVIDERS

CREATE, LIST, RETRIEVE = "toys.createToy", "toys.listToys", "toys.retrieveToy"
OPERATIONS = (CREATE, LIST, RETRIEVE)
TOY = {"name": "bear", "parts": [{"id": 1, "colour": "red"}, {"id": 2}], "price": 1, "sold": False, "owner": None}


def sent(number: int, operation: str = "", target: str = "/toys", **parts: Any) -> Exchange:
    """Return an exchange; the method of one with a body is POST, and the body is JSON unless it is bytes already."""
    body, status = parts.pop("body", None), parts.pop("status", 200)
    incomplete_parts = parts.pop("incomplete_parts", frozenset())
    headers = {name.replace("_", "-").encode(): value.encode() for name, value in parts.items()}
    content = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
    path, _, query = target.partition("?")
    request = Request("GET" if body is None else "POST", path, query.encode(), "", headers, list(headers.items()), content)
    return Exchange(
        number=number,
        at=0,
        request=request,
        operation=operation,
        status=status,
        headers=[],
        body=b"",
        assumed={},
        violations=(),
        took_us=0,
        incomplete_parts=incomplete_parts,
    )


EXCHANGES = (
    sent(1, LIST, "/toys?limit=2&tag=a&tag=b&new=true", accept="application/json", x_mode="fast"),
    sent(2, CREATE, body=TOY, status=201, content_type="application/json"),
    sent(3, RETRIEVE, "/toys/toy_1%20a"),
    sent(4, "", "/nowhere", status=404),
    sent(5, CREATE, body=b"name=bear&price=1&tag=a&tag=b", content_type="application/x-www-form-urlencoded", status=400),
)


def matched(**wanted: Any) -> list[int]:
    return list(verify(EXCHANGES, Expectation(**wanted)).matched)


def differences(exchange: Exchange, **wanted: Any) -> list[str]:
    """Return in what the exchange is not as expected."""
    (miss,) = verify([exchange], Expectation(**wanted)).nearest
    return [str(each) for each in miss.differences]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"operation": CREATE}, [2, 5]),
        ({"method": "post"}, [2, 5]),
        ({"path": "/toys"}, [1, 2, 5]),
        ({"path": "/toys/*"}, [3]),
        ({"path": "/toys*"}, [1, 2, 3, 5]),
        ({"path": "*o*e*"}, [4]),
        ({"path": "/toys/toy_1 a"}, [3]),
        ({"path": "/toys/toy_1%20a"}, [3]),
        ({"path": "/toy."}, []),
        ({"status": 201}, [2]),
        ({"status": "4xx"}, [4, 5]),
        ({"status": "4XX"}, [4, 5]),
        ({"query": {"limit": "2"}}, [1]),
        ({"query": {"limit": 2, "new": True}}, [1]),
        ({"query": {"tag": ["a", "b"]}}, [1]),
        ({"query": {"tag": "a"}}, []),
        ({"query": {"limit": None}}, [2, 3, 4, 5]),
        ({"headers": {"Accept": "application/json", "X-Mode": "fast"}}, [1]),
        ({"headers": {"accept": None}}, [2, 3, 4, 5]),
        ({"since": 2, "method": "POST"}, [5]),
        ({"operation": CREATE, "status": "2xx"}, [2]),
    ],
)
def test_exchanges_that_fit_are_found(wanted: dict[str, Any], numbers: list[int]) -> None:
    assert matched(**wanted) == numbers


@pytest.mark.parametrize(
    ("part", "fits"),
    [
        ({}, True),
        (TOY, True),
        ({"name": "bear"}, True),
        ({"name": "Bear"}, False),
        ({"price": 1.0}, True),
        ({"price": True}, False),
        ({"price": "1"}, False),
        ({"sold": False}, True),
        ({"sold": 0}, False),
        ({"owner": None}, True),
        ({"maker": None}, False),
        ({"name": ANY}, True),
        ({"sold": ANY}, True),
        ({"maker": ANY}, False),
        ({"parts": [{"id": 1}, {}]}, True),
        ({"parts": [{"id": 1}]}, False),
        ({"parts": []}, False),
        ({"parts": {"id": 1}}, False),
        ([], False),
        ("bear", False),
    ],
)
def test_a_part_of_a_body_is_compared(part: Any, fits: bool) -> None:
    outcome = verify([EXCHANGES[1]], Expectation(json=part))
    assert outcome.is_met is fits


@pytest.mark.parametrize(
    ("part", "fits"),
    [
        ({"name": "bear"}, True),
        ({"price": 1}, True),
        ({"price": "1"}, True),
        ({"tag": ["a", "b"]}, True),
        ({"maker": None}, True),
        ({"name": None}, False),
        ({"name": ANY}, True),
        ({"tag": "a"}, False),
        (["name"], False),
    ],
)
def test_fields_of_a_form_are_compared_as_text(part: Any, fits: bool) -> None:
    assert verify([EXCHANGES[4]], Expectation(json=part)).is_met is fits


@pytest.mark.parametrize(
    ("counts", "met"),
    [
        ({}, True),
        ({"times": 2}, True),
        ({"times": 1}, False),
        ({"times": 3}, False),
        ({"times": 0}, False),
        ({"at_least": 2}, True),
        ({"at_least": 3}, False),
        ({"at_most": 2}, True),
        ({"at_most": 1}, False),
        ({"at_least": 1, "at_most": 3}, True),
        ({"at_least": 3, "at_most": 4}, False),
    ],
)
def test_exchanges_are_counted(counts: dict[str, Any], met: bool) -> None:
    assert verify(EXCHANGES, Expectation(operation=CREATE, **counts)).is_met is met


@pytest.mark.parametrize(("counts", "met"), [({}, False), ({"times": 0}, True), ({"at_least": 0}, True), ({"at_most": 0}, True)])
def test_nothing_can_be_expected(counts: dict[str, Any], met: bool) -> None:
    assert verify([], Expectation(**counts)).is_met is met


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"times": 3}, "exactly 3 requests"),
        ({"times": 0}, "no requests"),
        ({"at_least": 3}, "at least 3 requests"),
        ({"at_most": 1}, "at most 1 request"),
        ({"at_least": 3, "at_most": 4}, "3 to 4 requests"),
    ],
)
def test_what_was_expected_is_said(counts: dict[str, Any], said: str) -> None:
    assert verify(EXCHANGES, Expectation(operation=CREATE, **counts)).expected == f"{said}: {CREATE}"


def test_all_that_was_expected_is_said() -> None:
    wanted = Expectation(
        method="get", path="/x", query={"a": 1, "b": None}, headers={"Accept": "y"}, json={"c": []}, status="4xx", since=3
    )
    told = 'GET /x, query.a 1, query.b nothing, headers.Accept "y", json {"c":[]}, answered 4xx, after exchange 3'
    assert verify([], wanted).expected == f"at least 1 request: {told}"


@pytest.mark.parametrize(
    ("exchange", "wanted", "told"),
    [
        (EXCHANGES[0], {"operation": CREATE}, [f'operation: expected "{CREATE}", was "{LIST}"']),
        (EXCHANGES[3], {"operation": CREATE}, [f'operation: expected "{CREATE}", but it is missing']),
        (EXCHANGES[0], {"method": "post"}, ['method: expected "POST", was "GET"']),
        (EXCHANGES[0], {"path": "/toy"}, ['path: expected "/toy", was "/toys"']),
        (EXCHANGES[0], {"status": "5xx"}, ['status: expected "5xx", was 200']),
        (EXCHANGES[0], {"query": {"limit": 3}}, ['query.limit: expected "3", was "2"']),
        (EXCHANGES[0], {"query": {"page": 3}}, ['query.page: expected "3", but it is missing']),
        (EXCHANGES[0], {"query": {"limit": None}}, ['query.limit: expected nothing, was "2"']),
        (EXCHANGES[0], {"query": {"tag": "a"}}, ['query.tag: expected "a", was ["a","b"]']),
        (EXCHANGES[0], {"headers": {"Accept": "*/*"}}, ['headers.accept: expected "*/*", was "application/json"']),
        (EXCHANGES[1], {"json": {"parts": [{"id": 1}, {"id": 3}]}}, ["json.parts[1].id: expected 3, was 2"]),
        (
            EXCHANGES[1],
            {"json": {"a": 1, "price": 2}},
            ["json.a: expected 1, but it is missing", "json.price: expected 2, was 1"],
        ),
        (EXCHANGES[1], {"json": {"name": {"first": "x"}}}, ['json.name: expected {"first":"x"}, was "bear"']),
        (EXCHANGES[4], {"json": {"price": 2}}, ['json.price: expected "2", was "1"']),
        (EXCHANGES[0], {"json": {}}, ['body: expected {}, was "no body"']),
        (sent(1, body=b"x", content_type="text/plain"), {"json": 1}, ['body: expected 1, was "a body of text/plain"']),
        (sent(1, body=b"x"), {"json": 1}, ['body: expected 1, was "a body of no content type"']),
        (
            sent(1, body=b"{}", content_type="application/json", incomplete_parts=frozenset({"request"})),
            {"json": {}},
            ['body: expected {}, was "a body that is not known as a whole"'],
        ),
    ],
)
def test_every_difference_is_told_with_its_place(exchange: Exchange, wanted: dict[str, Any], told: list[str]) -> None:
    assert differences(exchange, **wanted) == told


def test_broken_json_is_told_as_such() -> None:
    (told,) = differences(sent(1, body=b"{", content_type="application/json"), json={})
    assert told.startswith('body: expected {}, was "no JSON: ')


def test_a_query_that_cannot_be_read_has_nothing_in_it() -> None:
    assert differences(sent(1, target="/toys?limit=%zz"), query={"limit": 1}) == ['query.limit: expected "1", but it is missing']


def test_differences_hold_the_values_themselves_and_nothing_where_there_is_none() -> None:
    (miss,) = verify([EXCHANGES[1]], Expectation(json={"parts": [], "maker": 3})).nearest
    assert miss.differences == (Difference("json.parts", [], TOY["parts"]), Difference("json.maker", 3))
    assert msgspec.to_builtins(miss.differences[1]) == {"place": "json.maker", "expected": 3}


def test_long_values_are_cut() -> None:
    (miss,) = verify([sent(1, body={"a": "x" * 500})], Expectation(json={"a": "y" * 500})).nearest
    (difference,) = miss.differences
    assert (difference.expected, difference.actual) == (f'"{"y" * 199}…', f'"{"x" * 199}…')


def test_a_value_that_json_cannot_hold_is_shown_as_python_shows_it() -> None:
    assert differences(EXCHANGES[1], json={"name": 1j, "price": ANY}) == ['json.name: expected "1j", was "bear"']


def test_the_nearest_come_first_and_the_latest_of_those_that_are_equally_near() -> None:
    exchanges = [
        sent(1, LIST, "/toys?limit=2"),
        sent(2, CREATE, body={"email": "a@b.x", "name": "Ada"}),
        sent(3, CREATE, body={"email": "a@b.x", "name": "Ada"}),
        sent(4, CREATE, body={"email": "other@example.com", "name": "Ada"}),
        sent(5, CREATE, body={"email": "a@b.x", "name": "Bob"}),
    ]
    outcome = verify(exchanges, Expectation(operation=CREATE, json={"email": "a@b.c", "name": "Ada"}))
    assert [miss.number for miss in outcome.nearest] == [3, 2, 4]


def test_an_outcome_is_readable() -> None:
    outcome = verify(EXCHANGES[:2], Expectation(operation=CREATE, json={"name": "bare"}, times=2))
    assert outcome == ExpectationResult(
        False,
        (),
        f'exactly 2 requests: {CREATE}, json {{"name":"bare"}}',
        "0 of 2 exchanges",
        (
            Miss(2, "POST /toys", 201, (Difference("json.name", "bare", "bear"),)),
            Miss(
                1,
                "GET /toys?limit=2&tag=a&tag=b&new=true",
                200,
                (Difference("operation", CREATE, LIST), Difference("body", {"name": "bare"}, "no body")),
            ),
        ),
    )
    assert str(outcome).splitlines() == [
        f'expected exactly 2 requests: {CREATE}, json {{"name":"bare"}}',
        "found 0 of 2 exchanges",
        "nearest:",
        "  exchange 2: POST /toys, answered 201",
        '    json.name: expected "bare", was "bear"',
        "  exchange 1: GET /toys?limit=2&tag=a&tag=b&new=true, answered 200",
        f'    operation: expected "{CREATE}", was "{LIST}"',
        '    body: expected {"name":"bare"}, was "no body"',
    ]


def test_too_many_are_named_and_nothing_is_nearest() -> None:
    outcome = verify([sent(number) for number in range(1, 13)], Expectation(at_most=1))
    assert str(outcome).splitlines() == [
        "expected at most 1 request: any exchange",
        "found 12 of 12 exchanges (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …)",
    ]


def test_one_exchange_that_was_not_answered_is_one() -> None:
    outcome = verify([sent(1, LIST, status=0)], Expectation(operation=LIST, status=200))
    assert outcome.lines[1:4] == ["found 0 of 1 exchange", "nearest:", "  exchange 1: GET /toys, answered nothing"]
    assert verify([sent(1, LIST, status=0)], Expectation(status="0")).is_met


def order(*steps: Mapping[str, Any]) -> ExpectationResult:
    return verify(EXCHANGES, [Expectation(**each) for each in steps])


def test_an_order_is_met_by_what_comes_in_turn_with_others_between() -> None:
    assert order({"operation": LIST}, {"method": "GET", "status": 404}).matched == (1, 4)
    assert order({"operation": CREATE}, {"operation": RETRIEVE}, {"operation": CREATE}).matched == (2, 3, 5)
    assert order({"operation": CREATE, "times": 2}).matched == (2, 5)
    assert order({"path": "/never", "times": 0}, {"operation": LIST}).matched == (1,)
    assert order({"operation": LIST}, {"operation": CREATE, "at_most": 2}, {"operation": CREATE}).matched == (1, 2)


def test_what_comes_too_early_for_an_order_is_told() -> None:
    outcome = order({"operation": RETRIEVE}, {"operation": LIST})
    assert (outcome.is_met, outcome.matched) == (False, (3,))
    assert str(outcome).splitlines() == [
        f"expected in this order: (1) {RETRIEVE} → (2) {LIST}",
        "found (2) does not come after exchange 3",
        "nearest:",
        "  exchange 1: GET /toys?limit=2&tag=a&tag=b&new=true, answered 200",
        "    matches, but came too early",
    ]


def test_an_exchange_meets_one_step_of_an_order_only() -> None:
    outcome = order({"operation": LIST}, {"operation": LIST})
    assert (outcome.is_met, outcome.matched, outcome.nearest) == (False, (1,), ())
    assert order({"operation": LIST}, {"operation": CREATE}, {"operation": LIST}).nearest == ()


def test_the_count_of_a_step_holds_for_all_exchanges() -> None:
    outcome = order({"operation": CREATE, "times": 1}, {"operation": RETRIEVE})
    assert (outcome.is_met, outcome.expected, outcome.matched) == (False, f"exactly 1 request: {CREATE}", (2, 5))


def test_since_holds_in_an_order() -> None:
    outcome = order({"operation": LIST}, {"method": "POST", "since": 4})
    assert (outcome.is_met, outcome.matched) == (True, (1, 5))
    assert not order({"operation": RETRIEVE}, {"method": "GET", "since": 4}).is_met
    assert order({"status": 400}, {"method": "POST", "since": 1}).nearest[0].number == 2
    assert order({"status": 400}, {"method": "GET", "since": 3}).nearest[0].number == 4


SECRET = "s3cr3t-token-of-somebody"


def test_no_credential_is_told() -> None:
    form = f"client_secret={SECRET}&code=1".encode()
    exchanges = [
        sent(1, LIST, f"/toys/{SECRET}?api_key={SECRET}&name={SECRET}", authorization=f"Bearer {SECRET}", cookie=f"a={SECRET}"),
        sent(2, CREATE, body={"secret": SECRET, "note": f"it is {SECRET}!"}),
        sent(3, CREATE, body=form, content_type="application/x-www-form-urlencoded"),
    ]
    wanted = Expectation(
        path=f"/{SECRET}",
        query={"api_key": SECRET + "x", "name": f"{SECRET}y"},
        headers={"Authorization": f"Bearer {SECRET}z", "Cookie": "b"},
        json={"secret": "mine", "note": SECRET, "client_secret": "other"},
    )
    outcome = verify(exchanges, wanted, Redaction(PROVIDERS, exchanges))
    told = f"{outcome} {msgspec.json.encode(outcome).decode()}"
    assert "[key]" in told
    assert [each for each in (SECRET, "mine", "other") if each in told] == []
    assert SECRET not in str(verify(exchanges, wanted))


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        (
            {"operation": "toys.createToys"},
            "x.operation: unknown operation 'toys.createToys'; did you mean toys.createToy or toys.retrieveToy or toys.listToys?",
        ),
        ({"operation": "?"}, f"x.operation: unknown operation '?'; choose {', '.join(OPERATIONS)}"),
        ({"status": "many"}, "x.status: 'many' is not a status; write 429, 4xx, or 0 for no reply"),
        ({"status": 42}, "x.status: '42' is not a status; write 429, 4xx, or 0 for no reply"),
        ({"at_least": -1}, "x.at_least: -1 is less than nothing"),
        ({"times": 1, "at_most": 2}, "x: times says exactly how many; leave at_least and at_most out"),
        ({"at_least": 3, "at_most": 2}, "x: at_most 2 is less than at_least 3"),
    ],
)
def test_an_expectation_that_cannot_be_meant_is_refused(wanted: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Expectation(**wanted).check(OPERATIONS, "x")
    assert str(refused.value) == complaint


def test_an_expectation_that_can_be_meant_is_not_refused() -> None:
    Expectation(operation=CREATE, status="2xx", at_least=1, at_most=1).check(OPERATIONS)
    Expectation(json=UNSET, status=0, times=0).check(OPERATIONS)
