"""`/_mock/requests`: the journal as rows and as HAR, and expectations on it."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from mockserver.control import stream
from mockserver.control.problem import ControlError
from mockserver.control.route import ControlCall, ControlRoute
from mockserver.exchange import Exchange, Reply
from mockserver.judge.expectations import Expectation, Miss, verify
from mockserver.judge.recordings.har import to_har
from mockserver.judge.rows import ExchangeRow, row
from mockserver.judge.selection import Selection, check_operation, check_status
from mockserver.state import Sandbox

Count = Annotated[int, Meta(ge=0)]


class RequestsQuery(Selection, frozen=True, forbid_unknown_fields=True):
    """Filter exchanges; all given filters must match."""


class RequestList(Struct, frozen=True):
    """The exchanges, oldest first.

    `dropped` counts exchanges that made room for newer ones. `number` is the latest exchange's.
    """

    exchanges: list[ExchangeRow]
    dropped: int
    number: int


class ExpectationOrder(Expectation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The expected request and status, and how often. Default: at least once.

    In `query` and `headers`, null means that the name must be absent, and a list means all its values. `json` is a part of
    the body, which may be a form: only the named members of objects are compared, but each item of arrays. `since`
    ignores exchanges up to that number.
    """

    since: Count = 0
    times: Count | None = None
    at_least: Count | None = None
    at_most: Count | None = None


class Met(Struct, frozen=True):
    """The numbers of the matching exchanges."""

    matched: list[int]


class Unmet(Struct, frozen=True):
    """What was expected, what came, the matching numbers, and the nearest exchanges with their differences."""

    expected: str
    actual: str
    matched: list[int]
    nearest: list[Miss]


def list_requests(call: ControlCall) -> Reply:
    """List the sandbox's exchanges, oldest first.

    Credentials are hidden. Long bodies are cut, and `body_cut` says so.
    """
    sandbox = call.sandbox()
    journal = sandbox.journal
    return Reply(200, RequestList(_rows(call, sandbox, _chosen(call, sandbox)), journal.dropped, journal.number))


def read_request(call: ControlCall) -> Reply:
    """Return one exchange by its number, as in the header `Mock-Exchange`."""
    sandbox = call.sandbox()
    number = call.path["number"]
    exchange = next((each for each in sandbox.journal if str(each.number) == number), None)
    if exchange is None:
        raise _gone(sandbox, number)
    return Reply(200, _rows(call, sandbox, [exchange])[0])


def clear_requests(call: ControlCall) -> Reply:
    """Clear the journal. Numbers continue; only a reset counts from 1 again."""
    call.sandbox().journal.forget()
    return Reply(204)


def export_requests(call: ControlCall) -> Reply:
    """Return the exchanges as a HAR 1.2 file. Cut bodies are left out."""
    sandbox = call.sandbox()
    document = to_har(_chosen(call, sandbox), call.insights.redaction(sandbox))
    return Reply(200, document, (("content-disposition", f'attachment; filename="{sandbox.name}.har"'),))


def verify_requests(call: ControlCall) -> Reply:
    """Check expectations: 200, or 409 with the nearest exchanges and each difference.

    A list means an order. Each expectation's count is checked as if it were alone. The exchanges it needs must come after
    those of the expectation before it; others may come between.
    """
    sandbox = call.sandbox()
    expected = _expected(call)
    outcome = verify(sandbox.journal, expected, call.insights.redaction(sandbox))
    if outcome.is_met:
        return Reply(200, Met(list(outcome.matched)))
    return Reply(409, Unmet(outcome.expected, outcome.actual, list(outcome.matched), list(outcome.nearest)))


def _chosen(call: ControlCall, sandbox: Sandbox) -> list[Exchange]:
    query: RequestsQuery = call.query
    if query.operation is not None:
        check_operation(query.operation, call.mock.pipeline.contract.operations, "query.operation")
    if query.status is not None:
        check_status(query.status, "query.status")
    return query.choose(sandbox.journal)


def _rows(call: ControlCall, sandbox: Sandbox, exchanges: Sequence[Exchange]) -> list[ExchangeRow]:
    redaction, notes = call.insights.redaction(sandbox), call.insights.notes(sandbox)
    return [row(each, redaction, notes.get(each.number, ())) for each in exchanges]


def _expected(call: ControlCall) -> Expectation | Sequence[Expectation]:
    """Return one expectation, or several in order.

    Raises: ConfigurationError.
    """
    is_order = isinstance(call.body, list)
    orders: list[Expectation] = call.body if is_order else [call.body]
    if not orders:
        raise ControlError(400, "an order of nothing", where="body", hint="name at least one expectation")
    for index, each in enumerate(orders):
        each.check(call.mock.pipeline.contract.operations, f"body[{index}]" if is_order else "body")
    return orders if is_order else orders[0]


def _gone(sandbox: Sandbox, number: str) -> ControlError:
    """Return the error for a number without an exchange."""
    journal, number = sandbox.journal, number[:20]
    if not (number.isdecimal() and 0 < int(number) <= journal.number):
        hint = f"the latest is {journal.number}; GET /_mock/requests lists them" if journal.number else "the journal is empty"
        return ControlError(404, f"no exchange {number}", hint=hint)
    if int(number) <= journal.forgotten:
        return ControlError(404, f"exchange {number} was cleared")
    what, hint = f"exchange {number} was dropped to make room", "serve with a larger --journal-limit to keep more"
    return ControlError(404, what, hint=hint)


_NO_EXCHANGE = {404: "No exchange has this number, or it was dropped."}

ROUTES = (
    ControlRoute("GET", "/_mock/requests", list_requests, {200: RequestList}, query=RequestsQuery),
    ControlRoute("DELETE", "/_mock/requests", clear_requests, {204: None}),
    ControlRoute("GET", "/_mock/requests.har", export_requests, {200: dict[str, Any]}, query=RequestsQuery),
    ControlRoute(
        "POST", "/_mock/requests/verify", verify_requests, {200: Met, 409: Unmet}, body=ExpectationOrder | list[ExpectationOrder]
    ),
    stream.ROUTE,
    ControlRoute("GET", "/_mock/requests/{number}", read_request, {200: ExchangeRow}, errors=_NO_EXCHANGE),
)
