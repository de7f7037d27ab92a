"""What a list of customers is, and how to go through it. Checks https://developers.spoonity.com/customer."""

from mockserver.catalogue.traffic import asks
from mockserver.providers.spoonity.behaviours.exercised import shows
from mockserver.providers.spoonity.behaviours.service import Service, listing, object_in

LISTS = "Customer page, list"
SAMPLE = "Customer page, the sample of a list"

DEFAULT_LIMIT = 25


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
