"""How a run of the catalogue leaves an account at Spoonity in order."""

from collections.abc import Iterator

from mockserver.catalogue import Cleanup
from mockserver.catalogue.client import Api
from mockserver.providers.spoonity.behaviours.service import Service

_PAGES = 5
"""Pages that a search reads: lists begin with the newest customer, and what a run created is among the newest."""


def _find(api: Api, text: str) -> Iterator[str]:
    service = Service(api)
    page = service.page({"limit": 100})
    customers = page.items
    for _ in range(_PAGES - 1):
        if page.next is not None:
            page = service.follow(page.next)
            customers += page.items
    yield from dict.fromkeys(f"/customers/{each.id}" for each in customers if text in f"{each.name} {each.email}")


CLEANUP = Cleanup(
    _find,
    remains={"/customers": "deleting a customer anonymises it, so a customer without name and e-mail address may stay"},
)
