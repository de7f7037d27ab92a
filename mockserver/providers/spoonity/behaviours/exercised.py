"""Predicates: which exchanges exercise which of Spoonity's statements."""

from typing import Any
from urllib.parse import parse_qsl

from mockserver.catalogue.traffic import Exercised, body_of, query_of, sent_in
from mockserver.exchange import Exchange


def sends(name: str, *values: str) -> Exercised:
    """Return whether the request sets the attribute, to one of the values."""

    def exercised(exchange: Exchange) -> bool:
        sent = attributes_of(exchange)
        return name in sent and (not values or sent[name] in values)

    return exercised


def sends_all(*names: str) -> Exercised:
    """Return whether the request sets all these attributes."""
    return lambda exchange: attributes_of(exchange).keys() >= set(names)


def sends_none(*names: str) -> Exercised:
    """Return whether the request sets none of these attributes."""
    return lambda exchange: attributes_of(exchange).keys().isdisjoint(names)


def filters(key: str) -> Exercised:
    """Return whether the search string has a criterion of this key."""
    return lambda exchange: any(word.startswith(f"{key}:") for word in query_of(exchange).get("query", "").split())


def shows(name: str, *values: Any) -> Exercised:
    """Return whether the reply's property is set, to one of the values."""

    def exercised(exchange: Exchange) -> bool:
        value = body_of(exchange).get(name)
        return value in values if values else bool(value)

    return exercised


def refused(*statuses: int) -> Exercised:
    """Return whether any operation refused, with one of the statuses."""

    def exercised(exchange: Exchange) -> bool:
        fits = exchange.status in statuses if statuses else 400 <= exchange.status < 500
        return exchange.operation.startswith("spoonity.") and fits

    return exercised


def form_of(exchange: Exchange) -> dict[str, str]:
    """Return the form fields of the request; empty without a form."""
    if b"application/x-www-form-urlencoded" not in exchange.request.headers.get(b"content-type", b""):
        return {}
    return dict(parse_qsl((exchange.request.body or b"").decode("utf-8", "replace"), keep_blank_values=True))


def attributes_of(exchange: Exchange) -> dict[str, Any]:
    """Return the attributes that the request sets in query, form or JSON."""
    return {**query_of(exchange), **form_of(exchange), **sent_in(exchange)}
