"""Providers of the package and of other installed packages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mockserver.errors import ConfigurationError
from mockserver.providers.provider import Provider
from mockserver.providers.spoonity import PROVIDER as SPOONITY
from mockserver.providers.vexutopia import PROVIDER as VEXUTOPIA

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PROVIDERS: tuple[Provider, ...] = (SPOONITY, VEXUTOPIA)
"""The providers of the package. The only list of them."""

ENTRY_POINTS = "mockserver.providers"
"""The entry point group for providers, as in `acme = "acme_mock:PROVIDER"`."""


def find_providers(
    named: str | Provider | Iterable[str | Provider] | None = None, *, where: str = "providers"
) -> tuple[Provider, ...]:
    """Return the named providers; None: those of the package.

    where: what to name in messages.
    Raises: ConfigurationError for a name that is unknown or given twice, and for a package that cannot be imported.
    """
    if named is None:
        return PROVIDERS
    named = [named] if isinstance(named, str | Provider) else named
    if not isinstance(named, Iterable):
        raise ConfigurationError(f"must be names or providers, got {named!r}", where=where, hint=_known())
    found = tuple(each if isinstance(each, Provider) else find_provider(each, where=where) for each in named)
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"provider {name!r} is named twice", where=where)
    if not found:
        raise ConfigurationError("no provider is named", where=where, hint=_known())
    return found


def find_provider(name: str, *, where: str = "providers") -> Provider:
    """Return a provider of the package or of an installed package; see `find_providers`."""
    for provider in PROVIDERS:
        if provider.name == name:
            return provider
    entries = {each.value: each for each in _entry_points() if each.name == name}
    if len(entries) > 1:
        what = f"several packages offer {name!r}: {', '.join(sorted(entries))}"
        raise ConfigurationError(what, where=where, hint="uninstall all but one")
    if not entries:
        raise ConfigurationError(f"unknown provider {str(name)[:80]!r}", where=where, hint=_known())
    return _load(*entries.values())


def provider_names() -> list[str]:
    """Return the names of all available providers without importing them."""
    return list(dict.fromkeys([*(each.name for each in PROVIDERS), *sorted(each.name for each in _entry_points())]))


def _known() -> str:
    return f"name one of {', '.join(provider_names())}"


def _entry_points() -> "Iterable[EntryPoint]":
    from importlib.metadata import entry_points  # slow, and not needed for what comes with the package

    return entry_points(group=ENTRY_POINTS)


def _load(entry: "EntryPoint") -> Provider:
    where = f"provider {entry.name} ({entry.value})"
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:  # a package of others can fail in any way
        what = " ".join(f"cannot be imported: {type(error).__name__}: {error}".split())
        raise ConfigurationError(what, where=where) from error
    if not isinstance(found, Provider) or found.name != entry.name:
        name = getattr(found, "name", None)
        what = f"is the provider {name!r}" if isinstance(found, Provider) else "is not a Provider"
        raise ConfigurationError(what, where=where, hint="the entry point and Provider.name must agree")
    return found


__all__ = ["PROVIDERS", "Provider", "find_provider", "find_providers", "provider_names"]
