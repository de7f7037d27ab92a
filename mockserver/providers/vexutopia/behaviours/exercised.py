"""Predicates: which exchanges exercise which of Vexutopia's statements."""

from typing import Any

from mockserver.catalogue.traffic import Exercised, body_of, sent_in
from mockserver.exchange import Exchange


def refused(*codes: str, when: Exercised | None = None) -> Exercised:
    """Return whether an operation refused with a code, and the condition holds."""

    def exercised(exchange: Exchange) -> bool:
        return failed(exchange) and refusal_of(exchange).get("code") in codes and (when is None or when(exchange))

    return exercised


def failed(exchange: Exchange) -> bool:
    """Return whether any operation refused."""
    return exchange.operation.startswith("vexutopia.") and exchange.status >= 400 and bool(refusal_of(exchange))


def failed_with(member: str) -> Exercised:
    """Return whether any operation refused with an error that has the member."""
    return lambda exchange: failed(exchange) and member in refusal_of(exchange)


def sends(*names: str) -> Exercised:
    """Return whether the body has all these fields."""
    return lambda exchange: sent_in(exchange).keys() >= set(names)


def blames(name: str) -> Exercised:
    """Return whether the error names the parameter."""
    return lambda exchange: refusal_of(exchange).get("param") == name


def shows(name: str) -> Exercised:
    """Return whether the reply has the member."""
    return lambda exchange: name in body_of(exchange)


def has_rows(exchange: Exchange) -> bool:
    """Return whether the list has rows."""
    return bool(body_of(exchange).get("data"))


def refusal_of(exchange: Exchange) -> dict[str, Any]:
    """Return the reply's error object; empty if it has none."""
    error = body_of(exchange).get("error")
    return error if isinstance(error, dict) else {}
