"""What a service that has drifted does between a check and the mock: it changes a request, a reply, or both."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mockserver.catalogue.client import ApiResponse, Send

Change = Callable[[Any], Any]


class Sent(Struct, frozen=True):
    """A request on its way to the mock."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path of the URL, without its query."""
        return re.sub(r"^https?://[^/]+", "", self.url).partition("?")[0]

    @property
    def query(self) -> str:
        """The query of the URL; empty if there is none."""
        return self.url.partition("?")[2]


Forward = Callable[[Sent], ApiResponse]
Meddle = Callable[[Sent, Forward], ApiResponse]


class Mutation(Struct, frozen=True):
    """One point in which a service has drifted from the documents.

    Attributes:
        name: what it does otherwise, in one clause.
        found_by: the behaviour whose check must notice.
        meddle: answers a request, with the mock's help.
    """

    name: str
    found_by: str
    meddle: Meddle


def drifted(send: Send, meddle: Meddle) -> Send:
    """Return what sends requests to the service that has drifted."""

    def forward(sent: Sent) -> ApiResponse:
        return send(sent.method, sent.url, sent.headers, sent.body)

    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        return meddle(Sent(method, url, headers, body), forward)

    return answer


def is_(operation: str) -> Callable[[Sent], bool]:
    """Return whether a request is for this method and path; `*` stands for one segment."""
    method, path = operation.split(" ")
    form = re.compile(re.escape(path).replace(r"\*", "[^/]+"))
    return lambda sent: sent.method == method and form.fullmatch(sent.path) is not None


def body(operation: str, change: Change, *, status: int = 0) -> Meddle:
    """Change what the replies say: those of success, or those of one status."""

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        answer = forward(sent)
        is_meant = answer.status == status if status else answer.status < 300
        if not is_(operation)(sent) or not is_meant:
            return answer
        return replace(answer, body=msgspec.json.encode(change(answer.json)))

    return meddle


def every_error(change: Change) -> Meddle:
    """Change what all errors say."""

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        answer = forward(sent)
        return answer if answer.status < 400 else replace(answer, body=msgspec.json.encode(change(answer.json)))

    return meddle


def status(operation: str, before: int, after: int) -> Meddle:
    """Answer with another status."""

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        answer = forward(sent)
        return replace(answer, status=after) if is_(operation)(sent) and answer.status == before else answer

    return meddle


def request(operation: str, change: Callable[[Sent], Sent]) -> Meddle:
    """Take the request for another one."""
    return lambda sent, forward: forward(change(sent) if is_(operation)(sent) else sent)


def query(operation: str, pattern: str, put: str) -> Meddle:
    """Take the query for another one: wherever the pattern stands, with the text in its place."""

    def change(sent: Sent) -> Sent:
        target, mark, asked = sent.url.partition("?")
        return replace(sent, url=f"{target}{mark}{re.sub(pattern, put, asked)}")

    return request(operation, change)


def fields(operation: str, change: Change) -> Meddle:
    """Take the fields of a JSON body for others."""
    return request(operation, lambda sent: replace(sent, body=msgspec.json.encode(change(msgspec.json.decode(sent.body)))))


def form(operation: str, pattern: bytes, put: bytes) -> Meddle:
    """Take the form for another one: wherever the pattern stands, with the text in its place."""
    return request(operation, lambda sent: replace(sent, body=re.sub(pattern, put, sent.body)))


def ignored(operation: str, reply: Any) -> Meddle:
    """Do nothing, and answer as if it had been done."""
    done = ApiResponse(200, {"content-type": "application/json"}, msgspec.json.encode(reply))
    return lambda sent, forward: done if is_(operation)(sent) and "authorization" in sent.headers else forward(sent)


def with_key(key: str) -> Meddle:
    """Take a request without a usable credential for one with this key."""

    def meddle(sent: Sent, forward: Forward) -> ApiResponse:
        answer = forward(sent)
        keyed = replace(sent, headers={**sent.headers, "authorization": f"Bearer {key}"})
        return forward(keyed) if answer.status == 401 else answer

    return meddle


def put(**members: Any) -> Change:
    """Return a change that sets members."""
    return lambda value: {**value, **members}


def drop(name: str) -> Change:
    """Return a change that takes a member out."""
    return lambda value: {key: member for key, member in value.items() if key != name}


def edit(name: str, change: Change) -> Change:
    """Return a change of one member."""
    return lambda value: {**value, name: change(value[name])}


def each(name: str, change: Change) -> Change:
    """Return a change of every row below a member."""
    return edit(name, lambda rows: [change(row) for row in rows])


def rows(name: str, change: Change) -> Change:
    """Return a change of the list below a member."""
    return edit(name, change)
