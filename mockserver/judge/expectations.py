"""Compare expectations with the requests that a client sent."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from mockserver.conversion import NOT_JSON
from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange
from mockserver.judge.differences import Difference, Wanted, differences, said
from mockserver.judge.redaction import HIDDEN, Redaction, is_secret
from mockserver.judge.selection import check_operation, check_status


class Miss(Struct, frozen=True):
    """An exchange that nearly matches; without differences it came too early."""

    number: int
    request: str
    status: int
    differences: tuple[Difference, ...]

    @property
    def lines(self) -> list[str]:
        """The miss as text, a line for each difference."""
        details = [f"    {each}" for each in self.differences] or ["    matches, but came too early"]
        return [f"  exchange {self.number}: {self.request}, answered {self.status or 'nothing'}", *details]


class ExpectationResult(Struct, frozen=True):
    """Result of a comparison with expectations.

    Attributes:
        matched: numbers of the exchanges that fit; of an order those that fit in turn.
        expected, actual: what should have come and what came, as clauses.
        nearest: the nearest first; empty if too many came.
    """

    is_met: bool
    matched: tuple[int, ...]
    expected: str
    actual: str
    nearest: tuple[Miss, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The outcome as text, for a failed assertion."""
        head = [f"expected {self.expected}", f"found {self.actual}"]
        return [*head, *(["nearest:"] if self.nearest else []), *(line for miss in self.nearest for line in miss.lines)]

    def __str__(self) -> str:
        return "\n".join(self.lines)


MAX_NEAREST = 3

_HIDDEN = frozenset({"authorization", "proxy-authorization", "cookie"})


class ExpectationError(ConfigurationError):
    """An expectation that contradicts itself."""


class Expectation(Wanted, frozen=True, kw_only=True):
    """Expected properties and count of exchanges after `since`. Default: at least once."""

    since: int = 0
    times: int | None = None
    at_least: int | None = None
    at_most: int | None = None

    @property
    def least(self) -> int:
        """Minimum number of exchanges."""
        if self.times is not None:
            return self.times
        return self.at_least if self.at_least is not None else int(self.at_most is None)

    @property
    def most(self) -> int | None:
        """Maximum number of exchanges; None: any number."""
        return self.times if self.times is not None else self.at_most

    def check(self, operations: Collection[str], where: str = "expectation") -> None:
        """Raise ConfigurationError, with place and hint, if the expectation cannot be meant."""
        if self.operation is not None:
            check_operation(self.operation, operations, f"{where}.operation")
        if self.status is not None:
            check_status(str(self.status), f"{where}.status")
        counts = {"times": self.times, "at_least": self.at_least, "at_most": self.at_most}
        for name, count in counts.items():
            if count is not None and count < 0:
                raise ExpectationError(f"{count} is less than nothing", where=f"{where}.{name}")
        if self.times is not None and (self.at_least is not None or self.at_most is not None):
            raise ExpectationError("times says exactly how many", where=where, hint="leave at_least and at_most out")
        if self.most is not None and self.most < self.least:
            raise ExpectationError(f"at_most {self.most} is less than at_least {self.least}", where=where)


def verify(
    exchanges: Iterable[Exchange], expected: Expectation | Sequence[Expectation], redaction: Redaction | None = None
) -> ExpectationResult:
    """Return whether the exchanges are as expected.

    A list is an order: each expectation's count holds as if it stood alone, and as many exchanges as it needs at least come
    after those of the one before it. Others may come between.

    redaction: knows the credentials to hide. Default: those in the exchanges.
    """
    exchanges = list(exchanges)
    comparison = _Comparison(redaction or Redaction((), exchanges), exchanges)
    if isinstance(expected, Expectation):
        return comparison.alone(expected)
    for each in expected:
        outcome = comparison.alone(each)
        if not outcome.is_met:
            return outcome
    return comparison.order(expected)


class _Comparison:
    """Compare exchanges with expectations, and hide credentials."""

    def __init__(self, redaction: Redaction, exchanges: Sequence[Exchange]) -> None:
        self._redaction = redaction
        self._exchanges = exchanges

    def alone(self, expected: Expectation) -> ExpectationResult:
        """Check one expectation."""
        found = [(each, differences(each, expected)) for each in self._exchanges if each.number > expected.since]
        matched = tuple(each.number for each, missing in found if not missing)
        is_met = expected.least <= len(matched) and (expected.most is None or len(matched) <= expected.most)
        actual = f"{len(matched)} of {len(found)} exchange{'' if len(found) == 1 else 's'}{_listed(matched)}"
        nearest = self._nearest(found) if len(matched) < expected.least else ()
        return ExpectationResult(is_met, matched, f"{_count(expected)}: {self._clause(expected)}", actual, nearest)

    def order(self, expected: Sequence[Expectation]) -> ExpectationResult:
        """Check an ordered list of expectations that are met one by one."""
        matched: list[int] = []
        steps = " → ".join(f"({place}) {self._clause(each)}" for place, each in enumerate(expected, 1))
        for place, each in enumerate(expected, 1):
            for _ in range(each.least):
                last = matched[-1] if matched else 0
                found = self._next(each, last)
                if found is None:
                    actual = f"({place}) does not come after exchange {last}"
                    return ExpectationResult(False, tuple(matched), f"in this order: {steps}", actual, self._early(each, matched))
                matched.append(found)
        return ExpectationResult(True, tuple(matched), f"in this order: {steps}", f"so{_listed(matched)}")

    def _next(self, expected: Expectation, last: int) -> int | None:
        later = (each for each in self._exchanges if each.number > max(last, expected.since))
        return next((each.number for each in later if not differences(each, expected)), None)

    def _early(self, expected: Expectation, matched: Sequence[int]) -> tuple[Miss, ...]:
        """Return the exchanges that fit but came too early, latest first."""
        earlier = [each for each in self._exchanges if expected.since < each.number < matched[-1] and each.number not in matched]
        early = [each for each in earlier if not differences(each, expected)]
        return tuple(self._miss(each, []) for each in early[: -MAX_NEAREST - 1 : -1])

    def _nearest(self, found: Iterable[tuple[Exchange, list[Difference]]]) -> tuple[Miss, ...]:
        """Return the nearest exchanges; of equally near ones the latest first."""
        widths = [(sum(each.width for each in missing), -each.number, each, missing) for each, missing in found if missing]
        nearest = sorted(widths, key=lambda width: width[:2])[:MAX_NEAREST]
        return tuple(self._miss(each, missing) for _, _, each, missing in nearest)

    def _miss(self, exchange: Exchange, missing: Iterable[Difference]) -> Miss:
        request = f"{exchange.request.method} {self._redaction.path(exchange.request)}"
        return Miss(exchange.number, request, exchange.status, tuple(map(self._difference, missing)))

    def _difference(self, each: Difference) -> Difference:
        return Difference(each.place, self._shown(each.place, each.expected), self._shown(each.place, each.actual))

    def _shown(self, place: str, value: Any) -> Any:
        """Return a value without any credential, cut if it is long."""
        name = place.rpartition(".")[2]
        if value is UNSET:
            return UNSET
        if is_secret(name) or name in _HIDDEN:
            return HIDDEN
        if place == "path":
            return self._redaction.segments(value)
        text = self._redaction.body(said(value).encode(), "", is_cut=True).decode()
        try:
            return msgspec.json.decode(text)
        except NOT_JSON:
            return text

    def _clause(self, expected: Expectation) -> str:
        """Return the expected properties as a clause."""
        method = expected.method and expected.method.upper()
        parts = [each for each in (expected.operation, method, expected.path) if each is not None]
        clauses = [self._redaction.segments(" ".join(parts)) or "any exchange"]
        for place, values in (("query", expected.query), ("headers", expected.headers)):
            clauses += [self._wish(f"{place}.{name}", UNSET if value is None else value) for name, value in values.items()]
        if expected.json is not UNSET:
            clauses.append(self._wish("json", expected.json))
        if expected.status is not None:
            clauses.append(f"answered {expected.status}")
        if expected.since:
            clauses.append(f"after exchange {expected.since}")
        return ", ".join(clauses)

    def _wish(self, place: str, value: Any) -> str:
        return f"{place} {said(self._shown(place, value))}"


def _count(expected: Expectation) -> str:
    least, most = expected.least, expected.most
    if least == most:
        count = f"exactly {most}" if most else "no"
    elif most is None:
        count = f"at least {least}"
    else:
        count = f"{least} to {most}" if least else f"at most {most}"
    return f"{count} request{'' if count.endswith(' 1') else 's'}"


def _listed(numbers: Sequence[int]) -> str:
    """Return the numbers as a clause, cut; empty if there are none."""
    shown = ", ".join(map(str, numbers[:10])) + (", …" if len(numbers) > 10 else "")
    return f" ({shown})" if numbers else ""
