"""A report as JUnit XML, which CI systems show test by test."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mockserver.verify import lines
from mockserver.verify.outcome import Report, Result, Seen

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    """Return the report as XML: a behaviour or an assumption is a test, and an early end of the run an error."""
    root = Element("testsuites", name=f"{report.provider} at {report.url}", time=_seconds(report.took_ms))
    _suite(root, "behaviours", report, [_behaviour(each) for each in report.behaviours])
    _suite(root, "assumptions", report, [_assumption(each) for each in report.assumptions])
    if report.finding:
        test = Element("testcase", classname=report.provider, name="the run comes to its end", time="0")
        SubElement(test, "error", message=_clean(report.finding))
        _suite(root, "run", report, [test])
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, name: str, report: Report, tests: Sequence[Element]) -> None:
    suite = SubElement(root, "testsuite", name=f"{report.provider}.{name}", tests=str(len(tests)), timestamp=report.started)
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(sum(each.find(tag) is not None for each in tests)))
    suite.extend(tests)


def _behaviour(result: Result) -> Element:
    test = _test(result.name, result.took_ms)
    if result.outcome == "broken":
        failure = SubElement(test, "failure", message=_clean(f"{result.says} Found: {result.found}"))
        failure.text = _clean("\n".join(lines.of_result(result)))
    elif result.outcome == "not checked":
        SubElement(test, "skipped", message=_clean(result.why))
    return test


def _assumption(seen: Seen) -> Element:
    test = _test(seen.key, seen.took_ms)
    if seen.outcome == "none of them":
        SubElement(test, "failure", message=_clean(f"{seen.question} The service follows none of the choices: {seen.seen}"))
    elif seen.outcome == "not observed":
        SubElement(test, "skipped", message=_clean(seen.seen))
    else:
        SubElement(test, "system-out").text = _clean(f"{seen.choice} (the default is {seen.default}): {seen.seen}")
    return test


def _test(name: str, took_ms: int) -> Element:
    owner, _, rest = name.rpartition(".")
    return Element("testcase", classname=owner, name=rest, time=_seconds(took_ms))


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"


def _clean(text: str) -> str:
    """Return the text without what XML has no way to say."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
