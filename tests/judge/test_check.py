"""What is found in traffic: each rule by itself, the worst first, the same things together, and never a credential."""

from collections.abc import Iterator
from dataclasses import replace as replace_field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.exchange import Exchange
from mockserver.judge import lines
from mockserver.judge.check import CheckResult, Finding, check
from mockserver.judge.recordings.exchanges import traffic_of
from mockserver.judge.rules import RULES, Hit, Rule, RuleInput
from tests.judge.recorders import JSON, Sent, chrome, firefox, pairs, recording
from tests.toy.provider import RETURN_RECEIPT, TOY

URL = "https://lendery.example.com/v1/loans"
LOAN = b'{"id": "L0001", "title": "Emma", "lent": "2026", "due": "2027", "overdue": false}'
REFUSAL = b'{"refused": [{"reason": "x", "about": "y"}]}'
REFUSAL_TYPE = "application/vnd.lendery+json"
LISTED = Sent("GET", f"{URL}?start=0&count=2", reply=b"[]")
GOOD = (
    LISTED,
    Sent("POST", URL, '{"title": "Emma", "days": 7}', JSON, 201, LOAN),
    Sent("GET", f"{URL}/L0001", reply=LOAN),
    Sent("PUT", f"{URL}/L0001/renewals/7", reply=LOAN),
    Sent("DELETE", f"{URL}/L0001", status=204, reply=b"", reply_type=""),
    Sent("GET", f"{URL}/L0001", status=404, reply=REFUSAL, reply_type=REFUSAL_TYPE),
)


@pytest.fixture(scope="module", name="library")
def load_contract() -> Contract:
    return Contract.load(Path(__file__).parents[1] / "toy" / "openapi.yaml")


def exchanges(library: Contract, *session: Sent | dict[str, Any]) -> tuple[Exchange, ...]:
    entries = [each if isinstance(each, dict) else firefox(each) for each in session]
    return traffic_of(recording(*entries), library, TOY).exchanges


def verdict(library: Contract, *session: Sent | dict[str, Any]) -> CheckResult:
    return check(exchanges(library, *session), library, TOY)


def only(library: Contract, *session: Sent | dict[str, Any]) -> Finding:
    (finding,) = verdict(library, *session).findings
    return finding


def said(rule: str) -> str:
    return next(each.says for each in RULES if each.id == rule)


@pytest.mark.parametrize("reply_type", ["Application/JSON", " application/json ; charset=utf-8"])
def test_content_type_of_a_reply_is_known_by_its_name(reply_type: str, library: Contract) -> None:
    assert verdict(library, chrome(Sent("GET", URL, reply=b"[]", reply_type=reply_type))).findings == ()


def test_nothing_is_found_in_traffic_as_documented(library: Contract) -> None:
    found = verdict(library, *GOOD)

    assert found == CheckResult(exchanges=6, unknown_bodies=0, findings=())
    assert found.is_clean


def test_violation_is_found_with_its_places(library: Contract) -> None:
    assert only(library, LISTED, Sent("GET", f"{URL}?count=6", status=422, reply=REFUSAL, reply_type=REFUSAL_TYPE)) == Finding(
        rule="violation",
        severity="error",
        says=said("violation"),
        about="lendery.listLoans",
        place="query.count",
        detail="6 is greater than the maximum of 5",
        contract="/paths/~1v1~1loans/get/parameters/1/schema/maximum",
        times=1,
        exchanges=(2,),
        request="GET /v1/loans?count=6",
        statuses=(422,),
    )


def test_violation_is_found_even_if_the_service_let_it_pass_or_never_answered(library: Contract) -> None:
    passed, failed = (
        Sent("PUT", f"{URL}/L0001/renewals/61", reply=LOAN),
        Sent("PUT", f"{URL}/L0001/renewals/99", status=0, reply=b""),
    )

    found = only(library, passed, failed)

    assert (found.rule, found.place, found.times, found.statuses) == ("violation", "path.days", 2, (0, 200))


def test_what_nobody_declares_is_a_warning(library: Contract) -> None:
    found = verdict(library, Sent("POST", f"{URL}?dry=1", '{"title": "Emma", "days": 7, "colour": 1}', JSON, 201, LOAN))

    body = "/paths/~1v1~1loans/post/requestBody/content/application~1json/schema"
    assert [(each.rule, each.severity, each.place, each.contract) for each in found.findings] == [
        ("undeclared", "warning", "query.dry", "/paths/~1v1~1loans/post"),
        ("undeclared", "warning", "body.colour", body),
    ]
    assert not found.is_clean


def test_unknown_path_is_found_with_the_nearest_one(library: Contract) -> None:
    found = only(library, *(Sent("GET", f"https://lendery.example.com/v1/loan/L000{each}", status=404) for each in range(3)))

    assert (found.rule, found.about, found.place, found.times) == ("unknown-path", "GET /v1/loan/{}", "path", 3)
    assert found.detail == "the nearest one is /v1/loans/{number}"
    assert (found.contract, found.request) == ("", "GET /v1/loan/L0000")


def test_unknown_path_that_is_like_no_other_is_found_as_well(library: Contract) -> None:
    found = only(library, Sent("GET", "https://lendery.example.com/favicon.ico", status=404))

    assert (found.rule, found.about, found.detail) == ("unknown-path", "GET /favicon.ico", "there is none like it")


def test_unknown_method_is_found_with_those_that_there_are(library: Contract) -> None:
    found = only(library, Sent("PATCH", f"{URL}/L0001", "{}", JSON, 404), Sent("PATCH", f"{URL}/L0002", "{}", JSON, 405))

    assert (found.rule, found.about, found.times) == ("unknown-method", "PATCH /v1/loans/{number}", 2)
    assert (found.place, found.detail) == ("method", "the contract has GET and DELETE here")
    assert (found.contract, found.statuses) == ("/paths/~1v1~1loans~1{number}", (404, 405))


@pytest.mark.parametrize(
    ("reply", "place", "detail", "contract"),
    [
        (
            {"reply": b'[{"id": "7"}]'},
            "reply.body[].id",
            '"7" does not match "^L[0-9]{4}$"',
            "/components/schemas/LoanNumber/pattern",
        ),
        ({"reply": b"[" * 500}, "reply.body", "JSON nested deeper than 64 levels", "schema"),
        ({"reply": b"<html>"}, "reply.body", "no JSON: JSON is malformed: invalid character (byte 0)", "schema"),
        ({"reply_type": "text/html"}, "reply.content-type", "text/html is not declared for 200", "/responses"),
        ({"status": 202}, "reply.status", "202 is not declared", "/responses"),
        ({"status": 500}, "reply.content-type", "application/json is not declared for 500", "/responses"),
    ],
)
def test_reply_that_the_contract_does_not_allow_is_found(
    reply: dict[str, Any], place: str, detail: str, contract: str, library: Contract
) -> None:
    answered = Sent("GET", URL, **{"reply": b"[]", **reply})

    found = verdict(library, answered).findings

    assert {each.rule for each in found} == {"unfit-reply"}
    assert [(each.detail, each.about) for each in found if each.place == place] == [(detail, "lendery.listLoans")]
    assert found[0].contract.endswith(contract) or len(found) > 1


def test_same_fault_of_many_rows_is_told_once(library: Contract) -> None:
    rows = msgspec.json.encode([{**msgspec.json.decode(LOAN), "overdue": "no"} for _ in range(25)])

    found = only(library, Sent("GET", URL, reply=rows), Sent("GET", URL, reply=rows))

    assert (found.place, found.detail, found.times) == ("reply.body[].overdue", '"no" is not of type "boolean"', 2)


def test_reply_that_another_choice_allows_is_nobodys_fault(library: Contract) -> None:
    found = verdict(library, Sent("DELETE", f"{URL}/L0001", reply=LOAN))

    (note,) = found.findings
    assert (note.rule, note.severity, note.detail) == ("other-choice", "note", "as with lendery.return-receipt=loan")
    assert found.is_clean


def test_reply_is_judged_under_the_choice_that_it_names(library: Contract) -> None:
    def returned(choice: str, **reply: Any) -> dict[str, Any]:
        entry = firefox(Sent("DELETE", f"{URL}/L0001", **reply))
        entry["response"]["headers"] += pairs(**{"Mock-Assumed": f"lendery.return-receipt={choice}"})
        return entry

    lent, silent = {"reply": LOAN}, {"status": 204, "reply": b"", "reply_type": ""}

    assert verdict(library, returned("loan", **lent), returned("none", **silent)).findings == ()
    assert only(library, returned("none", **lent)).rule == "other-choice"
    assert only(library, returned("loan", **silent)).rule == "unfit-reply"


def test_contract_under_another_choice_is_made_once_for_all_replies(library: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    create = Contract.__init__

    def count(self: Contract, document: dict[str, Any], *, digest: str, **named: Any) -> None:
        made.append(digest)
        create(self, document, digest=digest, **named)

    loan = RETURN_RECEIPT.overlays["loan"]
    several = replace_field(RETURN_RECEIPT, choices={"none": "", "other": "", "loan": ""}, overlays={"other": (), "loan": loan})
    provider = replace_field(TOY, assumptions=(several,))
    deleted = exchanges(library, *[Sent("DELETE", f"{URL}/L0001", reply=LOAN)] * 3)
    fresh = Contract(library.document, digest="fresh", name="fresh")
    monkeypatch.setattr(Contract, "__init__", count)

    verdicts = [check(deleted, fresh, provider), check(deleted, fresh, provider)]

    assert len(made) == 1
    assert verdicts[0] == verdicts[1]
    assert [each.detail for each in verdicts[0].findings] == ["as with lendery.return-receipt=loan"]


def test_reply_whose_body_is_not_known_is_judged_by_its_head(library: Contract) -> None:
    fine, odd = firefox(LISTED), firefox(Sent("GET", URL, reply=b"[]", reply_type="text/html"))
    del fine["response"]["content"]["text"], odd["response"]["content"]["text"]

    assert verdict(library, fine) == CheckResult(exchanges=1, unknown_bodies=1, findings=())
    assert only(library, odd).place == "reply.content-type"


def test_request_without_a_reply_has_none_that_is_wrong(library: Contract) -> None:
    assert verdict(library, chrome(Sent("GET", URL, status=0, reply=b"", reply_type=""))) == CheckResult(1, 0, ())


KEY = "card-0123456789"


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("?api_key=abc", "query.api_key"),
        ("?apiKey=abc", "query.apiKey"),
        ("?access_token=abc", "query.access_token"),
        ("?client-secret=abc", "query.client-secret"),
        ("?x=a-token-for-tests", "query.x"),
        (f"?x={KEY}", "query.x"),
        (f"/{KEY}", "path"),
        ("/a-token-for%2Dtests", "path"),
    ],
)
def test_credential_in_a_url_is_the_worst_and_never_told(target: str, place: str, library: Contract) -> None:
    found = verdict(library, Sent("GET", URL + target, status=401, reply=REFUSAL, reply_type=REFUSAL_TYPE))

    worst = found.findings[0]
    assert (worst.rule, worst.severity, worst.place) == ("credential-in-url", "error", place)
    told = msgspec.json.encode(found).decode() + "\n".join(lines.of_verdict(found, "Lendery"))
    assert [secret for secret in ("abc", "a-token-for", KEY) if secret in told] == []


@pytest.mark.parametrize("target", ["?page_token=abc", "?x=abc", "?key=", "?keyword=abc", "/L0001"])
def test_what_is_no_credential_is_let_be(target: str, library: Contract) -> None:
    found = verdict(library, Sent("GET", URL + target, status=404, reply=REFUSAL, reply_type=REFUSAL_TYPE))

    assert [each.rule for each in found.findings if each.rule == "credential-in-url"] == []


def test_credential_that_the_contract_declares_in_the_query_is_let_be() -> None:
    parameter = {"name": "api_key", "in": "query", "schema": {"type": "string"}}
    listing = {"operationId": "lendery.listLoans", "parameters": [parameter], "responses": {"default": {}}}
    contract = Contract({"openapi": "3.1.0", "paths": {"/v1/loans": {"get": listing}}}, digest="", name="x.yaml")

    assert verdict(contract, Sent("GET", f"{URL}?api_key=abc", reply=b"")).findings == ()


def test_secret_that_was_sent_wrongly_is_not_told_with_what_is_wrong(library: Contract) -> None:
    body = '{"title": {"client_secret": "hush-hush", "api_key": "x1"}, "days": "a-token-for-tests", "l\\u0000ng": 0}'

    found = verdict(library, Sent("POST", f"{URL}?secret=abc", body, JSON, 422, REFUSAL, reply_type=REFUSAL_TYPE))

    assert {each.place for each in found.findings} == {"query.secret", "body.title", "body.days", "body.l\x00ng"}
    told = "\n".join([*lines.of_verdict(found, "Lendery"), msgspec.json.encode(found).decode()])
    assert [secret for secret in ("hush", "x1", "a-token", "abc") if secret in told] == []
    assert '{"api_key":"[key]","client_secret":"[key]"} is not of type "string"' in told
    assert "\x00" not in told


def test_long_text_is_cut(library: Contract) -> None:
    found = verdict(library, Sent("GET", f"{URL}?{'x' * 5000}=1&count={'y' * 5000}", reply=b"[]")).findings

    assert [len(each.place) for each in found] == [11, 201]
    assert [len(each.detail) for each in found] == [201, 28]
    assert [len(each.request) for each in found] == [201, 201]


def test_findings_are_told_the_worst_first_then_the_most_frequent(library: Contract) -> None:
    wrong = Sent("GET", f"{URL}?count=9", status=422, reply=REFUSAL, reply_type=REFUSAL_TYPE)
    session = (
        Sent("DELETE", f"{URL}/L0001", reply=LOAN),
        Sent("GET", f"{URL}?x=1", reply=b"[]"),
        Sent("GET", f"{URL}?start=z&api_key=1", reply=b"[]"),
        *[wrong] * 30,
        Sent("GET", "https://lendery.example.com/v2"),
    )

    found = verdict(library, *session).findings

    assert [(each.rule, each.place, each.times) for each in found] == [
        ("credential-in-url", "query.api_key", 1),
        ("unknown-path", "path", 1),
        ("violation", "query.count", 30),
        ("violation", "query.start", 1),
        ("undeclared", "query.x", 1),
        ("other-choice", "reply", 1),
    ]
    assert found[2].exchanges == tuple(range(4, 24))


def test_rule_that_looks_at_several_exchanges_is_another_value(library: Contract) -> None:
    def repeated(given: RuleInput) -> Iterator[Hit]:
        for before, after in pairwise(given.exchanges):
            if before.request.path == after.request.path:
                yield Hit(exchange=after, about=after.operation, place="request", detail="the same once more")

    rule = Rule("repeated", "warning", "Once is enough.", repeated)

    (found,) = check(exchanges(library, LISTED, LISTED), library, TOY, rules=[rule]).findings

    assert (found.rule, found.exchanges, found.contract) == ("repeated", (2,), "")


def test_violations_that_a_journal_noted_are_those_that_count(library: Contract) -> None:
    (noted,) = exchanges(library, Sent("GET", f"{URL}?count=6", reply=b"[]"))

    assert check([replace(noted, violations=())], library, TOY).findings == ()


def test_verdict_is_told_in_lines(library: Contract) -> None:
    wrong = Sent("GET", f"{URL}?count=9", status=422, reply=REFUSAL, reply_type=REFUSAL_TYPE)
    silent = Sent("GET", f"{URL}?count=9&api_key=hush-hush", status=0, reply=b"")
    unknown = firefox(LISTED)
    del unknown["response"]["content"]["text"]

    assert list(lines.of_verdict(verdict(library, *[wrong] * 6, silent, unknown), "Lendery")) == [
        "Lendery: 2 findings",
        "",
        f"ERROR credential-in-url: {said('credential-in-url')}",
        "  lendery.listLoans  query.api_key: a credential",
        "    entry 7: GET /v1/loans?count=9&api_key=[key], answered nothing",
        "",
        f"ERROR violation: {said('violation')}",
        "  lendery.listLoans  query.count: 9 is greater than the maximum of 5",
        "    entries 1, 2, 3, 4, 5, …: GET /v1/loans?count=9, answered nothing, 422",
        "    contract: /paths/~1v1~1loans/get/parameters/1/schema/maximum",
        "",
        "not judged, since they were not recorded: bodies of 1 exchange",
    ]
    assert list(lines.of_verdict(verdict(library, LISTED), "Lendery")) == ["Lendery: nothing found"]


def test_many_findings_of_a_rule_are_told_in_part(library: Contract) -> None:
    found = verdict(library, *(Sent("GET", f"{URL}?x{number}=1", reply=b"[]") for number in range(25)))

    told = list(lines.of_verdict(found, "Lendery"))

    assert len(found.findings) == 25
    assert told[0] == "Lendery: 25 findings"
    assert sum("not declared in the contract" in line for line in told) == 20
    assert told[-1] == "  and 5 more"


def test_control_characters_never_reach_a_terminal(library: Contract) -> None:
    entry = firefox(Sent("GET\x1b[31m", f"{URL}?\x9b=1"))

    told = "\n".join(lines.of_verdict(verdict(library, entry), "Lendery"))

    assert "GET\\x1b[31m" in told
    assert all(sign.isprintable() or sign == "\n" for sign in told)
