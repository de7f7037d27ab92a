"""Every choice of every assumption of Spoonity's does what it says, and a reply names it exactly where it matters."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from mockserver.client.transport import MockTransport
from mockserver.http.app import App
from mockserver.providers.spoonity.assumptions import ASSUMPTIONS
from mockserver.state.sandbox import DEFAULT
from tests.conftest import BASE, MakeApp
from tests.providers.spoonity.conftest import PRINTED

CHOICES = {assumption.key: assumption for assumption in ASSUMPTIONS}


class Client(httpx.Client):
    """A client with the sandbox's own key, so that no reply leans on how unknown tokens are taken, and with its clock."""

    def __init__(self, app: App) -> None:
        self._sandbox = app.mock.sandboxes.get(DEFAULT)
        key = self._sandbox.keys["spoonity"]
        super().__init__(transport=MockTransport(app), base_url=BASE, headers={"Authorization": f"Bearer {key}"})

    def later(self, by_ms: int) -> None:
        """Advance the sandbox's clock."""
        self._sandbox.state.clock = self._sandbox.state.clock.advanced(by_ms)


Call = Callable[[Client], httpx.Response]
Observe = Callable[[Client], tuple[httpx.Response, Any]]


def _create(client: Client, **attributes: str) -> str:
    return str(client.post("/customers", data=attributes).json()["id"])


def _deleted(client: Client, **attributes: str) -> str:
    identity = _create(client, **attributes)
    client.delete(f"/customers/{identity}")
    return identity


def _page(client: Client, **query: object) -> httpx.Response:
    return client.get("/customers", params={name: str(value) for name, value in query.items()})


def _names(reply: httpx.Response) -> list[str | None]:
    return [item["name"] for item in reply.json()["items"]]


def _create_status(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.post("/customers", data={"name": "Ann"})
    return reply, reply.status_code


def _new_customer_verified(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.post("/customers")
    assert client.get(f"/customers/{reply.json()['id']}").json() == reply.json()
    return reply, reply.json()["is_verified"]


def _deleted_customer(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.get(f"/customers/{_deleted(client, name='Ann', email='ann@example.com')}")
    shown = reply.json()
    return reply, [reply.status_code, *(shown.get(name) for name in ("name", "email", "is_verified", "status"))]


def _update_of_deleted(client: Client) -> tuple[httpx.Response, Any]:
    identity = _deleted(client, name="Ann")
    reply = client.put(f"/customers/{identity}", data={"name": "Bob"})
    assert client.get(f"/customers/{identity}").json()["name"] is None
    return reply, (reply.status_code, reply.json()["message"])


def _sort_direction(client: Client) -> tuple[httpx.Response, Any]:
    for name in ("Zed two", "Zed three", "Zed one"):
        _create(client, name=name)
    reply = _page(client, query="n:zed", sort="name")
    return reply, _names(reply)


def _next_link(client: Client) -> tuple[httpx.Response, Any]:
    for _ in range(2):
        _create(client, name="Zed")
    reply = _page(client, query="n:zed", limit=2)
    link = reply.json()["next"]
    if link is not None:
        assert client.get(link).json()["items"] == []
        assert client.get(link).json()["next"] is None
    return reply, link is not None


def _bad_paging(client: Client) -> tuple[httpx.Response, Any]:
    replies = [_page(client, **query) for query in ({"limit": 0}, {"limit": "many"}, {"page": -1}, {"page": "1.5"})]
    ordinary = _page(client).json()
    seen = {reply.status_code for reply in replies}, {reply.json() == ordinary for reply in replies}
    return replies[0], seen


def _email_filter(client: Client) -> tuple[httpx.Response, Any]:
    for address in ("zed@example.com", "zed@example.com.au"):
        _create(client, email=address)
    reply = _page(client, query="e:ZED@example.com")
    return reply, [item["email"] for item in reply.json()["items"]]


def _unknown_filter(client: Client) -> tuple[httpx.Response, Any]:
    replies = [_page(client, query=f"n:smith {word}") for word in ("x:y", "word", "n", "n:a:b", "N:smith", ":smith")]
    assert all("spoonity.unknown-filter" in _assumed(reply) for reply in replies)
    ordinary = _page(client, query="n:smith").json()["items"]
    assert ordinary
    return replies[0], [reply.json().get("message") or reply.json()["items"] == ordinary for reply in replies]


def _email_unique(client: Client) -> tuple[httpx.Response, Any]:
    _create(client, email="zed@example.com")
    other = _create(client, email="other@example.com")
    reply = client.post("/customers", data={"email": "ZED@example.com"})
    update = client.put(f"/customers/{other}", data={"email": "Zed@Example.com"})
    assert _assumed(reply)["spoonity.email-unique"] == _assumed(update)["spoonity.email-unique"]
    return reply, [(each.status_code, each.json().get("message")) for each in (reply, update)]


def _email_syntax(client: Client) -> tuple[httpx.Response, Any]:
    replies = [client.post("/customers", data={"email": value}) for value in ("zed", "@zed", "zed@", "z@e@d", "")]
    replies.append(client.put(f"/customers/{PRINTED}", data={"email": "zed"}))
    replies.append(client.put(f"/customers/{PRINTED}", params={"email": "zed"}, data={"email": "good@example.com"}))
    for reply in replies:
        assert "spoonity.email-syntax" in _assumed(reply)
    return replies[0], {(reply.status_code, reply.json().get("message")) for reply in replies}


def _null_value(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.put(f"/customers/{PRINTED}", json={"name": None, "email": None})
    created = client.post("/customers", json={"name": None})
    now = client.get(f"/customers/{PRINTED}").json()
    return reply, [reply.status_code, created.status_code, now["name"], now["email"]]


def _token_lifetime(client: Client) -> tuple[httpx.Response, Any]:
    request = {"client_secret": "a", "client_id": "b", "grant_type": "authorization_code", "code": "c"}
    token = client.post("/oauth/access_token", data=request).json()["access_token"]
    client.later(59_999)
    just_before = client.get("/customers", headers={"authorization": f"Bearer {token}"})
    assert (just_before.status_code, _assumed(just_before)) == (200, {})
    client.later(1)
    reply = client.get("/customers", headers={"authorization": f"Bearer {token}"})
    return reply, reply.status_code


def _unknown_token(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.get("/customers", headers={"authorization": "Bearer anything"})
    return reply, reply.status_code


def _wrong_method(client: Client) -> tuple[httpx.Response, Any]:
    reply = client.patch(f"/customers/{PRINTED}", data={"name": "Ann"})
    return reply, (reply.status_code, reply.headers.get("allow"), reply.json()["message"])


OBSERVED: Mapping[str, tuple[Observe, Mapping[str, Any]]] = {
    "spoonity.create-status": (_create_status, {"200": 200, "201": 201}),
    "spoonity.new-customer-verified": (_new_customer_verified, {"yes": True, "no": False}),
    "spoonity.deleted-customer": (
        _deleted_customer,
        {"anonymised": [200, None, None, False, "ARCHIVED"], "gone": [404, None, None, None, None]},
    ),
    "spoonity.update-of-deleted": (_update_of_deleted, {"conflict": (409, "Conflict"), "not-found": (404, "Customer not found")}),
    "spoonity.sort-direction": (
        _sort_direction,
        {"ascending": ["Zed one", "Zed three", "Zed two"], "descending": ["Zed two", "Zed three", "Zed one"]},
    ),
    "spoonity.next-link": (_next_link, {"when-more": False, "when-full": True}),
    "spoonity.bad-paging": (_bad_paging, {"rejected": ({400}, {False}), "defaulted": ({200}, {True})}),
    "spoonity.email-filter": (
        _email_filter,
        {"contains": ["zed@example.com.au", "zed@example.com"], "equals": ["zed@example.com"]},
    ),
    "spoonity.unknown-filter": (_unknown_filter, {"ignored": [True] * 6, "rejected": ["Invalid field value for query"] * 6}),
    "spoonity.email-unique": (_email_unique, {"no": [(200, None)] * 2, "yes": [(409, "This Customer already exists")] * 2}),
    "spoonity.email-syntax": (_email_syntax, {"unchecked": {(200, None)}, "checked": {(400, "Invalid field value for email")}}),
    "spoonity.null-value": (
        _null_value,
        {"clears": [200, 200, None, None], "rejected": [400, 400, "John Smith", "john.smith@example.com"]},
    ),
    "spoonity.token-lifetime": (_token_lifetime, {"ignored": 200, "enforced": 401}),
    "spoonity.unknown-token": (_unknown_token, {"accepted": 200, "rejected": 401}),
    "spoonity.wrong-method": (
        _wrong_method,
        {"method-not-allowed": (405, "GET, PUT, DELETE", "Method not allowed"), "not-found": (404, None, "Not found")},
    ),
}


def test_every_choice_of_every_assumption_is_observed() -> None:
    assert {key: set(outcomes) for key, (_, outcomes) in OBSERVED.items()} == {
        key: set(assumption.choices) for key, assumption in CHOICES.items()
    }


def test_no_two_choices_of_an_assumption_look_the_same() -> None:
    for _, outcomes in OBSERVED.values():
        first, second = outcomes.values()
        assert first != second


@pytest.mark.parametrize(("key", "choice"), [(key, choice) for key, each in CHOICES.items() for choice in each.choices])
def test_a_choice_does_what_it_says_and_the_reply_names_it(key: str, choice: str, make_app: MakeApp) -> None:
    observe, outcomes = OBSERVED[key]

    reply, outcome = observe(Client(make_app(assume={key: choice})))

    assert outcome == outcomes[choice]
    assert _assumed(reply)[key] == choice


@pytest.mark.parametrize("key", OBSERVED)
def test_a_reply_names_the_default_where_nothing_was_chosen(key: str, make_app: MakeApp) -> None:
    reply, _ = OBSERVED[key][0](Client(make_app()))

    assert _assumed(reply)[key] == CHOICES[key].default


def _after(prepare: Callable[[Client], object], call: Call) -> Call:
    """Return the call, made after something else."""

    def both(client: Client) -> httpx.Response:
        prepare(client)
        return call(client)

    return both


INDIFFERENT: Mapping[str, Mapping[str, Call]] = {
    "spoonity.create-status": {
        "an update": lambda client: client.put(f"/customers/{PRINTED}", data={"name": "Ann"}),
        "a create that is refused": lambda client: client.post("/customers", json={"name": 1}),
    },
    "spoonity.new-customer-verified": {
        "a retrieve": lambda client: client.get(f"/customers/{PRINTED}"),
        "a create that is refused": lambda client: client.post("/customers", json={"name": 1}),
    },
    "spoonity.deleted-customer": {
        "a retrieve": lambda client: client.get(f"/customers/{PRINTED}"),
        "a first deletion": lambda client: client.delete(f"/customers/{PRINTED}"),
        "an id that nobody ever had": lambda client: client.get("/customers/cust_0000000000000000"),
        "a list without deleted customers": _page,
        "a page before the deleted customers": _after(
            lambda client: _deleted(client), lambda client: _page(client, order="ASC", limit=1)
        ),
        "a filter that they do not meet": _after(
            lambda client: _deleted(client, name="Zed"), lambda client: _page(client, query="n:smith")
        ),
        "a page past the end": _after(lambda client: _deleted(client), lambda client: _page(client, page=99)),
    },
    "spoonity.update-of-deleted": {
        "an update": lambda client: client.put(f"/customers/{PRINTED}", data={"name": "Ann"}),
        "a second deletion": lambda client: client.delete(f"/customers/{_deleted(client)}"),
        "an update that is refused anyway": lambda client: client.put(f"/customers/{_deleted(client)}", data={"status": "X"}),
        "an update of an id that nobody ever had": lambda client: client.put("/customers/cust_0000000000000000"),
    },
    "spoonity.sort-direction": {
        "an order": lambda client: _page(client, sort="name", order="ASC"),
        "no sort": _page,
        "an order without sort": lambda client: _page(client, order="DESC"),
        "one customer": lambda client: _page(client, query="n:smith e:john.smith@example.com", sort="name"),
        "nobody": lambda client: _page(client, query="n:no-one-at-all", sort="name"),
        "a page past the end": lambda client: _page(client, sort="name", page=99),
        "the middle one of three": _after(
            lambda client: [_create(client, name="Zed") for _ in range(3)],
            lambda client: _page(client, query="n:zed", sort="name", limit=1, page=2),
        ),
    },
    "spoonity.next-link": {
        "a full page with more": lambda client: _page(client, limit=2),
        "a page that is not full": lambda client: _page(client, limit=1000),
        "a page past the end": lambda client: _page(client, page=99),
    },
    "spoonity.bad-paging": {
        "good paging": lambda client: _page(client, limit=1, page=2),
        "no paging": _page,
        "another bad parameter": lambda client: _page(client, order="sideways"),
    },
    "spoonity.email-filter": {
        "another filter": lambda client: _page(client, query="n:smith"),
        "a whole address that no other includes": lambda client: _page(client, query="e:john.smith@example.com"),
        "a part of no address": lambda client: _page(client, query="e:no-one-at-all"),
        "a page on which it makes no difference": _after(
            lambda client: [
                _create(client, email=address) for address in ("zed@example.com.au", "zed@example.com", "zed@example.com")
            ],
            lambda client: _page(client, query="e:zed@example.com", limit=1),
        ),
    },
    "spoonity.unknown-filter": {
        "known filters": lambda client: _page(client, query='n:"john smith" e:example s:active'),
        "an empty filter": lambda client: _page(client, query=""),
        "white space": lambda client: _page(client, query="  "),
    },
    "spoonity.email-unique": {
        "an address that nobody has": lambda client: client.post("/customers", data={"email": "zed@example.com"}),
        "no address": lambda client: client.post("/customers", data={"name": "John Smith"}),
        "a null address": lambda client: client.post("/customers", json={"email": None}),
        "its own address": lambda client: client.put(f"/customers/{PRINTED}", data={"email": "john.smith@example.com"}),
        "an address that a deleted customer had": _after(
            lambda client: _deleted(client, email="zed@example.com"),
            lambda client: client.post("/customers", data={"email": "zed@example.com"}),
        ),
    },
    "spoonity.email-syntax": {
        "an address": lambda client: client.post("/customers", data={"email": "a@b"}),
        "no address": lambda client: client.post("/customers", data={"name": "zed"}),
        "a value that is not text": lambda client: client.post("/customers", json={"email": 1}),
        "an unknown customer": lambda client: client.put("/customers/nobody", data={"email": "zed"}),
    },
    "spoonity.null-value": {
        "text": lambda client: client.put(f"/customers/{PRINTED}", json={"name": "null"}),
        "the letters in a form": lambda client: client.put(f"/customers/{PRINTED}", data={"name": "null"}),
        "the empty text": lambda client: client.put(f"/customers/{PRINTED}", data={"name": ""}),
        "a null status, which is refused anyway": lambda client: client.put(f"/customers/{PRINTED}", json={"status": None}),
        "a null status on create, which is ignored": lambda client: client.post("/customers", json={"status": None}),
    },
    "spoonity.token-lifetime": {
        "an API key, however old": _after(lambda client: client.later(10**10), lambda client: _page(client)),
        "no token": lambda client: client.get("/customers", headers={"authorization": ""}),
        "an unknown token": lambda client: client.get("/customers", headers={"authorization": "Bearer x"}),
    },
    "spoonity.unknown-token": {
        "the sandbox's key": _page,
        "no token": lambda client: client.get("/customers", headers={"authorization": ""}),
        "another scheme": lambda client: client.get("/customers", headers={"authorization": "Basic x"}),
        "a path that needs none": lambda client: client.post("/oauth/access_token", headers={"authorization": "Bearer x"}),
        "an unknown path": lambda client: client.get("/customers/a/b", headers={"authorization": "Bearer x"}),
    },
    "spoonity.wrong-method": {"a method that there is": _page, "an unknown path": lambda client: client.patch("/customers/a/b")},
}


@pytest.mark.parametrize(
    ("key", "situation"), [(key, situation) for key, situations in INDIFFERENT.items() for situation in situations]
)
def test_a_reply_does_not_name_an_assumption_that_makes_no_difference(key: str, situation: str, make_app: MakeApp) -> None:
    replies = [INDIFFERENT[key][situation](Client(make_app(assume={key: choice}))) for choice in CHOICES[key].choices]

    assert [key in _assumed(reply) for reply in replies] == [False, False]
    first, second = [(reply.status_code, reply.content, reply.headers.get("allow")) for reply in replies]
    assert first == second


def test_there_is_a_situation_without_difference_for_every_assumption() -> None:
    assert INDIFFERENT.keys() == CHOICES.keys()


@pytest.mark.parametrize("query", [{}, {"sort": "name", "order": "ASC", "limit": 1000}, {"query": "s:ARCHIVED", "limit": 1000}])
@pytest.mark.parametrize("choice", ["anonymised", "gone"])
def test_a_list_that_has_a_deleted_customer_or_would_have_it_leans_on_what_becomes_of_them(
    make_app: MakeApp, choice: str, query: Mapping[str, object]
) -> None:
    client = Client(make_app(assume={"spoonity.deleted-customer": choice}))
    identity = _deleted(client)

    reply = _page(client, **query)

    assert _assumed(reply) == {"spoonity.deleted-customer": choice}
    assert (identity in [item["id"] for item in reply.json()["items"]]) == (choice == "anonymised")


@pytest.mark.parametrize(("choice", "leans_on"), [("when-more", {"spoonity.deleted-customer"}), ("when-full", set())])
def test_a_deleted_follower_makes_a_difference_only_where_the_link_tells_of_it(
    make_app: MakeApp, choice: str, leans_on: set[str]
) -> None:
    client = Client(make_app(fixture=["empty"], assume={"spoonity.next-link": choice}))
    _deleted(client)
    newest = _create(client)

    reply = _page(client, limit=1)

    assert [item["id"] for item in reply.json()["items"]] == [newest]
    assert reply.json()["next"] is not None
    assert set(_assumed(reply)) == leans_on


def _assumed(reply: httpx.Response) -> dict[str, str]:
    """Return the assumptions that the reply names."""
    named = reply.headers.get("mock-assumed", "")
    return dict(pair.split("=", 1) for pair in named.split(", ") if pair)
