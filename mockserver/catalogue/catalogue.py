"""All that is said of one provider's documents: what they promise, checked or not, and what was decided for them."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from mockserver.catalogue.assumption import Decision
from mockserver.catalogue.behaviour import Behaviour
from mockserver.catalogue.cleanup import Cleanup
from mockserver.catalogue.conduct import Conduct
from mockserver.catalogue.observer import Observer, Unobservable
from mockserver.documents import read_as


class Unchecked(Struct, frozen=True, forbid_unknown_fields=True):
    """One statement that the documents make and that nobody can check from outside.

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
    """What a provider's documents say and leave open, without the assumptions, which a provider needs at every call.

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
        """Go through the names of all statements, checked or not."""
        yield from (behaviour.name for behaviour in self.behaviours)
        yield from (statement.name for statement in self.unchecked)


def read_statements(folder: Path) -> tuple[tuple[Unchecked, ...], tuple[Decision, ...]]:
    """Read the unchecked statements and the decisions of a provider's folder.

    Raises: DocumentError for an `unchecked.yaml` or `decisions.yaml` that is not there or does not fit.
    """
    return read_as(folder / "unchecked.yaml", tuple[Unchecked, ...]), read_as(folder / "decisions.yaml", tuple[Decision, ...])
