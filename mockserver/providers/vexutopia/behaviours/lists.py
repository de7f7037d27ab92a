"""Customers page: slices of lists, their envelope, and the filter."""

from mockserver.catalogue import NotCheckable
from mockserver.catalogue.traffic import asks, body_of, omits, query_of
from mockserver.providers.vexutopia.behaviours.exercised import has_rows
from mockserver.providers.vexutopia.behaviours.service import CUSTOMERS, Record, Service, ids, listing, member

ENVELOPE = {"object": str, "data": list, "total": int, "limit": int, "offset": int, "has_more": bool}
SOURCE = "Customers page, list"
DEFAULT_LIMIT = 10
MAXIMUM = 100
LOOKS = 3
MANY = 900
"""More customers than this are not all looked at."""


@listing("vexutopia.list.envelope", source=SOURCE)
def envelope(service: Service) -> None:
    """A list has exactly object, data, total, limit, offset and has_more."""
    found = service.slice()
    assert found.keys() == ENVELOPE.keys(), f"a list has {sorted(found)}"
    for name, kind in ENVELOPE.items():
        member(found, name, kind)


@listing("vexutopia.list.object-marker", source=SOURCE)
def object_marker(service: Service) -> None:
    """The attribute object of a list is `list`."""
    for found in (service.slice(), service.slice(email=service.email())):
        assert found.get("object") == "list", f"object is {found.get('object')}"


@listing("vexutopia.list.whole-customers", source=SOURCE, when=has_rows)
def whole_customers(service: Service) -> None:
    """The rows of a list are customers, the same as when retrieved by id."""
    for customer in (service.full_customer(), service.new_customer()):
        assert service.slice(email=customer["email"])["data"] == [customer]


@listing("vexutopia.list.all-customers", source=SOURCE, when=omits("email"))
def all_customers(service: Service) -> None:
    """Without a filter the list has all customers, each of them once."""
    made = sorted(ids(service.new_customers(3)))
    for _ in range(LOOKS):  # rows that others create or delete meanwhile shift those behind them
        rows = list(service.walk())
        found = sorted(each for each in ids(rows) if each in made)
        if found == made:
            return
    if len(rows) > MANY and not found:
        raise NotCheckable("the account has so many customers that new ones cannot be found among them")
    raise AssertionError(f"of {made} the list has {found}")


@listing("vexutopia.list.default-limit", source=SOURCE, when=omits("limit"))
def default_limit(service: Service) -> None:
    """Without a limit, a list has at most ten rows."""
    service.new_customers(DEFAULT_LIMIT + 1)
    found = service.slice()
    assert len(found["data"]) == DEFAULT_LIMIT, f"there are {len(found['data'])} rows"
    assert found.get("limit") == DEFAULT_LIMIT, f"limit is {found.get('limit')}"


@listing("vexutopia.list.limit", source=SOURCE, when=asks("limit"))
def limit(service: Service) -> None:
    """A list has as many rows as its limit says, if that many exist."""
    service.new_customers(3)
    for wanted in (1, 2, 3):
        found = len(service.slice(limit=wanted)["data"])
        assert found == wanted, f"limit={wanted} gives {found} rows"


@listing("vexutopia.list.maximum-limit", source=SOURCE, when=lambda exchange: query_of(exchange).get("limit") == str(MAXIMUM))
def maximum_limit(service: Service) -> None:
    """A limit of 100 is allowed."""
    found = service.slice(limit=MAXIMUM)
    wanted = min(MAXIMUM, member(found, "total", int))
    assert found.get("limit") == MAXIMUM, f"limit is {found.get('limit')}"
    assert len(found["data"]) == wanted, f"there are {len(found['data'])} rows of {wanted}"


@listing(
    "vexutopia.list.no-more-than-maximum",
    source=SOURCE,
    statuses=(200, 400),
    when=lambda exchange: _asks_for_too_many(query_of(exchange).get("limit", "")),
)
def no_more_than_maximum(service: Service) -> None:
    """A list never has more than 100 rows."""
    answer = service.api.call("GET", CUSTOMERS, query={"limit": MAXIMUM + 1}).expect(200, 400)
    if answer.status == 200:
        found = service.slice(limit=MAXIMUM + 1)
        assert found.get("limit") == MAXIMUM, f"limit={MAXIMUM + 1} is answered as limit {found.get('limit')}"
        assert len(found["data"]) <= MAXIMUM, f"there are {len(found['data'])} rows"
    else:
        assert "error" in answer.json, f"{answer.request} answered no error: {answer.json}"


def _asks_for_too_many(text: str) -> bool:
    return text.isdigit() and int(text[:20]) > MAXIMUM


@listing("vexutopia.list.offset", source=SOURCE, when=asks("offset"))
def offset(service: Service) -> None:
    """A list skips as many rows as its offset says."""
    service.new_customers(4)

    def look() -> list[Record]:
        return [service.slice(limit=4), service.slice(limit=2, offset=1), service.slice(limit=2, offset=2)]

    whole, second, third = (ids(each["data"]) for each in service.steady(look))
    assert len(set(whole)) == 4
    assert (second, third) == (whole[1:3], whole[2:4]), f"of {whole}, offset=1 gives {second} and offset=2 gives {third}"


@listing("vexutopia.list.default-offset", source=SOURCE, when=omits("offset"))
def default_offset(service: Service) -> None:
    """Without an offset, a list begins with the first row."""
    service.new_customers(2)
    plain, zero = service.steady(lambda: [service.slice(limit=2), service.slice(limit=2, offset=0)])
    assert plain.get("offset") == 0, f"offset is {plain.get('offset')}"
    assert ids(plain["data"]) == ids(zero["data"])


@listing("vexutopia.list.names-its-slice", source=SOURCE, when=asks("limit", "offset"))
def names_its_slice(service: Service) -> None:
    """A list returns its limit and offset."""
    found = service.slice(limit=7, offset=3)
    assert (found.get("limit"), found.get("offset")) == (7, 3), f"it says {found.get('limit')} and {found.get('offset')}"


@listing("vexutopia.list.total", source=SOURCE, when=lambda exchange: body_of(exchange).get("has_more") is True)
def total(service: Service) -> None:
    """The total of a list counts the rows of all slices."""
    service.new_customers(3)
    for _ in range(LOOKS):
        slices = service.slice(limit=1), service.slice(limit=2, offset=1), service.slice()
        counts = {member(each, "total", int) for each in slices}
        if len(counts) == 1:
            break
    assert len(counts) == 1, f"slices of one list count {sorted(counts)}"
    assert min(counts) >= 3, f"at least three customers are counted as {min(counts)}"

    def look() -> list[Record]:
        first = service.slice(limit=1)
        return [first, service.slice(limit=5, offset=member(first, "total", int) - 2)]

    rows = len(service.steady(look)[1]["data"])
    assert rows == 2, f"where two rows should be left, there are {rows}"


@listing("vexutopia.list.has-more", source=SOURCE, when=has_rows)
def has_more(service: Service) -> None:
    """The attribute has_more is true if rows follow the slice, else false."""
    service.new_customers(3)

    def look() -> list[Record]:
        first = service.slice(limit=1)
        rows = member(first, "total", int)
        windows = ((1, rows - 2), (1, rows - 1), (2, rows - 2), (5, rows - 2))
        return [first, *(service.slice(limit=size, offset=start) for size, start in windows)]

    found = [each.get("has_more") for each in service.steady(look)]
    assert found == [True, True, False, False, False], f"first, last but one, and three last slices have {found}"


@listing("vexutopia.list.email-filter", source=SOURCE, when=asks("email"))
def email_filter(service: Service) -> None:
    """With an e-mail address, a list has only the customers with this address."""
    for email in (service.email(), f"Jane.{service.email()}"):
        customer, _other = service.new_customer(email=email), service.new_customer(email=f"x{email}")
        assert ids(service.slice(email=email)["data"]) == [customer["id"]]
    assert service.slice(email=service.email())["data"] == []
