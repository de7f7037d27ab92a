"""Puts a run together: the service, the book of what is created, the manners, and what is to be hidden."""

import os
import re
from urllib.parse import urlsplit

import httpx
from msgspec import Struct, field

from mockserver.contract import Contract
from mockserver.edge.guard import is_loopback
from mockserver.errors import ConfigurationError
from mockserver.providers.provider import Provider
from mockserver.state.clock import machine_ms
from mockserver.verify.interruption import Interruption
from mockserver.verify.ledger import CreatedRecords
from mockserver.verify.mask import Mask
from mockserver.verify.outcome import VerifyReport
from mockserver.verify.places import Places
from mockserver.verify.run import RunListener, Subject, VerifyRun
from mockserver.verify.target import RequestPolicy, ServiceClient
from mockserver.verify.tidying import Cleaner
from mockserver.verify.wire import Wire

MARK = "mockserver-check"
POLITE_RATE = 5.0
"""Requests per second to a service that is not on this machine, unless another rate is given."""

LIVE_WORD = re.compile(r"(?<![a-z0-9])(?:live|prod|production)(?![a-z0-9])", re.IGNORECASE)
"""What stands in live keys of many services, between hyphens or underscores."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_marker() -> str:
    """Return text that no other run puts into its records."""
    return f"{MARK}-{_base36(machine_ms())}{_base36(os.getpid())}"


class VerifyOptions(Struct, frozen=True, kw_only=True):
    """What is to be run against what.

    Attributes:
        url: the service's address, without a slash at the end.
        rate: requests per second at most; None: as fast as it answers on this machine, `POLITE_RATE` elsewhere.
        timeout_s: how long a reply may take.
        allow_live: use a key although it looks like one that works on real money and real people.
        marker: what the names of all created records begin with.
    """

    provider: Provider
    url: str
    token: str
    rate: float | None = None
    timeout_s: float = 10
    read_only: bool = False
    allow_live: bool = False
    marker: str = field(default_factory=new_marker)

    @property
    def is_live(self) -> bool:
        """Whether the key looks like one that works on real money and real people."""
        return self.token.startswith(tuple(self.provider.live_prefixes)) or LIVE_WORD.search(self.token) is not None

    @property
    def may_be_live(self) -> bool:
        """Whether the service is the provider's own, and no key of this provider tells what it works on."""
        return not self.provider.live_prefixes and urlsplit(self.url).hostname == urlsplit(self.provider.origin).hostname


def verify(
    order: VerifyOptions,
    *,
    interruption: Interruption | None = None,
    watcher: RunListener | None = None,
    transport: httpx.BaseTransport | None = None,
) -> VerifyReport:
    """Run the provider's catalogue against the address, and return what was found.

    transport: reaches the service in another way than over a socket; None: over one.
    Raises: ConfigurationError for a live key that is not allowed, and where checks could not fail.
    """
    check_order(order)
    mask, interruption = Mask(order.token), interruption or Interruption()
    contract, catalogue = Contract.load(), order.provider.catalogue()
    subject = Subject(order.provider, catalogue, contract, order.url, order.token, order.marker)
    places = Places(contract, order.provider.name, order.url)
    wire = Wire(order.url, timeout_s=order.timeout_s, transport=transport)
    ledger = CreatedRecords(places, subject.marker)
    target = ServiceClient(places, wire, manners=_manners(order), ledger=ledger, mask=mask, interruption=interruption)
    tidying = Cleaner(target, places, catalogue.upkeep)
    run = VerifyRun(subject, target, tidying, mask=mask, interruption=interruption, watcher=watcher or RunListener())
    try:
        return run.report()
    finally:
        wire.close()


def check_order(order: VerifyOptions) -> None:
    """Raise ConfigurationError if the run must not begin."""
    if not __debug__:
        raise ConfigurationError("checks assert, and Python was told to leave assertions out", remedy="run it without -O")
    if order.allow_live or not (order.is_live or order.may_be_live):
        return
    what = "the key looks live" if order.is_live else "a key of this service may be live, whatever it looks like"
    raise ConfigurationError(
        f"{what}, and a run creates and deletes records",
        where="--token",
        remedy="use a test key, or say both --allow-live-key and --yes",
    )


def _manners(order: VerifyOptions) -> RequestPolicy:
    is_near = is_loopback(urlsplit(order.url).hostname or "")
    rate = order.rate if order.rate is not None else 0 if is_near else POLITE_RATE
    return RequestPolicy(
        interval_s=1 / rate if rate else 0,
        read_only=order.read_only,
        is_live=order.is_live or order.may_be_live,
        live_prefixes=tuple(order.provider.live_prefixes),
    )


def _base36(number: int) -> str:
    head, last = divmod(number, 36)
    return (_base36(head) if head else "") + _DIGITS[last]
