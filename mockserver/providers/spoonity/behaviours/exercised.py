"""Predicates: which exchanges exercise which of Spoonity's statements."""

from typing import Any
from urllib.parse import parse_qsl

from mockserver.catalogue.behaviour import Exercised
from mockserver.conversion import json_or_none
from mockserver.exchange import Exchange
from mockserver.providers.spoonity.operations import CREATE, DELETE, LIST, RETRIEVE, TOKEN, UPDATE

_OPERATIONS = (CREATE, DELETE, LIST, RETRIEVE, TOKEN, UPDATE)


def success_of(operation: str, when: Exercised | None = None) -> Exercised:
    """Exercised by a success of the operation for which the condition holds."""
    return lambda exchange: exchange.operation == operation and exchange.status < 300 and (when is None or when(exchange))


def asking(operation: str, *names: str) -> Exercised:
    """Exercised by a success of the operation with all of these query parameters."""
    return success_of(operation, lambda exchange: set(names) <= query_of(exchange).keys())


def sending(operation: str, name: str, *values: str) -> Exercised:
    """Exercised by a success of the operation that sets the attribute, to one of the values if there are any."""

    def sends(exchange: Exchange) -> bool:
        sent = attributes_of(exchange)
        return name in sent and (not values or sent[name] in values)

    return success_of(operation, sends)


def filtering(key: str) -> Exercised:
    """Exercised by a list with such a criterion."""
    return success_of(
        LIST, lambda exchange: any(each.startswith(f"{key}:") for each in query_of(exchange).get("query", "").split())
    )


def answering(operation: str, name: str, *values: Any) -> Exercised:
    """Exercised by a success of the operation whose reply has the property, with one of the values if there are any."""

    def answers(exchange: Exchange) -> bool:
        value = reply_of(exchange).get(name)
        return value in values if values else bool(value)

    return success_of(operation, answers)


def both(first: Exercised, second: Exercised) -> Exercised:
    """Exercised by what exercises both."""
    return lambda exchange: first(exchange) and second(exchange)


def refused(*statuses: int) -> Exercised:
    """Exercised by a refusal of any operation, with one of the statuses if there are any."""
    return lambda exchange: (
        exchange.operation in _OPERATIONS and (exchange.status in statuses if statuses else 400 <= exchange.status < 500)
    )


def query_of(exchange: Exchange) -> dict[str, str]:
    """Return the query parameters of the exchange's request."""
    return dict(parse_qsl(exchange.request.query.decode("latin-1"), keep_blank_values=True))


def form_of(exchange: Exchange) -> dict[str, str]:
    """Return the form fields of the request; empty without a form."""
    if b"application/x-www-form-urlencoded" not in exchange.request.headers.get(b"content-type", b""):
        return {}
    return dict(parse_qsl((exchange.request.body or b"").decode("utf-8", "replace"), keep_blank_values=True))


def attributes_of(exchange: Exchange) -> dict[str, Any]:
    """Return the attributes that the request sets in query, form or JSON."""
    return {**query_of(exchange), **form_of(exchange), **_object(exchange.request.body)}


def reply_of(exchange: Exchange) -> dict[str, Any]:
    """Return the JSON object of the exchange's reply; empty if it has none."""
    return _object(exchange.body)


def _object(body: bytes | None) -> dict[str, Any]:
    value = json_or_none(body or b"")
    return value if isinstance(value, dict) else {}
