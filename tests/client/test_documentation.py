"""Every example of the page on Python works."""

import re
import unittest

import pytest

from tests.tools import ROOT

PAGE = ROOT / "docs" / "python.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_example_works(example: str) -> None:
    made: dict[str, object] = {"__name__": "example"}
    exec(compile(example, str(PAGE), "exec"), made)

    cases = [each for each in made.values() if isinstance(each, type) and issubclass(each, unittest.TestCase)]
    for case in cases:
        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
        assert (result.testsRun, result.failures, result.errors) == (1, [], [])


def test_examples_are_found() -> None:
    assert len(EXAMPLES) >= 6
    assert sum("TestCase" in each for each in EXAMPLES) == 1
