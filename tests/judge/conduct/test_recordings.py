"""Recordings are judged by the rules of conduct that need nothing but what a recorder writes down."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.cli import main
from tests.judge.recorders import Sent, firefox, har, pairs, playwright

VEXUTOPIA = "https://api.vexutopia.com/v1/customers"
SPOONITY = "https://api.spoonity.com/customers"


def customer(number: int) -> dict[str, Any]:
    time = "2026-02-02T13:48:05Z"
    return {
        "id": f"cus_{number:012}",
        "object": "customer",
        "email": f"{number}@example.com",
        "name": None,
        "phone": None,
        "metadata": {},
        "created_at": time,
        "updated_at": time,
    }


def page(offset: int, count: int, *, total: int, limit: int = 3) -> Sent:
    rows = [customer(number) for number in range(offset, offset + count)]
    body = {"object": "list", "data": rows, "total": total, "limit": limit, "offset": offset, "has_more": offset + count < total}
    return Sent("GET", f"{VEXUTOPIA}?limit={limit}&offset={offset}", reply=json.dumps(body).encode())


def retrieval(number: int) -> Sent:
    return Sent("GET", f"{VEXUTOPIA}/cus_{number:012}", reply=json.dumps(customer(number)).encode())


def at(second: int, entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "startedDateTime": f"2026-02-02T13:48:{second:02}.000Z"}


def judged(
    folder: Path, capsys: pytest.CaptureFixture[str], *entries: Sent | dict[str, Any], provider: str = "vexutopia", more: Any = ()
) -> list[tuple[str, list[int]]]:
    """Return the rules that find something in a recording, each with the numbers of the entries."""
    (folder / "t.har").write_bytes(har([each if isinstance(each, dict) else firefox(each) for each in entries]))
    code = main(["check", str(folder / "t.har"), "--provider", provider, "--json", *more])
    printed = capsys.readouterr()
    assert printed.err == ""
    found = [(each["rule"], each["exchanges"]) for each in json.loads(printed.out)["findings"]]
    assert code == bool(found)
    return found


def test_walks_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, capsys, page(0, 3, total=9), page(3, 3, total=9)) == [("walk-stopped-early", [2])]
    assert judged(tmp_path, capsys, page(0, 3, total=9), page(3, 2, total=9)) == [("short-page-taken-as-last", [2])]
    too_far = [at(second, firefox(page(start, rows, total=4))) for second, (start, rows) in enumerate([(0, 3), (3, 1), (6, 0)])]
    assert judged(tmp_path, capsys, *too_far) == [("walk-past-end", [3])]
    assert judged(tmp_path, capsys, page(0, 3, total=4), page(3, 1, total=4)) == []
    assert judged(tmp_path, capsys, page(0, 2, total=9)) == []


def test_retrievals_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, capsys, page(0, 3, total=3), *map(retrieval, range(3))) == [("retrieve-per-item", [2, 3, 4])]
    assert judged(tmp_path, capsys, *map(retrieval, range(3)), page(0, 3, total=3)) == []


def test_retry_after_is_judged_by_when_requests_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refusal = {"error": {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": "Too many requests"}}
    sent = Sent("GET", f"{VEXUTOPIA}?limit=3", status=429, reply=json.dumps(refusal).encode())
    refused = firefox(sent)
    refused["response"]["headers"] += pairs(**{"Retry-After": "20"})
    again = firefox(page(0, 1, total=1))
    again["request"]["url"] = sent.url
    rules = ("--ignore", "unfit-reply")

    assert judged(tmp_path, capsys, at(0, refused), at(19, again), more=rules) == [("ignored-retry-after", [2])]
    assert judged(tmp_path, capsys, at(0, refused), at(20, again), more=rules) == []
    assert judged(tmp_path, capsys, refused, again, more=rules) == []
    undated = [{**each, "startedDateTime": "then"} for each in (refused, again)]
    assert judged(tmp_path, capsys, *undated, more=rules) == []


def test_links_and_filters_are_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty: dict[str, Any] = {"items": [], "next": f"{SPOONITY}?limit=2&page=2", "prev": None}
    first = Sent("GET", f"{SPOONITY}?limit=2", reply=json.dumps(empty).encode())
    last = json.dumps({"items": [], "next": None, "prev": None}).encode()
    followed = Sent("GET", f"{SPOONITY}?limit=2&page=2", reply=last)
    made = Sent("GET", f"{SPOONITY}?page=2&limit=2", reply=last)
    filtered = Sent("GET", f"{SPOONITY}?query=n:john+s:ACTIVE", reply=last)

    assert judged(tmp_path, capsys, first, followed, provider="spoonity") == []
    assert judged(tmp_path, capsys, first, made, provider="spoonity") == [("hand-made-page-link", [2])]
    assert judged(tmp_path, capsys, filtered, provider="spoonity") == [("unescaped-filter", [1])]


def test_what_only_the_mock_knows_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, capsys, *[at(each, firefox(retrieval(1))) for each in [0] * 9]) == []


def test_rule_is_left_out_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    walk = page(0, 3, total=9), page(3, 3, total=9)

    assert judged(tmp_path, capsys, *walk, more=["--ignore", "walk-past-end", "--ignore", "walk-stopped-early"]) == []
    assert judged(tmp_path, capsys, *walk, more=["--ignore", "walk-past-end"]) == [("walk-stopped-early", [2])]


def test_unknown_rule_cannot_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.har").write_bytes(har([firefox(page(0, 1, total=1))]))

    code = main(["check", str(tmp_path / "t.har"), "--provider", "vexutopia", "--ignore", "walks", "--ignore", "undeclared"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert printed.err.startswith("mockserver: unknown rule walks; known: credential-in-url, ")
    assert "retrieve-per-item" in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("reply", [b"[", b"[]", b"null", b"{}", b'{"data": 5, "items": 5}', b"[" * 2_000, b"\xff"])
@pytest.mark.parametrize(("provider", "url"), [("vexutopia", VEXUTOPIA), ("spoonity", SPOONITY)])
def test_reply_that_is_no_list_shows_nothing(
    provider: str, url: str, reply: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [
        playwright(Sent("GET", f"{url}?limit=3&{name}", reply=reply)) for name in ("page=1", "page=2", "offset=x", "limit=-")
    ]

    found = judged(tmp_path, capsys, *pages, provider=provider)

    assert {rule for rule, _ in found} <= {"unfit-reply", "violation", "undeclared"}


def test_links_and_rows_of_any_form_are_put_up_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd: dict[str, Any] = {"items": [5, {"id": [1]}, {"id": None}], "next": "http://[", "prev": 7}
    further: dict[str, Any] = {"items": [[]], "next": {"page": 3}, "prev": None}
    pages = [
        Sent("GET", f"{SPOONITY}?limit=2&page={number}", reply=json.dumps(body).encode())
        for number, body in enumerate((odd, further, odd), start=1)
    ]

    found = judged(tmp_path, capsys, *pages, provider="spoonity", more=["--ignore", "unfit-reply"])

    assert found == [("hand-made-page-link", [2])]


def test_retrieval_whose_reply_was_not_recorded_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = [firefox(retrieval(number)) for number in range(3)]
    for each in unknown:
        del each["response"]["content"]["text"]

    assert judged(tmp_path, capsys, page(0, 3, total=3), *unknown) == []
