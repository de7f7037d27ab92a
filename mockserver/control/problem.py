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
from mockserver.exchange import MockRefusal, Reply, Unavailable, Unreadable

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

_STATUSES: dict[type[Exception], int] = {
    Unreadable: 400,
    Unavailable: 503,
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
    """A refusal of the control API, with extra headers of the reply."""

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
    """Return the error as a problem; None if the mock failed."""
    if isinstance(error, ControlError):
        return problem(error.status, str(error), error.headers)
    if isinstance(error, MockRefusal):
        return problem(error.status, error.detail)
    statuses = (status for kind, status in _STATUSES.items() if isinstance(error, kind))
    status = None if isinstance(error, ContractError) else next(statuses, None)
    return problem(status, str(error)) if status is not None else None


def problem(status: int, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Return a problem with its detail cut to one line."""
    line = " ".join(detail.splitlines())
    line = line if len(line) <= MAX_DETAIL else f"{line[:MAX_DETAIL]}…"
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": line}
    return Reply(status, body, headers, CONTENT_TYPE)
