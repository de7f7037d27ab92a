"""A report as Markdown, for a pull request or a wiki."""

import re
from collections.abc import Iterator

from mockserver.verify import lines
from mockserver.verify.outcome import Report, Result, Seen


def to_markdown(report: Report) -> str:
    """Return the report as a page: what is broken first, then the assumptions, then all behaviours."""
    parts = [_head(report), _broken(report.broken), _assumptions(report.assumptions), _behaviours(report.behaviours)]
    return "\n".join(line for part in (*parts, _remains(report)) for line in part)


def _head(report: Report) -> Iterator[str]:
    yield f"# {report.title} at {report.url}"
    yield ""
    yield f"Checked {report.started}, in {report.took_ms / 1000:.1f} s."
    yield ""
    yield from (f"- {_text(line)}" for line in lines.of_summary(report))
    yield ""


def _broken(broken: list[Result]) -> Iterator[str]:
    if broken:
        yield "## Broken"
        yield ""
    for result in broken:
        yield f"### {result.name}{_before(result)}"
        yield ""
        yield from _fenced([line.strip() for line in lines.of_result(result)][1:])


def _fenced(content: list[str]) -> Iterator[str]:
    """Go through a block of code whose fence is longer than any in it."""
    runs = [len(run) for line in content for run in re.findall("`+", line)]
    fence = "`" * max(3, *(length + 1 for length in runs), 3)
    yield f"{fence}text"
    yield from content
    yield fence
    yield ""


def _assumptions(assumptions: tuple[Seen, ...]) -> Iterator[str]:
    if not assumptions:
        return
    yield "## Assumptions"
    yield ""
    yield "| assumption | the service follows | default | seen |"
    yield "|---|---|---|---|"
    for each in assumptions:
        is_plain = each.outcome == "not observed" or each.choice == each.default
        follows = each.answer if is_plain else f"**{each.answer}**"
        yield f"| {each.key} | {follows}{_before(each)} | {each.default} | {_text(each.seen)} |"
    yield ""


def _behaviours(behaviours: tuple[Result, ...]) -> Iterator[str]:
    if not behaviours:
        return
    yield "## Behaviours"
    yield ""
    yield "| behaviour | outcome | |"
    yield "|---|---|---|"
    for each in behaviours:
        yield f"| {each.name} | {each.outcome}{_before(each)} | {_text(each.why or each.says)} |"
    yield ""


def _remains(report: Report) -> Iterator[str]:
    yield "## Left behind"
    yield ""
    yield from _fenced(list(lines.of_remains(report.remains)))


def _before(found: Result | Seen) -> str:
    return f" ({found.before} before)" if found.before else ""


def _text(text: str) -> str:
    """Return the text on one line, with everything escaped that Markdown or a table would take for its own."""
    return re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", " ".join(text.split()))
