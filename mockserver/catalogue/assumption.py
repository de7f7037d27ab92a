"""Questions that the documents leave open: assumptions have choices, decisions one answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import Struct

from mockserver.catalogue.overlay import Overlay
from mockserver.errors import ConfigurationError, UnknownChoiceError

Declared = TypeVar("Declared")


@dataclass(frozen=True, eq=False)
class Assumption:
    """One open question with its possible answers.

    Attributes:
        key: `PROVIDER.words-with-hyphens`.
        choices: name → what it means, the default first.
        evidence: what speaks for the default.
        overlays: choice → how it changes the contract, for those that do.
        operations: those that it is about; empty: all of the provider, and requests for none.
    """

    key: str
    question: str
    choices: Mapping[str, str]
    default: str
    evidence: str
    overlays: Mapping[str, Overlay] = field(default_factory=dict)
    operations: Sequence[str] = ()

    def __post_init__(self) -> None:
        unknown = {self.default, *self.overlays} - self.choices.keys()
        if unknown:
            raise ConfigurationError(f"{', '.join(sorted(unknown))} is not a choice", where=self.key)


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """An open question with one answer here."""

    key: str
    question: str
    answer: str
    evidence: str
    operations: tuple[str, ...] = ()


def check_choices(choices: Mapping[str, str], assumptions: Iterable[Assumption], *, where: str) -> dict[str, str]:
    """Return the choices that differ from the defaults.

    Raises: UnknownChoiceError, which names near or possible ones.
    """
    known = {assumption.key: assumption for assumption in assumptions}
    for key, choice in choices.items():
        if key not in known:
            raise UnknownChoiceError(f"unknown assumption {key!r}", where=where, hint=_nearest(key, known))
        if choice not in known[key].choices:
            possible = " or ".join(known[key].choices)
            raise UnknownChoiceError(f"{key} has no choice {choice!r}", where=where, hint=f"choose {possible}")
    return {key: choice for key, choice in choices.items() if choice != known[key].default}


def _nearest(key: str, known: Mapping[str, Assumption]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else "`mockserver assumptions` lists them"


def declared_in(kind: type[Declared], *modules: Mapping[str, object]) -> tuple[Declared, ...]:
    """Return the values of this type in the modules' variables, in order."""
    return tuple(value for module in modules for value in module.values() if isinstance(value, kind))
