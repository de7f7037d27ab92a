"""Read exchanges as a client saw them."""

import re
from collections.abc import Hashable
from typing import Any
from urllib.parse import unquote

from mockserver.conversion import json_or_none
from mockserver.exchange import Exchange
from mockserver.judge.rules import RuleInput

BLINDING = frozenset({"lost-reply", "drop", "truncate", "garbage"})
"""Kinds of fault after which a client does not know the answer."""

MANGLING = BLINDING - {"drop"}
"""Those after the work was done."""

_IDENTITY = re.compile(rb'"id"\s*:\s*"([^"\\]*)"')

BESIDE_MS = 25
"""Requests this close on two connections may be simultaneous."""

READS = frozenset({"GET", "HEAD", "OPTIONS"})


def kinds(exchange: Exchange) -> frozenset[str]:
    """Return the kinds of the faults that were put in."""
    return frozenset(fault.partition("=")[0] for fault in exchange.faults)


def succeeded(exchange: Exchange) -> bool:
    """Return whether the work was done."""
    return 200 <= exchange.status < 300


def was_seen(exchange: Exchange) -> bool:
    """Return whether the client knows that the work was done."""
    return succeeded(exchange) and not kinds(exchange) & BLINDING


def client_of(traffic: RuleInput, exchange: Exchange) -> Hashable:
    """Return the identity of the client: its credential and User-Agent."""
    return traffic.provider.credential(exchange.request), exchange.request.header(b"user-agent")


def is_write(exchange: Exchange) -> bool:
    """Return whether the request asks for a change."""
    return exchange.request.method not in READS


def last_segment(exchange: Exchange) -> str:
    """Return the last path segment, which is the record's id."""
    return unquote(exchange.request.path.rpartition("/")[2])


def value_of(exchange: Exchange) -> Any:
    """Return the reply's JSON value; None if incomplete or not JSON."""
    return None if "reply" in exchange.incomplete_parts else json_or_none(exchange.body)


def identity_of(exchange: Exchange) -> str:
    """Return the record's id in the reply, even in broken JSON."""
    value = value_of(exchange)
    if value is None and (found := _IDENTITY.search(exchange.body)):
        return found[1].decode("utf-8", "replace")
    return str(value.get("id", "")) if isinstance(value, dict) else ""


def identities_in(exchange: Exchange) -> list[str]:
    """Return the ids of all records that the reply shows."""
    return [each.decode("utf-8", "replace") for each in _IDENTITY.findall(exchange.body)]


def request_of(exchange: Exchange) -> tuple[str, str, bytes, bytes]:
    """Return what equal requests share: method, path, query, body."""
    request = exchange.request
    return request.method, request.path, request.query, request.body or b""


def was_in_flight(first: Exchange, second: Exchange) -> bool:
    """Return whether the second request arrived before the first one was answered."""
    is_known = first.real_ms and second.real_ms
    return bool(is_known) and second.real_ms < first.real_ms + first.took_us // 1_000


def may_not_know(first: Exchange, second: Exchange) -> bool:
    """Return whether the second request may not know the first reply.

    A mock answers faster than clients connect, so requests sent together may arrive one by one. On one connection each
    request follows a reply.
    """
    connections = first.request.connection, second.request.connection
    are_two = None not in connections and connections[0] != connections[1]
    is_soon = 0 < first.real_ms <= second.real_ms < first.real_ms + first.took_us // 1_000 + BESIDE_MS
    return was_in_flight(first, second) or (are_two and is_soon)


def waited_ms(first: Exchange, second: Exchange) -> int | None:
    """Return the time between arrivals, by the faster clock; None if unknown."""
    sandbox = second.at - first.at if first.at and second.at else None
    machine = second.real_ms - first.real_ms if first.real_ms and second.real_ms else None
    if sandbox is not None and sandbox < 0:
        return None
    return max((each for each in (sandbox, machine) if each is not None), default=None)
