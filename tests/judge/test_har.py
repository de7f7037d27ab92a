"""HAR files of every origin are read alike, and those that are none are refused in one line."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mockserver.contract import Contract
from mockserver.errors import DocumentError
from mockserver.exchange import Exchange
from mockserver.judge.check import check
from mockserver.judge.recordings import har as har_module
from mockserver.judge.recordings.exchanges import address_of, exchange_of, traffic_of
from mockserver.judge.recordings.har import Recording
from mockserver.providers import PROVIDERS
from tests.judge.recorders import FORM, JSON, RECORDERS, STARTED_MS, Recorder, Sent, chrome, har, playwright, recording
from tests.properties.settings import quick

SPOONITY, VEXUTOPIA = PROVIDERS
REFUSAL = b'{"error": {"code": "invalid_parameter"}}'
SESSION = (
    Sent("POST", "https://api.vexutopia.com/v1/customers", '{"email": "zoë@example.com"}', JSON, 201, '{"name": "Zoë"}'.encode()),
    Sent("GET", "https://api.vexutopia.com/v1/customers?limit=200&email=a%2Bb%40example.com", "", "", 400, REFUSAL),
    Sent("PUT", "https://api.vexutopia.com/v1/customers/cus_1", "name=Ann+Lee&email=a%26b%40example.com", FORM, 404, b"{}"),
    Sent("DELETE", "https://api.vexutopia.com/v1/customers/cus%5F1", status=0, reply=b"", reply_type=""),
)


def exchanges(*entries: dict[str, Any], contract: Contract) -> tuple[Exchange, ...]:
    return traffic_of(recording(*entries), contract, VEXUTOPIA).exchanges


@pytest.fixture
def contract() -> Contract:
    return _contract()


@pytest.mark.parametrize("recorder", RECORDERS)
def test_every_recorder_tells_the_same(recorder: Recorder, contract: Contract) -> None:
    found = exchanges(*map(recorder, SESSION), contract=contract)

    assert [(each.number, each.request.method, each.operation, each.status) for each in found] == [
        (1, "POST", "vexutopia.createCustomer", 201),
        (2, "GET", "vexutopia.listCustomers", 400),
        (3, "PUT", "", 404),
        (4, "DELETE", "vexutopia.deleteCustomer", 0),
    ]
    assert {each.request.base_url for each in found} == {"https://api.vexutopia.com"}
    assert [(each.request.path, each.request.query) for each in found[1:]] == [
        ("/v1/customers", b"limit=200&email=a%2Bb%40example.com"),
        ("/v1/customers/cus_1", b""),
        ("/v1/customers/cus%5F1", b""),
    ]
    assert [each.request.body for each in found] == [SESSION[0].body.encode(), None, SESSION[2].body.encode(), None]
    assert [each.request.header(b"content-type") for each in found] == [JSON, "", FORM, ""]
    assert [each.body for each in found] == [each.reply for each in SESSION]
    assert {each.at for each in found} == {STARTED_MS}
    assert [each.incomplete_parts for each in found[:3]] == [frozenset()] * 3


@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_the_contract_has_against_a_request_is_noted(recorder: Recorder, contract: Contract) -> None:
    wrong = Sent("POST", "https://api.vexutopia.com/v1/customers?dry=1", '{"email": 7, "vip": true}', JSON, 400)

    found = exchanges(recorder(wrong), recorder(SESSION[1]), contract=contract)

    assert [[str(violation) for violation in each.violations] for each in found] == [
        ["query.dry: undeclared", "body.vip: undeclared", "body.email: type"],
        ["query.limit: maximum"],
    ]


def test_pseudo_headers_are_none_but_the_authority_is_the_host() -> None:
    request = read(chrome(SESSION[0])).request

    assert request.raw_headers == [(b"host", b"api.vexutopia.com"), (b"accept", b"*/*"), (b"content-type", JSON.encode())]


def test_form_that_was_recorded_as_fields_is_put_together_again(contract: Contract) -> None:
    entry = playwright(Sent("PUT", "https://api.spoonity.com/customers/cust_175a9abec1882d12", "name=Ann+Lee&vip=%26", FORM))
    entry["request"]["postData"]["text"] = None

    (found,) = traffic_of(recording(entry), contract, SPOONITY).exchanges

    assert found.request.body == b"name=Ann+Lee&vip=%26"
    assert [str(violation) for violation in found.violations] == ["body.vip: undeclared"]


def test_body_in_base64_is_decoded_in_requests_too() -> None:
    entry = with_request(postData={"text": "eyJhIjogMX0=", "encoding": "base64"})

    assert read(entry).request.body == b'{"a": 1}'


def read(entry: dict[str, Any]) -> Exchange:
    """Return the exchange of an entry by itself."""
    target = address_of(entry["request"]["url"])
    assert target is not None
    return exchange_of(recording(entry).entry(0), 1, target)


def with_request(**members: Any) -> dict[str, Any]:
    return {"request": {"method": "POST", "url": "https://api.vexutopia.com/v1/customers", **members}}


def with_response(**members: Any) -> dict[str, Any]:
    return {**with_request(), "response": {"status": 200, **members}}


LONG = [{"name": "Content-Length", "value": "9"}]


@pytest.mark.parametrize(
    ("members", "is_known"),
    [
        ({}, True),
        ({"bodySize": 0}, True),
        ({"bodySize": 9}, False),
        ({"bodySize": 0, "headers": LONG}, False),
        ({"bodySize": -1, "postData": {"mimeType": JSON}}, False),
        ({"bodySize": 0, "postData": {"mimeType": "", "text": ""}}, True),
        ({"bodySize": -1, "postData": {"mimeType": JSON, "text": "", "params": [], "_file": "body.json"}}, False),
        ({"bodySize": -1, "postData": {"mimeType": JSON, "text": "{}"}}, True),
    ],
)
def test_request_whose_body_was_not_recorded_is_told_from_one_without(members: dict[str, Any], is_known: bool) -> None:
    exchange = read(with_request(**members))

    assert ("request" not in exchange.incomplete_parts) is is_known
    assert exchange.request.body == (b"{}" if (members.get("postData") or {}).get("text") else None)


@pytest.mark.parametrize(
    ("members", "is_known"),
    [
        ({}, False),
        ({"content": None}, False),
        ({"content": {"size": 0}}, True),
        ({"content": {"size": 0, "text": None}}, True),
        ({"content": {"size": 0}, "headers": LONG}, False),
        ({"content": {"size": -1}}, False),
        ({"content": {"size": 9, "_file": "body.json"}}, False),
        ({"content": {}, "bodySize": 0}, True),
        ({"content": {"size": 9, "text": "{}"}}, True),
        ({"status": 204}, True),
        ({"status": 304, "content": {"size": 9}}, True),
    ],
)
def test_reply_whose_body_was_not_recorded_is_told_from_one_without(members: dict[str, Any], is_known: bool) -> None:
    assert ("reply" not in read(with_response(**members)).incomplete_parts) is is_known


def test_body_that_was_not_recorded_is_not_missed(contract: Contract) -> None:
    url, needed = "https://api.vexutopia.com/v1/customers", {"name": "content-type", "value": JSON}
    recorded = {"method": "POST", "url": url, "headers": [needed]}

    unknown, empty = exchanges({"request": {**recorded, "bodySize": 9}}, {"request": recorded}, contract=contract)

    assert unknown.violations == ()
    assert [str(violation) for violation in empty.violations] == ["body: required"]


def test_headers_that_were_not_recorded_are_not_missed(contract: Contract) -> None:
    url, body = "https://api.vexutopia.com/v1/customers", {"text": '{"email": "a@example.com"}'}
    typed = {**body, "mimeType": "text/plain"}

    silent, told = exchanges(
        *({"request": {"method": "POST", "url": url, "postData": each}} for each in (body, typed)), contract=contract
    )

    assert silent.violations == ()
    assert [str(violation) for violation in told.violations] == ["content-type: encoding"]


@pytest.mark.parametrize("started", [None, "", "yesterday", "1955-11-05T06:15:00Z"])
def test_time_that_cannot_be_read_is_the_first(started: str | None) -> None:
    assert read({**with_response(), "startedDateTime": started}).at == 0


@pytest.mark.parametrize(("time", "took_us"), [(None, 0), (-1, 0), (1.5, 1500), (1e308, 10**15)])
def test_duration_is_as_recorded(time: float | None, took_us: int) -> None:
    assert read({**with_response(), "time": time}).took_us == took_us


def test_choices_that_the_mock_named_are_known() -> None:
    named = [{"name": "Mock-Assumed", "value": "vexutopia.list-order=oldest-first, vexutopia.unknown-key=accepted"}]

    assert read(with_response(headers=named)).assumed == {
        "vexutopia.list-order": "oldest-first",
        "vexutopia.unknown-key": "accepted",
    }


@pytest.mark.parametrize(
    ("url", "origin", "path", "query"),
    [
        ("http://127.0.0.1:4010/customers", "http://127.0.0.1:4010", "/customers", b""),
        ("HTTPS://API.Spoonity.com:443/customers?a=%20&b#top", "https://api.spoonity.com", "/customers", b"a=%20&b"),
        ("http://user:secret@[::1]:4010", "http://[::1]:4010", "/", b""),
        ("http://h/a b/é%2F?q=é", "http://h", "/a%20b/%C3%A9%2F", "q=é".encode()),
    ],
)
def test_address_is_taken_apart(url: str, origin: str, path: str, query: bytes) -> None:
    target = address_of(url)

    assert target is not None
    assert (target.base_url, target.path, target.query) == (origin, path, query)


@pytest.mark.parametrize("url", ["", "data:,x", "blob:https://h/1", "wss://h/v1", "chrome-extension://x/y", "http://[::1", "/v1"])
def test_address_that_no_request_goes_to_is_none(url: str) -> None:
    assert address_of(url) is None


def test_byte_order_mark_is_passed_over() -> None:
    content = b"\xef\xbb\xbf" + har([chrome(SESSION[0])])

    assert Recording.parse(content, "traffic.har").urls == [SESSION[0].url]


def test_entry_that_concerns_nobody_may_hold_anything(contract: Contract) -> None:
    other = {"request": {"url": "https://cdn.example.com/x", "headers": 7}, "response": "gone", "startedDateTime": []}

    assert [each.number for each in exchanges(other, chrome(SESSION[0]), contract=contract)] == [2]


ANEW = "; record it anew as HAR 1.2"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", f"traffic.har: is not a valid HAR: Input data was truncated{ANEW}"),
        (b"<html>", f"traffic.har: is not a valid HAR: JSON is malformed: invalid character (byte 0){ANEW}"),
        (b"[]", f"traffic.har: is not a valid HAR: Expected `object`, got `array`{ANEW}"),
        (b"{}", f"traffic.har: is not a valid HAR: Object missing required field `log`{ANEW}"),
        (
            b'{"log": {"entries": {}}}',
            f"traffic.har: is not a valid HAR: Expected `array`, got `object` - at `$.log.entries`{ANEW}",
        ),
        (
            b'{"log": {"entries": [{"request": {"url": 7}}]}}',
            f"traffic.har: is not a valid HAR: Expected `str`, got `int` - at `$.log.entries[0].request.url`{ANEW}",
        ),
        (b'{"log": {"pages": ' + b"[" * 100_000, f"traffic.har: is nested deeper than any HAR{ANEW}"),
    ],
)
def test_what_is_no_har_is_refused_with_the_place(content: bytes, complaint: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Recording.parse(content, "traffic.har")

    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (
            {"request": {"url": "https://api.vexutopia.com/v1"}},
            "is not a valid HAR: Object missing required field `method` - at `$.request`",
        ),
        (with_response(content={"text": "not base 64", "encoding": "base64"}), "response.content.text is not base64"),
        (with_response(status=[200]), "is not a valid HAR: Expected `int | null`, got `array` - at `$.response.status`"),
    ],
)
def test_entry_that_is_none_is_named(entry: dict[str, Any], complaint: str, contract: Contract) -> None:
    with pytest.raises(DocumentError) as caught:
        exchanges(chrome(SESSION[0]), entry, contract=contract)

    assert str(caught.value) == f"traffic.har, entry 2: {complaint}{ANEW}"


def test_file_is_read_only_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, content = tmp_path / "traffic.har", har([chrome(SESSION[0])])
    path.write_bytes(content)
    smaller = "; record the provider's requests alone"

    monkeypatch.setattr(har_module, "MAX_BYTES", len(content))
    assert Recording.read(path).urls == [SESSION[0].url]

    monkeypatch.setattr(har_module, "MAX_ENTRIES", 0)
    with pytest.raises(DocumentError) as caught:
        Recording.read(path)
    assert str(caught.value) == f"{path}: has more than 0 entries{smaller}"

    monkeypatch.setattr(har_module, "MAX_BYTES", len(content) - 1)
    with pytest.raises(DocumentError) as caught:
        Recording.read(path)
    assert str(caught.value) == f"{path}: is larger than 0 MB{smaller}"


@pytest.mark.parametrize("content", [gzip.compress(b"{}", mtime=0), b"PK\x03\x04..."])
def test_packed_file_is_to_be_unpacked_first(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "traffic.har").write_bytes(content)

    with pytest.raises(DocumentError, match=r"traffic\.har: is packed; unpack it first$"):
        Recording.read(tmp_path / "traffic.har")


@pytest.mark.parametrize(("name", "reason"), [("nowhere.har", "No such file or directory"), (".", "Is a directory")])
def test_file_that_cannot_be_read_is_named(name: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        Recording.read(tmp_path / name)

    assert str(caught.value) == f"{tmp_path / name}: cannot be read: {reason}"


texts = some.none() | some.text()
numbers = some.none() | some.integers(-1, 10**400) | some.floats(allow_nan=False, allow_infinity=False)
anything = texts | numbers | some.lists(texts, max_size=2) | some.dictionaries(some.text(), texts, max_size=2)
several = some.none() | some.lists(
    some.fixed_dictionaries({}, optional={"name": some.text(), "value": texts | numbers}), max_size=3
)
body = some.none() | some.fixed_dictionaries(
    {},
    optional={
        "text": texts,
        "encoding": some.sampled_from(["base64", "x", None]),
        "size": numbers,
        "mimeType": texts,
        "params": several,
    },
)
message = some.fixed_dictionaries(
    {"headers": several},
    optional={"postData": body, "content": body, "bodySize": numbers, "status": numbers, "method": some.text()},
)


@pytest.mark.slow
@quick(300)
@given(message, message, anything, some.text(), anything)
def test_entry_is_read_or_refused_whatever_is_in_it(sent: Any, answered: Any, started: Any, tail: str, oddity: Any) -> None:
    sent = {"method": "POST", **sent, "url": f"https://api.vexutopia.com/v1/customers{tail}"}
    entry = {"request": sent, "response": answered, "startedDateTime": started, "time": oddity, "_fromCache": None}
    complaint = ""
    try:
        (found,) = traffic_of(recording(entry), _contract(), VEXUTOPIA).exchanges
        check([found], _contract(), VEXUTOPIA)
    except DocumentError as error:
        complaint = str(error)
    assert re.match(r"traffic\.har[,:] |$", complaint)


@cache
def _contract() -> Contract:
    return Contract.load()
