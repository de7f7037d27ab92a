"""The code keeps its shape and its words: small files and functions, one class for a name, plain English."""

import ast
import re
from collections.abc import Mapping

import pytest

from mockserver.control.routes import ROUTES
from tests.house.code import (
    BANNED,
    FILE_LINES,
    FILES,
    FIRST_LINE_WORDS,
    Trees,
    circles,
    classes_with_one_name,
    first_lines,
    long_functions,
    statements,
)
from tests.house.layers import ROOT, imports, sources

BANNED_SHARE, LONG_SHARE = 0.01, 0.07
"""Shares of docstrings whose first line has a banned turn or too many words. They only go down."""

NO_NOUNS = {"", "health", "openapi.json", "control.json", "requests.har"}
"""Paths of the control API that name no thing of the mock."""


@pytest.fixture(scope="module")
def package() -> Mapping[str, str]:
    return sources()


@pytest.fixture(scope="module")
def trees(package: Mapping[str, str]) -> Trees:
    return {module: ast.parse(source) for module, source in package.items()}


def test_no_public_class_name_is_defined_twice(trees: Trees) -> None:
    assert classes_with_one_name(trees) == {}


def test_a_class_name_may_be_used_once_by_each_provider() -> None:
    one, two = (ast.parse(f"class {name}: ...") for name in ("Customer", "Order"))
    mine, other = "mockserver.providers.mine.records", "mockserver.providers.other.records"

    assert classes_with_one_name({mine: one, other: one, "mockserver.app": two}) == {}
    assert classes_with_one_name({mine: one, f"{mine}.more": one}) == {"Customer": [mine, f"{mine}.more"]}
    assert classes_with_one_name({mine: one, "mockserver.app": one}) == {"Customer": [mine, "mockserver.app"]}


def test_no_function_is_long(trees: Trees) -> None:
    assert long_functions(trees) == []


def test_a_function_of_41_lines_is_long() -> None:
    def of(lines: int) -> Trees:
        return {"module": ast.parse("def work():\n" + "    pass\n" * (lines - 1))}

    assert (long_functions(of(40)), long_functions(of(41))) == ([], ["module:1 work"])


def test_no_file_is_long_and_there_are_not_many(package: Mapping[str, str]) -> None:
    lines = {module: len(source.splitlines()) for module, source in package.items()}

    assert {module for module, count in lines.items() if count > FILE_LINES} == set()
    assert len(package) <= FILES


def test_no_modules_import_each_other_at_the_top(package: Mapping[str, str]) -> None:
    found = {
        module: {each.target for each in imports(module, source, known=package) if not each.late and not each.for_types}
        for module, source in package.items()
    }

    assert circles({module: targets & package.keys() for module, targets in found.items()}) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def test_docstrings_begin_in_plain_english(trees: Trees) -> None:
    lines = dict(first_lines(trees))
    banned = [f"{place}: {line}" for place, line in lines.items() if BANNED.search(line)]

    assert len(banned) <= len(lines) * BANNED_SHARE, "\n".join(banned)


def test_docstrings_begin_with_a_short_line(trees: Trees) -> None:
    exempt = statements(trees)
    lines = {place: line for place, line in first_lines(trees) if place not in exempt}
    long = [f"{place}: {line}" for place, line in lines.items() if len(line.split()) > FIRST_LINE_WORDS]

    assert len(long) <= len(lines) * LONG_SHARE, "\n".join(long)


def test_the_statement_of_a_check_is_exempt_and_its_module_is_not() -> None:
    check = ast.parse('"""Module."""\n@listing("name")\ndef check():\n    """Statement."""\ndef plain():\n    """Plain."""')
    mine = "mockserver.providers.mine.behaviours.lists"

    assert (statements({mine: check}), statements({"mockserver.app": check})) == ({f"{mine}:4"}, set())


@pytest.mark.parametrize(
    ("text", "is_banned"),
    [
        ("Return what stands there.", True),
        ("It goes through all rows.", True),
        ("Whoever asks is told.", True),
        ("A standing order.", False),
        ("Return the sandbox's keys.", False),
    ],
)
def test_turns_that_are_not_plain_are_found(text: str, is_banned: bool) -> None:
    assert bool(BANNED.search(text)) is is_banned


def test_the_glossary_has_each_noun_of_the_control_api() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = {word for row in re.findall(r"^\| ([a-z ,]+) \|", glossary, re.MULTILINE) for word in row.split(", ")}
    nouns = {route.path.removeprefix("/_mock/").partition("/")[0] for route in ROUTES} - NO_NOUNS

    assert sorted(noun for noun in nouns if not words & {noun, noun.removesuffix("s"), noun.removesuffix("es")}) == []
