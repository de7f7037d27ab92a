"""Which behaviours traffic exercises, as a share that nothing rounds up."""

from itertools import product

import pytest

from mockserver.catalogue import Behaviour, Catalogue, Unchecked
from mockserver.contract import Contract
from mockserver.exchange import Exchange, RawHeaders, Request
from mockserver.judge import lines
from mockserver.judge.coverage import Coverage, Share, Use, coverage
from mockserver.judge.recordings.exchanges import traffic_of
from mockserver.providers import PROVIDERS, Provider
from tests.judge.recorders import Sent, chrome, recording


def exchange(
    operation: str, number: int = 1, status: int = 200, *, request: Request | None = None, body: bytes = b""
) -> Exchange:
    return Exchange(
        number=number,
        at=0,
        request=request or Request("GET", "/", b"", "http://mock", {}, []),
        operation=operation,
        status=status,
        headers=[],
        body=body,
        assumed={},
        violations=(),
        took_us=0,
    )


def statement(name: str, operation: str = "a.get") -> Behaviour:
    """Return a behaviour that any exchange with its operation exercises."""
    return Behaviour(name, "It does.", "A page", operation, lambda _api: None, lambda each: each.operation == operation)


UNCHECKED = Unchecked("a.x.dark", "It rests.", "A page", "Nobody sees it.")


def test_behaviours_are_counted_with_those_who_exercised_them() -> None:
    catalogue = Catalogue((statement("a.x.one"), statement("a.x.two", "a.put"), statement("a.x.three")), unchecked=(UNCHECKED,))

    found = coverage(iter([exchange("a.get", 3), exchange("a.delete", 4), exchange("a.get", 9)]), catalogue)

    assert found == Coverage(
        percent=66.6,
        exercised=2,
        of=3,
        operations=(Share("a.put", 0, 1), Share("a.get", 2, 2)),
        behaviours=(
            Use("a.x.one", "It does.", "A page", "a.get", 2, (3, 9)),
            Use("a.x.two", "It does.", "A page", "a.put", 0, ()),
            Use("a.x.three", "It does.", "A page", "a.get", 2, (3, 9)),
        ),
        unchecked=(UNCHECKED,),
    )
    assert [use.name for use in found.missing] == ["a.x.two"]


def test_only_the_first_exchanges_are_named_but_all_are_counted() -> None:
    (use,) = coverage((exchange("a.get", number) for number in range(1, 1001)), Catalogue((statement("a.x.one"),))).behaviours

    assert (use.times, use.exchanges) == (1000, tuple(range(1, 21)))


def test_request_without_a_reply_exercises_nothing() -> None:
    assert coverage([exchange("a.get", status=0)], Catalogue((statement("a.x.one"),))).exercised == 0


def test_catalogue_without_behaviours_is_covered() -> None:
    found = coverage([], Catalogue())

    assert (found.percent, found.reaches(100), found.needed(100)) == (100.0, True, 0)


def test_share_is_never_rounded_up() -> None:
    catalogue = Catalogue((*(statement(f"a.x.{number}") for number in range(1999)), statement("a.x.last", "a.put")))

    found = coverage([exchange("a.get")], catalogue)

    assert (found.exercised, found.of, found.percent) == (1999, 2000, 99.9)
    assert (found.reaches(99.95), found.reaches(99.96), found.needed(99.96)) == (True, False, 1)


@pytest.mark.parametrize(("percent", "needed"), [(0, 0), (25, 0), (25.1, 1), (50, 1), (100, 3)])
def test_what_is_needed_for_a_minimum_is_told(percent: float, needed: int) -> None:
    names = ("a.get", "a.put", "a.post", "a.delete")
    found = coverage([exchange("a.get")], Catalogue(tuple(statement(f"a.x.{each}", each) for each in names)))

    assert (found.reaches(percent), found.needed(percent)) == (needed == 0, needed)


def test_coverage_is_told_in_lines_the_smallest_share_first() -> None:
    behaviours = (statement("a.x.one"), statement("a.x.two"), statement("a.x.three", "a.put"), statement("a.x.four", "a.put"))

    told = list(lines.of_coverage(coverage([exchange("a.get")], Catalogue(behaviours, (UNCHECKED,))), "Ours"))

    assert told == [
        "Ours: 2 of 4 behaviours exercised, 50 %",
        "",
        "0 of 2  a.put",
        "2 of 2  a.get",
        "",
        "never exercised:",
        "  a.put",
        "    a.x.three: It does.",
        "    a.x.four: It does.",
        "",
        "not counted, because they cannot be checked from outside: 1 statement",
    ]
    assert list(lines.of_coverage(coverage([exchange("a.get")], Catalogue(behaviours[:1])), "Ours")) == [
        "Ours: 1 of 1 behaviours exercised, 100 %",
        "",
        "1 of 1  a.get",
    ]


def test_provider_without_behaviours_is_said_to_have_none() -> None:
    assert list(lines.of_coverage(coverage([exchange("a.get")], Catalogue()), "Ours")) == ["Ours has no behaviours to exercise"]


def test_traffic_is_told_in_lines() -> None:
    _, vexutopia = PROVIDERS
    urls = [f"http://mock.localhost/@box-{number}/v1/customers" for number in range(7)]
    entries = [chrome(Sent("GET", url)) for url in [*urls, "http://elsewhere/"]]

    told = list(lines.of_traffic(traffic_of(recording(*entries), Contract.load(), vexutopia, ["http://mock.localhost"])))

    addresses = ", ".join(f"http://mock.localhost/@box-{number} (1)" for number in range(5))
    assert told == [f"7 requests of 8 entries: {addresses}, …", "left out: of other addresses (1)"]


DEEP = b"[" * 100_000
ODD = b'{"items": 3, "data": [null, 4], "error": {"code": [], "param": {}}, "total": "x", "limit": null, "next": 5, "email": {}}'
QUERIES = (b"", b"limit=x&page=&offset=-1&sort=&order=&query=::&email=%", b"%ff=%ff&query=n:%00")


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_no_exchange_is_too_odd_for_a_predicate(provider: Provider) -> None:
    operations = [name for name in Contract.load().operations if name.startswith(provider.name)]
    bodies = (b"", DEEP, ODD, b"\xff", b"[]", b"null")
    headers: RawHeaders = [(b"content-type", b"application/x-www-form-urlencoded"), (b"authorization", b"\xff")]
    exchanges = [
        exchange(operation, status=status, request=Request("GET", "/%", query, "", dict(headers), headers, sent), body=body)
        for operation, status, query, sent, body in product(operations, (200, 201, 400, 404), QUERIES, bodies, bodies)
    ]

    assert coverage(exchanges, provider.catalogue()).exercised > 0
