"""Read markers and ini values, and check them before a test runs."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import Struct
from msgspec.structs import replace

from mockserver.app import SandboxOptions, check_keywords, convert_option, option_of
from mockserver.catalogue import check_choices
from mockserver.client.hints import hints_in_python
from mockserver.control.faults import read_faults
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.mock import Count, Mock, MockSettings, fixture_files, scenarios
from mockserver.providers import Provider, find_provider, find_providers, provider_names
from mockserver.pytest_plugin import plugin
from mockserver.state.clock import Mode, instant
from mockserver.state.fixtures.reading import Seed


class MarkerOptions(Struct, kw_only=True, frozen=True):
    """Options of a test, merged from its markers.

    intercept: whether requests to the providers' own hosts reach the sandbox; `strict` refuses other hosts.
    strict: whether a request that violates the contract fails the test; None: as the command line says.
    ignore: rules that the report leaves out.
    """

    fixture: Any = None
    seed: Seed | None = None
    clock: Mode | None = None
    now: Any = None
    assume: dict[str, Any] = {}
    faults: list[Any] = []
    intercept: bool | Literal["strict"] = False
    strict: bool | None = None
    ignore: list[str] = []
    journal_limit: Count | None = None

    def merged(self, nearer: Mapping[str, Any]) -> "MarkerOptions":
        """Return these options changed by a nearer marker; collections add up."""
        sums = {name: [*getattr(self, name), *nearer.get(name, [])] for name in ("faults", "ignore")}
        return replace(self, **{**nearer, **sums, "assume": {**self.assume, **nearer.get("assume", {})}})

    def of_sandbox(self) -> dict[str, Any]:
        """Return the options that `Server.sandbox` takes."""
        given = {name: getattr(self, name) for name in SandboxOptions.__annotations__}
        given |= {"assume": self.assume or None, "faults": self.faults or None}
        return {name: value for name, value in given.items() if value is not None}


OPTIONS = pytest.StashKey[MarkerOptions]()
"""The options of a test, once they are read."""

LOADED = pytest.StashKey[dict[str, Provider | MockServerError]]()
"""Installed providers by name, or why they cannot be played."""

MOCKS = pytest.StashKey[dict[tuple[str, ...], Mock]]()
"""Names of providers → a mock that checks faults and rules."""


def marker_errors(items: Sequence[pytest.Item]) -> dict[pytest.Collector, list[str]]:
    """Return a line for each invalid marker of the tests, by module or class."""
    found: dict[Any, dict[str, list[str]]] = {}
    for item in items:
        try:
            _read(item)
        except MockServerError as error:
            found.setdefault(item.parent, {}).setdefault(str(error), []).append(item.name)
    return {
        node: [
            f"{first}{f' and {len(more)} more' if more else ''}: mockserver marker: {what}"
            for what, (first, *more) in errors.items()
        ]
        for node, errors in found.items()
    }


def prepare(items: Sequence[pytest.Item]) -> None:
    """Store the tests' options; start interceptions before the tests' fixtures.

    An invalid marker that was added after collection fails its test when that starts.
    """
    for item in items:
        with suppress(MockServerError):
            item.stash[OPTIONS] = options = _read(item)
            if options.intercept:
                _bring_forward(item)


def options_of(item: pytest.Item) -> MarkerOptions:
    """Return the options of a test, or raise ConfigurationError."""
    return item.stash[OPTIONS] if OPTIONS in item.stash else _read(item)


def check_settings(config: pytest.Config) -> None:
    """Raise pytest.UsageError with a line for each invalid ini value."""
    checks: dict[str, Callable[[], object]] = {
        "mock_providers": lambda: _check_providers(config),
        "mock_fixture": lambda: fixture_setting(config),
        "mock_seed": lambda: number_setting(config, "mock_seed"),
        "mock_journal_limit": lambda: number_setting(config, "mock_journal_limit"),
        "mock_ignore": lambda: _check_ignore(config.getini("mock_ignore"), config),
    }
    errors = []
    for name, check in checks.items():
        try:
            check()
        except MockServerError as error:
            errors.append(f"{name}: {error}")
    if errors:
        raise pytest.UsageError("\n".join(errors))


def fixture_setting(config: pytest.Config) -> Any:
    """Return the ini's fixture, else `default`, or raise ConfigurationError."""
    return find_fixture(config.getini("mock_fixture") or "default", [config.rootpath], played_providers(config))


def number_setting(config: pytest.Config, name: str) -> int | None:
    """Return a number of the ini or None, or raise ConfigurationError."""
    value = config.getini(name)
    with suppress(ValueError):
        value = int(value)
    try:
        return option_of(name.removeprefix("mock_"), value) if value != "" else None
    except ConfigurationError as error:
        raise ConfigurationError(error.what, hint=f"write {name} = 7") from error


def find_fixture(given: Any, folders: Sequence[Path], providers: Sequence[Provider]) -> Any:
    """Return scenarios as names, and files in the folders as paths.

    Raises: ConfigurationError that lists the scenarios.
    """
    if isinstance(given, (list, tuple)):
        return tuple(find_fixture(each, folders, providers) for each in given)
    known = scenarios(providers)
    if not isinstance(given, (str, Path)):
        hint = f"choose {', '.join(known)}"
        raise ConfigurationError(f"must be a scenario or a file, got {given!r}", where="fixture", hint=hint)
    found = [folder / given for folder in folders if given not in known and (folder / given).is_file()]
    if not found:
        fixture_files(given, providers)
    return found[0] if found else given


def played_providers(config: pytest.Config) -> Sequence[Provider]:
    """Return the providers: built-in, of the ini, and named by tests.

    One that cannot be loaded, or not played with those before it, is left out; `not_played` says why.
    """
    fixtures = config.stash.get(plugin.PROVIDER_FIXTURES, None)
    played = {each.name: each for each in find_providers()}
    for name in (*config.getini("mock_providers"), *(fixtures.named if fixtures else ())):
        found = _load(config, name, played)
        if isinstance(found, Provider):
            played[name] = found
    return list(played.values())


def not_played(config: pytest.Config, name: str) -> MockServerError:
    """Return why the session's mock does not play an available provider."""
    found = _load(config, name, {each.name: each for each in played_providers(config)})
    if isinstance(found, MockServerError):
        return found
    hint = f"set `mock_providers = {name}` in the ini, or name the fixture in a test's parameters; "
    hint += f"if the suite replaces mock_server, add {name!r} to its providers"
    return ConfigurationError(f"the mock of this session does not play {name!r}", hint=hint)


def _load(config: pytest.Config, name: str, others: Mapping[str, Provider]) -> Provider | MockServerError:
    """Return a provider, or why it cannot be played with the others."""
    loaded = config.stash.setdefault(LOADED, {})
    if name not in loaded:
        try:
            loaded[name] = found = find_provider(name)
            if name not in others:
                Mock(MockSettings(providers=(*others.values(), found)))
        except MockServerError as error:
            loaded[name] = error
    return loaded[name]


def _read(item: pytest.Item) -> MarkerOptions:
    """Return the options of a test; the nearest marker wins.

    Raises: ConfigurationError that names the keyword and shows how to write it.
    """
    options = MarkerOptions()
    for marker in reversed(list(item.iter_markers("mockserver"))):
        if marker.args:
            raise ConfigurationError("takes keywords only", hint=f"write fixture={marker.args[0]!r}")
        options = options.merged(_checked(marker.kwargs, item))
    return options


def _checked(given: Mapping[str, Any], item: pytest.Item) -> dict[str, Any]:
    """Return the keywords of a marker after checking them.

    If the suite replaces `mock_server`, only that fixture knows which providers are played. Then scenarios, assumptions,
    faults and rules are checked when the test starts.
    """
    check_keywords(given, MarkerOptions)
    kinds = MarkerOptions.__annotations__
    options = MarkerOptions(**{name: convert_option(name, value, kinds[name]) for name, value in given.items()})
    if options.now is not None:
        instant(options.now)
    checked = {name: getattr(options, name) for name in given}
    if _is_replaced("mock_server", item):
        return checked
    providers = played_providers(item.config)
    if options.fixture is not None:
        checked["fixture"] = find_fixture(options.fixture, [item.path.parent, item.config.rootpath], providers)
    for name in dict.fromkeys(key.partition(".")[0] for key in options.assume):
        if name not in {each.name for each in providers} and name in provider_names():
            raise not_played(item.config, name)
    check_choices(options.assume, [each for provider in providers for each in provider.assumptions], where="assume")
    if options.faults:
        with hints_in_python():
            read_faults(options.faults, _mock(item.config))
    _check_ignore(options.ignore, item.config)
    return checked


def _check_providers(config: pytest.Config) -> None:
    """Check the ini's names; packages are imported when tests need them."""
    known = provider_names()
    for name in config.getini("mock_providers"):
        if name not in known:
            raise ConfigurationError(f"unknown provider {name!r}", hint=f"choose {', '.join(known)}")


def _check_ignore(rules: Sequence[str], config: pytest.Config) -> None:
    if rules:
        from mockserver.judge.report import Judge

        Judge(_mock(config).pipeline.contract, played_providers(config), ignore=rules)


def _mock(config: pytest.Config) -> Mock:
    providers, mocks = played_providers(config), config.stash.setdefault(MOCKS, {})
    names = tuple(each.name for each in providers)
    if names not in mocks:
        mocks[names] = Mock(MockSettings(providers=providers))
    return mocks[names]


def _is_replaced(fixture: str, item: pytest.Item) -> bool:
    """Return whether the suite overrides a fixture of the plugin."""
    node: Any = item if pytest.version_tuple >= (8, 1) else item.nodeid  # what pytest 8.0 takes
    found = item.session._fixturemanager.getfixturedefs(fixture, node) or ()
    return bool(found) and found[-1].func.__module__ != plugin.__name__


def _bring_forward(item: pytest.Item) -> None:
    """Make the sandbox before the test's fixtures call real hosts."""
    names = [name for name in getattr(item, "fixturenames", ()) if name != "mock_sandbox"]
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    wider = [index for index, name in enumerate(names) if name in definitions and definitions[name][-1].scope != "function"]
    item.fixturenames = [*names[: (first := max(wider, default=-1) + 1)], "mock_sandbox", *names[first:]]  # type: ignore[attr-defined]
