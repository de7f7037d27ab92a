"""Inconsistent pagination: lists with wrong pages, or that change between two pages.

It works on the neutral `Page` and the contract, without knowing providers. A mode that does not apply to a list or page
leaves it unchanged and is not reported.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract import Contract, Operation
from mockserver.contract.operation import Reader
from mockserver.exchange import Call, Page, Problem, Reply
from mockserver.faults import Armed, PagingMode
from mockserver.providers.provider import Handler
from mockserver.state import Sandbox

WRONG_TOTAL = 7
"""How many rows too many a list with a wrong total counts."""


class Before(Struct, frozen=True):
    """The previous page of a list.

    Attributes:
        first, end: id of the first page's first row, and number of its rows.
        last: the last row of this page.
    """

    first: str
    last: Any
    end: int


class ListCall(Struct, frozen=True):
    """A list call, with the means to change its list.

    Attributes:
        size: the query parameter that limits the rows of a page.
    """

    contract: Contract
    handlers: Mapping[str, Handler]
    operation: Operation
    sandbox: Sandbox
    call: Call
    size: str

    def read(self) -> Page | Reply:
        """Return the page as it is now."""
        return self.handlers[self.operation.id](self.sandbox, self.call)

    def read_again(self, page: Page) -> Page:
        """Return the page after a change, or else the one from before."""
        again = self.read()
        return again if isinstance(again, Page) else page

    def create(self) -> bool:
        """Create a record from the contract's examples; return whether that succeeded."""
        operation = self._sibling("POST", re.escape(self.operation.path))
        return operation is not None and any(self._do(operation, body=body) for body in self._examples(operation))

    def delete(self, record_id: str) -> bool:
        """Delete a record, as a client would; return whether that was possible."""
        operation = self._sibling("DELETE", rf"{re.escape(self.operation.path)}/{{\w+}}")
        return operation is not None and self._do(operation, path={operation.path.rpartition("{")[2].rstrip("}"): record_id})

    def _sibling(self, method: str, path: str) -> Operation | None:
        operations = self.contract.operations.values()
        return next((each for each in operations if each.method == method and re.fullmatch(path, each.path)), None)

    def _do(self, operation: Operation, **sent: Any) -> bool:
        call = Call(request=self.call.request, choices=self.call.choices, operation=operation.id, **sent)
        try:
            self.handlers[operation.id](self.sandbox, call)
        except Problem:
            return False
        return True

    def _examples(self, operation: Operation) -> list[dict[str, Any]]:
        """Return example bodies, each complete and with required fields only."""
        found = []
        reader = Reader(self.contract.document)
        for media in operation.media.values():
            required = reader.follow(media.pointer)[1].get("required", ())
            place = media.pointer.rpartition("/")[0]
            for name in reader.follow(place)[1].get("examples", {}):
                value = reader.follow(f"{place}/examples/{name}")[1]["value"]
                found += [value, {key: value[key] for key in required}]
        return found


class InconsistentPage(Struct, frozen=True):
    """An inconsistent page, and the real one in its place.

    Attributes:
        changed_records: whether a record was created or deleted, so that even equal pages differ.
    """

    shown: Page
    real: Page
    changed_records: bool


def read_inconsistent(listing: ListCall, armed: Armed) -> Page | Reply | InconsistentPage:
    """Return the list's page or reply under the fault."""
    mode, operation = armed.fault.mode or "shrink", listing.operation.id
    if mode == "shrink":
        return _shrunk(listing)
    real = listing.read()
    if not isinstance(real, Page):
        return real
    before = armed.pages.get(operation)
    before = before if isinstance(before, Before) else None
    shown = _MODES[mode](listing, real, before)
    if real.records:
        first, end = (before.first, before.end) if real.start and before else (real.records[0].id, real.start + len(real.records))
        armed.pages[operation] = Before(first, real.records[-1], end)
    return real if shown is real else InconsistentPage(shown, real, changed_records=mode in ("insert", "remove"))


def _shrunk(listing: ListCall) -> Page | Reply | InconsistentPage:
    """Return pages of half the limit; the reply names the requested limit."""
    wanted, real = listing.call.query.get(listing.size), listing.read()
    if not isinstance(wanted, int) or wanted < 2:
        return real
    listing.call.query[listing.size] = (wanted + 1) // 2
    answered = listing.read()
    if not (isinstance(answered, Page) and isinstance(real, Page)):
        return answered
    return InconsistentPage(replace(answered, claimed_limit=wanted), real, changed_records=False)


def _repeat(_listing: ListCall, page: Page, before: Before | None) -> Page:
    """Begin each further page with the last row of the page before."""
    if before is None or not page.start:
        return page
    rows = (before.last, *page.records)[: page.limit]
    return replace(page, records=rows, claims_more=page.start + len(rows) < page.total + 1)


def _insert(listing: ListCall, page: Page, before: Before | None) -> Page:
    """Create a record between the first page and the second."""
    return listing.read_again(page) if before and page.start == before.end and listing.create() else page


def _remove(listing: ListCall, page: Page, before: Before | None) -> Page:
    """Delete the first page's first row before the second page."""
    return listing.read_again(page) if before and page.start == before.end and listing.delete(before.first) else page


def _total(_listing: ListCall, page: Page, _before: Before | None) -> Page:
    return replace(page, claimed_total=page.total + WRONG_TOTAL, claims_more=page.has_more)


def _empty_tail(_listing: ListCall, page: Page, _before: Before | None) -> Page:
    """Claim that a row follows the last page."""
    return replace(page, claims_more=True) if page.records and not page.has_more else page


def _loop(_listing: ListCall, page: Page, _before: Before | None) -> Page:
    return replace(page, claims_more=True, loops=True)


_MODES: Mapping[PagingMode, Callable[[ListCall, Page, Before | None], Page]] = {
    "repeat": _repeat,
    "insert": _insert,
    "remove": _remove,
    "total": _total,
    "empty-tail": _empty_tail,
    "loop": _loop,
}
