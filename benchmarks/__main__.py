"""Runs the benchmarks and prints their tables: `python -m benchmarks [--quick] [throughput start memory growth …]`."""

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from benchmarks import against, control, plugin, start, state, throughput

Section = Callable[[], list[str]]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--quick", action="store_true", help="fewer rounds and no million: to see that it runs")
    options.add_argument("sections", nargs="*", help="only these")
    options.add_argument(
        "--other", type=Path, metavar="CHECKOUT", help="for `against`: the checkout that this one is compared with"
    )
    given = options.parse_args()
    os.environ["NO_COLOR"] = "1"
    sizes = [1_000, 100_000] if given.quick else [1_000, 100_000, 1_000_000]
    rounds, seconds = (2, 1) if given.quick else (7, 2)
    sections: dict[str, Section] = {
        "throughput": lambda: throughput.measure(rounds, seconds),
        "start": lambda: start.measure_start(3 if given.quick else 15),
        "memory": start.measure_memory,
        "growth": lambda: state.growth(sizes),
        "sandboxes": lambda: state.sandboxes([1_000, 100_000]),
        "in-process": state.in_process,
        "control": lambda: control.control(3 if given.quick else 9),
        "plugin": lambda: plugin.measure(1 if given.quick else 7),
    }
    if given.other:
        sections["against"] = lambda: against.against(given.other, 2 if given.quick else 15)
    if {"throughput", "against"} & {*(given.sections or sections)} and not shutil.which("wrk"):
        sys.exit("throughput and against need wrk; install it, or name the other sections")
    if "plugin" in (given.sections or sections) and plugin.missing():
        sys.exit(f"plugin needs {', '.join(plugin.missing())}: pip install --group bench, or name the other sections")
    print(f"CPython {platform.python_version()}, uvicorn {uvicorn.__version__}, {os.cpu_count()} cores\n")
    for name in given.sections or sections:
        print(f"### {name}\n", *sections[name](), "", sep="\n", flush=True)


if __name__ == "__main__":
    main()
