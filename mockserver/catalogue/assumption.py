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
        question: what the documents do not say, as a question.
        choices: name → what it means, the default first.
        default: the name of the choice that holds unless a sandbox says otherwise.
        evidence: what speaks for the default.
        overlays: choice → how it changes the contract, for those that do.
        operations: those that it is about; empty: every one of the provider, requests for none of them included.
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
            raise ConfigurationError(f"{', '.join(sorted(unknown))} is no choice", where=self.key)


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """An open question with one answer here; it has no choices and no header.

    Attributes:
        operations: as an assumption's.
    """

    key: str
    question: str
    answer: str
    evidence: str
    operations: tuple[str, ...] = ()


def check_choices(choices: Mapping[str, str], assumptions: Iterable[Assumption], *, where: str) -> dict[str, str]:
    """Return the choices that differ from the defaults.

    Raises: UnknownChoiceError, which names the near or possible ones, for an unknown key or choice.
    """
    known = {assumption.key: assumption for assumption in assumptions}
    for key, choice in choices.items():
        if key not in known:
            raise UnknownChoiceError(f"there is no assumption {key!r}", where=where, hint=_nearest(key, known))
        if choice not in known[key].choices:
            possible = " or ".join(known[key].choices)
            raise UnknownChoiceError(f"{key} has no choice {choice!r}", where=where, hint=f"choose {possible}")
    return {key: choice for key, choice in choices.items() if choice != known[key].default}


def _nearest(key: str, known: Mapping[str, Assumption]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else "`mockserver assumptions` lists them"


def declared_in(namespace: Mapping[str, object], kind: type[Declared]) -> tuple[Declared, ...]:
    """Return the module's values of this type, in the order of their definition."""
    return tuple(value for value in namespace.values() if isinstance(value, kind))
