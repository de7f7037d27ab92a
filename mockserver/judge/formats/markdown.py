"""A report as Markdown, for a pull request or a wiki."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from mockserver.judge import lines
from mockserver.judge.report import AssumptionUse, Report, ReportedFinding
from mockserver.judge.rules import SEVERITIES
from mockserver.markup import plain, table

_TITLES = {"violations": "Violations", "conduct": "Conduct"}


def to_markdown(report: Report) -> str:
    """Return the report as a page: what was found, what leaned on assumptions, what was exercised, and the digests."""
    parts = [_head(report), _findings("violations", report.violations), _findings("conduct", report.conduct)]
    parts += [_assumptions(report.assumptions), _coverage(report), _runs(report)]
    return "\n".join(line for part in parts for line in part)


def _head(report: Report) -> Iterator[str]:
    yield f"# mockserver: {lines.headline(report)}"
    yield ""
    for gap in lines.gaps(report):
        yield f"**Not whole.** {plain(gap)}"
        yield ""
    ignored = [each.id for each in report.rules if each.is_ignored]
    if ignored:
        yield f"Left out on request: {', '.join(ignored)}."
        yield ""


def _findings(group: str, findings: Iterable[ReportedFinding]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda each: (SEVERITIES.index(each.severity), each.rule))
    for position, (rule, alike) in enumerate(groupby(ordered, key=lambda each: each.rule)):
        rows = list(alike)
        yield from [f"## {_TITLES[group]}", ""] if not position else []
        yield f"### {rule} ({rows[0].severity})"
        yield ""
        yield plain(rows[0].says)
        yield ""
        yield from table(("what", "where", "request", "answered"), map(_row, rows))


def _row(found: ReportedFinding) -> tuple[str, ...]:
    contract = f" (`{found.contract}`)" if found.contract else ""
    what = f"{plain(f'{found.about} {found.place}: {found.detail}')}{contract}"
    return what, plain(lines.where(found)), plain(found.request), lines.answers(found)


def _assumptions(leanings: tuple[AssumptionUse, ...]) -> Iterator[str]:
    if leanings:
        yield "## Assumptions leaned on"
        yield ""
        yield from table(("assumption", "choice", "question", "times", "sandbox"), map(_leaning, leanings))


def _leaning(leaning: AssumptionUse) -> tuple[str, ...]:
    choice = leaning.choice if leaning.is_default else f"**{leaning.choice}**"
    return leaning.key, choice, plain(leaning.question), str(leaning.times), plain(leaning.sandbox)


def _coverage(report: Report) -> Iterator[str]:
    if report.coverage:
        rows = ((each.title, f"{each.exercised} of {each.of}", f"{each.percent:g} %") for each in report.coverage)
        yield "## Documented behaviours exercised"
        yield ""
        yield from table(("provider", "exercised", ""), rows)


def _runs(report: Report) -> Iterator[str]:
    rows = ((plain(run.sandbox), str(run.exchanges), str(run.deliveries.attempts), f"`{run.digest}`") for run in report.runs)
    yield "## Runs"
    yield ""
    yield from table(("sandbox", "exchanges", "deliveries", "digest"), rows)
