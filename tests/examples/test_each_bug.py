"""Each bug of the example's other branch is found by the tests that are meant to; `make examples` runs this."""

import shutil
from pathlib import Path

import pytest

from tests.examples.bugs import BUGS, Bug, with_bug
from tests.examples.running import outcome

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bug", BUGS, ids=[bug.says for bug in BUGS])
def test_each_bug_alone_is_found_by_its_tests_and_by_no_others(bug: Bug, consumer: Path, python: str, tmp_path: Path) -> None:
    folder = tmp_path / "consumer"
    shutil.copytree(consumer, folder, ignore=shutil.ignore_patterns("buggy", "__pycache__"))
    module = folder / "src" / "billing" / bug.module
    module.write_text(with_bug(module, consumer / "buggy" / "billing" / bug.module, bug), encoding="utf-8")
    run = outcome(folder, python, "-o", "pythonpath=src")

    assert run.failed == bug.found_by, run.printed
    assert run.rules == bug.rules
    assert {key for _, key in run.flips} == ({bug.flip} if bug.flip else set())
