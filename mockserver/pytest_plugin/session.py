"""Report on a whole run of pytest, in one process or several."""

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.judge.lines import counted
from mockserver.providers.provider import Provider
from mockserver.pytest_plugin.flip import flip, record_outcome, reruns_of
from mockserver.pytest_plugin.plugin import FLIPS
from mockserver.pytest_plugin.summary import Documented, Judgement, RunResults, Summary, summarise
from mockserver.pytest_plugin.text import summary_lines

SUFFIXES = (".md", ".txt", ".json")
_KEY = "mockserver"


class RunReporter:
    """Collect judgements, and report them at the end.

    `is_flipping` is true while tests are rerun under other choices, which counts for nothing else.
    Raises: pytest.UsageError for invalid options.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._results = RunResults()
        self._has_run = False
        self._write_error = ""
        self.is_flipping = False
        self._summary: Summary | None = None
        self._target = _target(_setting(config, "mock_report"))
        self._flip = _flip(_setting(config, "mock_flip"))
        self._minimum = _percent(_setting(config, "mock_coverage_min"))
        if self._flip and config.getoption("usepdb"):
            reason = "which would stop at each test that fails under another choice"
            raise pytest.UsageError(f"--mock-flip: cannot be combined with --pdb, {reason}")

    def add(self, test: str, judgement: Judgement, providers: Iterable[Provider]) -> None:
        """Note a judgement, and the providers of its mock."""
        self._results.judgements[test] = judgement
        for each in providers:
            if each.name not in self._results.providers:
                names = tuple(behaviour.name for behaviour in each.catalogue().behaviours)
                self._results.providers[each.name] = Documented(each.title, names)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Rerun passed tests under other choices after all tests, if wanted."""
        result = yield
        self._has_run = not self._config.option.collectonly
        reruns = list(reruns_of(session.items)) if self._flip else []
        if reruns:
            self._say(f"mockserver: {counted(len(reruns), 'rerun')} under other choices")
            self.is_flipping = True
            try:
                flip(reruns, self._results)
            finally:
                self.is_flipping = False
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note whether the test passed."""
        report = yield
        record_outcome(item, report)
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the results of a worker."""
        sent = getattr(node, "workeroutput", {}).get(_KEY)
        if sent is not None:
            self._results.merge(msgspec.json.decode(sent, type=RunResults))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the results to the controller, or report them."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_KEY] = msgspec.json.encode(self._results).decode()
            return
        if not (self._has_run or self._results.judgements):  # a run that was stopped is reported, too
            return
        self._summary = summarise(self._results)
        if self._target not in ("", "-"):
            self._write(self._summary)
        if self._failures(self._summary) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report, or the path of its file."""
        if self._summary is None:
            return
        terminalreporter.section("mockserver")
        if self._target in ("", "-"):
            for line in summary_lines(self._summary):
                terminalreporter.write_line(line)
        elif not self._write_error:
            terminalreporter.write_line(f"the report is in {self._target}")
        for line in self._failures(self._summary):
            terminalreporter.write_line(f"FAILED {line}", red=True)

    def _failures(self, summary: Summary) -> list[str]:
        """Return why the run fails, even if its tests passed."""
        failures = [self._write_error] if self._write_error else []
        failures += [
            f"{each.provider}: tests exercised {each.percent:g} % of the documented behaviours, less than {self._minimum:g} %"
            for each in summary.coverage
            if each.percent < self._minimum
        ]
        if self._minimum > 0 and not any(each.exercised for each in summary.coverage):
            failures.append("tests exercised no documented behaviour")
        if self._flip == "fail" and summary.flips:
            failures.append(f"tests that depend on an undocumented choice: {len({flip.test for flip in summary.flips})}")
        return failures

    def _write(self, summary: Summary) -> None:
        path = self._config.invocation_params.dir / self._target
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_document(summary, path.suffix))
        except OSError as error:
            self._write_error = f"cannot write the report: {error}"

    def _say(self, line: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            newline = "\n" if self._config.get_terminal_writer().width_of_current_line else ""
            reporter.write_line(f"{newline}{line}")


def _setting(config: pytest.Config, name: str) -> str:
    option = config.getoption(name)
    return str(config.getini(name) if option is None else option)


def _target(value: str) -> str:
    if value not in ("", "-") and Path(value).suffix not in SUFFIXES:
        hint = "write --mock-report=FILE, or --mock-report=- to print it"
        raise pytest.UsageError(f"--mock-report: expected a file that ends in {', '.join(SUFFIXES)}, got {value}; {hint}")
    return value


def _flip(value: str) -> str:
    if value not in ("", *FLIPS):
        hint = "write --mock-flip=report before a path, or --mock-flip=fail"
        raise pytest.UsageError(f"--mock-flip: expected {' or '.join(FLIPS)}, got {value}; {hint}")
    return value


def _percent(value: str) -> float:
    """Return the minimum; negative if there is none."""
    try:
        percent = float(value or -1)
    except ValueError:
        percent = 101
    if value and not 0 <= percent <= 100:
        raise pytest.UsageError(f"mock_coverage_min: expected a number from 0 to 100, got {value}")
    return percent


def _document(summary: Summary, suffix: str) -> bytes:
    if suffix == ".json":
        return msgspec.json.format(msgspec.json.encode(summary)) + b"\n"
    fence = ["```"] if suffix == ".md" else []
    return "\n".join(["# mockserver", "", *fence, *summary_lines(summary), *fence, ""]).encode()
