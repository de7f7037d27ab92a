"""A report as lines of text, for terminals and logs."""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from shutil import get_terminal_size
from typing import TextIO

from mockserver.conversion import cut, one_line
from mockserver.verify.outcome import Evidence, Leftovers, Result, Seen, VerifyReport
from mockserver.verify.run import RunListener

WIDTH = 120
MAX_SHOWN = 500
_INDENT = " " * 4


def result_lines(result: Result) -> Iterator[str]:
    """Yield the lines on one behaviour; one line unless it is broken."""
    name = f"{result.name}{before(result)}"
    if result.outcome == "holds":
        yield f"holds        {name}"
    elif result.outcome == "not checked":
        yield f"not checked  {name}: {one_line(result.why)}"
    else:
        yield f"BROKEN       {name}"
        yield from _labelled("expected", f"{result.says} ({result.source})")
        for last in result.evidence[-1:]:
            yield from _evidence_lines(last)
        yield from _labelled("found", result.found)


def _evidence_lines(evidence: Evidence) -> Iterator[str]:
    yield from _labelled("request", evidence.request)
    if evidence.sent:
        yield from _labelled("sent", evidence.sent)
    yield from _labelled("reply", f"{evidence.status or 'none:'} {evidence.reply}")


def _labelled(label: str, text: str) -> Iterator[str]:
    yield f"{_INDENT}{label:9} {cut(one_line(text), MAX_SHOWN)}"


def assumptions_lines(assumptions: tuple[Seen, ...]) -> Iterator[str]:
    """Yield the table of assumptions; `*` marks other choices than the default."""
    rows = [("assumption", "follows", "default", "seen")]
    for each in assumptions:
        other = "*" if each.choice not in (None, each.default) else ""
        rows.append((each.key, f"{each.answer}{other}{before(each)}", each.default, one_line(each.seen)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for key, follows, default, seen in rows:
        yield f"{key:{widths[0]}}  {follows:{widths[1]}}  {default:{widths[2]}}  {seen}"


def leftover_lines(remains: Leftovers) -> Iterator[str]:
    """Yield the lines on records that the run left in the account."""
    if remains.left:
        yield f"LEFT BEHIND, since {_records(len(remains.left))} could not be deleted:"
        yield from (f"{_INDENT}{one_line(url)}: {one_line(why)}" for url, why in remains.left.items())
    if remains.unknown:
        yield f"PERHAPS LEFT BEHIND, since the outcome of {len(remains.unknown)} creations is unknown:"
        yield from (f"{_INDENT}{sent}: {one_line(why)}" for sent, why in remains.unknown.items())
    if remains.doubt:
        yield f"PERHAPS LEFT BEHIND, since the search for leftovers failed: {one_line(remains.doubt)}"
    if remains.for_good:
        yield f"{_records(len(remains.for_good))} cannot be deleted completely:"
        yield from _grouped(remains.for_good)
    if remains == Leftovers():
        yield "Nothing is left behind."


def _grouped(for_good: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines on permanent records, grouped by collection."""
    placed = sorted((url.rpartition("/")[0], why, url.rpartition("/")[2]) for url, why in for_good.items())
    for (place, why), each in groupby(placed, key=lambda row: row[:2]):
        yield f"{_INDENT}in {place}: {one_line(why)}"
        ids = " ".join(identity for *_, identity in each)
        yield from textwrap.wrap(ids, WIDTH, initial_indent=_INDENT * 2, subsequent_indent=_INDENT * 2, break_on_hyphens=False)


def summary_lines(report: VerifyReport) -> Iterator[str]:
    """Yield the summary: counts, and why the run ended early."""
    found = Counter(each.outcome for each in report.behaviours)
    behaviours = {"hold": found["holds"], "broken": found["broken"], "not checked": found["not checked"]}
    sights = Counter(each.outcome for each in report.assumptions)
    assumptions = {
        "observed": sights["observed"],
        "of them other than the default": sum(each.choice not in (None, each.default) for each in report.assumptions),
        "followed in none of their choices": sights["none of them"],
        "not observed": sights["not observed"],
    }
    yield f"behaviours: {_counted(behaviours)}"
    yield f"assumptions: {_counted(assumptions)}"
    if report.vanished:
        yield f"no longer in the catalogue: {', '.join(report.vanished)}"
    if report.finding:
        yield f"The run ended early: {one_line(report.finding)}"


def before(found: Result | Seen) -> str:
    """Return the earlier result in parentheses, if it differs."""
    return f" ({found.before} before)" if found.before else ""


def _counted(kinds: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count) or "none"


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


@dataclass(eq=False)
class Progress(RunListener):
    """Print the progress of a run.

    Attributes:
        say: prints a line.
        announcement: lines to print once the service was found.
        terminal: shows one line that is overwritten; None: no terminal.
        is_shown: whether a behaviour's result gets a line.
    """

    say: Callable[[str], None]
    terminal: TextIO | None
    announcement: Iterable[str]
    is_shown: Callable[[Result], bool]
    steps: int = 0
    done: int = 0

    def begin(self, steps: int) -> None:
        """Announce the run of so many checks."""
        self.steps = steps
        for line in self.announcement:
            self.say(line)

    def start(self, name: str) -> None:
        """Show which check runs."""
        self._show(f"{self.done + 1}/{self.steps} {name}"[: get_terminal_size().columns - 1])

    def saw(self, _seen: Seen) -> None:
        """Count an assumption; their table comes at the end."""
        self.done += 1

    def checked(self, result: Result) -> None:
        """Print the result of a behaviour."""
        self.done += 1
        if self.is_shown(result):
            self.clear()
            for line in result_lines(result):
                self.say(line)

    def clear(self) -> None:
        """Remove the line that is overwritten."""
        self._show("")

    def _show(self, line: str) -> None:
        if self.terminal is not None:
            self.terminal.write(f"\r\x1b[2K{line}")
            self.terminal.flush()
