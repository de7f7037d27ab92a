"""How a run of the catalogue leaves an account at Vexutopia in order."""

from collections.abc import Iterator

from mockserver.catalogue import Cleanup
from mockserver.catalogue.client import Api
from mockserver.providers.vexutopia.behaviours.service import Service, customer_path


def _find(api: Api, text: str) -> Iterator[str]:
    found = [each for each in Service(api).walk() if text in str(each)]
    yield from dict.fromkeys(map(customer_path, found))


CLEANUP = Cleanup(_find, remains={"/v1/payments": "payments cannot be deleted"})
