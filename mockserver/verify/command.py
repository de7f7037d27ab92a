"""What the command `mockserver verify` does, once its options are read."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from mockserver.verify import files, lines
from mockserver.verify.interruption import Abandoned, Interruption
from mockserver.verify.lines import Progress
from mockserver.verify.outcome import Baseline, VerifyReport, only_changes
from mockserver.verify.run import VerifyOptions, check_order, verify

Say = Callable[[str], None]

FINE, FOUND = 0, 1


class Wishes(Struct, frozen=True):
    """What is to become of the report.

    Attributes:
        paths: name of a form → the file to write in it.
        baseline: the JSON report of an earlier run, of which only what differs is told; None: all is told.
    """

    paths: Mapping[str, Path] = {}
    baseline: Path | None = None


def run(order: VerifyOptions, wishes: Wishes, *, say: Say, complain: Say) -> int:
    """Run the catalogue, tell what was found, and return the exit code.

    say, complain: print a line of results, and one of what is wrong.
    Raises: MockServerError if the run must not or cannot begin.
    """
    check_order(order)
    baseline = Baseline.read(wishes.baseline, order.provider.name) if wishes.baseline is not None else None
    files.check_writable(wishes.paths)
    interruption = Interruption()
    terminal = sys.stderr if sys.stderr.isatty() else None
    is_told = baseline.differs if baseline is not None else lambda _result: True
    progress = Progress(say, terminal=terminal, announcement=_announcement(order), is_told=is_told)
    with interruption.listening():
        try:
            whole = verify(order, interruption=interruption, watcher=progress)
        except Abandoned:
            complain("mockserver: it was told to stop before it began")
            return FOUND
        progress.clear()
        whole = baseline.compare(whole) if baseline is not None else whole
        told = only_changes(whole) if baseline is not None else whole
        _tell(told, say, complain, was_compared=baseline is not None)
        _write(wishes.paths, whole, told, complain)
    return FINE if told.is_clean else FOUND


def _announcement(order: VerifyOptions) -> Iterator[str]:
    """Go through the lines that say what is about to happen, and what of it cannot be undone."""
    if order.read_only:
        yield f"{order.provider.title} at {order.url}, read only."
        return
    yield f"{order.provider.title} at {order.url}. What this run creates has {order.marker} in its name, and is deleted again."
    for reason in order.provider.catalogue().cleanup.remains.values():
        yield f"Except that {reason}."


def _tell(report: VerifyReport, say: Say, complain: Say, *, was_compared: bool) -> None:
    if report.finding and not report.was_begun:
        complain(f"mockserver: {lines.plain(report.finding)}")
        return
    if report.assumptions:
        say("")
        for line in lines.of_assumptions(report.assumptions):
            say(line)
    say("")
    for line in (*lines.of_remains(report.remains), *lines.of_summary(report)):
        say(line)
    if was_compared:
        say("Only what differs from the baseline is told and counted.")


def _write(paths: Mapping[str, Path], whole: VerifyReport, told: VerifyReport, complain: Say) -> None:
    if whole.finding and "write_assumptions" in paths:
        complain(f"mockserver: {paths['write_assumptions']} stays as it was, since the run ended early")
        paths = {name: path for name, path in paths.items() if name != "write_assumptions"}
    files.write(paths, whole, told)
