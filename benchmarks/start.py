"""From spawn to the first 200, and resident memory, mock against bare."""

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.process import bare, free_port, mock, resident_mb, running


def measure_start(rounds: int) -> list[str]:
    """Return the rows of a Markdown table; the first round, which fills the caches, does not count."""
    times: dict[str, list[float]] = {"bare": [], "mock": []}
    for turn in range(rounds + 1):
        for name, command in (("bare", bare), ("mock", mock)):
            port = free_port()
            began = time.perf_counter()
            with running(command(port), port):
                took = time.perf_counter() - began
            if turn:
                times[name].append(took * 1000)
    ratios = [own / other for own, other in zip(times["mock"], times["bare"], strict=True)]
    return [
        "| bare, ms | mock, ms | ratio (min–max) | aim |",
        "|---|---|---|---|",
        f"| {statistics.median(times['bare']):.0f} | {statistics.median(times['mock']):.0f} "
        f"| **{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f}) | ≤ 1.25 |",
    ]


def measure_memory() -> list[str]:
    """Return the rows of a Markdown table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with running(bare(port), port) as process:
            rows.append(f"| bare application | {resident_mb(process.pid):.0f} | |")
        for count, aim in ((1_000, 45), (100_000, 150)):
            fixture = Path(folder) / f"{count}.yaml"
            fixture.write_text(
                "spoonity: {customers: [{id: cust_175a9abec1882d12}]}\n" + f"vexutopia: {{customers: [generate: {count}]}}\n"
            )
            for _ in ("cold cache", "warm cache"):
                port = free_port()
                with running(mock(port, "--fixture", str(fixture)), port) as process:
                    used = resident_mb(process.pid)
            rows.append(f"| mock with {count:,} records | {used:.0f} | ≤ {aim} |")
    return ["| | resident, MB | aim |", "|---|---|---|", *rows]
