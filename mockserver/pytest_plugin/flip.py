"""Rerun tests under other choices to find those that depend on one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from msgspec.structs import replace

from mockserver.pytest_plugin.sandboxes import FLIPPED, USED
from mockserver.pytest_plugin.summary import Flip, RunResults

PASSED = pytest.StashKey[bool]()
_ERRORS = pytest.StashKey[list[str]]()
MAX_ERROR = 300


Rerun = tuple[pytest.Item, Flip]
"""A passed test, and the flip to report if the rerun fails."""


def reruns_of(items: Sequence[pytest.Item]) -> Iterator[Rerun]:
    """Yield a rerun for each other choice that passed tests could use."""
    for item in items:
        for used, choice in item.stash.get(USED, []) if item.stash.get(PASSED, False) else []:
            source = {"key": used.key, "question": used.question, "evidence": used.evidence}
            others = [each for each in used.choices if each != choice]
            yield from ((item, Flip(test=item.nodeid, choice=choice, other=each, **source)) for each in others)


def flip(reruns: Sequence[Rerun], results: RunResults) -> None:
    """Run the reruns; note flips and tests that cannot run twice.

    A test that fails under another choice runs once more under its own: if it fails again, the choice is not the reason.
    """
    for (item, found), following in zip(reruns, [*(each for each, _ in reruns[1:]), None], strict=True):
        if item.nodeid in results.unrepeatable:
            continue
        error = _run(item, found.key, found.other, following)
        results.flipped += 1
        if error and _run(item, found.key, found.choice, following):
            results.unrepeatable.append(item.nodeid)
        elif error:
            results.flips.append(replace(found, error=error))


def record_outcome(item: pytest.Item, report: pytest.TestReport) -> None:
    """Note whether a test passes, or the errors of a rerun."""
    if FLIPPED not in item.stash:
        is_passing = report.when == "setup" or item.stash.get(PASSED, False)
        item.stash[PASSED] = is_passing and report.passed
    elif report.failed:
        item.stash[_ERRORS].append(_error(report))


def _run(item: pytest.Item, key: str, choice: str, following: pytest.Item | None) -> str:
    """Run the test under the choice; return its error, or "".

    Fixtures of wider scope stay set up for the test that follows.
    """
    item.stash[FLIPPED], item.stash[_ERRORS] = (key, choice), []
    properties = item.user_properties.copy()
    nextitem: Any = item.parent if following is item else following  # pytest asks it for its place in the tree only
    try:
        with _reports_withheld(item.config):
            runtestprotocol(item, log=False, nextitem=nextitem)
    finally:
        del item.stash[FLIPPED]
        item.user_properties[:] = properties
    errors = item.stash[_ERRORS]
    return errors[0] if errors else ""


@contextmanager
def _reports_withheld(config: pytest.Config) -> Iterator[None]:
    """Withhold the reports of subtests, which pytest would count at once."""
    hooks: Any = config.hook
    original = hooks.pytest_runtest_logreport
    hooks.pytest_runtest_logreport = lambda **_report: []
    try:
        yield
    finally:
        hooks.pytest_runtest_logreport = original


def _error(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0][:MAX_ERROR] if lines else "the test fails"
