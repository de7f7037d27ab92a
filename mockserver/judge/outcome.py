"""What came of an expectation, as data and as lines for a failed assertion."""

from typing import Any

from msgspec import UNSET, Struct

from mockserver.judge.differences import said


class Difference(Struct, frozen=True):
    """A place in an exchange that is not as expected, such as `method`, `query.limit`, `json.items[0].id` or `status`.

    A long value is cut, as text. Where `expected` or `actual` is missing there should be, or is, nothing.
    """

    place: str
    expected: Any = UNSET
    actual: Any = UNSET

    def __str__(self) -> str:
        return f"{self.place}: expected {said(self.expected)}, was {said(self.actual)}"


class Miss(Struct, frozen=True):
    """An exchange that is near to what was expected, and all in which it differs; without a difference it came too early."""

    number: int
    request: str
    status: int
    differences: tuple[Difference, ...]

    @property
    def lines(self) -> list[str]:
        """The miss as text, a line for each difference."""
        told = [f"    {each}" for each in self.differences] or ["    is as expected, but came too early"]
        return [f"  exchange {self.number}: {self.request}, answered {self.status or 'nothing'}", *told]


class ExpectationResult(Struct, frozen=True):
    """Whether what was expected happened.

    Attributes:
        is_met: whether it did.
        matched: numbers of the exchanges that fit; of an order those that fit in turn.
        expected, actual: what should have come and what came, as clauses.
        nearest: what came nearest, the nearest first; empty if too many came.
    """

    is_met: bool
    matched: tuple[int, ...]
    expected: str
    actual: str
    nearest: tuple[Miss, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The outcome as text, for a failed assertion."""
        head = [f"expected {self.expected}", f"came {self.actual}"]
        return [*head, *(["nearest:"] if self.nearest else []), *(line for miss in self.nearest for line in miss.lines)]

    def __str__(self) -> str:
        return "\n".join(self.lines)
