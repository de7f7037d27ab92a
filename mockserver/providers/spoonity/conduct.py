"""How conduct rules read a client's exchanges with Spoonity."""

from mockserver.catalogue.conduct import Asked, Conduct, ListConvention, ProviderRule, Shown
from mockserver.catalogue.traffic import body_of, number_in, query_of
from mockserver.exchange import Exchange
from mockserver.providers.spoonity.operations import CREATE, LIST, RETRIEVE

DEFAULT_LIMIT = 25

_FILTER = b"query="


def _asked(exchange: Exchange) -> Asked:
    query = query_of(exchange)
    limit, page = number_in(query.pop("limit", ""), 0) or DEFAULT_LIMIT, number_in(query.pop("page", ""), 0) or 1
    return Asked(tuple(sorted(query.items())), (page - 1) * limit, limit)


def _shown(exchange: Exchange) -> Shown | None:
    page = body_of(exchange)
    if not isinstance(page.get("items"), list):
        return None
    links = [link for link in (page.get("next"), page.get("prev")) if isinstance(link, str)]
    following = page.get("next")
    return Shown(page["items"], following is not None, following if isinstance(following, str) else None, links)


def _unescaped(exchange: Exchange) -> str:
    """Return which characters of a filter are not escaped."""
    if exchange.operation != LIST:
        return ""
    filters = [part[len(_FILTER) :] for part in exchange.request.query.split(b"&") if part.startswith(_FILTER)]
    found = [name for sign, name in ((b"+", "a `+`"), (b" ", "a space")) if any(sign in each for each in filters)]
    return f"{' and '.join(found)} unescaped: %20 is a space and %2B a plus" if found else ""


CONDUCT = Conduct(
    listings=(ListConvention(LIST, _asked, _shown, retrieve=RETRIEVE),),
    creates=(CREATE,),
    rules=(
        ProviderRule(
            "unescaped-filter",
            "error",
            "The documents send a space as %20. Some servers read a bare `+` as a plus, others as a space.",
            "query.query",
            _unescaped,
        ),
    ),
)
