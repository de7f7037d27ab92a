"""Writes the pages of docs/ that say what the code knows: `python -m tests.house.generate`.

With `--check` nothing is written: pages that are out of date are named, and the exit code is 1.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec import UnsetType

from mockserver.catalogue import Assumption, Overlay
from mockserver.catalogue.overlay import Change
from mockserver.providers import PROVIDERS, Provider

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python -m tests.house.generate"

ASSUMPTIONS = """\
# Assumptions

An assumption is a question that the documents leave open, with several possible answers. A reply that depends on one names it
in the header `Mock-Assumed`. The default choice comes first, in bold. Questions with a single answer are
[decisions](behaviours.md).

To make other choices: `mockserver serve --assume KEY=CHOICE` for all sandboxes, `"assume"` when a sandbox is created, or `PATCH
/_mock/assumptions` later.

A choice may change the contract, as the last column says. Replies are checked against the changed contract, and `GET
/_mock/openapi.json` shows it.
"""

BEHAVIOURS = """\
# Behaviours and decisions

For each provider this page lists:

- *checked* behaviours: what the documents promise, with an executable check over plain HTTP;
- *not checked*: promises that cannot be checked from outside, with the reason;
- *decisions*: questions that the documents leave open and that have one answer here.

Open questions with several possible answers are [assumptions](assumptions.md).
"""


def assumptions_page() -> str:
    """Return the page of all assumptions."""
    heads = ("key", "question", "choices", "evidence", "what another choice changes in the contract")
    return _page(ASSUMPTIONS, lambda provider: [table(heads, map(_assumption_row, provider.assumptions))])


def behaviours_page() -> str:
    """Return the page of all behaviours, unchecked statements and decisions."""
    return _page(BEHAVIOURS, _catalogue)


PAGES: Mapping[str, Callable[[], str]] = {"docs/assumptions.md": assumptions_page, "docs/behaviours.md": behaviours_page}


def _page(introduction: str, content: Callable[[Provider], Iterable[str]]) -> str:
    parts = [f"<!-- Written by `{COMMAND}`; change the code, not this page. -->\n", introduction]
    for provider in PROVIDERS:
        parts += [f"## {provider.title}\n", *content(provider)]
    return "\n".join(parts)


def _catalogue(provider: Provider) -> Iterable[str]:
    catalogue = provider.catalogue()
    yield f"### Checked ({len(catalogue.behaviours)})\n"
    promised = [(f"`{each.name}`", each.says, each.source, f"`{each.operation}`") for each in catalogue.behaviours]
    yield table(("behaviour", "what the documents say", "where", "operation"), promised)
    yield f"### Not checked ({len(catalogue.unchecked)})\n"
    unchecked = [(f"`{each.name}`", each.says, each.source, each.why) for each in catalogue.unchecked]
    yield table(("statement", "what the documents say", "where", "why it is not checked"), unchecked)
    yield f"### Decisions ({len(catalogue.decisions)})\n"
    decided = [(f"`{each.key}`", each.question, each.answer, each.evidence) for each in catalogue.decisions]
    yield table(("key", "question", "answer", "evidence"), decided)


def _assumption_row(assumption: Assumption) -> Sequence[str]:
    overlays = [f"`{choice}`: {_overlay(changes)}" for choice, changes in assumption.overlays.items()]
    return f"`{assumption.key}`", assumption.question, _choices(assumption), assumption.evidence, "<br>".join(overlays)


def _choices(assumption: Assumption) -> str:
    others = [name for name in assumption.choices if name != assumption.default]
    listed = [f"**`{assumption.default}`** {assumption.choices[assumption.default]}"]
    return "<br>".join(listed + [f"`{name}` {assumption.choices[name]}" for name in others])


def _overlay(changes: Overlay) -> str:
    """Return what the changes do, those that do the same in several places as one."""
    moved = {change.copy for change in changes}
    alike = groupby((change for change in changes if change.target not in moved), key=_effect)
    return "; ".join(effect.format(", ".join(_place(change.target) for change in group)) for effect, group in alike)


def _effect(change: Change) -> str:
    if change.copy is not None:
        return f"{{}} instead of {_braced(_place(change.copy))}"
    if isinstance(change.update, UnsetType):
        return "without {}"
    return f"`{_braced(msgspec.json.encode(change.update).decode())}` at {{}}"


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _place(pointer: str) -> str:
    """Return a JSON pointer in a form to be read: an operation by its method and path, a component by its name."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if steps[0] == "paths":
        return " / ".join([f"`{steps[2].upper()} {steps[1]}`", *steps[3:]])
    return " / ".join([f"`{steps[2]}`", *steps[3:]])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def out_of_date(root: Path) -> list[str]:
    """Return the names of the pages that are not what the code says."""
    return [name for name, make in PAGES.items() if not (root / name).is_file() or (root / name).read_text("utf-8") != make()]


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Write the pages, or check them, and return the exit code."""
    parser = ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and name what is out of date")
    stale = out_of_date(root)
    if parser.parse_args(arguments).check:
        for name in stale:
            print(f"{name} is out of date; run `{COMMAND}`")
        return 1 if stale else 0
    for name in stale:
        (root / name).write_text(PAGES[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
