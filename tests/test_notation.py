"""YAML and JSON as documents are read and written."""

import json
import math
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import notation
from mockserver.errors import DocumentError
from mockserver.notation import MAX_DEPTH, MAX_DIGITS, flaw_of, lines_of, parse, to_yaml

ODD_TEXTS = """~ null true True yes no on 1 +1 -0 0x1F 0o7 1_000 1e5 1. .5 -.inf .nan 12:30 2026-02-02 = << # , & * ! % @ { ]
    ? - : ' " &a *a !a %a @a `a a:b 😀 e\u0301 ש \ufeff \x7f \x00""".split(" ")
TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [*ODD_TEXTS, "", "- a", "? a", "a: b", " a", "a ", "a\n", "\n", "\t", "a\tb", "\x85", "\u2028", "\r\n"]
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def read(text: str) -> Any:
    return parse(text.encode(), name="x.yaml")


def complaint(text: str | bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(text.encode() if isinstance(text, str) else text, name="x.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(VALUES)
def test_what_is_written_as_yaml_is_read_back_the_same(value: Any) -> None:
    again = parse(to_yaml(value).encode(), name="x.yaml")
    assert same(again, value)


@given(VALUES)
def test_json_is_read_as_json(value: Any) -> None:
    for text in (json.dumps([value]).encode(), json.dumps([value], indent="\t").encode(), msgspec.json.encode([value])):
        assert same(parse(text, name="x.json"), [value])


@given(VALUES)
def test_what_can_be_read_can_be_kept_as_json(value: Any) -> None:
    read_once = parse(to_yaml(value).encode(), name="x.yaml")
    assert same(msgspec.json.decode(msgspec.json.encode(read_once)), read_once)


@given(st.text(max_size=30) | st.binary(max_size=30))
def test_any_text_is_read_or_refused_with_one_line(text: str | bytes) -> None:
    content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        assert flaw_of(parse(content, name="x.yaml")) is None
    except DocumentError:
        assert complaint(content).startswith("x.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -3", {"a": -3}),
        ("a: 1.50", {"a": 1.5}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: true", {"a": True}),
        ("a: null", {"a": None}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: yes", {"a": "yes"}),
        ("a: True", {"a": "True"}),
        ("a: 007", {"a": "007"}),
        ("a: 0x1F", {"a": "0x1F"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: .nan", {"a": ".nan"}),
        ("a: .inf", {"a": ".inf"}),
        ("a: \u0661", {"a": "\u0661"}),
        ("a: 2026-02-02T13:48:05.683Z", {"a": "2026-02-02T13:48:05.683Z"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: +1 555 123 4567", {"a": "+1 555 123 4567"}),
        ("a: '1'", {"a": "1"}),
        ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
        ("200: ok\nnull: none\ntrue: yes", {"200": "ok", "null": "none", "true": "yes"}),
        ("- 1\n- [2, {a: 3}]", [1, [2, {"a": 3}]]),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("a: &x [1]\nb: *x\nc: [*x, &y 2, *y]", {"a": [1], "b": [1], "c": [[1], 2, 2]}),
        ("\ufeffa: é", {"a": "é"}),
        ("{a: b}", {"a": "b"}),
        ('{"a": 1,}', {"a": 1}),
        ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ("", None),
        ("# nothing", None),
        ("---\n...\n", None),
    ],
)
def test_yaml_is_read_as_yaml_1_2(text: str, value: Any) -> None:
    assert same(read(text), value)


def test_utf_16_with_a_mark_is_read() -> None:
    assert parse("a: é".encode("utf-16"), name="x.yaml") == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [", "x.yaml, line 3: is not valid YAML: did not find expected node content"),
        ("a: 1\n b: 2", "x.yaml, line 2: is not valid YAML: mapping values are not allowed in this context"),
        ("a: 1\nb: 2\na: 3", "x.yaml, line 3: duplicate key 'a'"),
        ('{"a": 1,\n"a": 2}', "x.yaml, line 2: duplicate key 'a'"),
        ("b: {a: 1, 'a': 2}", "x.yaml, line 1: duplicate key 'a'"),
        ("? [a]\n: b", "x.yaml, line 1: a key must be text"),
        ("? {a: b}\n: b", "x.yaml, line 1: a key must be text"),
        ("a: &x [1]\n*x : b", "x.yaml, line 2: a key must be text"),
        ("a: !!binary aGk=", "x.yaml, line 1: the tag 'tag:yaml.org,2002:binary' has no meaning here"),
        ("a: !!python/name:os.system x", "x.yaml, line 1: the tag 'tag:yaml.org,2002:python/name:os.system' has no meaning here"),
        ("a: !mine {b: c}", "x.yaml, line 1: the tag '!mine' has no meaning here"),
        ("a: !!float .nan", "x.yaml, line 1: the tag 'tag:yaml.org,2002:float' has no meaning here"),
        ("\na: 1e999", "x.yaml, line 2: a value must be a finite number, not inf"),
        ("a: *b", "x.yaml, line 1: unknown anchor 'b'; define it before this alias"),
        ("a: &b [*b]", "x.yaml, line 1: unknown anchor 'b'; define it before this alias"),
        ("a: b\n---\nc: d", "x.yaml, line 2: a second document begins"),
    ],
)
def test_what_is_refused_is_refused_by_its_line(text: str, message: str) -> None:
    assert complaint(text) == message


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    assert complaint(b"a: \xff").startswith("x.yaml: is not valid YAML: unacceptable character #x00ff")


def test_control_characters_are_refused() -> None:
    assert complaint("a: \x07").startswith("x.yaml: is not valid YAML: unacceptable character #x0007")


def test_half_a_surrogate_pair_is_refused_by_pythons_own_parser_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "x.yaml, line 1: " in complaint('a: "\\ud800"')
    monkeypatch.delattr("yaml.CSafeLoader", raising=False)
    assert complaint('a: "\\ud800"') == "x.yaml, line 1: a value holds half of a surrogate pair"
    assert complaint('"\\ud800": a') == "x.yaml, line 1: a value holds half of a surrogate pair"
    assert read("a: [1, b]") == {"a": [1, "b"]}


def test_integers_may_have_as_many_digits_as_python_converts() -> None:
    longest = "9" * MAX_DIGITS
    assert read(f"a: -{longest}") == {"a": -int(longest)}
    assert flaw_of(int(longest)) is None
    assert complaint(f"a: {longest}0") == "x.yaml, line 1: a number has more than 4300 digits"
    assert flaw_of(10**MAX_DIGITS) == ("", "has more than 4300 digits")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ("- ", "")])
def test_nesting_is_limited_however_deep_it_is(opening: str, closing: str) -> None:
    allowed = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert flaw_of(read(allowed)) is None
    for levels in (MAX_DEPTH + 1, 200_000):
        too_deep = opening * levels + "1" + closing * levels
        assert complaint(too_deep) == "x.yaml, line 1: is nested deeper than 128 levels"


def test_aliases_cannot_be_deeper_than_what_is_written_out() -> None:
    deep = "a: &a " + "[" * 100 + "]" * 100
    assert complaint(f"{deep}\nb: {'[' * 28}*a{']' * 28}") == (
        "x.yaml, line 2: the aliases expand to too many or too deep values"
    )
    assert flaw_of(read(f"{deep}\nb: {'[' * 27}*a{']' * 27}")) is None


def test_aliases_cannot_be_larger_than_what_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "MAX_VALUES", 40)
    laughs = "\n".join(f"- &{name} [{', '.join([f'*{before}'] * 2)}]" for before, name in zip("abcd", "bcde", strict=True))
    assert complaint(f"- &a [1, 2]\n{laughs}") == "x.yaml, line 4: the aliases expand to too many or too deep values"


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ({"a": [1, {"b": math.nan}]}, (".a[1].b", "must be a finite number, not nan")),
        ([math.inf], ("[0]", "must be a finite number, not inf")),
        ({"a": {1: 2}}, (".a", "has the key 1, which is not text")),
        ({"a": (1, 2)}, (".a", "holds a tuple, which no document can")),
        ({"\ud800": 1}, (".\ud800", "holds half of a surrogate pair")),
        (b"a", ("", "holds a bytes, which no document can")),
        ({"a": [True, None, 1, 1.5, "é"]}, None),
    ],
)
def test_a_flaw_is_named_with_its_place(value: Any, flaw: tuple[str, str] | None) -> None:
    assert flaw_of(value) == flaw


def test_a_value_that_holds_itself_is_too_deep() -> None:
    endless: list[Any] = []
    endless.append(endless)
    flaw = flaw_of(endless)
    assert flaw is not None
    assert flaw[1] == "is nested deeper than 128 levels"


def test_what_stands_in_two_places_is_written_out_twice() -> None:
    shared = {"a": 1}
    assert to_yaml([shared, shared]) == "- a: 1\n- a: 1\n"


def test_text_of_several_lines_is_written_as_a_block() -> None:
    assert to_yaml({"text": "One: line.\n\n- another\n", "more": ["a\n b"]}) == (
        "text: |\n  One: line.\n\n  - another\nmore:\n- |-\n  a\n   b\n"
    )


def test_json_is_read_without_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert parse(b'{"a": [1]}', name="x.json") == {"a": [1]}


def same(one: Any, other: Any) -> bool:
    """Whether the values are equal and of the same types, signs of zero included."""
    return repr(one) == repr(other)


LINED = b"""\
# a comment
a/b:
  - one
  - {deep: 2,
     "~": [x]}

c: |
  text
"""


def test_line_is_known_of_everything_that_a_document_says() -> None:
    assert lines_of(LINED) == {
        "": 1,
        "/a~1b": 2,
        "/a~1b/0": 3,
        "/a~1b/1": 4,
        "/a~1b/1/deep": 4,
        "/a~1b/1/~0": 5,
        "/a~1b/1/~0/0": 5,
        "/c": 7,
    }


def test_line_is_known_of_what_json_says() -> None:
    assert lines_of(b'{\n "a":\n  [1,\n 2]}') == {"": 1, "/a": 2, "/a/0": 3, "/a/1": 4}
