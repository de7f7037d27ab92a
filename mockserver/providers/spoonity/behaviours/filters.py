"""Filtering and sorting of lists. Checks https://developers.spoonity.com/filtering-sorting-paging and the customer page."""

from mockserver.catalogue.traffic import Exercised, asks, omits, query_of
from mockserver.providers.spoonity.behaviours.exercised import filters
from mockserver.providers.spoonity.behaviours.service import CustomerView, Service, listing, page_in

FILTERS = "Customer page, list, filter parameters"
FILTERING = "Filtering, sorting and paging page, filtering"
SORTING = "Filtering, sorting and paging page, sorting"


@listing("spoonity.filter.name", source=FILTERS, when=filters("n"))
def name(service: Service) -> None:
    """The criterion `n` finds customers by name."""
    wanted, _other = service.create(), service.create()
    assert service.found(f"n:{wanted.name}") == [wanted.id]


@listing("spoonity.filter.name-part", source=FILTERING, when=filters("n"))
def name_part(service: Service) -> None:
    """The criterion `n` matches names that contain the value."""
    word = service.api.unique("word")
    customers = [service.create(name=each) for each in (f"Ann {word} Lee", f"{word} Lee", f"Ann x{word}x")]
    service.create(name=f"Ann {word[:-1]}")
    assert service.found(f"n:{word}") == [customer.id for customer in reversed(customers)]


@listing("spoonity.filter.name-ignores-case", source=FILTERING, when=filters("n"))
def name_ignores_case(service: Service) -> None:
    """The criterion `n` ignores case."""
    word = service.api.unique("Case")
    customer = service.create(name=f"Ann {word}")
    for value in (word.upper(), word.lower()):
        assert service.found(f"n:{value}") == [customer.id], f"n:{value} does not find {customer.name!r}"


@listing("spoonity.filter.email", source=FILTERS, when=filters("e"))
def email(service: Service) -> None:
    """The criterion `e` finds customers by e-mail address."""
    wanted, _other = service.create_namesakes(2)
    assert service.found(f"e:{wanted.email}") == [wanted.id]
    capital = service.create(email=f"John.{service.api.unique('address')}@example.com")
    assert service.found(f"e:{capital.email}") == [capital.id]


@listing("spoonity.filter.status", source=FILTERS, when=filters("s"))
def status(service: Service) -> None:
    """The criterion `s` finds customers by status."""
    active, archived = service.create_namesakes(2)
    service.update(archived.id, status="ARCHIVED")
    assert service.found(f"n:{active.name} s:ACTIVE") == [active.id]
    assert service.found(f"s:ARCHIVED n:{active.name}") == [archived.id]
    assert {each.status for each in service.page({"query": "s:ACTIVE"}).items} == {"ACTIVE"}


@listing(
    "spoonity.filter.all-criteria",
    source=FILTERING,
    when=lambda exchange: filters("n")(exchange) and ":" in query_of(exchange)["query"].partition(" ")[2],
)
def all_criteria(service: Service) -> None:
    """A customer is found only if it meets all criteria."""
    first, second = service.create_namesakes(2)
    stranger = service.create()
    assert service.found(f"n:{first.name} e:{second.email}") == [second.id]
    assert service.found(f"n:{first.name} e:{stranger.email}") == []


@listing(
    "spoonity.filter.space-delimited",
    source=FILTERING,
    when=lambda exchange: filters("n")(exchange) and b"%20" in exchange.request.query,
)
def space_delimited(service: Service) -> None:
    """Criteria are separated by a space, which is sent as `%20`."""
    active, archived = service.create_namesakes(2)
    service.update(archived.id, status="ARCHIVED")
    answer = service.api.call("GET", "/customers", query=f"query=n:{active.name}%20s:ACTIVE")
    assert page_in(answer.expect(200)).ids == [active.id]


def _orders(order: str) -> Exercised:
    return lambda exchange: asks("sort", "order")(exchange) and query_of(exchange)["order"].upper() == order


def _three_names(service: Service) -> tuple[str, list[CustomerView]]:
    """Create three customers, not in the order of their names; return the part that these share, and them in that order."""
    word = service.api.unique("sorted")
    second, first, third = (service.create(name=f"{letter} {word}") for letter in "BAC")
    return word, [first, second, third]


def _sorted_ids(service: Service, word: str, **query: object) -> list[str]:
    return service.page({"query": f"n:{word}", "sort": "name", **query}).ids


def _first_letters(service: Service, order: str) -> list[str]:
    """Return what the names on the first page of all customers, sorted by name, begin with, as far as these are plain letters."""
    names = [customer.name or "" for customer in service.page({"sort": "name", "order": order}).items]
    return [each[0] for each in names if each[:1].isascii() and each[:1].isalpha()]


def _is_sorted(letters: list[str], *, descending: bool = False) -> bool:
    """Return whether the letters run one way, with capitals among or before the small ones, which nobody has settled."""
    return any(sorted(letters, key=key, reverse=descending) == letters for key in (str, str.lower))


@listing("spoonity.sort.ascending", source=SORTING, when=_orders("ASC"))
def ascending(service: Service) -> None:
    """With `sort=name&order=ASC` a list is sorted by name, ascending."""
    word, customers = _three_names(service)
    assert _sorted_ids(service, word, order="ASC") == [customer.id for customer in customers]
    letters = _first_letters(service, "ASC")
    assert _is_sorted(letters), f"the names of all customers begin with {''.join(letters)}"


@listing("spoonity.sort.descending", source=SORTING, when=_orders("DESC"))
def descending(service: Service) -> None:
    """With `order=DESC` a list is sorted in descending order."""
    word, customers = _three_names(service)
    assert _sorted_ids(service, word, order="DESC") == [customer.id for customer in reversed(customers)]
    letters = _first_letters(service, "DESC")
    assert _is_sorted(letters, descending=True), f"the names of all customers begin with {''.join(letters)}"


@listing(
    "spoonity.sort.order-is-optional", source=SORTING, when=lambda exchange: asks("sort")(exchange) and omits("order")(exchange)
)
def order_is_optional(service: Service) -> None:
    """A list can be sorted by `sort` alone, without `order`."""
    word, customers = _three_names(service)
    ids = [customer.id for customer in customers]
    assert _sorted_ids(service, word) in (ids, ids[::-1])


@listing("spoonity.list.combined", source="Filtering, sorting and paging page, introduction", when=asks("query", "sort", "page"))
def combined(service: Service) -> None:
    """Filtering, sorting and paging can be combined."""
    word, (first, second, third) = _three_names(service)
    fourth = service.create(name=f"D {word}")
    service.update(third.id, status="ARCHIVED")
    query = {"query": f"n:{word} s:ACTIVE", "sort": "name", "order": "DESC", "limit": 2}
    assert service.page(query).ids == [fourth.id, second.id]
    assert service.page({**query, "page": 2}).ids == [first.id]
    nameless = service.create(email=f"{service.api.unique('nameless')}@example.com")
    assert service.page({"query": f"e:{nameless.email}", "sort": "name"}).ids == [nameless.id]
