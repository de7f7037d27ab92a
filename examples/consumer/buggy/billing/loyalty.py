"""The members of the loyalty programme, who are customers at Spoonity."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

PAGE = 25


class LoyaltyError(Exception):
    """Spoonity does not answer as it should."""


@dataclass(frozen=True)
class Member:
    """A member; name and email are None for one who was forgotten."""

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
        """Go through all members, or those whom a filter of Spoonity's finds."""
        number, url = 1, f"/customers?limit={PAGE}"
        if wanted:
            url += "&query=" + quote(wanted, safe="").replace("%20", "+")
        while url:
            page = self._ask("GET", url)
            yield from map(_member, page["items"])
            number += 1
            url = f"/customers?limit={PAGE}&page={number}" if page["next"] else ""

    def member(self, member_id: str) -> Member:
        """Return one member."""
        return _member(self._ask("GET", f"/customers/{member_id}"))

    def named(self, name: str) -> list[Member]:
        """Return the members whose name contains this."""
        return list(self.members(f'n:"{name}"'))

    def with_email(self, email: str) -> Member | None:
        """Return the member with this address, if there is one."""
        found = [each for each in self.members(f"e:{email}") if each.email == email]
        return found[0] if found else None

    def enrol(self, name: str, email: str) -> Member:
        """Add a member."""
        return _member(self._ask("POST", "/customers", json={"name": name, "email": email, "phone": ""}))

    def forget(self, member_id: str) -> None:
        """Have Spoonity erase who the member is."""
        self._ask("DELETE", f"/customers/{member_id}")

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _ask(self, method: str, url: str, json: dict[str, str] | None = None) -> Any:
        try:
            return self._http.request(method, url, json=json).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise LoyaltyError(f"{method} {url}: {error}") from error


def _member(found: dict[str, Any]) -> Member:
    return Member(found["id"], found["name"], found["email"])
