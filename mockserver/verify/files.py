"""Write a run's report to files: JSON, JUnit, Markdown, assumptions."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import msgspec

from mockserver import notation
from mockserver.errors import ConfigurationError
from mockserver.markup import fenced, junit_suite, plain, table, xml_document, xml_text
from mockserver.verify import lines
from mockserver.verify.outcome import Result, Seen, VerifyReport


def to_markdown(report: VerifyReport) -> str:
    """Return the report as a Markdown page, broken behaviours first."""
    parts = [_head(report), _broken(report.broken), _assumptions(report.assumptions), _behaviours(report.behaviours)]
    return "\n".join(line for part in (*parts, _remains(report)) for line in part)


def _head(report: VerifyReport) -> Iterator[str]:
    yield from (f"# {report.title} at {report.url}", "")
    yield from (f"Checked {report.started}, in {report.took_ms / 1000:.1f} s.", "")
    yield from (f"- {plain(line)}" for line in lines.summary_lines(report))
    yield ""


def _broken(broken: list[Result]) -> Iterator[str]:
    if broken:
        yield from ("## Broken", "")
    for result in broken:
        yield from (f"### {result.name}{lines.before(result)}", "")
        yield from fenced([line.strip() for line in lines.result_lines(result)][1:])


def _assumptions(assumptions: tuple[Seen, ...]) -> Iterator[str]:
    if assumptions:
        yield from ("## Assumptions", "")
        yield from table(("assumption", "the service follows", "default", "seen"), map(_assumption_cells, assumptions))


def _assumption_cells(seen: Seen) -> tuple[str, ...]:
    is_plain = seen.outcome == "not observed" or seen.choice == seen.default
    follows = seen.answer if is_plain else f"**{seen.answer}**"
    return seen.key, f"{follows}{lines.before(seen)}", seen.default, plain(seen.seen)


def _behaviours(behaviours: tuple[Result, ...]) -> Iterator[str]:
    if behaviours:
        rows = ((each.name, f"{each.outcome}{lines.before(each)}", plain(each.why or each.says)) for each in behaviours)
        yield from ("## Behaviours", "")
        yield from table(("behaviour", "outcome", ""), rows)


def _remains(report: VerifyReport) -> Iterator[str]:
    yield from ("## Left behind", "")
    yield from fenced(list(lines.leftover_lines(report.remains)))


def to_junit(report: VerifyReport) -> str:
    """Return the report as JUnit XML, a test for each result."""
    root = Element("testsuites", name=f"{report.provider} at {report.url}", time=_seconds(report.took_ms))
    suites = {"behaviours": list(map(_behaviour, report.behaviours)), "assumptions": list(map(_assumption, report.assumptions))}
    if report.finding:
        test = Element("testcase", classname=report.provider, name="the run comes to its end", time="0")
        SubElement(test, "error", message=xml_text(report.finding))
        suites["run"] = [test]
    for name, tests in suites.items():
        root.append(junit_suite(f"{report.provider}.{name}", tests, timestamp=report.started))
    return xml_document(root)


def _behaviour(result: Result) -> Element:
    test = _test(result.name, result.took_ms)
    if result.outcome == "broken":
        failure = SubElement(test, "failure", message=xml_text(f"{result.says} Found: {result.found}"))
        failure.text = xml_text("\n".join(lines.result_lines(result)))
    elif result.outcome == "not checked":
        SubElement(test, "skipped", message=xml_text(result.why))
    return test


def _assumption(seen: Seen) -> Element:
    test = _test(seen.key, seen.took_ms)
    if seen.outcome == "none of them":
        SubElement(test, "failure", message=xml_text(f"{seen.question} The service follows none of the choices: {seen.seen}"))
    elif seen.outcome == "not observed":
        SubElement(test, "skipped", message=xml_text(seen.seen))
    else:
        SubElement(test, "system-out").text = xml_text(f"{seen.choice} (the default is {seen.default}): {seen.seen}")
    return test


def _test(name: str, took_ms: int) -> Element:
    owner, _, rest = name.rpartition(".")
    return Element("testcase", classname=owner, name=rest, time=_seconds(took_ms))


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"


def to_assumptions(report: VerifyReport) -> str:
    """Return the observed choices as YAML; other assumptions are comments."""
    followed = {each.key: each.choice for each in report.assumptions if each.choice is not None}
    rest = [f"# {each.key}: {each.outcome}: {' '.join(each.seen.split())}" for each in report.assumptions if each.choice is None]
    head = [f"# What {report.title} at {report.url} follows, observed {report.started}."]
    return "\n".join([*head, notation.to_yaml(followed).rstrip() if followed else "{}", *rest, ""])


def to_json(report: VerifyReport) -> str:
    """Return the report as JSON, the baseline of a later run."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


FORMS: Mapping[str, Callable[[VerifyReport], str]] = {
    "json": to_json,
    "junit": to_junit,
    "markdown": to_markdown,
    "write_assumptions": to_assumptions,
}
"""Option → what its file holds."""


def check_writable(paths: Mapping[str, Path]) -> None:
    """Raise ConfigurationError if one of the files cannot be written."""
    for name, path in paths.items():
        is_new = not path.exists()
        try:
            path.open("a", encoding="utf-8").close()
            if is_new:
                path.unlink()
        except OSError as error:
            raise _unwritable(name, path, error) from error


def write(paths: Mapping[str, Path], whole: VerifyReport, shown: VerifyReport) -> None:
    """Write the files; JSON and assumptions have the whole report.

    Raises: ConfigurationError if one cannot be written, after all others are.
    """
    failures = []
    for name, path in paths.items():
        report = whole if name in ("json", "write_assumptions") else shown
        try:
            path.write_text(FORMS[name](report), encoding="utf-8")
        except OSError as error:
            failures.append(_unwritable(name, path, error))
    if failures:
        raise failures[0]


def _unwritable(option: str, path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(f"{path} cannot be written: {error.strerror}", where=f"--{option.replace('_', '-')}")
