"""Where webhooks may go: to this machine, and to hosts that were allowed by name."""

from collections.abc import Set
from urllib.parse import urlsplit

from mockserver.edge.guard import is_loopback
from mockserver.errors import ConfigurationError


def check_target(url: str, allowed_hosts: Set[str], *, where: str) -> None:
    """Raise ConfigurationError unless announcements may be sent to the URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise ConfigurationError(f"{url!r} is no URL to send to", where=where, remedy="write http://127.0.0.1:9000/hook")
    if not is_loopback(host) and host not in allowed_hosts:
        remedy = f"allow it with --allow-webhook-host {host}"
        raise ConfigurationError(f"{host} is not this machine, so no webhooks go there", where=where, remedy=remedy)
    if parts.username is not None:
        raise ConfigurationError(
            "the URL names a user, which would show in the log", where=where, remedy="leave out `user:password@`"
        )
