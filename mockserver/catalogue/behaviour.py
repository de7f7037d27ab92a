"""Statements of the documents with their executable checks."""

from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.catalogue.traffic import Exercised, answered

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api

Check = Callable[[Any], None]


class NotCheckable(Exception):  # noqa: N818 - not an error: the check has no result
    """The check cannot be done with this service or account; the message says why."""


class Behaviour(Struct, frozen=True):
    """One statement that the documents make.

    Attributes:
        name: `PROVIDER.area.claim`.
        says: the statement in one sentence.
        source: the page, and the part of it, where it stands.
        operation: the operation that it is about.
        check: raises AssertionError unless the service at the other end of the given Api behaves so; speaks plain HTTP,
            leaves nothing behind that can be deleted, and relies on no other record of the account. It may raise
            NotCheckable for a reason that lies in the account, not in the service.
        exercised: whether an exchange of a consumer's own traffic exercised the statement.
        only_with: assumption → choice without which the documents' statement cannot be checked; empty for most.
    """

    name: str
    says: str
    source: str
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

    statuses, when: which answers of the operation exercise it; default: every success.
    exercised: replaces these two, for a behaviour that other operations exercise too.
    view: makes the function's argument of the Api.
    """

    def make(check: Check) -> Behaviour:
        says = " ".join((check.__doc__ or "").split())
        exercises = exercised or answered(operation, *statuses, when=when)
        return Behaviour(name, says, source, operation, lambda api: check(view(api)), exercises, only_with or {})

    return make


def behaviours_of(*modules: ModuleType) -> tuple[Behaviour, ...]:
    """Return the behaviours that the modules define, in order."""
    return tuple(value for module in modules for value in vars(module).values() if isinstance(value, Behaviour))
