"""Errors of the control API as `application/problem+json` (RFC 9457)."""

from mockserver.errors import (
    BadNameError,
    BusyError,
    ClockError,
    ConfigurationError,
    ContractError,
    DocumentError,
    LimitError,
    MockServerError,
    TakenNameError,
    UnknownSandboxError,
)
from mockserver.exchange import Declined, Reply, Unavailable, Unreadable

CONTENT_TYPE = "application/problem+json"
MAX_DETAIL = 1_000
"""Characters of a detail; a message may quote what was sent."""

# Written down here because Python's own phrases differ from version to version.
TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    414: "URI Too Long",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

_STATUSES: dict[type[MockServerError], int] = {
    DocumentError: 400,
    ConfigurationError: 400,
    BadNameError: 400,
    ClockError: 400,
    UnknownSandboxError: 404,
    TakenNameError: 409,
    BusyError: 409,
    LimitError: 503,
}


class ControlError(MockServerError):
    """The control API refuses a request.

    Attributes:
        headers: what the reply carries beside the usual.
    """

    def __init__(
        self,
        status: int,
        what: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(what, where=where, hint=hint)
        self.status, self.headers = status, headers


def refusal(error: Exception) -> Reply | None:
    """Return the error as a problem; None if the mock itself has failed."""
    match error:
        case ControlError(status=status, headers=headers):
            return problem(status, str(error), headers)
        case Declined(status=status, detail=detail):
            return problem(status, detail)
        case Unreadable(detail=detail):
            return problem(400, detail)
        case Unavailable(detail=detail):
            return problem(503, detail)
        case MockServerError() if not isinstance(error, ContractError):
            status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 500)
            return problem(status, str(error)) if status != 500 else None
    return None


def problem(status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return a problem, its detail cut to one line of at most MAX_DETAIL characters."""
    line = " ".join(detail.splitlines())
    line = line if len(line) <= MAX_DETAIL else f"{line[:MAX_DETAIL]}…"
    return Reply(
        status, {"type": "about:blank", "title": TITLES[status], "status": status, "detail": line}, headers, CONTENT_TYPE
    )
