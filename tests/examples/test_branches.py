"""The example's suite passes on the sound branch, and finds the bugs of the other one, which differs in nothing else."""

import re
from pathlib import Path

import pytest

from tests.examples.bugs import BUGS, Bug, bugs_at, places
from tests.examples.conftest import CONSUMER
from tests.examples.running import outcome

pytestmark = pytest.mark.slow


def test_the_sound_branch_passes_in_two_processes(consumer: Path, python: str) -> None:
    run = outcome(consumer, python, "-n", "2")

    assert run.failed == set(), run.printed
    assert (run.rules, run.flips) == (set(), [])
    assert int(re.findall(r"^(\d+) passed", run.printed, re.MULTILINE)[0]) >= 30


def test_all_bugs_of_the_other_branch_are_found_and_nothing_else(consumer: Path, python: str) -> None:
    run = outcome(consumer, python, "-n", "2", "-o", "pythonpath=buggy")

    assert run.failed == frozenset().union(*(bug.found_by for bug in BUGS)), run.printed
    assert run.rules == set().union(*(bug.rules for bug in BUGS))
    assert run.flips == [("test_the_latest_payment_is_the_one_made_last", "vexutopia.list-order")]


def test_branches_differ_in_the_bugs_and_in_nothing_else() -> None:
    modules = sorted(path.name for path in (CONSUMER / "src" / "billing").iterdir() if path.is_file())
    found: list[Bug] = []
    for name in modules:
        for place in places(CONSUMER / "src" / "billing" / name, CONSUMER / "buggy" / "billing" / name):
            [bug] = bugs_at(place, name)
            found.append(bug)

    assert list(dict.fromkeys(sorted(found, key=BUGS.index))) == list(BUGS)
    assert modules == sorted(path.name for path in (CONSUMER / "buggy" / "billing").iterdir() if path.is_file())
