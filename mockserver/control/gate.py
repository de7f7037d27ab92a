"""Who may use the control API: this machine, and the hosts and origins that `serve` was told to allow.

Without the check of Host, a page of a foreign name that resolves to this machine could read and change sandboxes; without
that of Origin, any page that the user visits could change them.
"""

import re
from collections.abc import Iterable, Mapping

from mockserver.control.problem import problem, refusal
from mockserver.edge.app import HttpOptions, Scope
from mockserver.edge.guard import head_problem, is_loopback
from mockserver.exchange import Reply


def turn_away(scope: Scope, headers: Mapping[bytes, bytes], options: HttpOptions) -> Reply | None:
    """Return how a request is refused before its path is looked at; None if it is let through."""
    oversized = head_problem(scope["raw_path"], scope["query_string"], scope["headers"])
    if oversized is not None:
        return refusal(oversized)
    host = headers[b"host"].decode("latin-1").lower()
    name = _name(host)
    if not is_loopback(host) and not {host, name} & _lower(options.allow_hosts):
        return problem(403, f"header Host: the control API does not answer for {name}; start the mock with --allow-host {name}")
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or _is_near(origin, host) or (origin in _lower(options.allow_origins) and origin != "null"):
        return None
    # Any page can have the origin null, so there is no allowing it.
    remedy = "serve the page over HTTP" if origin == "null" else f"start the mock with --allow-origin {origin}"
    return problem(403, f"header Origin: a page of {origin} may not use the control API; {remedy}")


def _is_near(origin: str, host: str) -> bool:
    """Return whether a page of the origin comes from the mock itself or from this machine."""
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and (place == host or is_loopback(place))


def _lower(names: Iterable[str]) -> set[str]:
    return {name.lower() for name in names}


def _name(host: str) -> str:
    return re.sub(r":\d+$", "", host)
