"""`/_mock/traces`: every place in a sandbox where a value still stands."""

from typing import Annotated

from msgspec import Meta, Struct

from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Reply
from mockserver.judge.traces import Traces, traces_of


class TracesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """What is looked for."""

    value: Annotated[str, Meta(description="The text, also as a part of a longer one; it must not be empty.")] = ""
    ignore_case: Annotated[bool, Meta(description="`true`: capital and small letters are the same.")] = False


def find_traces(call: ControlCall) -> Reply:
    """Name every place in the sandbox where a value still stands: state, snapshots, fixture, journal, events, deliveries.

    It is found in JSON's escapes, in URLs and in forms as well. The value itself is not repeated.
    """
    query: TracesQuery = call.query
    if not query.value:
        raise ControlError(400, "nothing to look for", where="query.value", remedy="add ?value=TEXT, percent-encoded")
    kinds = call.mock.pipeline.kinds
    return Reply(200, traces_of(query.value, call.sandbox(), kinds, ignore_case=query.ignore_case))


ROUTES = (ControlRoute(method="GET", path="/_mock/traces", run=find_traces, query=TracesQuery, replies={200: Traces}),)
