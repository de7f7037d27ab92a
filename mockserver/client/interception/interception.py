"""What is intercepted, for as long as it is."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from mockserver.client.interception.switch import SWITCH
from mockserver.client.receiver import Receiver
from mockserver.errors import UnexpectedRequestError
from mockserver.http.guard import is_loopback


class Interception:
    """A context in which requests to some hosts reach a sandbox, whoever in this process sends them.

    It covers httpx, httpx2, requests, urllib3, urllib, `http.client` and aiohttp; clients that were made before, and
    libraries that are imported later, too. Of several that overlap, the one that began last comes first.

    Attributes:
        refused: the URLs that were refused, in order, so that a test can fail even where its code hides the error.
    """

    def __init__(self, receivers: Mapping[str, Receiver], *, strict: bool = False) -> None:
        """Take host → who receives its requests; `strict` refuses all other hosts but this machine's own."""
        self._receivers = receivers
        self._is_strict = strict
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        SWITCH.turn_on(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        SWITCH.turn_off(self)

    def receiver(self, host: str) -> Receiver | None:
        """Return who receives requests to the host; None: nobody here."""
        return self._receivers.get(host)

    def refuses(self, host: str) -> bool:
        """Return whether requests to a host that nobody plays must not be sent."""
        return self._is_strict and not is_loopback(host)

    def refuse(self, url: str) -> UnexpectedRequestError:
        """Note the URL as refused, and return the error to raise."""
        shown = urlsplit(url)._replace(query="", fragment="").geturl()
        self.refused.append(shown)
        known = ", ".join(self._receivers)
        return UnexpectedRequestError(
            f"{shown} was called, and only {known} may be",
            hint="let other hosts through by intercepting without strict, or replace that call in the test",
        )
