"""What conduct rules need to know of a provider."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from mockserver.exchange import Exchange

Severity = Literal["error", "warning", "note"]
"""Worst first. A note is not a mistake."""

UNSIGNED = frozenset({"bad-signature", "old-secret", "truncate"})
"""What can be wrong with a delivery so that no signature fits it, whatever its form."""


class Asked(Struct, frozen=True):
    """The page of a list that a request asks for.

    Attributes:
        subject: all else that says which rows there are and in what order: filters and sorting.
        start: rows before the page; 0 for the first one.
        limit: rows that a page can have.
    """

    subject: Hashable
    start: int
    limit: int


class Shown(Struct, frozen=True):
    """The page of a list that a reply shows.

    Attributes:
        items: the rows, in order.
        has_more: whether the reply says that rows follow.
        next: the link to the page that follows; None if no link is given.
        links: all links that are given, to whatever page.
    """

    items: Sequence[Any]
    has_more: bool
    next: str | None = None
    links: Sequence[str] = ()


def _never(_item: Any) -> bool:
    return False


class ListConvention(Struct, frozen=True):
    """How to read one of a provider's lists.

    Attributes:
        operation: the operation that gives a page.
        asked: reads which page a request asks for; None if unknown.
        shown: reads a reply, whose status was 2xx; None if its body is none of a list.
        retrieve: the operation that gives one row as the list does, by an id that ends its path; empty: there is none.
        settles: whether the row will change by itself, so that looking at it again makes sense.
    """

    operation: str
    asked: Callable[[Exchange], Asked | None]
    shown: Callable[[Exchange], Shown | None]
    retrieve: str = ""
    settles: Callable[[Any], bool] = _never


class ProviderRule(Struct, frozen=True):
    """A conduct rule of one provider about single exchanges.

    Attributes:
        id: words with hyphens, as they stand in reports.
        says: why it matters, as a sentence.
        place: where in the request it looks.
        sees: returns what is wrong with an exchange, one clause; empty if nothing is.
    """

    id: str
    severity: Severity
    says: str
    place: str
    sees: Callable[[Exchange], str]


def _has_wrong_signature(how: str, _assumed: Mapping[str, str]) -> bool:
    return how in UNSIGNED


class Conduct(Struct, frozen=True):
    """What conduct rules need to know of a provider.

    Attributes:
        creates: the operations that make a record whenever they are called; their replies have its `id`.
        has_wrong_signature: (what is wrong with a delivery on purpose, choices that it leans on) → whether a receiver that
            checks signatures as documented refuses it.
        rules: those that only this provider has.
    """

    listings: Sequence[ListConvention] = ()
    creates: Sequence[str] = ()
    has_wrong_signature: Callable[[str, Mapping[str, str]], bool] = _has_wrong_signature
    rules: Sequence[ProviderRule] = ()
