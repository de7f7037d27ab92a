"""The rule on records that are retrieved one by one although a list has just shown them whole."""

from collections.abc import Hashable, Iterator
from typing import Any

from msgspec import Struct, field

from mockserver.catalogue.conduct import ListConvention
from mockserver.exchange import Exchange
from mockserver.judge.conduct.reading import client_of, is_write, last_segment, value_of, was_seen
from mockserver.judge.rules import Hit, Rule, RuleInput

ENOUGH = 3
"""So many rows, retrieved in a row, are no longer somebody who looks at one or two of them."""


class _Reader(Struct):
    """What one client has in its hands.

    Attributes:
        held: operation that would retrieve it, and id → row, as a list showed it.
        needless: id → the retrieval of what it held, since it was last given a list.
    """

    held: dict[tuple[str, str], Any] = field(default_factory=dict)
    needless: dict[str, Exchange] = field(default_factory=dict)


def _retrieves_per_item(case: RuleInput) -> Iterator[Hit]:
    lists = {listing.operation: listing for listing in case.conduct.listings if listing.retrieve}
    retrieving = {listing.retrieve for listing in lists.values()}
    readers: dict[Hashable, _Reader] = {}
    for exchange in case.exchanges:
        reader = readers.setdefault(client_of(case, exchange), _Reader())
        if exchange.operation in retrieving:
            _note(reader, exchange)
        elif exchange.operation in lists:
            yield from _sightings(reader)
            _hold(reader, lists[exchange.operation], exchange)
        elif is_write(exchange):
            for each in readers.values():
                each.held.clear()
    for reader in readers.values():
        yield from _sightings(reader)


def _note(reader: _Reader, exchange: Exchange) -> None:
    identity = last_segment(exchange)
    held = reader.held.get((exchange.operation, identity))
    if held is not None and was_seen(exchange) and value_of(exchange) == held:
        reader.needless.setdefault(identity, exchange)


def _hold(reader: _Reader, listing: ListConvention, exchange: Exchange) -> None:
    shown = listing.shown(exchange) if was_seen(exchange) else None
    for item in shown.items if shown is not None else ():
        if isinstance(item, dict) and "id" in item and not listing.settles(item):
            reader.held[listing.retrieve, str(item["id"])] = item


def _sightings(reader: _Reader) -> Iterator[Hit]:
    """Tell of the retrievals so far, if they are enough, and forget them."""
    found = list(reader.needless.values())
    reader.needless.clear()
    for exchange in found if len(found) >= ENOUGH else ():
        detail = "the list before had shown this record whole"
        yield Hit(exchange=exchange, about=exchange.operation, place="path", detail=detail)


RETRIEVE_PER_ITEM = Rule(
    "retrieve-per-item",
    "warning",
    "One retrieve per row of a list that holds its rows whole is as many calls as there are rows, for nothing.",
    _retrieves_per_item,
)
