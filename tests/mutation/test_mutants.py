"""Mutants are what somebody could have written by mistake, and their names tell them apart."""

import pytest

from tests.mutation.mutants import LONGEST, Mutant, all_mutants, mutants_of


def changes(source: str, module: str = "toy/code.py") -> list[str]:
    return [each.change for each in mutants_of(module, source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b < c", ["`a = b < c` → `a = True`", "`a = b < c` → `a = False`", "`a = b < c` → `a = b <= c`"]),
        ("if a: b()", ["`a` → `True`", "`a` → `False`"]),
        ("if a and b: pass", [f"`a and b` → `{other}`" for other in ("True", "False", "b", "a")]),
        ("a = b or 1", ["`a = b or 1` → `a = 1`", "`a = b or 1` → `a = b`", "`a = b or 1` → `a = b or 2`"]),
        ("a = b | c", [f"`a = b | c` → `a = {other}`" for other in ("b", "c", "c | b")]),
        ("a = b - c", ["`a = b - c` → `a = b + c`"]),
        ("a = b(c, d=e)", ["`a = b(c, d=e)` → `a = b(c)`"]),
        ("a = b.lower()", ["`a = b.lower()` → `a = b`"]),
        ("a = {b: c}", ["`a = {b: c}` → `a = {}`"]),
        ("a = b[c:]", ["`a = b[c:]` → `a = b[:]`"]),
        ("a = 'b'", ["`a = 'b'` → `a = 'bX'`"]),
        ("def f():\n    a()\n    raise b", ["`a()` → `pass`", "`raise b` → `pass`"]),
        ("a = b\na = a(c)", ["`a = a(c)` → `pass`"]),
        ("match a:\n    case B(c=1) | D(): e()", [
            "`case B(c=1) | D()` → `case B(c=1) | D() if False`",
            "`B(c=1) | D()` → `D()`",
            "`B(c=1) | D()` → `B(c=1)`",
            "`B(c=1)` → `B()`",
        ]),
    ],
)  # fmt: skip
def test_code_is_changed_into(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Says what it is."""',
        "from a import b",
        "__all__ = ['a']",
        "Names = dict[str, int]",
        "a: int",
        "@a(b=1)\nclass B(C, frozen=True): d: str",
        "call.assume(A)",
        "raise ValueError('wrong')",
        "a = Provider(title='A')",
        "a = None",
        "def f():\n    return a, b",
    ],
)
def test_code_that_no_document_can_speak_of_stays(source: str) -> None:
    assert changes(source) == []


def test_equal_changes_of_a_function_are_counted() -> None:
    assert changes("def f():\n    g('a')\n    g('a')") == [
        "`g('a')` → `pass`",
        "`g('a')` → `g('aX')`",
        "`g('a')` → `pass` (2)",
        "`g('a')` → `g('aX')` (2)",
    ]


def test_long_code_is_shown_where_it_differs() -> None:
    arguments = ", ".join(f"argument_{number}={number}" for number in range(20))

    found = changes(f"a = f({arguments})")

    assert max(map(len, found)) < 2 * LONGEST
    assert any(
        "argument_4=4, argument_5=5, argument_6=6, argument_7=7…` → `…3, argument_4=4, argument_6=6, " in each for each in found
    )


def test_every_mutant_has_a_name_of_its_own() -> None:
    names = [each.name for each in all_mutants()]

    assert len(set(names)) == len(names) > 500


def test_a_compiled_mutant_does_what_its_name_says() -> None:
    values: dict[str, object] = {}
    exec(_mutant("vexutopia/payments.py", "`DEFAULT_PROCESSOR = 'stripe'` → `DEFAULT_PROCESSOR = 'stripeX'`").compile(), values)

    assert values["DEFAULT_PROCESSOR"] == "stripeX"


def _mutant(module: str, change: str) -> Mutant:
    return next(each for each in all_mutants() if (each.module, each.change) == (module, change))
