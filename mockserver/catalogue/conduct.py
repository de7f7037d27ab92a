"""What conduct rules need to know of a provider."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from mockserver.exchange import Exchange

Severity = Literal["error", "warning", "note"]
"""Worst first. A note is not a mistake."""

UNSIGNED = frozenset({"bad-signature", "old-secret", "truncate"})
"""Defects of a delivery that break any form of signature."""


class Asked(Struct, frozen=True):
    """The page of a list that a request asks for.

    Attributes:
        subject: filters and sorting.
        start: rows before the page.
        limit: rows that a page can have.
    """

    subject: Hashable
    start: int
    limit: int


class Shown(Struct, frozen=True):
    """The page of a list that a reply shows.

    Attributes:
        has_more: whether the reply says that rows follow.
        next: the link to the next page, if there is one.
        links: all links to pages.
    """

    items: Sequence[Any]
    has_more: bool
    next: str | None = None
    links: Sequence[str] = ()


class ListConvention(Struct, frozen=True):
    """How to read one of a provider's lists.

    Attributes:
        operation: returns a page.
        asked: returns the page that a request asks for; None if unknown.
        shown: returns the page in a reply of status 2xx; None if it is no list.
        retrieve: the operation that returns one such row by the id at the end of its path, if there is one.
        settles: whether the row will change by itself, so that another look makes sense.
    """

    operation: str
    asked: Callable[[Exchange], Asked | None]
    shown: Callable[[Exchange], Shown | None]
    retrieve: str = ""
    settles: Callable[[Any], bool] = lambda _item: False


class ProviderRule(Struct, frozen=True):
    """A conduct rule of one provider about single exchanges.

    Attributes:
        id: words with hyphens, as in reports.
        says: why it matters, as a sentence.
        place: the part of the request.
        sees: returns what is wrong with an exchange, as a clause.
    """

    id: str
    severity: Severity
    says: str
    place: str
    sees: Callable[[Exchange], str]


class Conduct(Struct, frozen=True):
    """What conduct rules need to know of a provider.

    Attributes:
        creates: operations that always create a record, whose `id` is in the reply.
        has_wrong_signature: (defect of a delivery, its assumptions) → whether a correct receiver refuses it.
        rules: those that only this provider has.
    """

    listings: Sequence[ListConvention] = ()
    creates: Sequence[str] = ()
    has_wrong_signature: Callable[[str, Mapping[str, str]], bool] = lambda how, _assumed: how in UNSIGNED
    rules: Sequence[ProviderRule] = ()
