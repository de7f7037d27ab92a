"""Coverage and verdicts as lines of text, for terminals and logs."""

import textwrap
from collections.abc import Iterator
from itertools import groupby

from mockserver.conversion import one_line
from mockserver.judge.check import CheckResult, Finding
from mockserver.judge.coverage import Coverage
from mockserver.judge.recordings.exchanges import Traffic
from mockserver.judge.report import Report, ReportedFinding

WIDTH = 120
MAX_OF_A_RULE = 20
MAX_SHOWN = 5
MAX_ADDRESSES = 5

_INDENT = " " * 4


def of_traffic(traffic: Traffic) -> Iterator[str]:
    """Yield the lines about read and skipped entries."""
    named = [f"{one_line(address)} ({count})" for address, count in traffic.addresses.items()]
    addresses = ", ".join(named[:MAX_ADDRESSES] + ["…"] * (len(named) > MAX_ADDRESSES))
    yield f"{counted(len(traffic.exchanges), 'request')} of {counted(traffic.entries, 'entry', 'entries')}: {addresses}"
    if traffic.left_out:
        yield f"left out: {', '.join(f'{reason} ({count})' for reason, count in traffic.left_out.items())}"


def of_coverage(coverage: Coverage, title: str) -> Iterator[str]:
    """Yield the lines about coverage: operations, then behaviours never exercised."""
    yield share(title, coverage.exercised, coverage.of, coverage.percent)
    if coverage.operations:
        yield ""
    width = len(str(coverage.of))
    for each in coverage.operations:
        yield f"{each.exercised:{width}} of {each.of:{width}}  {each.operation}"
    if coverage.missing:
        yield from ("", "never exercised:", *_of_missing(coverage))
    if coverage.unchecked:
        yield ""
        yield f"not counted, because they cannot be checked from outside: {counted(len(coverage.unchecked), 'statement')}"


def share(title: str, exercised: int, of: int, percent: float, noun: str = "behaviours") -> str:
    """Return one line about the coverage of a provider."""
    return f"{title}: {exercised} of {of} {noun} exercised, {percent:g} %" if of else f"{title} has no behaviours to exercise"


def _of_missing(coverage: Coverage) -> Iterator[str]:
    order = [share.operation for share in coverage.operations]
    missing = sorted(coverage.missing, key=lambda use: order.index(use.operation))
    for operation, uses in groupby(missing, key=lambda use: use.operation):
        yield f"  {operation}"
        for use in uses:
            yield from textwrap.wrap(f"{use.name}: {use.says}", WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT * 2)


def of_verdict(verdict: CheckResult, title: str) -> Iterator[str]:
    """Yield the lines about findings, by rule, worst first."""
    kinds = len(verdict.findings)
    yield f"{title}: {counted(kinds, 'finding')}" if kinds else f"{title}: nothing found"
    for _, findings in groupby(verdict.findings, key=lambda finding: finding.rule):
        yield ""
        yield from _of_rule(list(findings))
    if verdict.unknown_bodies:
        yield ""
        yield f"not judged, since they were not recorded: bodies of {counted(verdict.unknown_bodies, 'exchange')}"


def _of_rule(findings: list[Finding]) -> Iterator[str]:
    yield f"{findings[0].severity.upper()} {findings[0].rule}: {findings[0].says}"
    for finding in findings[:MAX_OF_A_RULE]:
        yield from map(one_line, _of_finding(finding))
    if len(findings) > MAX_OF_A_RULE:
        yield f"  and {len(findings) - MAX_OF_A_RULE} more"


def _of_finding(finding: Finding) -> Iterator[str]:
    noun = "entry" if finding.times == 1 else "entries"
    yield f"  {finding.about}  {finding.place}: {finding.detail}"
    yield f"{_INDENT}{noun} {_numbers(finding)}: {finding.request}, answered {answers(finding)}"
    if finding.contract:
        yield f"{_INDENT}contract: {finding.contract}"


def _numbers(finding: Finding) -> str:
    numbers = finding.exchanges or finding.deliveries
    return ", ".join(map(str, numbers[:MAX_SHOWN])) + (", …" if finding.times > MAX_SHOWN else "")


def counted(count: int, noun: str, nouns: str | None = None) -> str:
    """Return the count with its noun, in the plural if need be."""
    return f"{count} {noun if count == 1 else nouns or f'{noun}s'}"


def headline(report: Report) -> str:
    """Return one line with the number of findings and exchanges."""
    counts = [counted(count, severity) for severity, count in report.counts().items() if count]
    exchanges = counted(sum(run.exchanges for run in report.runs), "exchange")
    found = ", ".join(counts) or "nothing found"
    return f"{found} in {exchanges}" + (f" of {len(report.runs)} sandboxes" if len(report.runs) != 1 else "")


def gaps(report: Report) -> list[str]:
    """Return a sentence for each sandbox whose journal dropped something."""
    sentences = []
    for run in report.runs:
        lost = [(run.dropped, "exchange", "exchanges"), (run.deliveries.forgotten, "delivery", "deliveries")]
        parts = [counted(*each) for each in lost if each[0]]
        if parts:
            sentences.append(f"Sandbox {run.sandbox} dropped {' and '.join(parts)} to make room; they were not judged.")
    return sentences


def where(found: ReportedFinding) -> str:
    """Return the numbers of the exchanges or deliveries, and the sandbox."""
    one, several = ("exchange", "exchanges") if found.exchanges else ("delivery", "deliveries")
    return f"{one if found.times == 1 else several} {_numbers(found)} of sandbox {found.sandbox}"


def answers(found: Finding) -> str:
    """Return the statuses that were answered."""
    return ", ".join(str(status) if status else "nothing" for status in found.statuses) or "nothing"


def sentence(found: ReportedFinding) -> str:
    """Return the finding in one line."""
    return f"{found.about} {found.place}: {found.detail} ({found.request}, answered {answers(found)}; {where(found)})"
