"""What the pytest plugin costs a suite of a thousand tests, side by side with respx, responses and pytest-httpserver."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from benchmarks.suites import CONFTEST, SUITES, Suite

RIVALS = ("respx", "responses", "pytest_httpserver")


class Run(Struct, frozen=True):
    """One run of a suite.

    Attributes:
        test, request: microseconds of CPU and of time, of one test with all of pytest's work, and of the request in it.
        whole_s: seconds from the start of the process to its end.
    """

    test: tuple[float, float]
    request: tuple[float, float]
    whole_s: float


Runs = dict[str, list[Run]]


def missing() -> list[str]:
    """Return the rivals that are not installed."""
    return [name for name in RIVALS if find_spec(name) is None]


def measure(rounds: int) -> list[str]:
    """Return the rows of a Markdown table; each round runs every suite once, and gives its own ratios."""
    runs: Runs = {suite.name: [] for suite in SUITES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(rounds):
            for suite in SUITES if turn % 2 else reversed(SUITES):
                runs[suite.name].append(_run(suite, Path(folder)))
    return [
        "| 1,000 tests, one GET each | a test beyond an empty one, CPU µs (min–max) | time µs | its request, CPU µs (min–max) "
        "| time µs | request ÷ rival's, CPU (min–max) | time | test ÷ rival's, CPU | the whole run, s |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_row(suite, runs) for suite in SUITES),
    ]


def _run(suite: Suite, folder: Path) -> Run:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(suite.source())
    plugin = ["-p", suite.plugin] if suite.plugin else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, "test_suite.py"]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    whole = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"{suite.name}: pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    found = json.loads((folder / "measured.json").read_text())
    test, request = ([seconds * 1e6 for seconds in found[part]] for part in ("test", "request"))
    return Run((test[0], test[1]), (request[0], request[1]), whole)


def _row(suite: Suite, runs: Runs) -> str:
    own = runs[suite.name]
    beyond = [_beyond(runs, suite.name, unit) for unit in (0, 1)]
    cells = [_range(beyond[0]), f"{statistics.median(beyond[1]):.0f}"]
    if suite.request:
        cells += [_range([run.request[0] for run in own]), f"{statistics.median(run.request[1] for run in own):.0f}"]
    else:
        cells += ["", ""]
    if suite.rivals:
        rival = suite.rivals[0]
        asked = [
            [run.request[unit] / other.request[unit] for run, other in zip(own, runs[rival], strict=True)] for unit in (0, 1)
        ]
        tests = [mine / other for mine, other in zip(beyond[0], _beyond(runs, rival, 0), strict=True)]
        cells += [f"**{_range(asked[0], 2)}**", f"{statistics.median(asked[1]):.2f}", f"{statistics.median(tests):.2f}"]
    else:
        cells += ["", "", ""]
    return f"| {suite.name} | {' | '.join(cells)} | {statistics.median(run.whole_s for run in own):.2f} |"


def _beyond(runs: Runs, name: str, unit: int) -> list[float]:
    """Return by how many microseconds a test is longer than one that does nothing, round by round."""
    return [run.test[unit] - empty.test[unit] for run, empty in zip(runs[name], runs[SUITES[0].name], strict=True)]


def _range(values: list[float], digits: int = 0) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"
