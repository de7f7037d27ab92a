"""Everything that one provider's documents say and leave open."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.catalogue.assumption import Assumption, Decision
from mockserver.catalogue.behaviour import Behaviour
from mockserver.catalogue.conduct import Conduct
from mockserver.documents import read_as

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api, ApiResponse


class Observation(Struct, frozen=True):
    """Result of an observer.

    Attributes:
        choice: the choice that the service follows; None if it follows none of them.
        seen: what it did, in one clause.
    """

    choice: str | None
    seen: str


class NotObserved(Exception):  # noqa: N818 - not an error: the observer has no result
    """The service's choice cannot be observed now; the message says why."""


class Observer(Struct, frozen=True):
    """Puts one assumption's question to a service.

    Attributes:
        observe: asks over plain HTTP and cleans up as a behaviour's check does; raises NotObserved where it cannot tell.
    """

    assumption: Assumption
    observe: Callable[["Api"], Observation]


class Unobservable(Struct, frozen=True):
    """An assumption whose choices cannot be distinguished from outside, and why."""

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
"""Yields the paths of deletable records that contain a text, as far as a client can find them."""


def _find_nothing(_api: "Api", _text: str) -> Iterable[str]:
    return ()


class Cleanup(Struct, frozen=True):
    """How a run finds its records, and which of them stay.

    Attributes:
        find: finds records by a text; used for creations without a reply, and to see whether deletions did delete.
        remains: path of a collection → what stays of a record made there although a run deletes what it can, as a sentence.
    """

    find: Find = _find_nothing
    remains: Mapping[str, str] = {}


class Unchecked(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement of the documents that cannot be checked from outside.

    Attributes:
        name: `PROVIDER.area.claim`, as a behaviour's.
        says: the statement in one sentence.
        source: the page, and the part of it, where it stands.
        why: what makes it impossible to check.
    """

    name: str
    says: str
    source: str
    why: str


class Catalogue(Struct, frozen=True):
    """What a provider's documents say and leave open, except its assumptions.

    Attributes:
        behaviours: statements with their checks, in the order of the documents.
        unchecked: statements without one.
        decisions: open questions that have one answer here.
        observers: how to find out which choice of an assumption a service follows.
        unobservable: assumptions for which nothing outside tells the choices apart.
        cleanup: how a run leaves an account in order.
        conduct: how a client's exchanges are read, so that its conduct can be judged.
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
    """Read the unchecked statements and the decisions of a provider's folder.

    Raises: DocumentError for an `unchecked.yaml` or `decisions.yaml` that is not there or does not fit.
    """
    return read_as(folder / "unchecked.yaml", tuple[Unchecked, ...]), read_as(folder / "decisions.yaml", tuple[Decision, ...])
