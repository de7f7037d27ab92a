"""What requests and starts cost in this checkout and in another one, such as an older commit, in turn."""

import contextlib
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.process import HERE, cpu_seconds, free_port, mock, running
from benchmarks.throughput import CASES, load

Measure = Callable[[str], float]
"""case → microseconds of CPU."""


def against(other: Path, rounds: int) -> list[str]:
    """Return the rows of a Markdown table: CPU of a request there and here, and the ratio, round by round."""
    trees = (other.resolve(), HERE)
    rows = ["| | there, CPU µs | here, CPU µs | ratio (middle half of the rounds) |", "|---|---|---|---|"]
    with contextlib.ExitStack() as stack:
        called = [_called(stack, tree) for tree in trees]
        rows += [_row(f"{case}, in process", called, case, rounds * 5) for case in CASES]
    with contextlib.ExitStack() as stack:
        served = [_served(stack, tree) for tree in trees]
        rows += [_row(f"{case}, over a socket", served, case, rounds) for case in CASES]
    rows.append(_row("`serve` until its first 200", [lambda _, tree=tree: _start(tree) for tree in trees], "", rounds))
    rows.append(_row("`running()` and its first sandbox", [lambda _, tree=tree: _first(tree) for tree in trees], "", rounds))
    return rows


FIRST = """
import time
import mockserver
with mockserver.running() as server, server.sandbox() as accounts:
    accounts["vexutopia"].token
print(time.process_time())
"""
"""What the first pytest fixture of a run does."""


def _first(tree: Path) -> float:
    command = [sys.executable, "-P", "-c", FIRST]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout) * 1e6


def _start(tree: Path) -> float:
    port = free_port()
    with running(mock(port), port, tree) as process:
        return cpu_seconds(process.pid) * 1e6


def _row(name: str, trees: list[Measure], case: str, rounds: int) -> str:
    there, here = trees
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            pairs.append((there(case), here(case)))
        else:
            after = here(case)
            pairs.append((there(case), after))
    low, middle, high = statistics.quantiles([new / old for old, new in pairs])
    medians = [statistics.median(values) for values in zip(*pairs, strict=True)]
    return f"| {name} | {medians[0]:.1f} | {medians[1]:.1f} | **{middle:.2f}** ({low:.2f}–{high:.2f}) |"


def _called(stack: contextlib.ExitStack, tree: Path) -> Measure:
    """Start a process that imports the checkout's mock and measures calls of it, by the checkout's own script."""
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-P", str(tree / "benchmarks" / "calls.py")],
            env={**os.environ, "PYTHONPATH": str(tree)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )
    into, out = process.stdin, process.stdout
    if into is None or out is None or not out.readline().startswith(str(tree)):
        raise RuntimeError(f"{tree} has no mock that can be imported")

    def measure(case: str) -> float:
        into.write(f"{case}\n")
        into.flush()
        return float(out.readline())

    return measure


def _served(stack: contextlib.ExitStack, tree: Path) -> Measure:
    """Serve the checkout's mock, and measure it under load."""
    port = free_port()
    process = stack.enter_context(running(mock(port), port, tree))

    def measure(case: str) -> float:
        target, script, _ = CASES[case]
        return load(port, process.pid, target, script, 1)[1]

    return measure
