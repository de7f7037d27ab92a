"""The documentation is true of the code, its links lead somewhere, and no file names a folder of somebody's machine."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest

from tests.house.code import BANNED
from tests.house.generate import PAGES, ROOT, main, out_of_date

PROSE = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "benchmarks").rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
MADE = {"node_modules", "__pycache__", "build", "dist", "report"}
"""Folders that tools fill, as they do those that begin with a dot, of which only the CI's are the project's own."""

MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users|mnt)/[\w.-]+|\b[A-Z]:\\\w")
"""A folder of somebody's machine; addresses and paths of the APIs do not begin so."""


def texts() -> Iterator[tuple[Path, str]]:
    """Go through the project's own files that are text."""
    for path in sorted(ROOT.rglob("*")):
        folders = path.relative_to(ROOT).parts[:-1]
        is_own = not any(each in MADE or (each.startswith(".") and each not in (".ci", ".github")) for each in folders)
        if is_own and path.is_file() and path.name != ".git":  # a file in a worktree of git
            with suppress(UnicodeDecodeError):
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    """Return the anchors that a page's headings make, as repository hosts make them."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    """Return the page's relative links that lead nowhere."""
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    return broken


def test_generated_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["--check"]), capsys.readouterr().out) == (0, "")


def test_page_that_is_out_of_date_is_named_and_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert main([], root=tmp_path) == 0
    (tmp_path / "docs" / "assumptions.md").write_text("old", encoding="utf-8")

    assert main(["--check"], root=tmp_path) == 1
    said = capsys.readouterr().out
    assert "docs/assumptions.md is out of date" in said
    assert "docs/behaviours.md" not in said

    assert main([], root=tmp_path) == 0
    assert out_of_date(tmp_path) == []


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_pages_are_in_plain_english() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = [f"{page.name}: {match.group()}" for page in pages for match in BANNED.finditer(page.read_text(encoding="utf-8"))]

    assert len(found) <= 10, found


def test_no_page_installs_from_an_index_that_does_not_have_the_package() -> None:
    pages = [*PROSE, *sorted((ROOT / "examples").rglob("*.md"))]
    wanted = re.compile(r"pip install [^`\n]*?(?<![\w./@-])['\"]?mockserver\b(?!-| @)")

    assert [f"{page.name}: {found}" for page in pages for found in wanted.findall(page.read_text(encoding="utf-8"))] == []


def test_glossary_has_each_noun_of_the_architecture_once_and_in_order() -> None:
    words = re.findall(r"^\| ([a-z ]+) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
    table = re.search(
        r"^## Nouns\n(.*?)^## ", (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert table is not None
    nouns = [
        name.lower() for row in re.findall(r"^\| (`.*?`) \|", table[1], re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    ]

    assert words == sorted(set(words))
    assert len(nouns) >= 25
    assert set(nouns) - set(words) <= {"accounts", "webhooksender"}


def test_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One thing\n[a](page.md) [b](#one-thing) [c](lost.md) [d](#two-things) [e](https://example.com)\n", "utf-8")

    assert broken_links(page) == ["lost.md", "#two-things"]


def test_generated_pages_are_linked_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in PAGES if name not in readme] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[^a-z-]", requirement, maxsplit=1)[0] for requirement in wanted}
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").lower()

    assert {name for name in names if f"**{name}**" not in decisions} == set()


def test_no_file_names_a_path_of_a_machine() -> None:
    found = [f"{path}: {match.group()}" for path, text in texts() for match in MACHINE_PATH.finditer(text)]

    assert found == []


@pytest.mark.parametrize(
    ("text", "is_machine_path"),
    [
        ("see /" + "home/anna/mock", True),
        ("`/" + "root/.cache`", True),
        ("C:" + "\\Users", True),
        ("https://example.com/home/page", False),
        ("GET /customers", False),
        ("~/.cache/mockserver", False),
    ],
)
def test_path_of_a_machine_is_told_from_others(text: str, is_machine_path: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is is_machine_path
