"""What is said of survivors is true of the code as it is."""

import pytest

from tests.mutation.__main__ import wrong
from tests.mutation.explained import EXPLANATIONS
from tests.mutation.explanation import Explanation, faults
from tests.mutation.mutants import all_mutants
from tests.mutation.page import page

HELD = "tests/mutation/test_explanations.py::test_every_explanation_refers_to_what_is_there"


def explained(reason: str = "ours", of: str = "", *, mutants: str = "a f: b", tested_by: str = "") -> Explanation:
    return Explanation(reason, of, "Why.", mutants, tested_by)


def test_every_explanation_refers_to_what_is_there() -> None:
    assert list(faults(EXPLANATIONS, [each.name for each in all_mutants()])) == []


@pytest.mark.parametrize(
    ("explanation", "fault"),
    [
        (explained(mutants="a f: c"), "there is no such mutant any more: a f: c"),
        (explained(mutants="a f: b\n  a f: b\n"), "explained twice: a f: b"),
        (explained("whim"), "there is no whim ''"),
        (explained("ours", "somebody"), "there is no ours 'somebody'"),
        (explained("decision", "spoonity.no-such"), "there is no decision 'spoonity.no-such'"),
        (explained("unchecked", "vexutopia.list.total"), "there is no unchecked 'vexutopia.list.total'"),
        (explained(tested_by="tests/no_file.py::test_it"), "there is no test tests/no_file.py::test_it"),
        (explained(tested_by=f"{HELD}_nowhere"), f"there is no test {HELD}_nowhere"),
    ],
)
def test_explanation_that_refers_to_nothing_is_a_fault(explanation: Explanation, fault: str) -> None:
    assert list(faults([explanation], ["a f: b"])) == [fault]


@pytest.mark.parametrize(
    "explanation",
    [
        explained(tested_by=HELD),
        explained("equivalent"),
        explained("decision", "spoonity.cors"),
        explained("assumption", "vexutopia.list-order"),
        explained("unchecked", "spoonity.auth.scopes"),
    ],
)
def test_explanation_that_refers_to_something_is_none(explanation: Explanation) -> None:
    assert list(faults([explanation], ["a f: b"])) == []


def test_survivor_without_an_explanation_is_wrong_and_so_is_an_explanation_without_a_survivor() -> None:
    outcomes = {"a f: b": "", "a f: c": "behaviour x", "a f: d": "observer y", "a f: e": ""}

    assert list(wrong(outcomes, [explained(mutants="a f: b\na f: c")])) == [
        "survives without an explanation: a f: e",
        "explained, but noticed by behaviour x: a f: c",
    ]


def test_page_counts_what_noticed_the_mutants_of_each_module_and_lists_survivors_by_reason() -> None:
    outcomes = {"a f: `x` → `y`": "", "a f: c": "behaviour x", "b g: d": "observer y", "b g: e": "start: KeyError"}

    written = page(outcomes, [explained(mutants="a f: `x` → `y`", tested_by="t.py::test_it")])

    assert "| a | 2 | 1 | 0 | 0 | 1 |\n| b | 2 | 0 | 1 | 1 | 0 |\n| all | 4 | 1 | 1 | 1 | 1 |\n" in written
    assert "## It is about the mock itself (1)\n\nWhy. Beside the catalogue: `t.py::test_it`.\n\n- `a`, f: `x` → `y`\n" in written
