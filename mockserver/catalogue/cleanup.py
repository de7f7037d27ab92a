"""What a run of the catalogue has to know of a service to leave somebody's account in order."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from mockserver.catalogue.client import Api

Find = Callable[["Api", str], Iterable[str]]
"""Goes through the paths of the records that show a text and can be deleted, as far as a client can come by them."""


def _find_nothing(_api: "Api", _text: str) -> Iterable[str]:
    return ()


class Cleanup(Struct, frozen=True):
    """How a run finds what it created, and what it cannot take back.

    Attributes:
        find: finds records by a text; used for creations without a reply, and to see whether deletions did delete.
        remains: path of a collection → what stays of a record made there although a run deletes what it can, as a sentence.
    """

    find: Find = _find_nothing
    remains: Mapping[str, str] = {}
