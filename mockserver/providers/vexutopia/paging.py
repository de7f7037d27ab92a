"""Slices of Vexutopia's lists."""

from collections.abc import Sequence
from typing import Any

from mockserver.exchange import Call, Page
from mockserver.providers.vexutopia.assumptions import LIST_ORDER
from mockserver.providers.vexutopia.records import render
from mockserver.state import Collection


def page_of(call: Call, records: Collection, ids: Sequence[str]) -> Page:
    """Return the slice of the ids, given from the oldest, that the call asks for."""
    start, limit = call.query["offset"], call.query["limit"]
    newest_first = len(ids) < 2 or call.assume(LIST_ORDER) == "newest-first"
    return Page(records.page(ids, start, limit, newest_first=newest_first), start, limit, len(ids))


def render_page(call: Call, page: Page) -> dict[str, Any]:
    """Return the list envelope, which counts all rows that match.

    Behaviours: vexutopia.list.envelope, vexutopia.list.has-more
    """
    return {
        "object": "list",
        "data": [render(call, record) for record in page.records],
        "total": page.total,
        "limit": page.limit,
        "offset": page.start,
        "has_more": page.has_more,
    }
