"""An exchange is shown with readable bodies and without a credential; what is only a beginning says so."""

from typing import Any

import msgspec
import pytest

from mockserver.exchange import Exchange, Request, TruncatedBody, Violation
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import AnsweredRow, ExchangeRow, Note, SentRow, ViolationRow, row
from mockserver.providers import PROVIDERS

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SECRET = "s3cr3t-token-of-somebody"


def exchange(sent: bytes = b"", content_type: str = "", **parts: Any) -> Exchange:
    """Return an exchange whose request has this body; its other headers are `also`, and `reply_type` is of the reply."""
    headers = [(b"content-type", content_type.encode()), *parts.pop("also", [])]
    request = Request("POST", parts.pop("path", "/x"), parts.pop("query", b""), "", dict(headers), headers, sent)
    reply_type = parts.pop("reply_type", None)
    whole = {
        "number": 7,
        "at": 1_770_040_085_683,
        "operation": "toys.createToy",
        "status": 200,
        "headers": [(b"content-type", reply_type.encode())] if reply_type is not None else [],
        "body": b"",
        "assumed": {},
        "violations": (),
        "took_us": 1_500,
    }
    return Exchange(request=request, **{**whole, **parts})


def shown(exchange: Exchange) -> ExchangeRow:
    return row(exchange, Redaction(PROVIDERS, [exchange]))


def test_all_that_was_noticed_is_shown() -> None:
    made = row(
        exchange(
            b'{"name":"bear"}',
            JSON,
            path="/toys/a%20b",
            query=b"tag=a&tag=b&q=%20x+y&empty=",
            also=[(b"x-one", b"1"), (b"x-two", b"1"), (b"x-two", b"2")],
            status=201,
            body=b'[1, 2.5, null, {"a": "\\u00e9"}]',
            assumed={"toys.speed": "fast"},
            violations=(Violation("body", "name", "type", "no string", pointer="/a/b"),),
            faults=("latency=300",),
        ),
        Redaction(PROVIDERS),
        [Note("walk-stopped-early", "warning", "one clause")],
    )
    assert made == ExchangeRow(
        number=7,
        at="2026-02-02T13:48:05.683Z",
        operation="toys.createToy",
        request=SentRow(
            method="POST",
            path="/toys/a%20b",
            query="tag=a&tag=b&q=%20x+y&empty=",
            parameters={"tag": ["a", "b"], "q": " x y", "empty": ""},
            headers={"content-type": JSON, "x-one": "1", "x-two": ["1", "2"]},
            body={"name": "bear"},
            body_form="json",
            body_bytes=15,
            body_cut=False,
        ),
        reply=AnsweredRow(
            status=201, headers={}, body='[1, 2.5, null, {"a": "\\u00e9"}]', body_form="text", body_bytes=31, body_cut=False
        ),
        took_ms=1.5,
        violations=[ViolationRow("body", "name", "type", "no string", "/a/b")],
        assumed={"toys.speed": "fast"},
        faults=["latency=300"],
        conduct=[Note("walk-stopped-early", "warning", "one clause")],
    )


@pytest.mark.parametrize(
    ("body", "content_type", "told", "form"),
    [
        (b"", JSON, None, "none"),
        (b"null", JSON, None, "json"),
        (b'{"a": [1]}', f"{JSON}; charset=utf-8", {"a": [1]}, "json"),
        (b'{"a": 1}', "application/problem+json", {"a": 1}, "json"),
        (b'{"a": ', JSON, '{"a": ', "text"),
        (b"[" * 5_000, JSON, "[" * 5_000, "text"),
        (b"a=1&b=%20", FORM, "a=1&b=%20", "text"),
        ("ä".encode(), "text/plain", "ä", "text"),
        (b"\xff\x00", "image/png", "/wA=", "base64"),
        (b"\xff", JSON, "/w==", "base64"),
    ],
    ids=["none", "null", "charset", "problem", "broken", "deep", "form", "text", "bytes", "bytes as JSON"],
)
def test_a_body_is_shown_as_what_it_is(body: bytes, content_type: str, told: Any, form: str) -> None:
    request = shown(exchange(body, content_type)).request
    assert (request.body, request.body_form, request.body_bytes) == (told, form, len(body))
    reply = shown(exchange(body=body, reply_type=content_type)).reply
    assert (reply.body, reply.body_form, reply.body_bytes) == (told, form, len(body))


@pytest.mark.parametrize(
    ("kept", "told", "form"),
    [
        (b'{"a": 1, "b', '{"a": 1, "b', "text"),
        ("aä".encode()[:-1], "a", "text"),
        ("a😀".encode()[:-1], "a", "text"),
        (b"a\xffb", "Yf9i", "base64"),
        (b"\xffa\xc3", "/2HD", "base64"),
    ],
)
def test_of_a_cut_body_the_beginning_is_shown_and_the_size_of_the_whole(kept: bytes, told: str, form: str) -> None:
    parts: Any = {"incomplete_parts": frozenset({"request"}), "truncated_bodies": (TruncatedBody("request", 70_000, "0"),)}
    request = shown(exchange(kept, JSON, **parts)).request
    assert (request.body, request.body_form, request.body_bytes, request.body_cut) == (told, form, 70_000, True)
    assert shown(exchange(kept, JSON, **parts)).reply.body_cut is False


def test_of_a_cut_reply_the_beginning_is_shown() -> None:
    cut = exchange(
        body=b"[1,", reply_type=JSON, incomplete_parts=frozenset({"reply"}), truncated_bodies=(TruncatedBody("reply", 9, "0"),)
    )
    reply = shown(cut).reply
    assert (reply.body, reply.body_form, reply.body_bytes, reply.body_cut) == ("[1,", "text", 9, True)


def test_no_credential_is_shown_anywhere() -> None:
    content = f'{{"client_secret": "mine", "note": "it is {SECRET}"}}'.encode()
    made = shown(
        exchange(
            content,
            JSON,
            path=f"/toys/{SECRET}",
            query=f"api_key=other&name={SECRET}".encode(),
            also=[(b"authorization", f"Bearer {SECRET}".encode()), (b"cookie", b"session=biscuit")],
            body=content,
            violations=(Violation("query", SECRET, "undeclared", f"there is no {SECRET}"),),
        )
    )
    told = msgspec.json.encode(made).decode()
    assert [each for each in (SECRET, "mine", "other", "biscuit") if each in told] == []
    assert made.request.body == {"client_secret": "[key]", "note": "it is [key]"}
    assert made.request.query == "api_key=[key]&name=[key]"


@pytest.mark.parametrize(
    "kept",
    [
        b'{"a": 1, "client_secret": "abcdef',
        b'{"a": 1, "client_secret": "abcdef\\',
        b'{"a": 1, "client_secret": "ab\\"cdef',
        b'{"note": "abcdef-tok',
        b"a=1&client_secret=abcdef",
    ],
)
def test_a_credential_that_is_cut_is_not_shown(kept: bytes) -> None:
    content_type = FORM if kept.startswith(b"a=") else JSON
    cut = exchange(
        kept, content_type, incomplete_parts=frozenset({"request"}), also=[(b"authorization", b"Bearer abcdef-token-x")]
    )
    request = shown(cut).request
    assert "abcdef" not in str(request.body)
    assert str(request.body).endswith("[key]")
    assert str(request.body).startswith(("{", "a=1&"))
