"""A report as JUnit XML, which CI systems show test by test."""

from xml.etree.ElementTree import Element, SubElement

from mockserver.markup import junit_suite, xml_document, xml_text
from mockserver.verify import lines
from mockserver.verify.outcome import Result, Seen, VerifyReport


def to_junit(report: VerifyReport) -> str:
    """Return the report as XML: a behaviour or an assumption is a test, and an early end of the run an error."""
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
        failure.text = xml_text("\n".join(lines.of_result(result)))
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
