"""Predicates: which exchanges exercise which of Vexutopia's statements."""

from typing import Any
from urllib.parse import parse_qs

from mockserver.catalogue.behaviour import Exercised
from mockserver.conversion import json_or_none
from mockserver.exchange import Exchange


def answered(operation: str, *statuses: int, when: Exercised | None = None) -> Exercised:
    """Exercised by an answer of the operation with one of the statuses.

    when: a further condition.
    """

    def exercised(exchange: Exchange) -> bool:
        fits = exchange.operation == operation and exchange.status in statuses
        return fits and (when is None or when(exchange))

    return exercised


def refused(*codes: str, when: Exercised | None = None) -> Exercised:
    """Exercised by an error of any operation with one of the codes.

    when: a further condition.
    """

    def exercised(exchange: Exchange) -> bool:
        return failed(exchange) and refusal_of(exchange).get("code") in codes and (when is None or when(exchange))

    return exercised


def failed(exchange: Exchange) -> bool:
    """Return whether any operation of Vexutopia refused."""
    return exchange.operation.startswith("vexutopia.") and exchange.status >= 400 and bool(refusal_of(exchange))


def asks(*names: str) -> Exercised:
    """Return whether the query has all these parameters."""
    return lambda exchange: set(names) <= query_of(exchange).keys()


def omits(name: str) -> Exercised:
    """Return whether the query has no such parameter."""
    return lambda exchange: name not in query_of(exchange)


def sends(*names: str) -> Exercised:
    """Return whether the body has all these fields."""
    return lambda exchange: set(names) <= sent_in(exchange).keys()


def blames(name: str) -> Exercised:
    """Return whether the error names the parameter."""
    return lambda exchange: refusal_of(exchange).get("param") == name


def has_rows(exchange: Exchange) -> bool:
    """Return whether a list came with rows."""
    return bool(body_of(exchange).get("data"))


def query_of(exchange: Exchange) -> dict[str, str]:
    """Return the parameters of the query, the last value of each."""
    pairs = parse_qs(exchange.request.query.decode("latin-1"), keep_blank_values=True)
    return {name: values[-1] for name, values in pairs.items()}


def sent_in(exchange: Exchange) -> dict[str, Any]:
    """Return the fields of the request's JSON object; else none."""
    return _object(exchange.request.body or b"")


def body_of(exchange: Exchange) -> dict[str, Any]:
    """Return the members of the reply's JSON object; else none."""
    return _object(exchange.body)


def refusal_of(exchange: Exchange) -> dict[str, Any]:
    """Return the reply's `error` object; else none."""
    error = body_of(exchange).get("error")
    return error if isinstance(error, dict) else {}


def _object(text: bytes) -> dict[str, Any]:
    value = json_or_none(text)
    return value if isinstance(value, dict) else {}
