"""The verdict over a whole run of pytest, wherever its tests ran; made only if one is asked for."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.pytest_plugin import FLIPS
from mockserver.pytest_plugin.flip import PASSED, flips_of
from mockserver.pytest_plugin.judgement import Judgement
from mockserver.pytest_plugin.lease import FLIPPED
from mockserver.pytest_plugin.summary import Notes, Summary, summed_up
from mockserver.pytest_plugin.text import of_summary

FORMS = (".md", ".txt", ".json")
_KEY = "mockserver"


class Verdict:
    """Gathers what tests did, and tells it at the end.

    Raises: pytest.UsageError for options that cannot be meant.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._notes = Notes()
        self._summary: Summary | None = None
        self._target = _wanted(config, "mock_report")
        self._flip = _flip(_wanted(config, "mock_flip"))
        self._minimum = _percent(_wanted(config, "mock_coverage_min"))
        if self._target not in ("", "-") and Path(self._target).suffix not in FORMS:
            known = ", ".join(FORMS)
            raise pytest.UsageError(f"--mock-report: {self._target} is no file that ends in {known}; write --mock-report=FILE")

    def add(self, test: str, judgement: Judgement) -> None:
        """Note what a test did."""
        self._notes.judgements[test] = judgement

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
        """Run a test that passed again under the other choices of what it leaned on, if that is asked for."""
        result = yield
        if self._flip:
            for flip in flips_of(item, nextitem):
                self._notes.flipped += 1
                self._notes.flips += [flip] if flip is not None else []
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note whether the test passes, setup and teardown included."""
        report = yield
        if FLIPPED not in item.stash:
            item.stash[PASSED] = item.stash.get(PASSED, True) and report.passed
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker noted."""
        sent = getattr(node, "workeroutput", {}).get(_KEY)
        if sent is not None:
            self._notes.take(msgspec.json.decode(sent, type=Notes))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the notes to the controller, or sum them up and fail the run if they are not as they should be."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_KEY] = msgspec.json.encode(self._notes).decode()
            return
        self._summary = summed_up(self._notes)
        if self._target not in ("", "-"):
            _write(self._summary, Path(self._target))
        if self._failures() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the verdict, or where it stands."""
        if self._summary is None:
            return
        terminalreporter.section("mockserver")
        if self._target in ("", "-"):
            for line in of_summary(self._summary):
                terminalreporter.write_line(line)
        else:
            terminalreporter.write_line(f"the verdict stands in {self._target}")
        for line in self._failures():
            terminalreporter.write_line(f"FAILED {line}", red=True)

    def _failures(self) -> list[str]:
        """Return why the run fails although its tests may have passed."""
        if self._summary is None:
            return []
        failures = []
        if self._minimum is not None:
            failures = [
                f"{each.provider}: {each.percent:g} % of the documented behaviours were exercised, below {self._minimum:g} %"
                for each in self._summary.coverage
                if each.percent < self._minimum
            ] or ([] if self._summary.coverage else ["no documented behaviour was exercised"] * (self._minimum > 0))
        if self._flip == "fail" and self._summary.flips:
            failures.append(f"tests depend on an undocumented choice: {len({flip.test for flip in self._summary.flips})}")
        return failures


def _wanted(config: pytest.Config, name: str) -> str:
    option = config.getoption(name)
    return str(config.getini(name) if option is None else option)


def _flip(wanted: str) -> str:
    if wanted not in ("", *FLIPS):
        raise pytest.UsageError(f"mock_flip: {wanted} is none of {', '.join(FLIPS)}")
    return wanted


def _percent(wanted: str) -> float | None:
    if not wanted:
        return None
    try:
        percent = float(wanted)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise pytest.UsageError(f"mock_coverage_min: {wanted} is no number from 0 to 100")
    return percent


def _write(summary: Summary, path: Path) -> None:
    if path.suffix == ".json":
        content = msgspec.json.format(msgspec.json.encode(summary)) + b"\n"
    else:
        content = "\n".join(["# mockserver", "", "```", *of_summary(summary), "```", ""]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
