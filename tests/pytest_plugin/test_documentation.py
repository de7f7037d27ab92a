"""Every example of the page on pytest is a suite that passes, and every option that it names is one."""

import re
from collections.abc import Callable

import pytest

from tests.pytest_plugin.conftest import Run
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = [
    *re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE),
    *(each for each in re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE) if "def test_" in each),
]


def test_examples_pass(write: Callable[..., None], pytester: pytest.Pytester, execute: Run) -> None:
    write()
    for number, example in enumerate(EXAMPLES):
        (pytester.path / f"test_{number}.py").write_text(example, encoding="utf-8")

    result = execute("--mock-report")

    result.assert_outcomes(passed=sum(example.count("def test_") for example in EXAMPLES))


def test_options_settings_and_fixtures_that_are_named_are_there(write: Callable[..., None], execute: Run) -> None:
    write()
    known = execute("--help").stdout.str() + execute("--fixtures").stdout.str()

    named = set(re.findall(r"--mock-[a-z-]+|\bmock_[a-z_]+", PAGE))
    assert len(named) >= 15
    assert sorted(each for each in named if not re.search(rf"(?<![\w-]){each}\b", known)) == []


def test_table_of_the_marker_has_every_keyword(execute: Run) -> None:
    table = PAGE.partition("## The marker")[2].partition("| | |")[2].partition("\n\n")[0]
    told = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))

    (line,) = [line for line in execute("--markers").outlines if "mark.mockserver(" in line]
    assert re.findall(r"(\w+)=", line.partition(":")[0]) == told
