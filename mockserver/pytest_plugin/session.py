"""The verdict over a whole run of pytest, wherever its tests ran; made only if one is asked for."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.pytest_plugin.flip import flip, note, reruns_of
from mockserver.pytest_plugin.judgement import Judgement
from mockserver.pytest_plugin.plugin import FLIPS
from mockserver.pytest_plugin.summary import Notes, Summary, summed_up
from mockserver.pytest_plugin.text import of_summary

FORMS = (".md", ".txt", ".json")
_KEY = "mockserver"


class Verdict:
    """Gathers what tests did, and tells it at the end.

    Attributes:
        is_flipping: tests run again under other choices, and nothing that they do counts.

    Raises: pytest.UsageError for options that cannot be meant.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._notes = Notes()
        self._has_run = False
        self._unwritten = ""
        self.is_flipping = False
        self._summary: Summary | None = None
        self._target = _wanted(config, "mock_report")
        self._flip = _flip(_wanted(config, "mock_flip"))
        self._minimum = _percent(_wanted(config, "mock_coverage_min"))
        if self._target not in ("", "-") and Path(self._target).suffix not in FORMS:
            known = ", ".join(FORMS)
            hint = "write --mock-report=FILE, or --mock-report=- to have it printed"
            raise pytest.UsageError(f"--mock-report: {self._target} is no file that ends in {known}; {hint}")
        if self._flip and config.getoption("usepdb"):
            raise pytest.UsageError(
                "--mock-flip: a test that fails under another choice would stop in --pdb; leave one of them out"
            )

    def add(self, test: str, judgement: Judgement) -> None:
        """Note what a test did."""
        self._notes.judgements[test] = judgement

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """After all tests, run those that passed again under the other choices of what they leaned on, if that is asked for."""
        result = yield
        self._has_run = not self._config.option.collectonly
        reruns = list(reruns_of(session.items)) if self._flip else []
        if reruns:
            self._say(f"mockserver: {len(reruns)} runs under other choices")
            self.is_flipping = True
            try:
                flip(reruns, self._notes)
            finally:
                self.is_flipping = False
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what came of the test."""
        report = yield
        note(item, report)
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
        if not (self._has_run or self._notes.judgements):  # a run that was stopped has a verdict on what it did
            return
        self._summary = summed_up(self._notes)
        if self._target not in ("", "-"):
            self._write(self._summary)
        if self._failures(self._summary) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the verdict, or where it stands."""
        if self._summary is None:
            return
        terminalreporter.section("mockserver")
        if self._target in ("", "-"):
            for line in of_summary(self._summary):
                terminalreporter.write_line(line)
        elif not self._unwritten:
            terminalreporter.write_line(f"the verdict stands in {self._target}")
        for line in self._failures(self._summary):
            terminalreporter.write_line(f"FAILED {line}", red=True)

    def _failures(self, summary: Summary) -> list[str]:
        """Return why the run fails although its tests may have passed."""
        failures = [self._unwritten] if self._unwritten else []
        if self._minimum is not None:
            failures += [
                f"{each.provider}: {each.percent:g} % of the documented behaviours were exercised, below {self._minimum:g} %"
                for each in summary.coverage
                if each.percent < self._minimum
            ] or ([] if summary.coverage else ["no documented behaviour was exercised"] * (self._minimum > 0))
        if self._flip == "fail" and summary.flips:
            failures.append(f"tests depend on an undocumented choice: {len({flip.test for flip in summary.flips})}")
        return failures

    def _write(self, summary: Summary) -> None:
        path = self._config.invocation_params.dir / self._target
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_document(summary, path.suffix))
        except OSError as error:
            self._unwritten = f"the verdict could not be written: {error}"

    def _say(self, line: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            newline = "\n" if self._config.get_terminal_writer().width_of_current_line else ""
            reporter.write_line(f"{newline}{line}")


def _wanted(config: pytest.Config, name: str) -> str:
    option = config.getoption(name)
    return str(config.getini(name) if option is None else option)


def _flip(wanted: str) -> str:
    if wanted not in ("", *FLIPS):
        hint = "write --mock-flip=report before a path, or --mock-flip=fail"
        raise pytest.UsageError(f"--mock-flip: {wanted} is none of {', '.join(FLIPS)}; {hint}")
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


def _document(summary: Summary, suffix: str) -> bytes:
    if suffix == ".json":
        return msgspec.json.format(msgspec.json.encode(summary)) + b"\n"
    fence = ["```"] if suffix == ".md" else []
    return "\n".join(["# mockserver", "", *fence, *of_summary(summary), *fence, ""]).encode()
