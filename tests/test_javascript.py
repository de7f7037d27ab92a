"""JSON as JavaScript writes it, compared with Node."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.javascript import number, stringify
from tests.properties.settings import quick
from tests.tools import program

pytestmark = pytest.mark.slow

REWRITE = "process.stdout.write(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8'))))"
"""Values are compared as members of one list, so that Node is started once."""

keys = st.text(max_size=4) | st.integers(0, 2**33).map(str) | st.sampled_from(["__proto__", "01", "-1", "1.0", "4294967295", ""])
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**70), 2**70) | st.just(10**400)
texts = st.text(st.characters() | st.sampled_from('\ud800\udfff\x00\x1f\x7f\u2028\u2029"\\/\b\f\n\r\t😀'), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=20,
)


def in_node(value: Any) -> str:
    """Return what Node makes of the value's JSON."""
    # Not `text=True`: Node is sent escapes for half pairs, which no other encoding has.
    done = subprocess.run([program("node"), "-e", REWRITE], input=json.dumps(value).encode(), capture_output=True, check=True)
    return done.stdout.decode()


@quick(30)
@given(st.lists(values, min_size=20, max_size=40))
def test_values_are_written_as_node_writes_them(several: list[Any]) -> None:
    assert stringify(several) == in_node(several)


SPELT = {
    "0": 0,
    "-1": -1,
    "9007199254740991": 2**53 - 1,
    "9007199254740992": 2**53 + 1,
    "9223372036854776000": 2**63 - 1,
    "100000000000000000000": 10**20,
    "1e+21": 10**21,
    "-1.5e+300": -1.5e300,
    "0.000001": 1e-6,
    "1e-7": 1e-7,
    "1.25e-9": 1.25e-9,
    "5e-324": 5e-324,
    "0.1": 0.1,
    "1": 1.0,
    "19.99": 19.99,
    "123456789012345680": 123456789012345678,
    "null": 10**400,
}


@pytest.mark.parametrize(("written", "value"), SPELT.items())
def test_numbers_are_those_of_64_bits(written: str, value: float) -> None:
    assert number(value) == written
    assert in_node(value) == written


def test_zero_has_no_sign() -> None:
    assert stringify([-0.0, 0.0, 0]) == "[0,0,0]"


def test_what_is_not_finite_is_null() -> None:
    assert stringify([float("inf"), float("-inf"), float("nan")]) == "[null,null,null]"


def test_keys_that_look_like_an_index_come_first() -> None:
    assert stringify({"b": 1, "10": 2, "a": 3, "9": 4, "01": 5, "4294967295": 6}) == (
        '{"9":4,"10":2,"b":1,"a":3,"01":5,"4294967295":6}'
    )


def test_only_what_must_be_escaped_is() -> None:
    assert stringify('é\u2028\x7f😀/"\\\n\x1f\ud800') == '"é\u2028\x7f😀/\\"\\\\\\n\\u001f\\ud800"'


def test_lists_of_any_kind_are_lists() -> None:
    assert stringify((1, [None, True, False])) == "[1,[null,true,false]]"
