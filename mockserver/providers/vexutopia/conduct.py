"""How conduct rules read a client's exchanges with Vexutopia and its deliveries."""

from collections.abc import Mapping
from typing import Any

from mockserver.catalogue.conduct import UNSIGNED, Asked, Conduct, ListConvention, Shown
from mockserver.catalogue.traffic import body_of, number_in, query_of
from mockserver.exchange import Exchange
from mockserver.providers.vexutopia.assumptions import SIGNATURE_FORM
from mockserver.providers.vexutopia.operations import CREATE, LIST, LIST_PAYMENTS, PAY, RETRIEVE, RETRIEVE_PAYMENT

DEFAULT_LIMIT = 10
MAX_LIMIT = 100

MISTIMED = frozenset({"stale", "future"})
"""Faults of a delivery that only a timestamped signature shows."""


def _asked(exchange: Exchange) -> Asked:
    query = query_of(exchange)
    limit, offset = number_in(query.pop("limit", ""), DEFAULT_LIMIT), number_in(query.pop("offset", ""), 0)
    return Asked(tuple(sorted(query.items())), offset, min(limit or DEFAULT_LIMIT, MAX_LIMIT))


def _shown(exchange: Exchange) -> Shown | None:
    page = body_of(exchange)
    if not isinstance(page.get("data"), list):
        return None
    return Shown(page["data"], page.get("has_more") is True)


def _is_pending(payment: Any) -> bool:
    return isinstance(payment, dict) and payment.get("status") == "pending"


def _has_wrong_signature(how: str, assumed: Mapping[str, str]) -> bool:
    """Return whether a receiver refuses such a delivery.

    A body that was only written anew passes: the documented verifier writes it anew itself. A wrong time shows only in the
    form of signature that has one.
    """
    return how in UNSIGNED or (how in MISTIMED and assumed.get(SIGNATURE_FORM.key) == "timestamped")


CONDUCT = Conduct(
    listings=(
        ListConvention(LIST, _asked, _shown, retrieve=RETRIEVE),
        ListConvention(LIST_PAYMENTS, _asked, _shown, retrieve=RETRIEVE_PAYMENT, settles=_is_pending),
    ),
    creates=(CREATE, PAY),
    has_wrong_signature=_has_wrong_signature,
)
