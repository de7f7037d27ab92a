"""Write XML, Markdown and JUnit suites."""

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, indent, tostring

from mockserver.conversion import one_line

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def xml_text(text: str) -> str:
    """Replace characters that XML cannot contain."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def xml_document(root: Element) -> str:
    """Return the element as an XML document."""
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def junit_suite(name: str, tests: Sequence[Element], **attributes: str) -> Element:
    """Return a JUnit testsuite with its counts of tests."""
    suite = Element("testsuite", {"name": name, "tests": str(len(tests)), **attributes})
    for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(sum(each.find(tag) is not None for each in tests)))
    suite.extend(tests)
    return suite


def plain(text: str) -> str:
    """Escape text for one line of Markdown or a table cell.

    Control characters are spelled out.
    """
    return _SPECIAL.sub(r"\\\1", one_line(" ".join(text.split())))


def fenced(content: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a code block with a long enough fence."""
    fence = "`" * max([3, *(len(run) + 1 for line in content for run in re.findall("`+", line))])
    yield from (f"{fence}text", *content, fence, "")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table, and an empty line."""
    yield from (_row(heads), f"|{'---|' * len(heads)}", *map(_row, rows), "")


def _row(cells: Sequence[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
