"""What markers say of a test's sandbox, checked before anything runs."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec import Struct, field

from mockserver.catalogue import check_choices
from mockserver.client.clock import instant
from mockserver.client.faults import order
from mockserver.errors import ConfigurationError, MockServerError
from mockserver.mock import fixture_path, scenarios
from mockserver.providers import PROVIDERS
from mockserver.state.clock import MODES, Mode


class Terms(Struct, kw_only=True):
    """What all markers of a test say together; the nearer one wins, `assume` and `faults` add up.

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


def terms_of(item: pytest.Item) -> Terms:
    """Return what the test's markers say.

    Raises: ConfigurationError that names the keyword and the remedy.
    """
    terms = Terms()
    for marker in reversed(list(item.iter_markers("mockserver"))):
        if marker.args:
            raise ConfigurationError("takes keywords only", remedy=f"write {KEYWORDS[0]}={marker.args[0]!r}")
        for name, value in marker.kwargs.items():
            _note(terms, name, value, [item.path.parent, item.config.rootpath])
    return terms


def check_terms(items: Iterable[pytest.Item]) -> None:
    """Raise pytest.UsageError with a line for each marker that cannot be meant."""
    complaints: dict[str, None] = {}
    for item in items:
        try:
            terms_of(item)
        except MockServerError as error:
            complaints[f"{item.nodeid}: mockserver marker: {error}"] = None
    if complaints:
        raise pytest.UsageError("\n".join(complaints))


def fixture_of(given: Any, folders: Sequence[Path]) -> Any:
    """Return scenarios and files as the mock finds them; a file is looked for in each of the folders.

    Raises: ConfigurationError that lists the scenarios if there is no such thing.
    """
    if isinstance(given, (list, tuple)):
        return tuple(fixture_of(each, folders) for each in given)
    if given in scenarios():
        return given
    found = [folder / given for folder in folders if (folder / given).is_file()]
    return found[0] if found else fixture_path(given)


def _note(terms: Terms, name: str, value: Any, folders: Sequence[Path]) -> None:
    if name not in KEYWORDS:
        near = get_close_matches(name, KEYWORDS, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYWORDS)}"
        raise ConfigurationError(f"there is no keyword {name!r}", remedy=remedy)
    if name == "fixture":
        value = fixture_of(value, folders)
    _CHECKS[name](value)
    if name == "assume":
        terms.assume |= value
    elif name == "faults":
        terms.faults = [*terms.faults, *value]
    else:
        setattr(terms, name, value)


def _check_seed(seed: Any) -> None:
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ConfigurationError(f"{seed!r} is no integer", where="seed", remedy="write seed=7")


def _check_clock(clock: Any) -> None:
    if clock not in MODES:
        raise ConfigurationError(f"there is no mode {clock!r}", where="clock", remedy=f"choose {', '.join(MODES)}")


def _check_assume(assume: Any) -> None:
    if not isinstance(assume, Mapping):
        raise ConfigurationError("is no mapping", where="assume", remedy='write assume={"KEY": "CHOICE"}')
    check_choices(assume, [each for provider in PROVIDERS for each in provider.assumptions], where="assume")


def _check_faults(faults: Any) -> None:
    if not isinstance(faults, (list, tuple)):
        raise ConfigurationError("is no list", where="faults", remedy='write faults=[{"kind": "drop", "first": 1}]')
    for each in faults:
        order({"preset": each} if isinstance(each, str) else dict(each))


def _check_intercept(intercept: Any) -> None:
    if intercept not in (True, False, "strict"):
        raise ConfigurationError(f"{intercept!r} is no answer", where="intercept", remedy='choose True, False or "strict"')


def _check_strict(strict: Any) -> None:
    if not isinstance(strict, bool):
        raise ConfigurationError(f"{strict!r} is neither True nor False", where="strict", remedy="leave rules out by ignore=[…]")


def _check_ignore(ignore: Any) -> None:
    from mockserver.contract import Contract
    from mockserver.judge.report import Judge

    if isinstance(ignore, str):
        raise ConfigurationError("is no list", where="ignore", remedy=f"write ignore=[{ignore!r}]")
    Judge(Contract.load(None), PROVIDERS, ignore=ignore)


_CHECKS = {
    "fixture": lambda _fixture: None,
    "seed": _check_seed,
    "clock": _check_clock,
    "now": instant,
    "assume": _check_assume,
    "faults": _check_faults,
    "intercept": _check_intercept,
    "strict": _check_strict,
    "ignore": _check_ignore,
}
KEYWORDS = tuple(_CHECKS)
