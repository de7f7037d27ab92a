"""Select exchanges by operation, path, status and the like."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated
from urllib.parse import unquote

from msgspec import Meta, Struct

from mockserver.errors import ConfigurationError
from mockserver.exchange import Exchange

_STATUS = re.compile(r"0|[1-5][0-9][0-9]|[1-5][xX][xX]")


OperationId = Annotated[str, Meta(description="Operation id in the contract.")]
PathPattern = Annotated[str, Meta(description="The path without the sandbox's prefix, as sent or decoded; `*` matches anything.")]
StatusPattern = Annotated[str, Meta(description="`429`, `4xx`, or `0` for no reply.")]


class Selection(Struct, frozen=True, kw_only=True):
    """Common properties of exchanges; None is not compared."""

    operation: OperationId | None = None
    method: str | None = None
    path: PathPattern | None = None
    status: StatusPattern | None = None
    since: Annotated[int, Meta(ge=0, description="Only exchanges after this number.")] | None = None
    violations: Annotated[bool, Meta(description="`true`: with violations; `false`: without.")] | None = None
    unmatched: Annotated[bool, Meta(description="`true`: without an operation; `false`: with one.")] | None = None
    limit: Annotated[int, Meta(ge=0, description="Only the latest N.")] | None = None

    def choose(self, exchanges: Iterable[Exchange]) -> list[Exchange]:
        """Return the selected exchanges, in their order."""
        chosen = [each for each in exchanges if self._fits(each)]
        return chosen if self.limit is None else chosen[max(len(chosen) - self.limit, 0) :]

    def _fits(self, exchange: Exchange) -> bool:
        return (
            (self.since is None or exchange.number > self.since)
            and (self.operation is None or exchange.operation == self.operation)
            and (self.method is None or exchange.request.method == self.method.upper())
            and (self.path is None or path_fits(exchange.request.path, self.path))
            and (self.status is None or status_fits(exchange.status, self.status))
            and (self.violations is None or bool(exchange.violations) == self.violations)
            and (self.unmatched is None or (not exchange.operation) == self.unmatched)
        )


def path_fits(path: str, pattern: str) -> bool:
    """Return whether a path, as sent or decoded, matches the pattern."""
    form = _form(pattern)
    return form.fullmatch(path) is not None or form.fullmatch(unquote(path)) is not None


def status_fits(status: int, pattern: str) -> bool:
    """Return whether a status matches a valid pattern."""
    return f"{status // 100}xx" == pattern.lower() or str(status) == pattern


def check_status(pattern: str, where: str) -> None:
    """Raise ConfigurationError unless the pattern is valid."""
    if not _STATUS.fullmatch(pattern):
        raise ConfigurationError(f"{pattern[:80]!r} is not a status", where=where, hint="write 429, 4xx, or 0 for no reply")


def check_operation(operation: str, operations: Collection[str], where: str) -> None:
    """Raise ConfigurationError, with the nearest ids, for an unknown operation."""
    if operation in operations:
        return
    near = get_close_matches(operation, operations, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"choose {', '.join(operations)}"
    raise ConfigurationError(f"unknown operation {operation[:80]!r}", where=where, hint=hint)


@lru_cache(maxsize=64)
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
