"""Why a mutant may survive: what an explanation says, and whether what it refers to is there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from mockserver.providers import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]

REASONS: Mapping[str, str] = {
    "decision": "The documents leave it open, and it is decided",
    "assumption": "The documents leave it open, and there is a switch",
    "unchecked": "The documents say it, but nobody can check it from outside",
    "ours": "It is about the mock itself",
    "equivalent": "No request can tell the difference",
}
"""Kind of explanation → its heading; in the order of the page."""


class Explanation(Struct, frozen=True):
    """Why some mutants survive.

    Attributes:
        reason: one of REASONS.
        of: the decision, assumption or unchecked statement; empty if the reason is another.
        why: what the change does, and why the catalogue has nothing to say of it.
        mutants: names of mutants, one a line.
        tested_by: a test beside the catalogue that is about this, as `file::name`; empty if there is none.
    """

    reason: str
    of: str
    why: str
    mutants: str
    tested_by: str = ""

    @property
    def names(self) -> list[str]:
        """The names of the mutants."""
        return [line.strip() for line in self.mutants.splitlines() if line.strip()]


def faults(explanations: Sequence[Explanation], mutants: Iterable[str]) -> Iterator[str]:
    """Go through what is wrong with explanations, given the names of all mutants that there are."""
    there, seen = set(mutants), set[str]()
    for each in explanations:
        if each.of not in _names_of(each.reason):
            yield f"there is no {each.reason} {each.of!r}"
        if each.tested_by and not _is_test(each.tested_by):
            yield f"there is no test {each.tested_by}"
        for name in each.names:
            if name not in there:
                yield f"there is no such mutant any more: {name}"
            if name in seen:
                yield f"explained twice: {name}"
            seen.add(name)


@cache
def _names_of(reason: str) -> set[str]:
    """Return what an explanation of this kind can refer to."""
    catalogues = [provider.catalogue() for provider in PROVIDERS]
    names = {
        "decision": {each.key for catalogue in catalogues for each in catalogue.decisions},
        "assumption": {each.key for provider in PROVIDERS for each in provider.assumptions},
        "unchecked": {each.name for catalogue in catalogues for each in catalogue.unchecked},
    }
    return names.get(reason, {""} if reason in REASONS else set())


def _is_test(name: str) -> bool:
    path, _, function = name.partition("::")
    return (ROOT / path).is_file() and f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")
