"""Vexutopia's authentication, errors, list slices and events.

Plays https://vexutopia.com/docs/authentication, https://vexutopia.com/docs/errors and https://vexutopia.com/docs/webhooks.
"""

from collections.abc import Sequence
from typing import Any

from mockserver.exchange import (
    Call,
    ChoiceReader,
    InjectedFailure,
    InternalError,
    InvalidField,
    MissingField,
    MockRefusal,
    NotFound,
    Page,
    Problem,
    Reply,
    Unauthenticated,
    Unavailable,
    UnknownPath,
    Unreadable,
    Violation,
    WrongMethod,
)
from mockserver.providers.defaults import problem_headers
from mockserver.providers.vexutopia.assumptions import (
    CONTENT_TYPE,
    EMAIL_SYNTAX,
    LIMIT_OVER_MAXIMUM,
    LIST_ORDER,
    MISSING_PARAMETER_CODE,
    UNKNOWN_KEY,
    WRONG_METHOD,
)
from mockserver.providers.vexutopia.records import EVENT_FORM, LIVE_PREFIX, TEST_PREFIX, Customer, Payment, render
from mockserver.state import Collection, Sandbox
from mockserver.state.clock import iso_seconds
from mockserver.webhooks import Event

DOCUMENTED_KEY = "vex_test_your_api_key"
ERROR_CODES = {
    "unauthorized": "No API key provided",
    "invalid_api_key": "The API key provided is invalid",
    "invalid_request": "The request is invalid",
    "missing_parameter": "A required parameter is missing",
    "invalid_parameter": "A parameter is invalid",
    "resource_not_found": "No such resource",
    "payment_failed": "The payment failed",
    "insufficient_funds": "The account has insufficient funds",
    "card_declined": "The card was declined",
    "rate_limit_exceeded": "Too many requests",
    "internal_error": "An unexpected error occurred",
    "forbidden": "The API key has no permission for this",
}
"""Code → default message. The documents have all but `forbidden`."""

_CODES = {401: "invalid_api_key", 403: "forbidden", 404: "resource_not_found", 429: "rate_limit_exceeded"}
"""Status → code of a requested failure; others depend on its class."""

DOC_URL = "https://vexutopia.com/docs/errors#"


def authenticate(sandbox: Sandbox, call: Call) -> None:
    """Accept a call with an API key.

    Behaviours: vexutopia.auth.*
    Raises: Unauthenticated.
    """
    key = call.request.bearer
    if key is None:
        raise Unauthenticated(known_form=False)
    if not key.startswith((TEST_PREFIX, LIVE_PREFIX)) or key in (TEST_PREFIX, LIVE_PREFIX):
        raise Unauthenticated(known_form=True)
    issued = key == DOCUMENTED_KEY or key in (sandbox.keys["vexutopia"], sandbox.keys["vexutopia_live"])
    if not issued and call.assume(UNKNOWN_KEY) == "rejected":
        raise Unauthenticated(known_form=True)


def refuse(call: Call, violations: Sequence[Violation]) -> Problem | None:
    """Refuse the first violation that is neither undeclared nor tolerated.

    Behaviours: vexutopia.requests.*, vexutopia.list.maximum-limit, vexutopia.list.no-more-than-maximum,
        vexutopia.create.email-required, vexutopia.payments.create.amount-required,
        vexutopia.payments.create.currency-required, vexutopia.payments.create.amount-is-integer
    """
    for violation in violations:
        if violation.rule != "undeclared" and not _is_tolerated(call, violation):
            return _problem(violation)
    return None


def _is_tolerated(call: Call, violation: Violation) -> bool:
    match violation:
        case Violation(place="content-type"):
            return call.assume(CONTENT_TYPE) == "ignored"
        case Violation(place="query", name="limit", rule="maximum"):
            if call.assume(LIMIT_OVER_MAXIMUM) == "rejected":
                return False
            call.query["limit"] = violation.allowed
            return True
        case Violation(place="body", name="email", rule="pattern"):
            return bool(call.fields["email"]) and call.assume(EMAIL_SYNTAX) == "unchecked"
    return False


def _problem(violation: Violation) -> Problem:
    if not violation.name:
        return Unreadable("the body is not a JSON object" if violation.rule == "type" else violation.detail)
    if violation.rule == "required":
        return MissingField(violation.name)
    return InvalidField(violation.name, detail="is invalid")


def render_problem(problem: Problem, call: Call) -> Reply:
    """Return the nested error: code, message, doc_url and perhaps param.

    Behaviours: vexutopia.errors.*
    """
    status, code, message, param = _words(problem, call)
    blamed = {} if param is None else {"param": param}
    error = {"code": code, "message": message, **blamed, "doc_url": f"{DOC_URL}{code}"}
    return Reply(status, {"error": error}, problem_headers(problem, status))


def _words(problem: Problem, call: Call) -> tuple[int, str, str, str | None]:
    """Return status, code, message, and the parameter to blame."""
    match problem:
        case Unauthenticated(known_form=False):
            return 401, "unauthorized", "No API key provided", None
        case Unauthenticated():
            return 401, "invalid_api_key", "The API key provided is invalid", None
        case MissingField(name=name):
            return 400, call.assume(MISSING_PARAMETER_CODE), f"The {name} field is required", name
        case InvalidField(name=name, detail=detail):
            return 400, "invalid_parameter", f"The {name} field {detail}", name
        case NotFound(kind=kind, record_id=record_id):
            return 404, "resource_not_found", f"No such {kind}: {record_id}", None
        case WrongMethod() if call.assume(WRONG_METHOD) == "method-not-allowed":
            return 405, "invalid_request", f"{call.request.method} is not allowed here", None
        case UnknownPath() | WrongMethod():
            return 404, "resource_not_found", f"No such route: {call.request.method} {call.request.path}", None
    return _transport_words(problem)


def _simulated(status: int, code: str) -> tuple[str, str]:
    chosen = code if code in ERROR_CODES else _CODES.get(status) or ("invalid_request" if status < 500 else "internal_error")
    return chosen, ERROR_CODES[chosen]


def _transport_words(problem: Problem) -> tuple[int, str, str, None]:
    match problem:
        case InjectedFailure(status=status, code=code):
            return status, *_simulated(status, code), None
        case Unreadable(detail=detail):
            return 400, "invalid_request", f"The request cannot be read: {detail}", None
        case MockRefusal(status=status, detail=detail):
            return status, "invalid_request", detail, None
        case Unavailable(detail=detail):
            return 503, "internal_error", detail, None
        case InternalError():
            return 500, "internal_error", "An unexpected error occurred", None
    raise TypeError(f"Vexutopia has no words for {type(problem).__name__}")


def page_of(call: Call, records: Collection, ids: Sequence[str]) -> Page:
    """Return the slice of the ids, which are ordered oldest first.

    Behaviours: vexutopia.list.limit, vexutopia.list.default-limit, vexutopia.list.offset, vexutopia.list.default-offset
    """
    start, limit = call.query["offset"], call.query["limit"]
    newest_first = _is_same_either_way(start, limit, len(ids)) or call.assume(LIST_ORDER) == "newest-first"
    return Page(records.page(ids, start, limit, newest_first=newest_first), start, limit, len(ids))


def _is_same_either_way(start: int, limit: int, total: int) -> bool:
    """Return whether the slice is the same in both orders."""
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


def announce(sandbox: Sandbox, event_type: str, record: Customer | Payment, assumed: dict[str, str] | None = None) -> None:
    """Announce an event with the whole object as it is now.

    assumed: choices on which it rests that this happens at all.
    Behaviours: vexutopia.events.*
    """
    chooser = ChoiceReader(choices=sandbox.state.choices, assumed=dict(assumed or {}))
    identity = sandbox.next_in("vexutopia.events", EVENT_FORM)
    body: dict[str, Any] = {
        "id": identity,
        "object": "event",
        "type": event_type,
        "created_at": iso_seconds(sandbox.now),
        "data": {"object": render(chooser, record)},
    }
    sandbox.announce(
        Event(identity, event_type, sandbox.now, body, chooser.assumed, "vexutopia", record.id, sandbox.journal.number)
    )
