"""What the mock wrote in its journal goes out as a HAR file, comes back the same, and is judged as it deserves."""

from functools import cache
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.exchange import Exchange, Request
from mockserver.judge.check import check
from mockserver.judge.coverage import coverage
from mockserver.judge.recordings.exchanges import traffic_of
from mockserver.judge.recordings.har import Recording, to_har
from mockserver.judge.redaction import Redaction
from mockserver.judge.rules import RULES, RuleInput
from mockserver.providers import PROVIDERS, Provider
from tests.checking import exchanges_of, run
from tests.conftest import make_app

SPARSELY = 5
"""Of so many behaviours one is checked under each choice."""

every_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)

OVERLAID = [
    pytest.param(provider, assumption.key, choice, id=f"{assumption.key}={choice}")
    for provider in PROVIDERS
    for assumption in provider.assumptions
    for choice in assumption.overlays
]


def journal(provider: Provider, key: str = "", choice: str = "") -> tuple[Exchange, ...]:
    """Return the exchanges that the checks of all behaviours cause, numbered anew; under a choice, those of some."""
    return _journal(provider.name, key, choice)


@cache
def _journal(name: str, key: str, choice: str) -> tuple[Exchange, ...]:
    provider = next(each for each in PROVIDERS if each.name == name)
    found: list[Exchange] = []
    for behaviour in provider.catalogue().behaviours[:: SPARSELY if key else 1]:
        assumed = {**behaviour.only_with, **({key: choice} if key else {})}
        if behaviour.only_with.get(key, choice) == choice:
            app = make_app(assume=assumed)
            run(behaviour, app, provider)
            found += exchanges_of(app)
    return tuple(replace(each, number=number) for number, each in enumerate(found, 1))


def written(exchanges: tuple[Exchange, ...]) -> bytes:
    return msgspec.json.encode(to_har(exchanges, Redaction(PROVIDERS, exchanges)))


def read_back(exchanges: tuple[Exchange, ...], provider: Provider) -> tuple[Exchange, ...]:
    return traffic_of(Recording.parse(written(exchanges), "journal.har"), Contract.load(), provider).exchanges


def essence(exchange: Exchange) -> tuple[Any, ...]:
    """Return what survives that credentials are hidden."""
    request = exchange.request
    sent = (
        request.method,
        request.path,
        request.base_url,
        request.header(b"content-type"),
        "request" in exchange.incomplete_parts,
    )
    answered = (
        exchange.status,
        exchange.assumed,
        dict(exchange.headers).get(b"mock-violation"),
        "reply" in exchange.incomplete_parts,
    )
    return (exchange.number, exchange.at, exchange.operation, sent, answered)


@every_provider
def test_journal_comes_back_as_it_was(provider: Provider) -> None:
    exchanges = journal(provider)

    assert [essence(each) for each in read_back(exchanges, provider)] == [essence(each) for each in exchanges]


@every_provider
def test_only_credentials_are_hidden(provider: Provider) -> None:
    for before, after in zip(journal(provider), read_back(journal(provider), provider), strict=True):
        for was, now in ((before.request.query, after.request.query), (before.request.body, after.request.body)):
            assert (was or b"") == (now or b"") or b"[key]" in (now or b"")
        assert before.body == after.body or b"[key]" in after.body


@every_provider
def test_no_credential_of_the_journal_stands_in_the_file(provider: Provider) -> None:
    exchanges = journal(provider)
    sent = {each.request.bearer for each in exchanges} | {provider.credential(each.request) for each in exchanges}
    issued = {msgspec.json.decode(each.body).get("access_token") for each in exchanges if b'"access_token"' in each.body}

    content = written(exchanges).decode()

    known = {key for key in sent | issued if key}
    assert any("mock_" in key for key in known)
    assert [key for key in known if f"Bearer {key}" in content or (len(key) >= 8 and key in content)] == []


@every_provider
def test_checks_of_all_behaviours_cover_them_all(provider: Provider) -> None:
    found = coverage(read_back(journal(provider), provider), provider.catalogue())

    assert [use.name for use in found.missing] == []
    assert (found.percent, found.reaches(100)) == (100.0, True)


@every_provider
def test_traffic_of_one_operation_covers_a_part(provider: Provider) -> None:
    operation = provider.catalogue().behaviours[0].operation
    some = [each for each in journal(provider) if each.operation == operation]

    found = coverage(some, provider.catalogue())

    assert 0 < found.percent < 100
    assert found.operations[0].exercised == 0


@every_provider
def test_requests_that_are_wrong_on_purpose_are_found_and_no_others(provider: Provider) -> None:
    exchanges = journal(provider)
    on_purpose = {each.number for each in exchanges if each.violations or not each.operation}
    never_judged = {each.number for each in exchanges if each.status == 401}

    case = RuleInput(read_back(exchanges, provider), Contract.load(), provider)
    sightings = [(rule.id, sighting.exchange) for rule in RULES for sighting in rule.find(case)]
    found = {(rule, exchange.number) for rule, exchange in sightings if exchange is not None}

    assert on_purpose
    assert {number for _, number in found} - never_judged == on_purpose - never_judged
    assert {rule for rule, _ in found} & {"unfit-reply", "other-choice"} == set()


@every_provider
def test_file_and_journal_get_the_same_verdict(provider: Provider) -> None:
    judged = [each for each in journal(provider) if each.status != 401]
    exchanges = tuple(replace(each, number=number) for number, each in enumerate(judged, 1))

    direct = check(exchanges, Contract.load(), provider)

    assert check(read_back(exchanges, provider), Contract.load(), provider) == direct
    assert not direct.is_clean


@pytest.mark.parametrize(("provider", "key", "choice"), OVERLAID)
def test_reply_of_the_mock_is_allowed_under_every_choice(provider: Provider, key: str, choice: str) -> None:
    case = RuleInput(read_back(journal(provider, key, choice), provider), Contract.load(), provider)

    assert [(exchange.operation, faults) for exchange, faults, _ in case.unfit_replies] == []


REQUEST = Request(
    "POST",
    "/customers",
    b"name=a%20b",
    "http://h/@box",
    {b"content-type": b"text/x"},
    [(b"content-type", b"text/x")],
    b"\xff\xfe",
)
EXCHANGE = Exchange(
    number=7,
    at=1_770_040_085_683,
    request=REQUEST,
    operation="spoonity.createCustomer",
    status=299,
    headers=[(b"content-type", b"image/png")],
    body=b"\x89PNG",
    assumed={},
    violations=(),
    took_us=1500,
)


def test_entry_has_all_that_a_har_must_have() -> None:
    (entry,) = to_har([EXCHANGE], Redaction(PROVIDERS))["log"]["entries"]

    assert entry == {
        "startedDateTime": "2026-02-02T13:48:05.683Z",
        "time": 1.5,
        "request": {
            "method": "POST",
            "url": "http://h/@box/customers?name=a%20b",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "content-type", "value": "text/x"}],
            "queryString": [{"name": "name", "value": "a b"}],
            "headersSize": -1,
            "bodySize": 2,
            "postData": {"mimeType": "text/x", "text": "//4=", "encoding": "base64"},
        },
        "response": {
            "status": 299,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [{"name": "content-type", "value": "image/png"}],
            "content": {"size": 4, "mimeType": "image/png", "text": "iVBORw==", "encoding": "base64"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 4,
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1.5, "receive": 0},
        "comment": "exchange 7: spoonity.createCustomer",
    }


def test_body_that_is_not_whole_is_left_out() -> None:
    cut = replace(EXCHANGE, incomplete_parts=frozenset({"request", "reply"}), operation="", status=201)

    (entry,) = to_har([cut], Redaction(PROVIDERS))["log"]["entries"]

    assert entry["request"]["postData"] == {"mimeType": "text/x"}
    assert entry["response"]["content"] == {"size": -1, "mimeType": "image/png"}
    assert (entry["request"]["bodySize"], entry["response"]["bodySize"]) == (-1, -1)
    assert entry["response"]["statusText"] == "Created"
    assert entry["comment"] == "exchange 7: no operation, of which the body of the reply and the request is not whole"


def test_file_says_who_made_it() -> None:
    log = to_har([], Redaction(PROVIDERS))["log"]

    assert (log["version"], log["creator"]["name"], log["entries"]) == ("1.2", "mockserver", [])


@pytest.mark.parametrize("incomplete_parts", [frozenset[str](), frozenset({"request"}), frozenset({"reply"})])
def test_what_is_not_whole_is_not_whole_when_it_comes_back(incomplete_parts: frozenset[str]) -> None:
    spoonity, _ = PROVIDERS
    cut = replace(EXCHANGE, incomplete_parts=incomplete_parts, headers=[*EXCHANGE.headers, (b"mock-exchange", b"7")])

    (back,) = read_back((cut,), spoonity)

    assert back.incomplete_parts == incomplete_parts
    assert (back.request.body, back.body) == (
        None if "request" in incomplete_parts else b"\xff\xfe",
        b"" if "reply" in incomplete_parts else b"\x89PNG",
    )
    assert (back.request.base_url, back.request.path, back.request.query) == ("http://h/@box", "/customers", b"name=a%20b")
