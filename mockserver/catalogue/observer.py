"""Finds out which choice of an assumption a service follows."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from mockserver.catalogue.assumption import Assumption

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api


class Observation(Struct, frozen=True):
    """What an observer saw.

    Attributes:
        choice: the choice that the service follows; None if it follows none of them.
        seen: what it did, in one clause.
    """

    choice: str | None
    seen: str


class NotObserved(Exception):  # noqa: N818 - an outcome of a run, no error of anybody's
    """The question could not be put to this service just now; the message says why."""


class Observer(Struct, frozen=True):
    """Puts one assumption's question to a service.

    Attributes:
        observe: asks over plain HTTP and cleans up as a behaviour's check does; raises NotObserved where it cannot tell.
    """

    assumption: Assumption
    observe: Callable[["Api"], Observation]


class Unobservable(Struct, frozen=True):
    """An assumption whose choices cannot be told apart from outside, and why."""

    assumption: Assumption
    why: str
