"""Everything that one provider's documents say and leave open."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.catalogue.assumption import Assumption, Decision
from mockserver.catalogue.behaviour import Behaviour, Statement
from mockserver.catalogue.conduct import Conduct
from mockserver.documents import read_as

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api, ApiResponse


class Observation(Struct, frozen=True):
    """The service's choice, if any, and what it did, as a clause."""

    choice: str | None
    seen: str


class NotObserved(Exception):  # noqa: N818 - not an error: the observer has no result
    """The choice cannot be observed now; the message says why."""


class Observer(Struct, frozen=True):
    """Ask a service one assumption's question.

    Attributes:
        observe: asks and cleans up as a behaviour's check does, or raises NotObserved.
    """

    assumption: Assumption
    observe: Callable[["Api"], Observation]


class Unobservable(Struct, frozen=True):
    """An assumption whose choices look alike from outside, and why."""

    assumption: Assumption
    why: str


def observers_of(
    assumptions: Iterable[Assumption], functions: Mapping[str, Any], *, view: Callable[["Api"], Any]
) -> tuple[Observer, ...]:
    """Return an observer for each assumption that has a function.

    functions: `_create_status` observes the assumption `PROVIDER.create-status`.
    view: makes the functions' argument of the Api.
    """

    def on_view(ask: Callable[[Any], Observation]) -> Callable[["Api"], Observation]:
        return lambda api: ask(view(api))

    named = {each: "_" + each.key.partition(".")[2].replace("-", "_") for each in assumptions}
    return tuple(Observer(each, on_view(functions[name])) for each, name in named.items() if name in functions)


def by_status(answer: "ApiResponse", choices: Mapping[int, str]) -> Observation:
    """Return the choice that the answer's status shows."""
    return Observation(choices.get(answer.status), f"{answer.request} answered {answer.status}")


Find = Callable[["Api", str], Iterable[str]]
"""Find the paths of deletable records that contain a text."""


class Cleanup(Struct, frozen=True):
    """How a run finds its records, and which of them stay.

    Attributes:
        find: finds creations without a reply, and failed deletions.
        remains: path of a collection → what stays of its deleted records, as a sentence.
    """

    find: Find = lambda _api, _text: ()
    remains: Mapping[str, str] = {}


class Unchecked(Statement, frozen=True, forbid_unknown_fields=True):
    """A statement that cannot be checked from outside, and why."""

    why: str


class Catalogue(Struct, frozen=True):
    """What a provider's documents say and leave open, except its assumptions.

    Attributes:
        behaviours: statements with their checks, in the order of the documents.
        observers: find the choice of an assumption that a service follows.
    """

    behaviours: tuple[Behaviour, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    decisions: tuple[Decision, ...] = ()
    observers: tuple[Observer, ...] = ()
    unobservable: tuple[Unobservable, ...] = ()
    cleanup: Cleanup = Cleanup()
    conduct: Conduct = Conduct()

    def names(self) -> Iterator[str]:
        """Yield the names of all statements, checked or not."""
        yield from (behaviour.name for behaviour in self.behaviours)
        yield from (statement.name for statement in self.unchecked)


def read_statements(folder: Path) -> tuple[tuple[Unchecked, ...], tuple[Decision, ...]]:
    """Read `unchecked.yaml` and `decisions.yaml` in a provider's folder.

    Raises: DocumentError if one is missing or invalid.
    """
    return read_as(folder / "unchecked.yaml", tuple[Unchecked, ...]), read_as(folder / "decisions.yaml", tuple[Decision, ...])
