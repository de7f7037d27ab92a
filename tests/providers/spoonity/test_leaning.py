"""A reply names an assumption if, and by default only if, another choice would have changed it: tried out on random accounts."""

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from mockserver.http.in_process import call
from mockserver.providers.spoonity.assumptions import ASSUMPTIONS
from mockserver.providers.spoonity.records import CUSTOMERS
from mockserver.state.sandbox import DEFAULT
from tests.conftest import make_app

APP = make_app(check_replies=False)
SANDBOX = APP.mock.sandboxes.get(DEFAULT)
IDS = 5

names = st.sampled_from(["Ann", "ann b", "Bob", ""])
emails = st.sampled_from(["a@b.c", "A@B.C", "aa@b.c", "no address", ""])
statuses = st.sampled_from(["ACTIVE", "ARCHIVED", "INACTIVE", "SLEEPING"])


class Call(Struct, frozen=True):
    """A request; the path of one customer has a number in place of the id."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""


def _form(fields: dict[str, str]) -> tuple[bytes, str]:
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _json(fields: dict[str, Any]) -> tuple[bytes, str]:
    return msgspec.json.encode(fields), "application/json"


_texts = {"name": names, "email": emails, "status": statuses}
_nullable = {"name": st.none() | names, "email": st.none() | emails, "status": statuses}
attributes = st.one_of(
    st.fixed_dictionaries({}, optional=_texts).map(_form), st.fixed_dictionaries({}, optional=_nullable).map(_json)
)
items = st.integers(0, IDS).map(lambda number: f"/customers/{number}")
words = st.sampled_from(["n:a", "n:b", "e:a@b.c", "e:a", "e:A@B.C", "s:active", "s:ARCHIVED", "x:y", "word", 'n:"ann b"', "n:"])
queries = st.fixed_dictionaries(
    {},
    optional={
        "query": st.lists(words, max_size=3).map(" ".join),
        "limit": st.sampled_from(["1", "2", "3", "25", "0", "x"]),
        "page": st.sampled_from(["1", "2", "3", "-1"]),
        "sort": st.sampled_from(["name", "email", "is_verified", "date_created", "status", "nothing"]),
        "order": st.sampled_from(["ASC", "desc", "sideways"]),
    },
).map(urlencode)

creates = attributes.map(lambda sent: Call("POST", "/customers", "", *sent))
updates = st.builds(lambda path, sent: Call("PUT", path, "", *sent), items, attributes)
deletes = items.map(lambda path: Call("DELETE", path))
lists = queries.map(lambda query: Call("GET", "/customers", query))
others = st.builds(Call, st.sampled_from(["GET", "PATCH", "HEAD"]), items)
histories = st.lists(st.one_of(creates, creates, updates, deletes), max_size=8)
choices = st.fixed_dictionaries(
    {}, optional={each.key: st.sampled_from([name for name in each.choices if name != each.default]) for each in ASSUMPTIONS}
)
tokens = st.sampled_from([SANDBOX.keys["spoonity"], "anything", ""])


class Seen(Struct, frozen=True):
    """What a client sees of a reply, and what the reply leans on."""

    shown: Any
    assumed: frozenset[str]


def _send(request: Call, token: str, ids: list[str]) -> Seen:
    path = request.path.rpartition("/")
    if path[2].isdigit():
        number = int(path[2])
        target = f"/customers/{ids[number] if number < len(ids) else 'nobody'}"
    else:
        target = request.path
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", request.content_type.encode())]
    reply = call(APP, request.method, f"{target}?{request.query}", headers=headers, body=request.body)
    named = reply.header("mock-assumed") or ""
    keys = frozenset(pair.partition("=")[0] for pair in named.split(", ") if pair)
    return Seen((reply.status, reply.body, reply.header("allow")), keys)


def _under(chosen: dict[str, str], request: Call, token: str, ids: list[str]) -> Seen:
    """Return what the request gets, from the state that all variants begin with, under these choices."""
    SANDBOX.restore("before")
    SANDBOX.state.choices = chosen
    return _send(request, token, ids)


def _prepare(history: list[Call]) -> list[str]:
    """Begin anew, let the history happen, and return the ids of the newest customers."""
    SANDBOX.reset()
    for request in history:
        _send(request, SANDBOX.keys["spoonity"], _newest())
    SANDBOX.snapshot("before")
    return _newest()


def _newest() -> list[str]:
    return list(SANDBOX.records(CUSTOMERS).all())[::-1][:IDS]


def _changed_by_a_flip(chosen: dict[str, str], request: Call, token: str, ids: list[str]) -> set[str]:
    """Return the assumptions of which another choice, all others being as chosen, changes what a client sees."""
    shown = _under(chosen, request, token, ids).shown
    changed = set()
    for assumption in ASSUMPTIONS:
        own = chosen.get(assumption.key, assumption.default)
        for other in assumption.choices:
            if other != own and _under({**chosen, assumption.key: other}, request, token, ids).shown != shown:
                changed.add(assumption.key)
    return changed


requests = st.one_of(lists, lists, creates, updates, deletes, others)
unhurried = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.mark.slow
@unhurried
@given(histories, requests, tokens)
def test_by_default_a_reply_names_exactly_the_assumptions_whose_other_choice_would_change_it(
    history: list[Call], request: Call, token: str
) -> None:
    ids = _prepare(history)

    assert _under({}, request, token, ids).assumed == _changed_by_a_flip({}, request, token, ids)


@pytest.mark.slow
@unhurried
@given(histories, requests, tokens, choices)
def test_under_any_choices_no_assumption_that_changes_the_reply_goes_unnamed(
    history: list[Call], request: Call, token: str, chosen: dict[str, str]
) -> None:
    ids = _prepare(history)

    assert _under(chosen, request, token, ids).assumed >= _changed_by_a_flip(chosen, request, token, ids)
