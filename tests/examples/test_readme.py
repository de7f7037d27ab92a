"""The example's README tells the truth: its code stands in the tests, and its table is that of the bugs."""

import pytest

from tests.examples.bugs import BUGS
from tests.examples.conftest import CONSUMER
from tests.examples.printed import CODE, PRINTED, README

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("code", CODE, ids=[code.split("(")[0].splitlines()[-1] for code in CODE])
def test_readme_shows_code_as_it_stands(code: str) -> None:
    assert any(code in path.read_text(encoding="utf-8") for path in (CONSUMER / "tests").glob("*.py"))


def test_readme_has_the_table_of_bugs() -> None:
    rows = [f"| {bug.says} | {', '.join(f'`{name}`' for name in sorted(bug.found_by)) or '`--mock-flip`'} |" for bug in BUGS]

    assert "\n".join(rows) in README
    assert len(PRINTED) >= 8
