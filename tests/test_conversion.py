"""Errors of conversion say what must be there, what was given, where, and what to write."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, Struct, UnsetType, field

from mockserver.conversion import mismatch_of

Percent = Annotated[int, Meta(ge=0, le=100)]


class Part(Struct, forbid_unknown_fields=True):
    """A part of an order."""

    day: Annotated[str, Meta(examples=["2026-02-02"])]
    size: Percent | UnsetType = UNSET
    pair: tuple[int, str] | None = None
    secret: str = ""

    def __post_init__(self) -> None:
        if self.day == "never":
            raise ValueError("a part needs a day")


class Order(Struct, forbid_unknown_fields=True):
    """What is converted here."""

    kind: Literal["big", "small", "odd"] | None = None
    many: list[Part] = []
    shares: dict[str, Percent] = {}
    named: dict[str, list[Part]] = {}
    amount: Annotated[float, Meta(le=10)] | list[float] | Part = 0
    code: Annotated[str, Meta(min_length=2, max_length=4)] = "ab"
    for_: str | int | None = field(name="for", default=None)


class Nothing(Struct, forbid_unknown_fields=True):
    """What has no fields."""


@pytest.mark.parametrize(
    ("value", "path", "what", "hint"),
    [
        ([], "", "must be an object, got a list", None),
        ({"kind": "huge"}, ".kind", 'must be big, small or odd, got "huge"', None),
        ({"sort": 1}, ".sort", "unknown field", "known: kind, many, shares, named, amount, code, for"),
        ({"many": [{}]}, ".many[0]", "`day` is missing", "write `day: 2026-02-02`"),
        ({"many": [{"day": 2}]}, ".many[0].day", "must be text, got 2", "write it like 2026-02-02"),
        ({"many": [{"day": "x", "size": 101}]}, ".many[0].size", "must be an integer from 0 to 100, got 101", None),
        ({"many": [{"day": "x", "pair": [1, 2]}]}, ".many[0].pair[1]", "must be text, got 2", "put it in quotes"),
        ({"many": [{"day": "never"}]}, ".many[0]", "a part needs a day", None),
        ({"shares": {"a.b": 1, "c.d": True}}, ".shares.c.d", "must be an integer from 0 to 100, got true", None),
        ({"named": {"a": [], "b": [{"day": None}]}}, ".named.b[0].day", "must be text, got null", "write it like 2026-02-02"),
        ({"amount": 10.5}, ".amount", "must be a number of at most 10, a list or an object, got 10.5", None),
        ({"amount": [1, "x"]}, ".amount[1]", 'must be a number, got "x"', None),
        ({"code": "a"}, ".code", 'must be text of 2 to 4 characters, got "a"', None),
        ({"for": 1.5}, ".for", "must be text or an integer, got 1.5", None),
        ({"code": 10**100}, ".code", "must be text of 2 to 4 characters, got an integer", "put it in quotes"),
        ({"kind": "x" * 100}, ".kind", f'must be big, small or odd, got "{"x" * 60}…"', None),
        ({5: 1}, "", "keys must be text, got 5", None),
    ],
)
def test_mismatch_says_what_is_expected_and_given(value: Any, path: str, what: str, hint: str | None) -> None:
    assert mismatch(value) == (path, what, hint)


@pytest.mark.parametrize(("given", "shown"), [(1234, "a number"), (True, "true"), (["whsec_x"], "a list"), (1.5, "a number")])
def test_mismatch_shows_no_credential(given: Any, shown: str) -> None:
    assert mismatch({"many": [{"day": "x", "secret": given}]})[1] == f"must be text, got {shown}"


def test_what_has_no_fields_is_to_be_left_empty() -> None:
    assert mismatch({"a": 1}, Nothing, "body") == (".a", "unknown field", "leave the body empty")


def mismatch(value: Any, kind: Any = Order, whole: str = "document") -> tuple[str, str, str | None]:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    found = mismatch_of(caught.value, kind, value, whole)
    return found.path, found.what, found.hint
