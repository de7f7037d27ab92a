"""The mock without HTTP: providers, contract, fixtures and sandboxes."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace

from mockserver import documents
from mockserver.catalogue import check_choices
from mockserver.contract import Contract
from mockserver.documents import Document
from mockserver.errors import ConfigurationError
from mockserver.pipeline import Pipeline
from mockserver.providers import provider_names
from mockserver.providers.provider import Provider, contract_of
from mockserver.state import Limits, Sandboxes, State
from mockserver.state.clock import Mode
from mockserver.state.fixtures import SETTINGS, Fixtures, Settings
from mockserver.state.fixtures.reading import Seed
from mockserver.webhooks import Endpoint

DEFAULT_FIXTURE = "default"
MEGABYTE = 1_000_000

Count = Annotated[int, Meta(ge=0, le=10**9)]
AtLeastOne = Annotated[int, Meta(ge=1, le=10**9)]
BaseUrl = Annotated[str, Meta(pattern=r"^https?://[^/?#\s]+[^?#\s]*$", examples=["https://mock.example/base"])]


class MockSettings(Struct, frozen=True):
    """Settings of a mock and its HTTP application: `AppOptions`, decoded.

    Attributes:
        seed, clock, now: None: the fixtures' setting, else the default.
    """

    providers: Sequence[Provider]
    contract: Path | None = None
    fixture: Sequence[str | Path] = (DEFAULT_FIXTURE,)
    seed: Seed | None = None
    clock: Mode | None = None
    now: int | None = None
    assume: Mapping[str, str] = {}
    faults: Sequence[Any] = ()
    endpoints: tuple[Endpoint, ...] = ()
    check_replies: bool = False
    journal_limit: Count = 1_000
    max_sandboxes: AtLeastOne = 1_000
    max_snapshots: Count = 100
    max_records: Count = 1_000_000
    latency_ms: Annotated[float, Meta(ge=0, le=10**9)] = 0
    public_url: BaseUrl | None = None
    max_body: Annotated[int, Meta(ge=1, le=2**31)] = MEGABYTE
    allow_hosts: tuple[str, ...] = ()
    allow_origins: tuple[str, ...] = ()
    allow_webhook_hosts: tuple[str, ...] = ()
    raise_errors: bool = False

    @property
    def limits(self) -> Limits:
        """The limits of the sandboxes."""
        return Limits(
            sandboxes=self.max_sandboxes, records=self.max_records, snapshots=self.max_snapshots, journal=self.journal_limit
        )


class Mock:
    """Pipeline, fixtures and sandboxes of one mock.

    Attributes:
        lock: reentrant lock for changes of a sandbox from several threads.
    """

    def __init__(self, settings: MockSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.pipeline = _pipeline(settings)
        self.fixtures = _fixtures(self.pipeline)
        self.sandboxes = Sandboxes(
            self._initial_state(),
            key_prefixes={label: prefix for each in settings.providers for label, prefix in each.labels.items()},
            task_handlers={name: handler for each in settings.providers for name, handler in each.task_handlers.items()},
            limits=settings.limits,
        )

    def state(self, fixtures: Sequence[str | Path] | None, settings: Settings) -> State:
        """Build a state from fixtures; None: those of the settings.

        Raises: FixtureError, ConfigurationError for a scenario that does not exist.
        """
        names = self.settings.fixture if fixtures is None else fixtures
        sources = [source for name in names for source in _sources(name, self.settings.providers)]
        state = self.fixtures.load(sources, settings)
        state.endpoints = tuple({each.id: each for each in (*state.endpoints, *self.settings.endpoints)}.values())
        return state

    def reload(self, settings: MockSettings | None = None) -> None:
        """Reload contract and fixtures, and restart each sandbox that began with them.

        settings: None: unchanged. Providers and limits stay.
        Raises: MockServerError; then nothing changes.
        """
        before = self.settings, self.pipeline, self.fixtures
        try:
            self.settings = settings or self.settings
            self.pipeline = _pipeline(self.settings)
            self.fixtures = _fixtures(self.pipeline)
            self.sandboxes.replace_initial_state(self._initial_state())
        except Exception:
            self.settings, self.pipeline, self.fixtures = before
            raise

    def choices(self, given: Mapping[str, str], *, where: str) -> dict[str, str]:
        """Return the choices that are not defaults.

        Raises: UnknownChoiceError.
        """
        return check_choices(given, self.pipeline.assumptions, where=where)

    def _initial_state(self) -> State:
        settings = self.settings
        self.choices(settings.assume, where="assumptions")
        return self.state(None, Settings(settings.seed, settings.clock, settings.now, settings.assume))


def fixture_files(name: str | Path, providers: Sequence[Provider]) -> list[Path]:
    """Return the files of a scenario, or the file at a path.

    `default` is an empty account for providers without such a scenario.
    Raises: ConfigurationError that lists the scenarios if there is neither.
    """
    found = [folder / f"{name}.yaml" for folder in _folders(providers) if name in _stems(folder)]
    if found or name == DEFAULT_FIXTURE:
        return found
    if os.path.exists(name):  # noqa: PTH110 - unlike Path.exists, it takes any text
        return [Path(name)]
    hint = f"use a file, or one of: {', '.join(scenarios(providers))}"
    raise ConfigurationError(f"unknown fixture {str(name)[:80]!r}", hint=hint)


def scenarios(providers: Sequence[Provider]) -> list[str]:
    """Return the names of the providers' scenarios."""
    return sorted({DEFAULT_FIXTURE}.union(*map(_stems, _folders(providers))))


def _folders(providers: Sequence[Provider]) -> list[Path]:
    folders = dict.fromkeys(provider.fixtures_folder for provider in providers)
    return [folder for folder in folders if folder is not None]


def _stems(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.yaml")}


def _sources(name: str | Path, providers: Sequence[Provider]) -> Iterator[Document]:
    """Yield the documents of a fixture, without sections of absent providers."""
    played = [*SETTINGS, *(provider.name for provider in providers)]
    for file in fixture_files(name, providers):
        document = documents.read(file)
        others = [key for key in document.value if key not in played] if isinstance(document.value, dict) else []
        if others and file != Path(name):
            known = provider_names()
            value = {key: each for key, each in document.value.items() if key not in others or key not in known}
            document = replace(document, value=value)
        yield document


def _pipeline(settings: MockSettings) -> Pipeline:
    contract = Contract.load(settings.contract) if settings.contract else contract_of(settings.providers)
    return Pipeline(contract, settings.providers, check_replies=settings.check_replies)


def _fixtures(pipeline: Pipeline) -> Fixtures:
    task_names = [name for provider in pipeline.providers.values() for name in provider.task_handlers]
    return Fixtures(pipeline.contract, pipeline.kinds, pipeline.assumptions, task_names)
