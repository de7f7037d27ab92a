"""A report as Markdown, for a pull request or a wiki."""

from collections.abc import Iterator

from mockserver.markup import fenced, plain, table
from mockserver.verify import lines
from mockserver.verify.outcome import Result, Seen, VerifyReport


def to_markdown(report: VerifyReport) -> str:
    """Return the report as a page: what is broken first, then the assumptions, then all behaviours."""
    parts = [_head(report), _broken(report.broken), _assumptions(report.assumptions), _behaviours(report.behaviours)]
    return "\n".join(line for part in (*parts, _remains(report)) for line in part)


def _head(report: VerifyReport) -> Iterator[str]:
    yield f"# {report.title} at {report.url}"
    yield ""
    yield f"Checked {report.started}, in {report.took_ms / 1000:.1f} s."
    yield ""
    yield from (f"- {plain(line)}" for line in lines.of_summary(report))
    yield ""


def _broken(broken: list[Result]) -> Iterator[str]:
    if broken:
        yield "## Broken"
        yield ""
    for result in broken:
        yield f"### {result.name}{_before(result)}"
        yield ""
        yield from fenced([line.strip() for line in lines.of_result(result)][1:])


def _assumptions(assumptions: tuple[Seen, ...]) -> Iterator[str]:
    if assumptions:
        yield "## Assumptions"
        yield ""
        yield from table(("assumption", "the service follows", "default", "seen"), map(_assumption, assumptions))


def _assumption(seen: Seen) -> tuple[str, ...]:
    is_plain = seen.outcome == "not observed" or seen.choice == seen.default
    follows = seen.answer if is_plain else f"**{seen.answer}**"
    return seen.key, f"{follows}{_before(seen)}", seen.default, plain(seen.seen)


def _behaviours(behaviours: tuple[Result, ...]) -> Iterator[str]:
    if behaviours:
        rows = ((each.name, f"{each.outcome}{_before(each)}", plain(each.why or each.says)) for each in behaviours)
        yield "## Behaviours"
        yield ""
        yield from table(("behaviour", "outcome", ""), rows)


def _remains(report: VerifyReport) -> Iterator[str]:
    yield "## Left behind"
    yield ""
    yield from fenced(list(lines.of_remains(report.remains)))


def _before(found: Result | Seen) -> str:
    return f" ({found.before} before)" if found.before else ""
