"""Statements of the documents with their executable checks."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.catalogue.traffic import Exercised, answered

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api

Check = Callable[[Any], None]


class NotCheckable(Exception):  # noqa: N818 - not an error: the check has no result
    """The check is impossible at this service; the message says why."""


class Statement(Struct, frozen=True):
    """One statement of the documents.

    Attributes:
        name: `PROVIDER.area.claim`.
        says: the statement in one sentence.
        source: page and section.
    """

    name: str
    says: str
    source: str


class Behaviour(Statement, frozen=True):
    """A statement with its check.

    Attributes:
        check: raises AssertionError unless the service of the given Api behaves so. It speaks plain HTTP, deletes what it can
            of its records and relies on no others. It raises NotCheckable for a reason in the account, not in the service.
        exercised: whether an exchange exercised the statement.
        only_with: assumption → choice that the check needs.
    """

    operation: str
    check: Check
    exercised: Exercised
    only_with: Mapping[str, str] = {}


def behaviour(
    name: str,
    *,
    source: str,
    operation: str,
    statuses: Sequence[int] = (),
    when: Exercised | None = None,
    exercised: Exercised | None = None,
    only_with: Mapping[str, str] | None = None,
    view: Callable[["Api"], Any] = lambda api: api,
) -> Callable[[Check], Behaviour]:
    """Make a behaviour from its check, whose docstring is the statement.

    statuses, when: answers of the operation that exercise it. Default: every success.
    exercised: replaces these two, if other operations exercise it too.
    view: makes the function's argument of the Api.
    """

    def make(check: Check) -> Behaviour:
        says = " ".join((check.__doc__ or "").split())
        exercises = exercised or answered(operation, *statuses, when=when)
        return Behaviour(name, says, source, operation, lambda api: check(view(api)), exercises, only_with or {})

    return make
