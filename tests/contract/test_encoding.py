"""What bytes are read as, and which are refused."""

import json
import math
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.encoding import MAX_DEPTH, MalformedError, coerce, decode_json, decode_pairs

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(VALUES)
def test_json_is_read_as_what_was_written(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, indent=2)):
        assert repr(decode_json(text.encode())) == repr(value)


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b"{'a': 1}", b'{"a": 1,}', b"NaN", b"Infinity", b"1e400", b"01", b'"\\ud800"', b'"\xff"', b"\xff\xfe1\x00"],
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^no JSON: "):
        decode_json(body)


def test_the_last_of_two_equal_keys_holds() -> None:
    assert decode_json(b'{"a": 1, "a": 2}') == {"a": 2}


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'{"[{\\"":[', b"]}")])
def test_nesting_is_limited_however_deep_it_is(opening: bytes, closing: bytes, levels: int) -> None:
    per_pair = len(closing)
    pairs = levels // per_pair + (levels % per_pair)
    body = opening * pairs + b"1" + closing * pairs
    if pairs * per_pair <= MAX_DEPTH:
        assert decode_json(body)
    else:
        with pytest.raises(MalformedError, match=f"^JSON nested deeper than {MAX_DEPTH} levels$"):
            decode_json(body)


def test_the_limit_on_nesting_can_be_another() -> None:
    assert decode_json(b"[[[]]]", max_depth=3) == [[[]]]
    with pytest.raises(MalformedError, match="deeper than 2 levels"):
        decode_json(b"[[[]]]", max_depth=2)


@pytest.mark.parametrize("text", ["[" * 100, '\\"[' * 100, '"[' * 50, "\\\\"])
def test_brackets_within_text_are_no_nesting(text: str) -> None:
    assert decode_json(json.dumps([text, {"a": text}]).encode()) == [text, {"a": text}]


def test_many_brackets_beside_each_other_are_no_nesting() -> None:
    assert decode_json(b"[" + b"[],{}," * 1000 + b"1]")[-1] == 1


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 200_000, b'"' * 200_001, b"[" * 100 + b'"' + b"\\" * 99_999])
def test_text_without_an_end_is_refused_in_time(body: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_json(b"[" * 65 + b"]" * 65 + body)


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_pairs_are_read_as_they_were_encoded(pairs: list[tuple[str, str]]) -> None:
    named = [(name, value) for name, value in pairs if name or value]
    assert decode_pairs(urlencode(named).encode()) == named


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (b"", []),
        (b"a", [("a", "")]),
        (b"a=", [("a", "")]),
        (b"=b", [("", "b")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a=1&&a=2&", [("a", "1"), ("a", "2")]),
        (b"n=J+S&m=J%20S&p=1%2B1", [("n", "J S"), ("m", "J S"), ("p", "1+1")]),
        (b"a;b=c", [("a;b", "c")]),
        (b"%C3%A9=\xc3\xa9", [("é", "é")]),
    ],
)
def test_pairs_are_read_in_order(text: bytes, pairs: list[tuple[str, str]]) -> None:
    assert decode_pairs(text) == pairs


@pytest.mark.parametrize("text", [b"a=%", b"a=%2", b"a=%zz", b"%=b"])
def test_a_broken_escape_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^broken percent-encoding$"):
        decode_pairs(text)


@pytest.mark.parametrize("text", [b"a=%ff", b"a=\xff", b"%C3=b", b"a=%ED%A0%80"])
def test_text_that_is_not_utf_8_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedError, match=r"^text that is not UTF-8$"):
        decode_pairs(text)


@pytest.mark.parametrize(
    ("text", "types", "value"),
    [
        ("5", ("integer",), 5),
        ("-5", ("integer",), -5),
        ("05", ("integer",), 5),
        ("9" * 1000, ("integer",), int("9" * 1000)),
        ("9" * 1001, ("integer",), "9" * 1001),
        ("5.0", ("integer",), "5.0"),
        ("+5", ("integer",), "+5"),
        (" 5", ("integer",), " 5"),
        ("1_0", ("integer",), "1_0"),
        ("\u0665", ("integer",), "\u0665"),
        ("", ("integer",), ""),
        ("5", ("number",), 5.0),
        ("1.5e2", ("number",), 150.0),
        ("1e400", ("number",), "1e400"),
        ("9" * 300 + "e99", ("number",), "9" * 300 + "e99"),
        ("nan", ("number",), "nan"),
        ("true", ("boolean",), True),
        ("false", ("boolean",), False),
        ("True", ("boolean",), "True"),
        ("1", ("boolean",), "1"),
        ("5", ("string",), "5"),
        ("5", ("integer", "string"), "5"),
        ("5", (), "5"),
        ("true", ("integer", "boolean"), True),
        ('{"a": [1]}', ("object",), {"a": [1]}),
        ("[1]", ("array", "null"), [1]),
        ("[1", ("array",), "[1"),
        ("x", ("null",), "x"),
    ],
)
def test_text_becomes_what_its_types_allow(text: str, types: tuple[str, ...], value: Any) -> None:
    coerced = coerce(text, types)
    assert (coerced, type(coerced)) == (value, type(value))


@given(st.text(), st.sampled_from(["string", "integer", "number", "boolean", "object", "array", "null"]))
def test_any_text_can_be_looked_at_as_any_type(text: str, kind: str) -> None:
    value = coerce(text, (kind,))
    assert not isinstance(value, float) or math.isfinite(value)
