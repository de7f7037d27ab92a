"""Runs of the example's suite, and what came of them."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

VERDICT = "verdict.json"


class Outcome(NamedTuple):
    """What came of a run of the example's suite: tests that failed or ended in an error, without parameters, and the verdict."""

    printed: str
    failed: frozenset[str]
    verdict: dict[str, Any]

    @property
    def rules(self) -> set[str]:
        return {found["rule"] for found in (*self.verdict["violations"], *self.verdict["conduct"])}

    @property
    def flips(self) -> list[tuple[str, str]]:
        return [(flip["test"].rpartition("::")[2], flip["key"]) for flip in self.verdict["flips"]]


def pytest_in(folder: Path, python: str, *arguments: str) -> str:
    """Run pytest there as its user would, and return what it printed."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTEST", "MOCKSERVER_EX"))}
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def outcome(folder: Path, python: str, *arguments: str) -> Outcome:
    verdict = folder / VERDICT
    verdict.unlink(missing_ok=True)
    printed = pytest_in(folder, python, "-q", "--tb=short", "-rfE", "--mock-flip", f"--mock-report={VERDICT}", *arguments)
    assert verdict.exists(), printed
    failed = re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", printed, re.MULTILINE)
    return Outcome(printed, frozenset(failed), json.loads(verdict.read_bytes()))
