"""What a report looks like: as lines, as JSON, as JUnit XML, as Markdown and as a file of assumptions."""

import io
import re
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import msgspec
import pytest

from mockserver import documents
from mockserver.catalogue import check_choices
from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.providers import PROVIDERS, Provider
from mockserver.verify import lines
from mockserver.verify.files import to_assumptions, to_json, to_junit, to_markdown, write
from mockserver.verify.lines import Progress
from mockserver.verify.outcome import Evidence, Leftovers, Result, Seen, VerifyReport
from tests.conftest import MakeApp
from tests.verify.verifying import run


def _result(name: str, outcome: str, **given: object) -> Result:
    known = {"says": "Lists are lists.", "source": "Lists page, the first line", "operation": "library.listBooks", "took_ms": 12}
    return Result(name=f"library.list.{name}", outcome=outcome, **known | given)  # type: ignore[arg-type]


def _seen(key: str, outcome: str, choice: str | None, seen: str) -> Seen:
    return Seen(key=f"library.{key}", question="Is it so?", outcome=outcome, choice=choice, default="yes", seen=seen, took_ms=7)  # type: ignore[arg-type]


EVIDENCE = (
    Evidence("GET http://library.example/books", "", 200, "[]"),
    Evidence("POST http://library.example/books", '{"title": "`x`"}', None, "no reply within 10 s"),
)
REPORT = VerifyReport(
    provider="library",
    title="Library API",
    url="http://library.example",
    marker="mockserver-check-1",
    started="2026-02-02T13:48:05Z",
    took_ms=1_234,
    behaviours=(
        _result("envelope", "holds"),
        _result("order", "broken", found="[1, 2] < [2, 1]\n\x1b[31m & more", evidence=EVIDENCE),
        _result("empty", "not checked", why="the service follows library.x=no; it needs yes"),
    ),
    assumptions=(
        _seen("default", "observed", "yes", "it was so"),
        _seen("other", "observed", "no", "it was not | so"),
        _seen("none", "none of them", None, "it was\nneither"),
        _seen("dark", "not observed", None, "nobody sees it"),
    ),
    remains=Leftovers(
        left={"http://library.example/books/1": "its deletion answers 500"},
        unknown={"POST http://library.example/books with mockserver-check-1-002-book-001": "its creation got no reply: slow"},
        for_good={f"http://library.example/cards/{number}": "cards cannot be deleted" for number in (3, 2)},
        doubt="the list is broken",
    ),
)
CLEAN = msgspec.structs.replace(REPORT, behaviours=REPORT.behaviours[:1], assumptions=REPORT.assumptions[:2], remains=Leftovers())


def test_a_behaviour_is_one_line_and_a_broken_one_shows_why() -> None:
    told = [line for result in REPORT.behaviours for line in lines.result_lines(result)]

    assert told == [
        "holds        library.list.envelope",
        "BROKEN       library.list.order",
        "    expected  Lists are lists. (Lists page, the first line)",
        "    request   POST http://library.example/books",
        '    sent      {"title": "`x`"}',
        "    reply     none: no reply within 10 s",
        "    found     [1, 2] < [2, 1]\\n\\x1b[31m & more",
        "not checked  library.list.empty: the service follows library.x=no; it needs yes",
    ]


def test_a_long_reply_is_cut() -> None:
    broken = _result("long", "broken", evidence=(Evidence("GET /", "", 200, "x" * 1_000),))

    assert list(lines.result_lines(broken))[3] == f"    reply     200 {'x' * 496}…"


def test_the_table_of_assumptions_has_a_row_for_each() -> None:
    assert list(lines.assumptions_lines(REPORT.assumptions)) == [
        "assumption       follows       default  seen",
        "library.default  yes           yes      it was so",
        "library.other    no*           yes      it was not | so",
        "library.none     none of them  yes      it was\\nneither",
        "library.dark     not observed  yes      nobody sees it",
    ]


def test_what_remains_is_named() -> None:
    assert list(lines.leftover_lines(REPORT.remains)) == [
        "LEFT BEHIND, since 1 record could not be deleted:",
        "    http://library.example/books/1: its deletion answers 500",
        "PERHAPS LEFT BEHIND, since the outcome of 1 creations is unknown:",
        "    POST http://library.example/books with mockserver-check-1-002-book-001: its creation got no reply: slow",
        "PERHAPS LEFT BEHIND, since the search for leftovers failed: the list is broken",
        "2 records cannot be deleted completely:",
        "    in http://library.example/cards: cards cannot be deleted",
        "        2 3",
    ]
    assert list(lines.leftover_lines(Leftovers())) == ["Nothing is left behind."]


def test_the_summary_counts() -> None:
    report = msgspec.structs.replace(REPORT, finding="it was stopped", vanished=("library.list.old",))

    assert list(lines.summary_lines(report)) == [
        "behaviours: 1 hold, 1 broken, 1 not checked",
        "assumptions: 2 observed, 1 of them other than the default, 1 followed in none of their choices, 1 not observed",
        "no longer in the catalogue: library.list.old",
        "The run ended early: it was stopped",
    ]


@pytest.mark.parametrize(
    ("report", "is_clean"),
    [
        (CLEAN, True),
        (REPORT, False),
        (msgspec.structs.replace(CLEAN, behaviours=REPORT.behaviours[1:2]), False),
        (msgspec.structs.replace(CLEAN, behaviours=REPORT.behaviours[2:]), True),
        (msgspec.structs.replace(CLEAN, assumptions=REPORT.assumptions[2:3]), False),
        (msgspec.structs.replace(CLEAN, assumptions=REPORT.assumptions[3:]), True),
        (msgspec.structs.replace(CLEAN, finding="it was stopped"), False),
    ],
)
def test_what_is_a_finding(report: VerifyReport, is_clean: bool) -> None:
    assert report.is_clean == is_clean


def test_json_says_everything() -> None:
    assert msgspec.json.decode(to_json(REPORT), type=VerifyReport) == REPORT


def test_junit_has_a_test_for_each_behaviour_and_assumption() -> None:
    root = ElementTree.fromstring(to_junit(REPORT))
    told = [
        (test.get("classname"), test.get("name"), test.get("time"), [each.tag for each in test]) for test in root.iter("testcase")
    ]

    assert told == [
        ("library.list", "envelope", "0.012", []),
        ("library.list", "order", "0.012", ["failure"]),
        ("library.list", "empty", "0.012", ["skipped"]),
        ("library", "default", "0.007", ["system-out"]),
        ("library", "other", "0.007", ["system-out"]),
        ("library", "none", "0.007", ["failure"]),
        ("library", "dark", "0.007", ["skipped"]),
    ]
    assert [dict(suite.attrib) for suite in root] == [
        {"name": "library.behaviours", "tests": "3", "timestamp": REPORT.started, "failures": "1", "errors": "0", "skipped": "1"},
        {
            "name": "library.assumptions",
            "tests": "4",
            "timestamp": REPORT.started,
            "failures": "1",
            "errors": "0",
            "skipped": "1",
        },
    ]


def test_junit_says_what_was_expected_in_letters_that_xml_has() -> None:
    root = ElementTree.fromstring(to_junit(REPORT))
    failure = next(root.iter("failure"))

    assert failure.get("message") == "Lists are lists. Found: [1, 2] < [2, 1]\n\ufffd[31m & more"
    assert failure.text == "\n".join(lines.result_lines(REPORT.behaviours[1]))


def test_junit_has_an_error_for_a_run_that_ended_early() -> None:
    root = ElementTree.fromstring(to_junit(msgspec.structs.replace(CLEAN, finding="it was stopped")))

    assert [error.get("message") for error in root.iter("error")] == ["it was stopped"]
    assert [suite.get("errors") for suite in root] == ["0", "0", "1"]


def test_markdown_is_a_page() -> None:
    assert to_markdown(REPORT) == dedent(
        """\
        # Library API at http://library.example

        Checked 2026-02-02T13:48:05Z, in 1.2 s.

        - behaviours: 1 hold, 1 broken, 1 not checked
        - assumptions: 2 observed, 1 of them other than the default, 1 followed in none of their choices, 1 not observed

        ## Broken

        ### library.list.order

        ```text
        expected  Lists are lists. (Lists page, the first line)
        request   POST http://library.example/books
        sent      {"title": "`x`"}
        reply     none: no reply within 10 s
        found     [1, 2] < [2, 1]\\n\\x1b[31m & more
        ```

        ## Assumptions

        | assumption | the service follows | default | seen |
        |---|---|---|---|
        | library.default | yes | yes | it was so |
        | library.other | **no** | yes | it was not \\| so |
        | library.none | **none of them** | yes | it was neither |
        | library.dark | not observed | yes | nobody sees it |

        ## Behaviours

        | behaviour | outcome | |
        |---|---|---|
        | library.list.envelope | holds | Lists are lists. |
        | library.list.order | broken | Lists are lists. |
        | library.list.empty | not checked | the service follows library.x=no; it needs yes |

        ## Left behind

        ```text
        LEFT BEHIND, since 1 record could not be deleted:
            http://library.example/books/1: its deletion answers 500
        PERHAPS LEFT BEHIND, since the outcome of 1 creations is unknown:
            POST http://library.example/books with mockserver-check-1-002-book-001: its creation got no reply: slow
        PERHAPS LEFT BEHIND, since the search for leftovers failed: the list is broken
        2 records cannot be deleted completely:
            in http://library.example/cards: cards cannot be deleted
                2 3
        ```
        """
    )


def test_no_reply_ends_a_block_of_markdown() -> None:
    evidence = (Evidence("GET /", "", 200, "```\n# Not a heading"),)
    report = msgspec.structs.replace(CLEAN, behaviours=(_result("fence", "broken", evidence=evidence),))

    (block,) = re.findall(r"^````text\n(.*?)^````$", to_markdown(report), re.DOTALL | re.MULTILINE)

    assert block.splitlines() == [line.strip() for line in lines.result_lines(report.behaviours[0])][1:]


def test_markdown_says_nothing_of_what_there_is_not() -> None:
    text = to_markdown(msgspec.structs.replace(CLEAN, behaviours=(), assumptions=()))

    assert re.findall("^## .*", text, re.MULTILINE) == ["## Left behind"]


def test_a_file_that_cannot_be_written_any_more_keeps_no_other_from_it(tmp_path: Path) -> None:
    paths = {"json": tmp_path / "gone" / "report.json", "markdown": tmp_path / "report.md"}

    with pytest.raises(ConfigurationError, match=r"^--json: .*report\.json cannot be written: No such file or directory$"):
        write(paths, REPORT, REPORT)

    assert paths["markdown"].read_text() == to_markdown(REPORT)


def test_assumptions_are_written_with_what_is_not_known_as_comments() -> None:
    assert to_assumptions(REPORT) == dedent(
        """\
        # What Library API at http://library.example follows, observed 2026-02-02T13:48:05Z.
        library.default: yes
        library.other: no
        # library.none: none of them: it was neither
        # library.dark: not observed: nobody sees it
        """
    )


def test_assumptions_without_any_choice_are_an_empty_document(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text(to_assumptions(msgspec.structs.replace(REPORT, assumptions=REPORT.assumptions[3:])))

    assert documents.read(file).value == {}


def test_numbers_and_yes_come_back_as_text(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.yaml"
    chosen = {"status": "200", "verified": "yes", "nothing": "null", "really": "true", "when": "2026-02-02"}
    seen = tuple(_seen(key, "observed", choice, "so") for key, choice in chosen.items())
    file.write_text(to_assumptions(msgspec.structs.replace(REPORT, assumptions=seen)))

    assert documents.read(file).value == {f"library.{key}": choice for key, choice in chosen.items()}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_a_mock_started_with_the_file_answers_as_the_service_did(provider: Provider, tmp_path: Path, make_app: MakeApp) -> None:
    observable = [observer.assumption for observer in provider.catalogue().observers]
    others = {each.key: next(choice for choice in each.choices if choice != each.default) for each in observable}
    others |= {"spoonity.deleted-customer": "anonymised"} if "spoonity.deleted-customer" in others else {}
    first = run(provider, make_app(clock="step", assume=others))
    file = tmp_path / "assumptions.yaml"
    file.write_text(to_assumptions(first))

    written = documents.read(file).value
    second = run(provider, make_app(clock="step", assume=written))

    assert written == others
    assert check_choices(written, provider.assumptions, where="test")
    assert [each.choice for each in second.assumptions] == [each.choice for each in first.assumptions]


def _progress(terminal: io.StringIO | None, told: list[str]) -> Progress:
    return Progress(
        told.append, terminal=terminal, announcement=["It begins."], is_shown=lambda result: result.outcome != "holds"
    )


def _go(progress: Progress) -> None:
    progress.begin(3)
    progress.start("library.default")
    progress.saw(REPORT.assumptions[0])
    for result in (REPORT.behaviours[0], REPORT.behaviours[2]):
        progress.start(result.name)
        progress.checked(result)
    progress.clear()


def test_a_terminal_shows_which_check_runs_on_one_line_that_goes_away() -> None:
    terminal, told = io.StringIO(), list[str]()

    _go(_progress(terminal, told))

    names = ("1/3 library.default", "2/3 library.list.envelope", "3/3 library.list.empty")
    assert terminal.getvalue() == "".join(f"\r\x1b[2K{name}" for name in names) + "\r\x1b[2K" * 2
    assert told == ["It begins.", *lines.result_lines(REPORT.behaviours[2])]


def test_elsewhere_there_are_only_lines() -> None:
    told: list[str] = []

    _go(_progress(None, told))

    assert told == ["It begins.", *lines.result_lines(REPORT.behaviours[2])]


def test_a_report_of_the_mock_can_be_written_in_every_form(app: App) -> None:
    report = run(PROVIDERS[0], app)

    assert msgspec.json.decode(to_json(report), type=VerifyReport) == report
    assert len(list(ElementTree.fromstring(to_junit(report)).iter("testcase"))) == len(report.behaviours) + len(
        report.assumptions
    )
    assert to_markdown(report).count("\n| ") == len(report.behaviours) + len(report.assumptions) + 2
