"""Lists of customers: pages, filters and sorting.

Checks https://developers.spoonity.com/customer and https://developers.spoonity.com/filtering-sorting-paging.
"""

from mockserver.catalogue.traffic import Exercised, asks, omits, query_of
from mockserver.providers.spoonity.behaviours.exercised import filters, shows
from mockserver.providers.spoonity.behaviours.service import CustomerView, Service, listing, object_in, page_in

LISTS = "Customer page, list"
SAMPLE = "Customer page, the sample of a list"
FILTERS = "Customer page, list, filter parameters"
FILTERING = "Filtering, sorting and paging page, filtering"
SORTING = "Filtering, sorting and paging page, sorting"

DEFAULT_LIMIT = 25


# Pages


@listing("spoonity.list.envelope", source=SAMPLE)
def envelope(service: Service) -> None:
    """A list has exactly items, next and prev: customers, and two links that may be null. It has no total."""
    shown = object_in(service.api.call("GET", "/customers").expect(200))
    assert shown.keys() == {"items", "next", "prev"}, f"a list has the properties {sorted(shown)}"
    assert isinstance(shown["items"], list)
    for name in ("next", "prev"):
        assert shown[name] is None or isinstance(shown[name], str), f"{name} is {shown[name]!r}"


@listing("spoonity.list.whole-customers", source=SAMPLE, when=shows("items"))
def whole_customers(service: Service) -> None:
    """The items of a list are whole customers, the same as when retrieved by id."""
    customer = service.create()
    for listed in (service.page({"query": f"n:{customer.name}"}).items, service.walk()):
        shown = next((each for each in listed if each.id == customer.id), None)
        assert shown == service.retrieve(customer.id), f"it is listed as {shown}"


@listing("spoonity.list.default-limit", source=LISTS, when=lambda exchange: b"limit=" not in exchange.request.query)
def default_limit(service: Service) -> None:
    """Without a limit, a page has at most 25 customers."""
    service.fill(DEFAULT_LIMIT + 1)
    page = service.page()
    assert len(page.items) == DEFAULT_LIMIT, f"the first page has {len(page.items)} customers"
    assert page.next == f"{service.api.url}/customers?limit={DEFAULT_LIMIT}&page=2", f"next is {page.next}"


@listing("spoonity.list.newest-first", source=LISTS)
def newest_first(service: Service) -> None:
    """Lists start with the most recent customer."""
    oldest, middle, newest = service.create(), service.create(), service.create()
    assert service.order_of(middle, newest, oldest) == [newest.id, middle.id, oldest.id]


@listing("spoonity.list.limit", source="Customer page, list, query parameters", when=asks("limit"))
def limit(service: Service) -> None:
    """The limit is the largest number of customers that a page has."""
    service.fill(DEFAULT_LIMIT + 1)
    for wanted in (1, 2, DEFAULT_LIMIT + 1):
        got = len(service.page({"limit": wanted}).items)
        assert got == wanted, f"a page of {wanted} has {got} customers"


@listing("spoonity.list.page", source="Customer page, list, query parameters and sample", when=asks("page"))
def page(service: Service) -> None:
    """Pages are counted from 1, each holds the customers that follow those of the page before, and 1 is the default."""
    customers = service.create_namesakes(5)
    newest_first = [customer.id for customer in reversed(customers)]
    query = {"query": f"n:{customers[0].name}", "limit": 2}
    assert service.page(query).ids == newest_first[:2]
    for number in (1, 2, 3):
        got = service.page({**query, "page": number}).ids
        assert got == newest_first[2 * number - 2 : 2 * number], f"page {number} has {got} of {newest_first}"


@listing("spoonity.list.next-link", source=SAMPLE, when=shows("next"))
def next_link(service: Service) -> None:
    """The link to the next page is a full URL of the list, with limit and then page as its first parameters."""
    service.fill(2)
    link = service.page({"limit": 1}).next
    assert link == f"{service.api.url}/customers?limit=1&page=2", f"next is {link}"


@listing("spoonity.list.next-page", source=SAMPLE, when=asks("limit", "page"))
def next_page(service: Service) -> None:
    """The link to the next page leads to the next page of the same list."""
    word = service.api.unique("sorted")
    made = {service.create(name=f"{word}-{letter}").id: letter for letter in "bdaec"}
    query = {"query": f"n:{word} s:ACTIVE", "sort": "name", "order": "ASC", "limit": 2}
    page, seen = service.page(query), []
    for _ in range(2):
        seen += page.ids
        page = service.follow(page.next)
    assert seen + page.ids == sorted(made, key=lambda identity: made[identity])


@listing("spoonity.list.first-page-has-no-previous", source=SAMPLE)
def first_page_has_no_previous(service: Service) -> None:
    """On the first page the link to the previous page is null."""
    for query in (None, {"page": 1}):
        assert service.page(query).prev is None


@listing("spoonity.list.previous-page", source=SAMPLE, when=shows("prev"))
def previous_page(service: Service) -> None:
    """On a later page the link to the previous page leads to the page before it."""
    word = service.api.unique("sorted")
    service.create(name=service.api.unique("another"))
    first, third, second = (service.create(name=f"{word}-{letter}") for letter in "acb")
    query = {"query": f"n:{word}", "sort": "name", "order": "ASC", "limit": 1}
    last = service.page({**query, "page": 3})
    assert last.ids == [third.id]
    middle = service.follow(last.prev)
    assert middle.ids == [second.id]
    assert str(middle.prev).startswith(f"{service.api.url}/customers?limit=1&page=1"), f"prev is {middle.prev}"
    assert service.follow(middle.prev).ids == [first.id]


@listing(
    "spoonity.list.last-page-has-no-next", source=SAMPLE, when=lambda exchange: b'"next":null' in exchange.body.replace(b" ", b"")
)
def last_page_has_no_next(service: Service) -> None:
    """If a page has fewer customers than its limit, the link to the next page is null."""
    customers = service.create_namesakes(3)
    query = {"query": f"n:{customers[0].name}", "limit": 2}
    assert service.page(query).next is not None
    last = service.page({**query, "page": 2})
    assert (len(last.items), last.next) == (1, None), f"after {len(last.items)} of 2 customers, next is {last.next}"


# Filters and sorting


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
    """Create three customers; return their common word, and them sorted by name."""
    word = service.api.unique("sorted")
    second, first, third = (service.create(name=f"{letter} {word}") for letter in "BAC")
    return word, [first, second, third]


def _sorted_ids(service: Service, word: str, **query: object) -> list[str]:
    return service.page({"query": f"n:{word}", "sort": "name", **query}).ids


def _first_letters(service: Service, order: str) -> list[str]:
    """Return the plain first letters of the first page, sorted by name."""
    names = [customer.name or "" for customer in service.page({"sort": "name", "order": order}).items]
    return [each[0] for each in names if each[:1].isascii() and each[:1].isalpha()]


def _is_sorted(letters: list[str], *, descending: bool = False) -> bool:
    """Return whether the letters are sorted, by code point or ignoring case."""
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
