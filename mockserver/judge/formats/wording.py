"""How findings are worded, whatever the form of the report."""

from mockserver.judge.lines import counted
from mockserver.judge.reported import Report, ReportedFinding

MAX_NUMBERS = 5


def headline(report: Report) -> str:
    """Return in one line whether anything was found, and in how much traffic."""
    counts = [counted(count, severity) for severity, count in report.counts().items() if count]
    exchanges = counted(sum(run.exchanges for run in report.runs), "exchange")
    found = ", ".join(counts) or "nothing found"
    return f"{found} in {exchanges}" + (f" of {len(report.runs)} sandboxes" if len(report.runs) != 1 else "")


def gaps(report: Report) -> list[str]:
    """Return what is missing from the report, a sentence for each sandbox of which something is."""
    told = []
    for run in report.runs:
        lost = [(run.dropped, "exchange"), (run.deliveries.forgotten, "delivery")]
        parts = [counted(count, noun, "deliveries" if noun == "delivery" else None) for count, noun in lost if count]
        if parts:
            told.append(f"Of sandbox {run.sandbox}, {' and '.join(parts)} made room for later ones and could not be judged.")
    return told


def where(found: ReportedFinding) -> str:
    """Return which exchanges or deliveries it is about, and in which sandbox."""
    numbers, noun = (found.exchanges, "exchange") if found.exchanges else (found.deliveries, "delivery")
    listed = ", ".join(map(str, numbers[:MAX_NUMBERS])) + (", …" if found.times > MAX_NUMBERS else "")
    nouns = noun if found.times == 1 else {"exchange": "exchanges", "delivery": "deliveries"}[noun]
    return f"{nouns} {listed} of sandbox {found.sandbox}"


def answers(found: ReportedFinding) -> str:
    """Return what was answered."""
    return ", ".join(str(status) if status else "nothing" for status in found.statuses) or "nothing"


def sentence(found: ReportedFinding) -> str:
    """Return the finding in one line."""
    return f"{found.about} {found.place}: {found.detail} ({found.request}, answered {answers(found)}; {where(found)})"
