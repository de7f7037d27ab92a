"""Spoonity's authentication, tokens, errors and pages.

Plays https://developers.spoonity.com/authentication and https://developers.spoonity.com/handling-errors.

Behaviours: spoonity.transport.json
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote

from mockserver.exchange import (
    Call,
    Conflict,
    InjectedFailure,
    InternalError,
    InvalidField,
    MissingField,
    MockRefusal,
    NotFound,
    Page,
    Problem,
    Reply,
    Request,
    Unauthenticated,
    Unavailable,
    UnknownPath,
    Unreadable,
    Violation,
    WrongMethod,
)
from mockserver.providers.defaults import problem_headers
from mockserver.providers.spoonity.assumptions import BAD_PAGING, NEXT_LINK, TOKEN_LIFETIME, UNKNOWN_TOKEN, WRONG_METHOD
from mockserver.providers.spoonity.records import TOKENS, AccessToken
from mockserver.state import Sandbox
from mockserver.state.clock import iso_milliseconds, parse_timestamp
from mockserver.state.ids import digest

TOKEN_PATH = "/oauth/access_token"
LIFETIME_S = 60
KEPT_PARAMETERS = ("query", "sort", "order")
"""Parameters that links to pages repeat after limit and page, in order."""


def credential(request: Request) -> str | None:
    """Return the bearer token, or the client secret of a token request."""
    if request.path == TOKEN_PATH and request.body:
        secrets = parse_qs(request.body.decode("utf-8", "replace")).get("client_secret")
        return secrets[0] if secrets else None
    return request.bearer


def authenticate(sandbox: Sandbox, call: Call) -> None:
    """Accept a call with a bearer token.

    Behaviours: spoonity.auth.*
    Raises: Unauthenticated.
    """
    token = call.request.bearer
    if token is None:
        raise Unauthenticated(known_form=False)
    if token == sandbox.keys["spoonity"]:
        return
    issued = sandbox.records(TOKENS).get(digest(token))
    if issued is None:
        if call.assume(UNKNOWN_TOKEN) == "rejected":
            raise Unauthenticated(known_form=True)
    elif sandbox.now >= parse_timestamp(issued.expires_at) and call.assume(TOKEN_LIFETIME) == "enforced":
        raise Unauthenticated(known_form=True)


def create_access_token(sandbox: Sandbox, _call: Call) -> Reply:
    """Issue a bearer token; any code and client are accepted.

    Behaviours: spoonity.token.*
    """
    token = _new_token(sandbox)
    record = AccessToken(
        id=digest(token), date_created=iso_milliseconds(sandbox.now), expires_at=iso_milliseconds(sandbox.now + LIFETIME_S * 1000)
    )
    sandbox.add(TOKENS, record)
    return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME_S})


def _new_token(sandbox: Sandbox) -> str:
    """Return a new token that no loaded state has."""
    while True:
        token = sandbox.new_token(TOKENS.series)
        if digest(token) not in sandbox.records(TOKENS):
            return token


def refuse(call: Call, violations: Sequence[Violation]) -> Problem | None:
    """Refuse the first violation, except undeclared values and tolerated paging."""
    for violation in violations:
        if violation.rule == "undeclared":
            continue
        if violation.name in ("limit", "page") and call.assume(BAD_PAGING) == "defaulted":
            call.query[violation.name] = violation.default
            continue
        return _problem(violation, violations)
    return None


def _problem(violation: Violation, violations: Sequence[Violation]) -> Problem:
    if not violation.name:
        return Unreadable(violation.detail)
    if violation.rule == "required":
        return MissingField(violation.name)
    enums = (each for each in violations if each.rule == "enum" and (each.place, each.name) == (violation.place, violation.name))
    return InvalidField(violation.name, allowed=next((each.allowed for each in enums), None))


def render_problem(problem: Problem, call: Call) -> Reply:
    """Return the flat error: message and, from 500, an internal code.

    Behaviours: spoonity.errors.*
    """
    status, message = _status_and_message(problem, call)
    internal_code = digest(str(problem), 8) if status >= 500 else None
    return Reply(status, {"internal_code": internal_code, "message": message}, problem_headers(problem, status))


def _status_and_message(problem: Problem, call: Call) -> tuple[int, str]:
    match problem:
        case Unauthenticated():
            return 401, "Unauthorized"
        case MissingField(name=name):
            return 400, f"Missing {name} field"
        case InvalidField(name=name, allowed=None):
            return 400, f"Invalid field value for {name}"
        case InvalidField(name=name, allowed=allowed):
            return 400, f"Invalid field value for {name}; must be one of {', '.join(map(str, allowed or ()))}"
        case NotFound(kind=kind):
            return 404, f"{kind.capitalize()} not found"
        case Conflict(duplicate=None):
            return 409, "Conflict"
        case Conflict(duplicate=kind):
            return 409, f"This {str(kind).capitalize()} already exists"
        case WrongMethod() if call.assume(WRONG_METHOD) == "method-not-allowed":
            return 405, "Method not allowed"
        case UnknownPath() | WrongMethod():
            return 404, "Not found"
        case _:
            return _transport_status_and_message(problem)


_SIMULATED = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request Timeout",
    409: "Conflict",
    429: "Too many requests",
    501: "Not implemented",
    503: "Service unavailable",
}
"""Status → message of a requested failure; the vendor's words if known."""


def _transport_status_and_message(problem: Problem) -> tuple[int, str]:
    match problem:
        case InjectedFailure(status=status):
            return status, _SIMULATED.get(status) or ("Bad request" if status < 500 else "An unexpected error occurred.")
        case Unreadable():
            return 400, "Bad request"
        case MockRefusal(status=status, detail=detail):
            return status, detail
        case Unavailable(detail=detail):
            return 503, detail
        case InternalError():
            return 500, "An unexpected error occurred."
    raise TypeError(f"Spoonity has no words for {type(problem).__name__}")


def render_page(call: Call, page: Page) -> dict[str, Any]:
    """Return a page with full URLs of the next and previous page.

    Behaviours: spoonity.list.envelope, spoonity.list.next-link, spoonity.list.next-page, spoonity.list.previous-page,
        spoonity.list.first-page-has-no-previous, spoonity.list.last-page-has-no-next
    """
    number = page.start // page.limit + 1
    has_next = page.has_more
    if not has_next and len(page.records) == page.limit and page.claims_more is None:
        has_next = call.assume(NEXT_LINK) == "when-full"
    return {
        "items": [customer.encoded for customer in page.records],
        "next": _link(call, page.named_limit, number if page.loops else number + 1) if has_next else None,
        "prev": _link(call, page.named_limit, number - 1) if number > 1 else None,
    }


def _link(call: Call, limit: int, number: int) -> str:
    kept = [f"&{name}={quote(str(call.query[name]), safe='')}" for name in KEPT_PARAMETERS if name in call.query]
    return f"{call.request.base_url}{call.request.path}?limit={limit}&page={number}{''.join(kept)}"
