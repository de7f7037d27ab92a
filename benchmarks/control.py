"""What journal and faults add to one GET in process: cases measured in turn, as ratios to the mock without either."""

import gc
import statistics
import time
from collections.abc import Callable

from benchmarks.state import KEY, app_with
from mockserver.exchange import Exchange
from mockserver.faults import Fault
from mockserver.http.app import App
from mockserver.http.in_process import call

URL = "http://mock.localhost/v1/customers/cus_abc123def456"
OTHER = ("vexutopia.createCustomer",)
OWN = ("vexutopia.retrieveCustomer",)
CALLS = 300


def control(rounds: int) -> list[str]:
    """Return the rows of a Markdown table: microseconds of CPU of a GET, and how much more that is than the first case."""
    cases = _cases()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as `serve` has it
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds * 10):
        for name, app in cases.items():
            taken[name].append(_mean(lambda app=app: call(app, "GET", URL, headers=[KEY])))  # type: ignore[misc]
    base = taken[next(iter(cases))]
    return [
        "| one GET in process | µs | more (middle half of the rounds) |",
        "|---|---|---|",
        *(_row(name, taken[name], base) for name in cases),
    ]


def _cases() -> dict[str, App]:
    faults = {
        "journal, one fault for another operation": [Fault(kind="drop", operations=OTHER)],
        "journal, ten faults for another operation": [Fault(kind="drop", operations=OTHER)] * 10,
        "journal, a fault for this one that never strikes": [Fault(kind="drop", operations=OWN, probability=0)],
        "journal, a wait of no time for each": [Fault(kind="latency", ms=0, operations=OWN)],
    }
    apps = {"without a journal": _forgetful(), "journal, no faults: as it is served": app_with(1_000)}
    for name, armed in faults.items():
        apps[name] = app_with(1_000)
        apps[name].mock.sandboxes.get("default").faults.arm(armed)
    return apps


def _forgetful() -> App:
    """Return an application whose journal keeps nothing, not even for a moment."""
    app = app_with(1_000)
    journal = app.mock.sandboxes.get("default").journal

    def forget(_exchange: Exchange) -> None:
        pass

    journal.record = forget  # type: ignore[method-assign]
    return app


def _mean(operation: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        operation()
    return (time.process_time() - began) / CALLS * 1e6


def _row(name: str, taken: list[float], base: list[float]) -> str:
    more = [100 * (each / first - 1) for each, first in zip(taken, base, strict=True)]
    low, middle, high = statistics.quantiles(more)
    return f"| {name} | {statistics.median(taken):.1f} | **{middle:+.0f} %** ({low:+.0f} to {high:+.0f}) |"
