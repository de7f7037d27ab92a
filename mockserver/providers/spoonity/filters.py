"""Spoonity's search string. Plays https://developers.spoonity.com/filtering-sorting-paging."""

import re
from collections.abc import Iterable

from msgspec import Struct

from mockserver.exchange import Call, InvalidField
from mockserver.providers.spoonity.assumptions import UNKNOWN_FILTER
from mockserver.providers.spoonity.records import Customer

KEYS = ("n", "e", "s")

_WORD = re.compile(r'(?:"[^"]*"|[^\s"]|"(?![^"]*"))+', re.ASCII)
_QUOTED = re.compile(r'"([^"]*)"')


class Criterion(Struct, frozen=True):
    """One `key:value` of a search string, the value in lower case."""

    key: str
    value: str


def criteria(call: Call) -> list[Criterion]:
    """Return the criteria of the call's search string; all of them must hold.

    Behaviours: spoonity.filter.*
    Raises: InvalidField where the sandbox rejects words that are no criterion.
    """
    found, strangers = [], False
    for word in _WORD.findall(call.query.get("query", "")):
        key, colon, value = word.partition(":")
        if colon and key in KEYS and ":" not in _QUOTED.sub("", value):
            found.append(Criterion(key, _QUOTED.sub(r"\1", value).lower()))
        else:
            strangers = True
    if strangers and call.assume(UNKNOWN_FILTER) == "rejected":
        raise InvalidField("query")
    return found


def meets(customer: Customer, wanted: Iterable[Criterion], *, whole_email: bool) -> bool:
    """Return whether the customer meets all criteria; `whole_email` lets `e` match nothing less than the whole address."""
    return all(_meets(customer, one, whole_email=whole_email) for one in wanted)


def _meets(customer: Customer, one: Criterion, *, whole_email: bool) -> bool:
    if one.key == "s":
        return customer.status.lower() == one.value
    text = customer.name if one.key == "n" else customer.email
    if text is None:
        return False
    return one.value == text.lower() if one.key == "e" and whole_email else one.value in text.lower()
