"""A client for the members of the loyalty programme, at Spoonity."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

PAGE = 25


class LoyaltyError(Exception):
    """Spoonity returned an error or no reply."""


@dataclass(frozen=True)
class Member:
    """A member. Name and email are None after an erasure."""

    id: str
    name: str | None
    email: str | None


class Loyalty:
    """A client of Spoonity's Customer API."""

    def __init__(
        self,
        token: str,
        base_url: str = "https://api.spoonity.com",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=base_url, headers=headers, transport=transport, timeout=10)

    def members(self, wanted: str = "") -> Iterator[Member]:
        """Yield all members, or those that match a Spoonity filter."""
        url = f"/customers?limit={PAGE}"
        if wanted:
            url += "&query=" + quote(wanted, safe="")
        while url:
            page = self._ask("GET", url)
            yield from map(_member, page["items"])
            url = page["next"] or ""

    def member(self, member_id: str) -> Member:
        """Return one member."""
        return _member(self._ask("GET", f"/customers/{member_id}"))

    def named(self, name: str) -> list[Member]:
        """Return the members whose name contains the text."""
        return list(self.members(f'n:"{name}"'))

    def with_email(self, email: str) -> Member | None:
        """Return the member with this address, or None."""
        found = [each for each in self.members(f"e:{email}") if each.email == email]
        return found[0] if found else None

    def enrol(self, name: str, email: str) -> Member:
        """Add a member."""
        return _member(self._ask("POST", "/customers", json={"name": name, "email": email}))

    def forget(self, member_id: str) -> None:
        """Erase the member's personal data."""
        self._ask("DELETE", f"/customers/{member_id}")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(self, method: str, url: str, json: dict[str, str] | None = None) -> Any:
        try:
            return self._http.request(method, url, json=json).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise LoyaltyError(f"{method} {url}: {error}") from error


def _member(found: dict[str, Any]) -> Member:
    return Member(found["id"], found["name"], found["email"])
