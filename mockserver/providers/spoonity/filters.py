"""Spoonity's search string. Plays https://developers.spoonity.com/filtering-sorting-paging."""

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from mockserver.exchange import Call, InvalidField
from mockserver.providers.spoonity.assumptions import EMAIL_FILTER, UNKNOWN_FILTER
from mockserver.providers.spoonity.records import Customer

_WORD = re.compile(r'(?:"[^"]*"|[^\s"]|"(?![^"]*"))+')
_QUOTED = re.compile(r'"([^"]*)"')


class Criterion(Struct, frozen=True):
    """One `key:value` of a search string, the value in lower case."""

    key: str
    value: str


def criteria(call: Call) -> list[Criterion]:
    """Return the criteria of the call's search string; all of them must hold.

    Raises: InvalidField where the sandbox rejects words that are no criterion.
    """
    found, strangers = [], False
    for word in _WORD.findall(call.query.get("query", "")):
        key, _, value = word.partition(":")
        if key in _MATCHES and ":" not in _QUOTED.sub("", value):
            found.append(Criterion(key, _QUOTED.sub(r"\1", value).lower()))
        else:
            strangers = True
    if strangers and call.assume(UNKNOWN_FILTER) == "rejected":
        raise InvalidField("query")
    return found


def select(call: Call, customers: Iterable[Customer], wanted: list[Criterion]) -> list[Customer]:
    """Return the customers that meet all criteria, in their order."""
    chosen = [each for each in customers if all(_MATCHES[one.key](each, one.value) for one in wanted)]
    addresses = {one.value for one in wanted if one.key == "e"}
    exact = [each for each in chosen if each.email is not None and addresses == {each.email.lower()}] if addresses else chosen
    if len(exact) != len(chosen) and call.assume(EMAIL_FILTER) == "equals":
        return exact
    return chosen


def _contains(text: str | None, value: str) -> bool:
    return text is not None and value in text.lower()


_MATCHES: dict[str, Callable[[Customer, str], bool]] = {
    "n": lambda customer, value: _contains(customer.name, value),
    "e": lambda customer, value: _contains(customer.email, value),
    "s": lambda customer, value: customer.status.lower() == value,
}
