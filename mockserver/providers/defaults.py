"""Defaults of a provider: bearer token, contract violations refused, `application/problem+json`."""

from collections.abc import Sequence
from http import HTTPStatus

from mockserver.exchange import (
    Call,
    Conflict,
    InjectedFailure,
    InvalidField,
    MissingField,
    MockRefusal,
    NotFound,
    Problem,
    Reply,
    Unauthenticated,
    Unavailable,
    UnknownPath,
    Unreadable,
    Violation,
    WrongMethod,
)
from mockserver.state import Sandbox

_TITLES = {status.value: status.phrase for status in HTTPStatus}


def require_bearer(_sandbox: Sandbox, call: Call) -> None:
    """Accept a call with any bearer token.

    Raises: Unauthenticated.
    """
    if call.request.bearer is None:
        raise Unauthenticated(known_form=False)


def refuse_first(_call: Call, violations: Sequence[Violation]) -> Problem | None:
    """Refuse the first violation, except undeclared values."""
    for violation in violations:
        if violation.rule == "undeclared":
            continue
        if not violation.name:
            return Unreadable(violation.detail)
        if violation.rule == "required":
            return MissingField(violation.name)
        allowed = tuple(violation.allowed) if violation.rule == "enum" else None
        return InvalidField(violation.name, allowed=allowed, detail=violation.detail)
    return None


def render_problem(problem: Problem, _call: Call) -> Reply:
    """Return the problem as `application/problem+json` (RFC 9457)."""
    status, detail = _words(problem)
    challenge = (("www-authenticate", "Bearer"),) if isinstance(problem, Unauthenticated) else ()
    return problem_json(status, detail, challenge or problem_headers(problem, status))


def problem_headers(problem: Problem, status: int) -> tuple[tuple[str, str], ...]:
    """Return `allow` for a 405, `retry-after` for a fault that has one."""
    match problem:
        case WrongMethod(allowed=allowed) if status == 405:
            return (("allow", ", ".join(allowed)),)
        case InjectedFailure(retry_after_s=seconds) if seconds is not None:
            return (("retry-after", str(seconds)),)
    return ()


def problem_json(status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return a reply of `application/problem+json`."""
    body = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    return Reply(status, body, headers, "application/problem+json")


def _words(problem: Problem) -> tuple[int, str]:
    """Return status and detail."""
    match problem:
        case Unauthenticated(known_form=known):
            return 401, "The credential is not valid." if known else "A bearer token is required."
        case MissingField(name=name):
            return 400, f"{name} is required."
        case InvalidField(name=name, detail=detail):
            return 400, f"{name}: {detail or 'the value is not allowed'}"
        case NotFound(kind=kind, record_id=record_id):
            return 404, f"No {kind} has the id {record_id}."
        case Conflict(duplicate=duplicate):
            return 409, f"There is such a {duplicate} already." if duplicate else "The record's state forbids this."
        case UnknownPath(path=path):
            return 404, f"There is no path {path[:200]}."
        case WrongMethod(path=path, allowed=allowed):
            return 405, f"{path[:200]} takes {', '.join(allowed)}."
    return _transport_words(problem)


def _transport_words(problem: Problem) -> tuple[int, str]:
    match problem:
        case InjectedFailure(status=status):
            return status, "A fault asks for this status."
        case MockRefusal(status=status, detail=detail):
            return status, detail
        case Unavailable(detail=detail):
            return 503, detail
        case Unreadable(detail=detail):
            return 400, f"The request cannot be read: {detail}"
    return 500, "An unexpected error occurred."
