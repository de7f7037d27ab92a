"""Count which of a provider's documented behaviours some traffic exercised."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from mockserver.catalogue import Behaviour, Catalogue, Unchecked
from mockserver.catalogue.behaviour import Statement
from mockserver.exchange import Exchange
from mockserver.judge.check import MAX_NUMBERS


class Use(Statement, frozen=True):
    """Exchanges that exercised one behaviour: their count and first numbers."""

    operation: str
    times: int
    exchanges: tuple[int, ...]


class Share(Struct, frozen=True):
    """Exercised behaviours out of all."""

    operation: str
    exercised: int
    of: int


class Coverage(Struct, frozen=True):
    """Exercised behaviours of a provider.

    Attributes:
        percent: rounded down to one decimal, so that 100 means all.
        operations: smallest share first.
        unchecked: statements that cannot be checked from outside; they do not count.
    """

    percent: float
    exercised: int
    of: int
    operations: tuple[Share, ...]
    behaviours: tuple[Use, ...]
    unchecked: tuple[Unchecked, ...]

    @property
    def missing(self) -> list[Use]:
        """The behaviours that no exchange exercised."""
        return [each for each in self.behaviours if not each.times]

    def reaches(self, percent: float) -> bool:
        """Return whether so many percent of the behaviours were exercised."""
        return self.exercised * 100 >= percent * self.of

    def needed(self, percent: float) -> int:
        """Return how many more behaviours would make so many percent."""
        return next(more for more in range(self.of + 1) if (self.exercised + more) * 100 >= percent * self.of)


def coverage(exchanges: Iterable[Exchange], catalogue: Catalogue) -> Coverage:
    """Return which of the catalogue's behaviours the exchanges exercised.

    An exchange without a reply exercises nothing.
    """
    answered = [each for each in exchanges if each.status]
    uses = tuple(_use(each, answered) for each in catalogue.behaviours)
    exercised = sum(each.times > 0 for each in uses)
    percent = exercised * 1000 // len(uses) / 10 if uses else 100.0
    return Coverage(percent, exercised, len(uses), _shares(uses), uses, catalogue.unchecked)


def _use(behaviour: Behaviour, exchanges: Iterable[Exchange]) -> Use:
    numbers = tuple(each.number for each in exchanges if behaviour.exercised(each))
    about = behaviour.name, behaviour.says, behaviour.source, behaviour.operation
    return Use(*about, len(numbers), numbers[:MAX_NUMBERS])


def _shares(uses: Iterable[Use]) -> tuple[Share, ...]:
    by_operation = attrgetter("operation")
    grouped = groupby(sorted(uses, key=by_operation), key=by_operation)
    used = {operation: [each.times > 0 for each in group] for operation, group in grouped}
    shares = [Share(operation, sum(each), len(each)) for operation, each in used.items()]
    return tuple(sorted(shares, key=lambda share: share.exercised / share.of))
