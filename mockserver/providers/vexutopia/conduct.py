"""How conduct rules read a client's exchanges with Vexutopia and its deliveries."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mockserver.catalogue.conduct import UNSIGNED, Asked, Conduct, ListConvention, Shown
from mockserver.conversion import json_or_none
from mockserver.exchange import Exchange
from mockserver.providers.vexutopia.assumptions import SIGNATURE_FORM

DEFAULT_LIMIT = 10
MAX_LIMIT = 100

MISTIMED = frozenset({"stale", "future"})
"""What is wrong with a delivery so that only a signature with a time in it tells."""


def _asked(exchange: Exchange) -> Asked:
    query = dict(parse_qsl(exchange.request.query.decode("utf-8", "replace"), keep_blank_values=True))
    limit, offset = _count(query.pop("limit", ""), DEFAULT_LIMIT), _count(query.pop("offset", ""), 0)
    return Asked(tuple(sorted(query.items())), offset, min(limit or DEFAULT_LIMIT, MAX_LIMIT))


def _count(text: str, default: int) -> int:
    return int(text[:19]) if text.isascii() and text.isdigit() else default


def _shown(exchange: Exchange) -> Shown | None:
    page = json_or_none(exchange.body)
    if not isinstance(page, dict) or not isinstance(page.get("data"), list):
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
        ListConvention("vexutopia.listCustomers", _asked, _shown, retrieve="vexutopia.retrieveCustomer"),
        ListConvention("vexutopia.listPayments", _asked, _shown, retrieve="vexutopia.retrievePayment", settles=_is_pending),
    ),
    creates=("vexutopia.createCustomer", "vexutopia.createPayment"),
    has_wrong_signature=_has_wrong_signature,
)
