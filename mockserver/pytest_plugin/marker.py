"""What markers and settings say of sandboxes, checked before anything runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import Struct, field

from mockserver.catalogue import check_choices
from mockserver.client.hints import in_python
from mockserver.control.faults import read_faults
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.mock import Mock, MockSettings, fixture_files, scenarios
from mockserver.providers import PROVIDERS
from mockserver.state.clock import Mode, instant, mode_of


class MarkerOptions(Struct, kw_only=True):
    """What all markers of a test say together; the nearer one wins, but `assume`, `faults` and `ignore` add up.

    Attributes:
        fixture, seed, clock, now: what the sandbox begins with; None: what the server was told.
        assume: assumption → choice.
        faults: as `POST /_mock/faults` takes them, or names of presets.
        intercept: whether requests to the providers' own hosts reach the sandbox; `strict`: and to no other.
        strict: whether a request that the contract forbids fails the test; None: as the options say.
        ignore: rules that are left out of the verdict.
    """

    fixture: str | Path | Sequence[str | Path] | None = None
    seed: int | None = None
    clock: Mode | None = None
    now: Any = None
    assume: dict[str, str] = field(default_factory=dict)
    faults: list[str | dict[str, Any]] = field(default_factory=list)
    intercept: bool | Literal["strict"] = False
    strict: bool | None = None
    ignore: list[str] = field(default_factory=list)

    def beginning(self) -> dict[str, Any]:
        """Return what the sandbox begins with, as `Server.sandbox` takes it."""
        told = {name: getattr(self, name) for name in ("fixture", "seed", "clock", "now")}
        return {name: value for name, value in told.items() if value is not None} | (
            {"assume": self.assume} if self.assume else {}
        )


TERMS = pytest.StashKey[MarkerOptions]()


def complaints_of(items: Sequence[pytest.Item]) -> list[str]:
    """Return a line for each marker of the tests that cannot be meant."""
    complaints: dict[str, list[str]] = {}
    for item in items:
        try:
            _checks(item.config).terms(item)
        except MockServerError as error:
            complaints.setdefault(str(error), []).append(item.name)
    return [f"{_names(names)}: mockserver marker: {what}" for what, names in complaints.items()]


def prepare(items: Sequence[pytest.Item]) -> None:
    """Keep what the markers of the tests say, and have what is intercepted begin before the tests' own fixtures.

    A marker that was added late and cannot be meant fails its test when that begins.
    """
    for item in items:
        with suppress(MockServerError):
            item.stash[TERMS] = terms = _checks(item.config).terms(item)
            if terms.intercept:
                _bring_forward(item)


def terms_of(item: pytest.Item) -> MarkerOptions:
    """Return what the test's markers say.

    Raises: ConfigurationError.
    """
    return item.stash[TERMS] if TERMS in item.stash else _checks(item.config).terms(item)


def check_settings(config: pytest.Config) -> None:
    """Raise pytest.UsageError with a line for each setting that cannot be meant."""
    complaints = list(_checks(config).settings())
    if complaints:
        raise pytest.UsageError("\n".join(complaints))


def fixture_of(given: Any, folders: Sequence[Path]) -> Any:
    """Return scenarios and files as the mock finds them; a file is looked for in each of the folders.

    Raises: ConfigurationError that lists the scenarios if there is no such thing.
    """
    if isinstance(given, (list, tuple)):
        return tuple(fixture_of(each, folders) for each in given)
    if not isinstance(given, (str, Path)):
        raise ConfigurationError(f"{given!r} is neither a scenario nor a file", where="fixture", hint=f"choose {_scenarios()}")
    if given in scenarios(PROVIDERS):
        return given
    found = [folder / given for folder in folders if (folder / given).is_file()]
    return found[0] if found else fixture_files(given, PROVIDERS)[0]


def seed_of(config: pytest.Config) -> int:
    """Return the seed that the settings name.

    Raises: ConfigurationError.
    """
    seed = config.getini("mock_seed") or "1"
    try:
        return int(seed)
    except ValueError as error:
        raise ConfigurationError(f"{seed!r} is no integer", where="mock_seed", hint="write mock_seed = 7") from error


class Checks:
    """Reads markers and settings, with what is needed to tell whether they can be meant."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._checks: dict[str, Callable[[Any], None]] = {
            "fixture": lambda _: None,
            "seed": _check_seed,
            "clock": _check_clock,
            "now": _check_now,
            "assume": _check_assume,
            "faults": self._check_faults,
            "intercept": _check_intercept,
            "strict": _check_strict,
            "ignore": self._check_ignore,
        }

    def terms(self, item: pytest.Item) -> MarkerOptions:
        """Return what the test's markers say.

        Raises: ConfigurationError that names the keyword and the hint.
        """
        terms = MarkerOptions()
        for marker in reversed(list(item.iter_markers("mockserver"))):
            if marker.args:
                raise ConfigurationError("takes keywords only", hint=f"write fixture={marker.args[0]!r}")
            for name, value in marker.kwargs.items():
                self._note(terms, name, value, [item.path.parent, self._config.rootpath])
        return terms

    def settings(self) -> Iterator[str]:
        """Go through what is wrong with the settings."""
        readers: Sequence[tuple[str, Callable[[], Any]]] = (
            ("mock_fixture", lambda: fixture_of(self._config.getini("mock_fixture") or "default", [self._config.rootpath])),
            ("", lambda: seed_of(self._config)),
            ("mock_ignore", lambda: self._check_ignore(self._config.getini("mock_ignore"))),
        )
        for name, read in readers:
            try:
                read()
            except MockServerError as error:
                yield f"{name}: {error}" if name else str(error)

    def _note(self, terms: MarkerOptions, name: str, value: Any, folders: Sequence[Path]) -> None:
        if name not in self._checks:
            near = get_close_matches(name, self._checks, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(self._checks)}"
            raise ConfigurationError(f"there is no keyword {name!r}", hint=hint)
        self._checks[name](value)
        if name == "fixture":
            terms.fixture = fixture_of(value, folders)
        elif name == "assume":
            terms.assume |= value
        elif name in ("faults", "ignore"):
            setattr(terms, name, [*getattr(terms, name), *value])
        else:
            setattr(terms, name, value)

    @cached_property
    def _mock(self) -> Mock:
        return Mock(MockSettings(providers=PROVIDERS))

    def _check_faults(self, faults: Any) -> None:
        if not isinstance(faults, (list, tuple)):
            raise ConfigurationError("is no list", where="faults", hint='write faults=[{"kind": "drop", "first": 1}]')
        try:
            read_faults(faults, self._mock)
        except ConfigurationError as error:
            raise ConfigurationError(error.what, where=error.where, hint=error.hint and in_python(error.hint)) from error

    def _check_ignore(self, ignore: Any) -> None:
        from mockserver.judge.report import Judge

        if not isinstance(ignore, (list, tuple)):
            raise ConfigurationError("is no list", where="ignore", hint=f"write ignore=[{ignore!r}]")
        if ignore:
            Judge(self._mock.pipeline.contract, PROVIDERS, ignore=[str(each) for each in ignore])


CHECKS = pytest.StashKey[Checks]()


def _checks(config: pytest.Config) -> Checks:
    return config.stash.setdefault(CHECKS, Checks(config))


def _bring_forward(item: pytest.Item) -> None:
    """Have the sandbox made before all else that is the test's own, so that nothing calls a real host before."""
    names = [name for name in getattr(item, "fixturenames", ()) if name != "mock_sandbox"]
    definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    wider = [index for index, name in enumerate(names) if name in definitions and definitions[name][-1].scope != "function"]
    item.fixturenames = [*names[: (first := max(wider, default=-1) + 1)], "mock_sandbox", *names[first:]]  # type: ignore[attr-defined]


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _scenarios() -> str:
    return ", ".join(scenarios(PROVIDERS))


def _check_seed(seed: Any) -> None:
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ConfigurationError(f"{seed!r} is no integer", where="seed", hint="write seed=7")


def _check_clock(clock: Any) -> None:
    mode_of(clock)


def _check_now(now: Any) -> None:
    instant(now)


def _check_assume(assume: Any) -> None:
    if not isinstance(assume, Mapping):
        raise ConfigurationError("is no mapping", where="assume", hint='write assume={"KEY": "CHOICE"}')
    check_choices(assume, [each for provider in PROVIDERS for each in provider.assumptions], where="assume")


def _check_intercept(intercept: Any) -> None:
    if intercept not in (True, False, "strict"):
        raise ConfigurationError(f"{intercept!r} is no answer", where="intercept", hint='choose True, False or "strict"')


def _check_strict(strict: Any) -> None:
    if not isinstance(strict, bool):
        raise ConfigurationError(f"{strict!r} is neither True nor False", where="strict", hint="leave rules out by ignore=[…]")
