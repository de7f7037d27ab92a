"""Predicates: which exchanges exercise a statement."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from mockserver.conversion import json_or_none
from mockserver.exchange import Exchange

Exercised = Callable[[Exchange], bool]


def answered(operation: str, *statuses: int, when: Exercised | None = None) -> Exercised:
    """Return whether the operation answered with a status. Default: any success."""

    def exercised(exchange: Exchange) -> bool:
        fits = exchange.status in statuses if statuses else 200 <= exchange.status < 300
        return exchange.operation == operation and fits and (when is None or when(exchange))

    return exercised


def asks(*names: str) -> Exercised:
    """Return whether the query has all these parameters."""
    return lambda exchange: query_of(exchange).keys() >= set(names)


def omits(name: str) -> Exercised:
    """Return whether the query lacks the parameter."""
    return lambda exchange: name not in query_of(exchange)


def negated(exercised: Exercised) -> Exercised:
    """Return whether the condition does not hold."""
    return lambda exchange: not exercised(exchange)


def query_of(exchange: Exchange) -> dict[str, str]:
    """Return the query's parameters, the last value of each."""
    return dict(parse_qsl(exchange.request.query.decode("latin-1"), keep_blank_values=True))


def number_in(text: str, default: int) -> int:
    """Return the whole number that the text is, else the default."""
    return int(text[:19]) if text.isascii() and text.isdigit() else default


def sent_in(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON object in the request's body, or an empty one."""
    return _object(exchange.request.body or b"")


def body_of(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON object in the reply's body, or an empty one."""
    return _object(exchange.body)


def _object(text: bytes) -> dict[str, Any]:
    value = json_or_none(text)
    return value if isinstance(value, dict) else {}
