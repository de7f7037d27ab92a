"""Runs a test again under the other choices of what the documents leave open, to see whether it depends on one."""

from collections.abc import Iterator

import pytest
from _pytest.runner import runtestprotocol

from mockserver.catalogue import Assumption
from mockserver.providers import PROVIDERS
from mockserver.pytest_plugin.lease import FLIPPED, LEANED
from mockserver.pytest_plugin.summary import Flip

PASSED = pytest.StashKey[bool]()
MAX_ERROR = 300


def flips_of(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[Flip | None]:
    """Run the test once for each other choice of each assumption that it leaned on; yield what came of each run.

    None: it passes either way. A test that did not pass is not run again.
    """
    leaned = item.stash.get(LEANED, [])
    if not item.stash.get(PASSED, False):
        return
    known = {each.key: each for provider in PROVIDERS for each in provider.assumptions}
    for key, choice in leaned:
        for other in known[key].choices:
            if other != choice:
                yield _run(item, nextitem, known[key], choice, other)


def _run(item: pytest.Item, nextitem: pytest.Item | None, assumption: Assumption, choice: str, other: str) -> Flip | None:
    item.stash[FLIPPED] = (assumption.key, other)
    properties = item.user_properties.copy()
    try:
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    finally:
        del item.stash[FLIPPED]
        item.user_properties[:] = properties
    failed = [report for report in reports if report.failed]
    if not failed:
        return None
    return Flip(
        test=item.nodeid,
        key=assumption.key,
        choice=choice,
        other=other,
        question=assumption.question,
        evidence=assumption.evidence,
        error=_error(failed[0]),
    )


def _error(report: pytest.TestReport) -> str:
    """Return the first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[0][:MAX_ERROR] if lines else "it fails"
