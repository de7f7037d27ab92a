"""Slices of Vexutopia's lists."""

from collections.abc import Sequence
from typing import Any

from mockserver.exchange import Call, Page
from mockserver.providers.vexutopia.assumptions import LIST_ORDER
from mockserver.providers.vexutopia.records import render
from mockserver.state import Collection


def page_of(call: Call, records: Collection, ids: Sequence[str]) -> Page:
    """Return the slice of the ids, given from the oldest, that the call asks for.

    Behaviours: vexutopia.list.limit, vexutopia.list.default-limit, vexutopia.list.offset, vexutopia.list.default-offset
    """
    start, limit = call.query["offset"], call.query["limit"]
    newest_first = _is_same_either_way(start, limit, len(ids)) or call.assume(LIST_ORDER) == "newest-first"
    return Page(records.page(ids, start, limit, newest_first=newest_first), start, limit, len(ids))


def _is_same_either_way(start: int, limit: int, total: int) -> bool:
    """Return whether the slice is the same from either end: it is empty, or only the row in the middle."""
    return start >= total or (2 * start == total - 1 and (limit == 1 or total == 1))


def render_page(call: Call, page: Page) -> dict[str, Any]:
    """Return the list envelope, which counts all rows that match.

    Behaviours: vexutopia.list.envelope, vexutopia.list.object-marker, vexutopia.list.names-its-slice, vexutopia.list.total,
        vexutopia.list.has-more
    """
    return {
        "object": "list",
        "data": [record.encoded or render(call, record) for record in page.records],
        "total": page.named_total,
        "limit": page.named_limit,
        "offset": page.start,
        "has_more": page.has_more,
    }
