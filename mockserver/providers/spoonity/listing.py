"""Filter, sort and page lists of customers.

Plays https://developers.spoonity.com/customer and https://developers.spoonity.com/filtering-sorting-paging.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mockserver.catalogue import Assumption
from mockserver.exchange import Call, InvalidField, Page
from mockserver.providers.spoonity.assumptions import DELETED_CUSTOMER, EMAIL_FILTER, NEXT_LINK, SORT_DIRECTION, UNKNOWN_FILTER
from mockserver.providers.spoonity.records import Customer
from mockserver.state import Collection

KEYS = ("n", "e", "s")

_WORD = re.compile(r'(?:"[^"]*"|[^\s"]|"(?![^"]*"))+', re.ASCII)
_QUOTED = re.compile(r'"([^"]*)"')


class Criterion(Struct, frozen=True):
    """One `key:value` of a search string, the value in lower case."""

    key: str
    value: str


def criteria(call: Call) -> list[Criterion]:
    """Return the criteria of the search string; all must match.

    Behaviours: spoonity.filter.*
    Raises: InvalidField where the sandbox rejects words that are no criterion.
    """
    found, has_unknown = [], False
    for word in _WORD.findall(call.query.get("query", "")):
        key, colon, value = word.partition(":")
        if colon and key in KEYS and ":" not in _QUOTED.sub("", value):
            found.append(Criterion(key, _QUOTED.sub(r"\1", value).lower()))
        else:
            has_unknown = True
    if has_unknown and call.assume(UNKNOWN_FILTER) == "rejected":
        raise InvalidField("query")
    return found


def _meets(customer: Customer, one: Criterion, *, whole_email: bool) -> bool:
    if one.key == "s":
        return customer.status.lower() == one.value
    text = customer.name if one.key == "n" else customer.email
    if text is None:
        return False
    return one.value == text.lower() if one.key == "e" and whole_email else one.value in text.lower()


Choices = Mapping[str, str]
"""Assumption → choice, for those that can change a list."""


def page_of(customers: Collection, call: Call) -> Page:
    """Return the page that the call asks for.

    A list can depend on several assumptions. Each is recorded only if another choice, all others being as they
    are, would show something else.

    Behaviours: spoonity.list.default-limit, spoonity.list.limit, spoonity.list.newest-first, spoonity.list.page, spoonity.sort.*
    Raises: InvalidField for a search string that the sandbox does not take.
    """
    wanted = criteria(call)
    choices = {each.key: call.choices.get(each.key, each.default) for each in (*_OPEN, NEXT_LINK)}
    page = _page(customers, call.query, wanted, choices)
    _note(customers, call, wanted, choices, page)
    return page


_OPEN = (EMAIL_FILTER, SORT_DIRECTION, DELETED_CUSTOMER)


def _note(customers: Collection, call: Call, wanted: Sequence[Criterion], choices: Choices, page: Page) -> None:
    """Record each assumption whose other choice would show another page."""
    for question in _questions(customers, call.query, wanted):
        others = [each for each in question.choices if each != choices[question.key]]
        pages = [_page(customers, call.query, wanted, {**choices, question.key: each}) for each in others]
        if any(_shown(each, choices) != _shown(page, choices) for each in pages):
            call.assume(question)


def _questions(customers: Collection, query: Mapping[str, Any], wanted: Sequence[Criterion]) -> Iterator[Assumption]:
    """Yield the assumptions that can change such a list."""
    if any(one.key == "e" for one in wanted):
        yield EMAIL_FILTER
    if "sort" in query and "order" not in query:
        yield SORT_DIRECTION
    if customers.deleted:
        yield DELETED_CUSTOMER


def _shown(page: Page, choices: Choices) -> tuple[tuple[Customer, ...], bool]:
    """Return the records of the page, and whether more follow."""
    is_full = len(page.records) == page.limit
    return page.records, page.has_more or (is_full and choices[NEXT_LINK.key] == "when-full")


def _page(customers: Collection, query: Mapping[str, Any], wanted: Sequence[Criterion], choices: Choices) -> Page:
    limit, start = query["limit"], (query["page"] - 1) * query["limit"]
    descending = _descends(query, choices)
    hides_deleted = choices[DELETED_CUSTOMER.key] == "gone"
    if not wanted and query.get("sort", "date_created") == "date_created":
        ids = customers.live_ids() if hides_deleted else customers.all()
        return Page(customers.page(ids, start, limit, newest_first=descending), start, limit, len(ids))
    hidden: Mapping[str, None] = customers.deleted if hides_deleted else {}
    whole_email = choices[EMAIL_FILTER.key] == "equals"
    seen = (each for each in customers if each.id not in hidden)
    chosen = [each for each in seen if all(_meets(each, one, whole_email=whole_email) for one in wanted)]
    rows = _sorted(chosen, query.get("sort", "date_created"), descending=descending)
    return Page(tuple(rows[start : start + limit]), start, limit, len(rows))


def _descends(query: Mapping[str, Any], choices: Choices) -> bool:
    if "order" in query:
        return bool(query["order"].upper() == "DESC")
    return "sort" not in query or choices[SORT_DIRECTION.key] == "descending"


def _sorted(customers: list[Customer], name: str, *, descending: bool) -> list[Customer]:
    """Return customers sorted by a property, equal ones by creation, null last."""
    if name == "date_created":
        return customers[::-1] if descending else customers
    known = sorted((each for each in customers if getattr(each, name) is not None), key=lambda each: _rank(each, name))
    unknown = [each for each in customers if getattr(each, name) is None]
    return known[::-1] + unknown[::-1] if descending else known + unknown


def _rank(customer: Customer, name: str) -> Any:
    value = getattr(customer, name)
    return value.lower() if isinstance(value, str) else value
