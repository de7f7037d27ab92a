"""Points in which a service may drift from what Spoonity documents; chosen from its pages, operation by operation."""

import re

import msgspec
from msgspec.structs import replace

from mockserver.catalogue.client import ApiResponse
from tests.drift.meddling import (
    Forward,
    Meddle,
    Mutation,
    Sent,
    body,
    drop,
    each,
    edit,
    every_error,
    form,
    ignored,
    is_,
    put,
    query,
    rows,
    status,
    with_key,
)

LIST, CREATE = "GET /customers", "POST /customers"
READ, CHANGE, DELETE = "GET /customers/*", "PUT /customers/*", "DELETE /customers/*"
TOKEN = "POST /oauth/access_token"


def _swapped(value: dict[str, object]) -> dict[str, object]:
    return dict(reversed(value.items()))


def _sets_status(sent: Sent, forward: Forward) -> ApiResponse:
    """Take a status for an attribute of create."""
    answer = forward(sent)
    if not is_(CREATE)(sent) or b"status=ARCHIVED" not in sent.body:
        return answer
    return forward(Sent("PUT", f"{sent.url}/{answer.json['id']}", sent.headers, b"status=ARCHIVED"))


def _keeps_email() -> Meddle:
    """Delete a customer, but show its e-mail address as before."""
    known: dict[str, str] = {}

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        if is_(DELETE)(sent):
            known[sent.path] = forward(Sent("GET", sent.url, sent.headers, b"")).json.get("email")
        answer = forward(sent)
        if not is_(READ)(sent) or sent.path not in known:
            return answer
        return replace(answer, body=msgspec.json.encode(answer.json | {"email": known[sent.path]}))

    return meddle


def _all_namesakes(operation: str) -> Meddle:
    """Do to all customers of the same name what is asked for one."""

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        if not is_(operation)(sent):
            return forward(sent)
        customers = sent.url.partition("?")[0].rpartition("/")[0]
        name = forward(Sent("GET", sent.url, sent.headers, b"")).json["name"]
        found = forward(Sent("GET", f"{customers}?limit=1000", sent.headers, b"")).json["items"]
        for other in found:
            if other["name"] == name:
                forward(replace(sent, url=f"{customers}/{other['id']}"))
        return forward(sent)

    return meddle


def _still_found() -> Meddle:
    """Delete customers, but find them by the name that they had."""
    known: dict[str, str] = {}

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        name = forward(Sent("GET", sent.url, sent.headers, b"")).json["name"] if is_(DELETE)(sent) else None
        if name is not None:
            known[name] = sent.url
        answer = forward(sent)
        gone = [url for name, url in known.items() if name in sent.query]
        if not is_(LIST)(sent) or not gone:
            return answer
        found = [forward(Sent("GET", url, sent.headers, b"")).json for url in gone]
        return replace(answer, body=msgspec.json.encode(answer.json | {"items": answer.json["items"] + found}))

    return meddle


def _listed_by_name() -> Meddle:
    """Show in lists the names that deleted customers had."""
    known: dict[str, str] = {}

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        if is_(DELETE)(sent):
            customer = forward(Sent("GET", sent.url, sent.headers, b"")).json
            known[customer["id"]] = customer["name"]
        return body(LIST, each("items", lambda row: row | {"name": known.get(row["id"], row["name"])}))(sent, forward)

    return meddle


def _first_wins(sent: Sent, forward: Forward) -> ApiResponse:
    """Create one customer once, and answer the same one ever after."""
    if not is_(CREATE)(sent):
        return forward(sent)
    listed = forward(Sent("GET", sent.url.partition("?")[0], sent.headers, b"")).json["items"]
    newest = forward(Sent("GET", f"{sent.url.partition('?')[0]}/{listed[0]['id']}", sent.headers, b""))
    return newest if listed[0]["name"] and "mark" in listed[0]["name"] else forward(sent)


def _named_if_sorted(sent: Sent, forward: Forward) -> ApiResponse:
    """Leave customers without a name out of sorted lists."""
    named = body(LIST, rows("items", lambda found: [row for row in found if row["name"]]))
    return named(sent, forward) if "sort=" in sent.query else forward(sent)


MUTATIONS = (
    # The customer
    Mutation("a customer lacks is_verified", "spoonity.customer.seven-properties", body(READ, drop("is_verified"))),
    Mutation("a customer has a phone, too", "spoonity.customer.seven-properties", body(READ, put(phone=None))),
    Mutation("the properties come in another order", "spoonity.customer.property-order", body(READ, _swapped)),
    Mutation("is_verified is a number", "spoonity.customer.types", body(READ, edit("is_verified", int))),
    Mutation("an id is a digit short", "spoonity.customer.id-form", body(CREATE, edit("id", lambda text: text[:-1]))),
    Mutation("an id has upper-case digits", "spoonity.customer.id-form", body(CREATE, edit("id", str.upper))),
    Mutation("the prefix of ids is cus_", "spoonity.customer.id-form", body(CREATE, edit("id", lambda text: "cus" + text[4:]))),
    Mutation("all customers have one id", "spoonity.customer.id-unique", body(CREATE, put(id="cust_0000000000000000"))),
    Mutation(
        "timestamps have no milliseconds",
        "spoonity.customer.timestamps",
        body(READ, edit("date_created", lambda t: t[:19] + "Z")),
    ),
    Mutation("timestamps are Unix seconds", "spoonity.customer.timestamps", body(READ, put(date_updated=1770040085))),
    Mutation("a status is in lower case", "spoonity.customer.status-enum", body(READ, edit("status", str.lower))),
    # Retrieve
    Mutation(
        "another customer is retrieved", "spoonity.retrieve.by-id", body(READ, put(id="cust_175a9abec1882d12", name="John Smith"))
    ),
    Mutation("a customer is wrapped", "spoonity.retrieve.bare-customer", body(READ, lambda value: {"customer": value})),
    Mutation("a customer has a mark of its type", "spoonity.retrieve.bare-customer", body(READ, put(object="customer"))),
    # List
    Mutation("a list has a total", "spoonity.list.envelope", body(LIST, put(total=3))),
    Mutation(
        "a list calls its rows data", "spoonity.list.envelope", body(LIST, lambda v: {"data": v["items"], **drop("items")(v)})
    ),
    Mutation("rows of a list lack a property", "spoonity.list.whole-customers", body(LIST, each("items", drop("date_updated")))),
    Mutation("the default limit is 20", "spoonity.list.default-limit", query(LIST, r"^$", "limit=20")),
    Mutation("the default limit is 50", "spoonity.list.default-limit", query(LIST, r"^$", "limit=50")),
    Mutation("lists start with the oldest", "spoonity.list.newest-first", query(LIST, r"^(?!.*order=)(.*)$", r"\1&order=ASC")),
    Mutation("the limit is ignored", "spoonity.list.limit", query(LIST, r"limit=\d+&?", "")),
    Mutation("a page has one row too many", "spoonity.list.limit", query(LIST, r"limit=(\d)(?=&|$)", r"limit=\g<1>1")),
    Mutation("the page is ignored", "spoonity.list.page", query(LIST, r"page=\d+", "page=1")),
    Mutation("pages are counted from 0", "spoonity.list.page", query(LIST, r"page=1(?=&|$)", "page=2")),
    Mutation(
        "the next link is relative",
        "spoonity.list.next-link",
        body(LIST, edit("next", lambda u: u and "/customers?" + u.partition("?")[2])),
    ),
    Mutation(
        "the next link names page before limit",
        "spoonity.list.next-link",
        body(LIST, edit("next", lambda u: u and u.partition("?")[0] + "?page=2&limit=25")),
    ),
    Mutation(
        "the next link leads to the page itself",
        "spoonity.list.next-page",
        body(LIST, edit("next", lambda u: u and u.replace("page=2", "page=1"))),
    ),
    Mutation(
        "the next link forgets the filter",
        "spoonity.list.next-page",
        body(LIST, edit("next", lambda u: u and u.partition("&query")[0])),
    ),
    Mutation(
        "the next link forgets by what the list is sorted",
        "spoonity.list.next-page",
        body(LIST, edit("next", lambda u: u and re.sub(r"&sort=\w+", "", u))),
    ),
    Mutation("there is no next link", "spoonity.list.next-page", body(LIST, put(next=None))),
    Mutation(
        "the first page has a previous one",
        "spoonity.list.first-page-has-no-previous",
        body(LIST, edit("prev", lambda u: u or "http://x/customers")),
    ),
    Mutation(
        "the previous link forgets the filter",
        "spoonity.list.previous-page",
        body(LIST, edit("prev", lambda u: u and re.sub(r"&query=[^&]*", "", u))),
    ),
    Mutation(
        "the previous link forgets the order",
        "spoonity.list.previous-page",
        body(LIST, edit("prev", lambda u: u and re.sub(r"&(sort|order)=[^&]*", "", u))),
    ),
    Mutation("there is no previous link", "spoonity.list.previous-page", body(LIST, put(prev=None))),
    Mutation(
        "the last page has a next one",
        "spoonity.list.last-page-has-no-next",
        body(LIST, edit("next", lambda u: u or "http://x/customers?page=9")),
    ),
    # Filter and sort
    Mutation("the filter is ignored", "spoonity.filter.name", query(LIST, r"query=[^&]*&?", "")),
    Mutation("a name is found as a whole only", "spoonity.filter.name-part", body(LIST, rows("items", lambda _rows: []))),
    Mutation("a filter by name regards case", "spoonity.filter.name-ignores-case", body(LIST, rows("items", lambda _rows: []))),
    Mutation(
        "the criterion e looks for small letters in what has capital ones",
        "spoonity.filter.email",
        query(LIST, r"query=e%3AJ", "query=e%3Aj-"),
    ),
    Mutation("the criterion e is ignored", "spoonity.filter.email", query(LIST, r"e%3A[^&]*", "")),
    Mutation("the criterion s is ignored", "spoonity.filter.status", query(LIST, r"s%3A\w*", "")),
    Mutation("only the last criterion counts", "spoonity.filter.all-criteria", query(LIST, r"query=.*(?:\+|%20)", "query=")),
    Mutation("%20 ends the search string", "spoonity.filter.space-delimited", query(LIST, r"%20[^&]*", "")),
    Mutation("ASC is descending", "spoonity.sort.ascending", query(LIST, "order=ASC", "order=DESC")),
    Mutation("DESC is ascending", "spoonity.sort.descending", query(LIST, "order=DESC", "order=ASC")),
    Mutation(
        "a sort needs an order",
        "spoonity.sort.order-is-optional",
        query(LIST, r"^((?!order=).)*sort=((?!order=).)*$", "limit=bad"),
    ),
    Mutation("a sorted list lacks those without a name", "spoonity.list.combined", _named_if_sorted),
    Mutation("a sorted list is not paged", "spoonity.list.combined", query(LIST, r"(?=.*sort=)(.*)page=\d+", r"\1page=1")),
    # Create
    Mutation("a create forgets the name", "spoonity.create.name", form(CREATE, rb"name=", b"title=")),
    Mutation("a create forgets the e-mail address", "spoonity.create.email", form(CREATE, rb"email=", b"mail=")),
    Mutation(
        "a create needs a name",
        "spoonity.create.nothing-is-required",
        lambda s, f: (
            f(s)
            if not is_(CREATE)(s) or b"name=" in s.body
            else ApiResponse(400, {}, b'{"internal_code":null,"message":"Missing name field"}')
        ),
    ),
    Mutation(
        "a create answers the id alone", "spoonity.create.answers-customer", body(CREATE, lambda value: {"id": value["id"]})
    ),
    Mutation("a new customer is INACTIVE", "spoonity.create.active", body(CREATE, put(status="INACTIVE"))),
    Mutation("a new customer is not verified", "spoonity.create.verified", body(CREATE, put(is_verified=False))),
    Mutation(
        "a new customer was updated before it was created",
        "spoonity.create.dates-are-equal",
        body(CREATE, put(date_updated="2020-01-01T00:00:00.000Z")),
    ),
    Mutation("a second create answers the first customer", "spoonity.create.each-is-new", _first_wins),
    Mutation("forms are not read", "spoonity.create.form", form(CREATE, rb".+", b"x=y")),
    Mutation("a create sets the status, too", "spoonity.create.sets-name-and-email-only", _sets_status),
    # Update
    Mutation("an update leaves the name", "spoonity.update.name", form(CHANGE, rb"name=", b"title=")),
    Mutation("an update leaves the e-mail address", "spoonity.update.email", form(CHANGE, rb"email=", b"mail=")),
    Mutation("an update leaves the status", "spoonity.update.status", form(CHANGE, rb"status=", b"state=")),
    Mutation("INACTIVE is stored as ARCHIVED", "spoonity.update.inactive", form(CHANGE, rb"INACTIVE", b"ARCHIVED")),
    Mutation("an update empties what it does not name", "spoonity.update.partial", body(CHANGE, put(name=None))),
    Mutation(
        "an update without attributes is refused",
        "spoonity.update.nothing-is-required",
        lambda s, f: ApiResponse(400, {}, b"{}") if is_(CHANGE)(s) and not s.body and not s.query else f(s),
    ),
    Mutation("an update answers nothing", "spoonity.update.answers-customer", body(CHANGE, lambda _value: {})),
    Mutation("updates in the query are not read", "spoonity.update.query", query(CHANGE, r".*", "")),
    Mutation(
        "an update does not move date_updated",
        "spoonity.update.moves-date-updated",
        body(CHANGE, lambda v: {**v, "date_updated": v["date_created"]}),
    ),
    Mutation(
        "an update moves date_created",
        "spoonity.update.keeps-date-created",
        body(CHANGE, put(date_created="2030-01-01T00:00:00.000Z")),
    ),
    Mutation(
        "an update takes the verification away",
        "spoonity.update.keeps-verification",
        body(CHANGE, edit("is_verified", lambda mark: not mark)),
    ),
    Mutation("an update changes all namesakes", "spoonity.update.one-customer", _all_namesakes(CHANGE)),
    Mutation("an update takes the plus of a form for itself", "spoonity.update.form", form(CHANGE, rb"\+", b"%2B")),
    # Delete
    Mutation("a delete answers the id", "spoonity.delete.answers-empty-object", body(DELETE, put(id="cust_0000000000000000"))),
    Mutation("a delete answers 204", "spoonity.delete.answers-empty-object", status(DELETE, 200, 204)),
    Mutation("a delete only archives", "spoonity.delete.anonymises", ignored(DELETE, {})),
    Mutation("a delete keeps the e-mail address", "spoonity.delete.anonymises", _keeps_email()),
    Mutation("lists show the names of deleted customers", "spoonity.delete.is-found-no-more", _listed_by_name()),
    Mutation("a deleted customer is found by its name", "spoonity.delete.is-found-no-more", _still_found()),
    Mutation("a delete anonymises all namesakes", "spoonity.delete.one-customer", _all_namesakes(DELETE)),
    # Credentials, tokens, errors
    Mutation(
        "a bearer token is refused",
        "spoonity.auth.bearer-token",
        lambda s, f: ApiResponse(401, {}, b'{"internal_code":null,"message":"Unauthorized"}') if is_(LIST)(s) else f(s),
    ),
    Mutation("an issued token lets nobody in", "spoonity.token.works-as-bearer", body(TOKEN, put(access_token=""))),
    Mutation("nobody needs a credential", "spoonity.auth.bearer-required", with_key("anything")),
    Mutation("a Basic credential is taken", "spoonity.auth.other-scheme", with_key("anything")),
    Mutation("an api_key in the query is taken", "spoonity.auth.not-in-the-query", with_key("anything")),
    Mutation("the token's type is Bearer", "spoonity.token.answers-token", body(TOKEN, put(token_type="Bearer"))),
    Mutation("a token lives for an hour", "spoonity.token.expires-in", body(TOKEN, put(expires_in=3600))),
    Mutation("no credential is answered with 403", "spoonity.errors.unauthorized", status(READ, 401, 403)),
    Mutation("errors are nested", "spoonity.errors.flat", every_error(lambda value: {"error": value})),
    Mutation("errors lack the internal code", "spoonity.errors.flat", every_error(drop("internal_code"))),
    Mutation("an error's message is empty", "spoonity.errors.readable-message", every_error(put(message=""))),
    Mutation(
        "mistakes carry an internal code", "spoonity.errors.no-internal-code-for-mistakes", every_error(put(internal_code="E42"))
    ),
    Mutation(
        "replies are HTML",
        "spoonity.transport.json",
        lambda s, f: ApiResponse(f(s).status, {"content-type": "text/html"}, b"<p>hello</p>"),
    ),
)
