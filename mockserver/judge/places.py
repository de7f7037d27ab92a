"""Tells which of a recording's entries are for one provider, and strips what stands before the paths that it has."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mockserver.contract import Contract
from mockserver.judge.har import Recording
from mockserver.judge.recorded import RecordedAddress, target_of
from mockserver.providers.provider import Provider

CONTROL = re.compile(r"/_mock(?:/|$)")

ELSEWHERE = "of other addresses"
OTHER_PROVIDERS = "of other providers"
OF_THE_MOCK = "of the mock's own API"

_SANDBOX = re.compile(r"/@[^/]+(?=/)")


class Attribution(Struct, frozen=True):
    """An entry, counted from 0, and where it went as the provider sees it."""

    index: int
    target: RecordedAddress


class Choice(Struct, frozen=True):
    """The entries that are a provider's, and why others are not: reason → how many."""

    places: tuple[Attribution, ...]
    left_out: Counter[str]


def choose(recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str] = ()) -> Choice:
    """Return the entries for the provider's own address or one of the URLs.

    If there are none and no URL is given: those that a mock answered, else those whose path begins as the provider's do.
    """
    sieve = _Sieve(recording, contract, provider, urls)
    choice = _chosen(recording, sieve.by_address)
    for way in (sieve.by_mock, sieve.by_path):
        if not urls and not choice.places:
            choice = _chosen(recording, way)
    return choice


def _chosen(recording: Recording, way: "Way") -> Choice:
    places, left_out = [], Counter[str]()
    for index, url in enumerate(recording.urls):
        target = target_of(url)
        reason, target = (ELSEWHERE, None) if target is None else way(index, target)
        if reason or target is None:
            left_out[reason] += 1
        else:
            places.append(Attribution(index, target))
    return Choice(tuple(places), left_out)


Way = Callable[[int, RecordedAddress], tuple[str, RecordedAddress]]
"""Returns why an entry is left out, empty if it is not, and its target as the provider sees it."""


class _Sieve:
    """Knows the ways to tell a provider's entries from others."""

    def __init__(self, recording: Recording, contract: Contract, provider: Provider, urls: Sequence[str]) -> None:
        self._recording = recording
        self._owner = contract.routes.owner
        self._provider = provider.name
        self._own = _addresses([provider.origin])
        self._given = _addresses(urls)

    def by_address(self, _index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        own = _below(target, self._own)
        if own is not None:
            return "", own
        given = _below(target, self._given)
        return (ELSEWHERE, target) if given is None else self._shared(given)

    def by_mock(self, index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        response = self._recording.entry(index).response
        headers = (response and response.headers) or ()
        is_mocks = any(pair.name.lower() == "mock-exchange" for pair in headers)
        return self._shared(target) if is_mocks else (ELSEWHERE, target)

    def by_path(self, _index: int, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        target = _without_sandbox(target)
        return "" if self._owner(target.path) == self._provider else ELSEWHERE, target

    def _shared(self, target: RecordedAddress) -> tuple[str, RecordedAddress]:
        """Leave out what is sent to an address that several providers share, but not to this one."""
        target = _without_sandbox(target)
        if CONTROL.match(target.path):
            return OF_THE_MOCK, target
        return OTHER_PROVIDERS if self._owner(target.path) not in (self._provider, None) else "", target


def _addresses(urls: Sequence[str]) -> list[RecordedAddress]:
    return [replace(target, path=target.path.rstrip("/")) for url in urls if (target := target_of(url)) is not None]


def _below(target: RecordedAddress, addresses: Sequence[RecordedAddress]) -> RecordedAddress | None:
    """Return the target without the first address that it is below; None if it is below none."""
    for address in addresses:
        rest = target.path.removeprefix(address.path)
        is_below = target.path.startswith(address.path) and rest[:1] in ("", "/")
        if target.origin == address.origin and is_below:
            return RecordedAddress(target.origin + address.path, rest or "/", target.query)
    return None


def _without_sandbox(target: RecordedAddress) -> RecordedAddress:
    prefix = _SANDBOX.match(target.path)
    if prefix is None:
        return target
    return RecordedAddress(target.origin + prefix[0], target.path[prefix.end() :], target.query)
