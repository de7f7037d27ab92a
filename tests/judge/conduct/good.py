"""A client as it should be: it follows what it is given, waits when it is told to, and never repeats blindly."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct

ATTEMPTS = 4
PAUSE_S = 2


class Api(Struct, frozen=True):
    """What a client's author has read in the documents of an API.

    Attributes:
        rows: the rows of a page.
        following: the URL of the page after the one that came from a URL; None if it was the last.
        draft: what to create with so that the text tells it from all others.
        find: the URL of a list with all that have the text.
        change: method, URL and body of a change to a record.
    """

    first: str
    path: str
    rows: Callable[[Any], list[dict[str, Any]]]
    following: Callable[[str, httpx.Response], str | None]
    draft: Callable[[str], dict[str, Any]]
    find: Callable[[str], str]
    change: Callable[[str], tuple[str, str, Any]]


class GaveUpError(Exception):
    """The service did not answer for long."""


class GoodClient:
    """Does what an application does, with care.

    wait: lets so many seconds pass.
    """

    def __init__(self, http: httpx.Client, api: Api, wait: Callable[[float], object]) -> None:
        self.http, self.api, self.wait = http, api, wait

    def walk(self, url: str | None = None) -> Iterator[dict[str, Any]]:
        """Go through all rows; a page that brings nothing new, or leads back, is the end."""
        seen: set[str] = set()
        asked: set[str] = set()
        following = url or self.api.first
        while following and following not in asked:
            asked.add(following)
            response = self.read(following)
            fresh = [row for row in self.api.rows(response.json()) if row["id"] not in seen]
            if not fresh:
                return
            seen |= {row["id"] for row in fresh}
            yield from fresh
            following = self.api.following(following, response) or ""

    def create(self, text: str) -> dict[str, Any]:
        """Create a record; if the reply does not arrive, look for the record before creating it again."""
        for _ in range(ATTEMPTS):
            created = self._tried("POST", self.api.path, self.api.draft(text))
            if created is not None and created.is_success:
                return dict(created.json())
            if created is None and (record := self.find(text)) is not None:
                return record
        raise GaveUpError

    def find(self, text: str) -> dict[str, Any] | None:
        """Return the record with the text; None if there is none."""
        return next((row for row in self.walk(self.api.find(text)) if text in map(str, row.values())), None)

    def change(self, identity: str) -> None:
        """Change a record; to do that twice does no harm."""
        self._sure(*self.api.change(identity))

    def delete(self, identity: str) -> None:
        """Delete a record; one that is gone is gone."""
        self._sure("DELETE", f"{self.api.path}/{identity}")

    def read(self, url: str) -> httpx.Response:
        """Return an answer that can be read."""
        response = self._sure("GET", url)
        if not response.is_success:
            raise GaveUpError
        return response

    def await_payment(self, identity: str) -> str:
        """Look at a payment now and then until it is settled."""
        for _ in range(10):
            status = str(self.read(f"/v1/payments/{identity}").json()["status"])
            if status != "pending":
                return status
            self.wait(PAUSE_S)
        raise GaveUpError

    def _sure(self, method: str, url: str, body: Any = None) -> httpx.Response:
        """Send what may be sent twice until it is answered."""
        for _ in range(ATTEMPTS):
            response = self._tried(method, url, body)
            if response is not None and response.status_code < 500 and response.status_code != 429:
                return response
        raise GaveUpError

    def _tried(self, method: str, url: str, body: Any = None) -> httpx.Response | None:
        """Return the answer, after the wait that it asks for; None if none came that can be read."""
        try:
            response = self.http.request(method, url, json=body)
            if response.content:
                response.json()
        except (httpx.TransportError, ValueError):
            self.wait(PAUSE_S)
            return None
        if response.status_code == 429 or response.status_code >= 500:
            self.wait(float(response.headers.get("retry-after", PAUSE_S)))
        return response


def _next_link(_url: str, response: httpx.Response) -> str | None:
    link: str | None = response.json()["next"]
    return link


def _next_offset(url: str, response: httpx.Response) -> str | None:
    page = response.json()
    if not page["has_more"]:
        return None
    return re.sub(r"offset=\d+", f"offset={page['offset'] + len(page['data'])}", url)


SPOONITY = Api(
    first="/customers?limit=20&query=s%3AACTIVE",
    path="/customers",
    rows=lambda page: list(page["items"]),
    following=_next_link,
    draft=lambda text: {"name": "Ada Lovelace", "email": text},
    find=lambda text: f"/customers?query={quote(f'e:{text}', safe='')}",
    change=lambda identity: ("PUT", f"/customers/{identity}", {"status": "INACTIVE"}),
)
VEXUTOPIA = Api(
    first="/v1/customers?limit=40&offset=0",
    path="/v1/customers",
    rows=lambda page: list(page["data"]),
    following=_next_offset,
    draft=lambda text: {"email": text},
    find=lambda text: f"/v1/customers?email={quote(text, safe='')}&offset=0",
    change=lambda identity: ("PATCH", f"/v1/customers/{identity}", {"name": "Ada"}),
)
LENDERY = Api(
    first="/v1/loans?count=2",
    path="/v1/loans",
    rows=list,
    following=lambda _url, response: response.links.get("next", {}).get("url"),
    draft=lambda text: {"title": text, "days": 7},
    find=lambda _text: "/v1/loans?count=5",
    change=lambda identity: ("PUT", f"/v1/loans/{identity}/renewals/30", None),
)
