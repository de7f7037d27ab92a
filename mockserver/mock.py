"""The mock as a whole, without a wire: providers under a contract, and the sandboxes in which they play."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
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
from mockserver.webhooks import Endpoint

DEFAULT_FIXTURE = "default"


class MockSettings(Struct, frozen=True):
    """What a mock is made of.

    Attributes:
        contract: an OpenAPI file for all providers; None: each has its own.
        fixtures: names of scenarios, or paths of files; later ones add to earlier ones.
        seed, mode, now: None: what the fixtures say, else 1, `real` and the fixtures' time.
        assume: assumption → choice.
        endpoints: webhook endpoints that every sandbox begins with.
        check_replies: compare every reply with the contract before it is sent.
    """

    providers: Sequence[Provider]
    contract: Path | None = None
    fixtures: Sequence[str | Path] = (DEFAULT_FIXTURE,)
    seed: int | None = None
    mode: Mode | None = None
    now: int | None = None
    assume: Mapping[str, str] = {}
    endpoints: Sequence[Endpoint] = ()
    limits: Limits = field(default_factory=Limits)
    check_replies: bool = False


class Mock:
    """Providers, contract and sandboxes, put together.

    Attributes:
        pipeline: answers requests.
        fixtures: makes states of documents.
        sandboxes: where the answers are kept.
        lock: held by whoever changes a sandbox while others may, as threads of one process do; it may be taken again.
    """

    def __init__(self, setup: MockSettings) -> None:
        self.setup = setup
        self.lock = threading.RLock()
        self.pipeline = _pipeline(setup)
        self.fixtures = _fixtures(self.pipeline)
        self.sandboxes = Sandboxes(
            self._initial_state(),
            key_prefixes={label: prefix for each in setup.providers for label, prefix in each.labels.items()},
            task_handlers={name: handler for each in setup.providers for name, handler in each.task_handlers.items()},
            limits=setup.limits,
        )

    def state(self, fixtures: Sequence[str | Path] | None, settings: Settings) -> State:
        """Return a state made of fixtures, those of the setup if None are named.

        Raises: FixtureError, ConfigurationError for a scenario that does not exist.
        """
        names = self.setup.fixtures if fixtures is None else fixtures
        sources = [source for name in names for source in _sources(name, self.setup.providers)]
        state = self.fixtures.load(sources, settings)
        state.endpoints = tuple({each.id: each for each in (*state.endpoints, *self.setup.endpoints)}.values())
        return state

    def reload(self, setup: MockSettings | None = None) -> None:
        """Read contract and fixtures again, and begin every sandbox anew that began with them.

        setup: what the mock is made of from here on; None: what it was. Providers and limits stay.
        Raises: MockServerError if something is broken; then everything stays as it was.
        """
        before = self.setup, self.pipeline, self.fixtures
        try:
            self.setup = setup or self.setup
            self.pipeline = _pipeline(self.setup)
            self.fixtures = _fixtures(self.pipeline)
            self.sandboxes.restart(self._initial_state())
        except Exception:
            self.setup, self.pipeline, self.fixtures = before
            raise

    def choices(self, given: Mapping[str, str], *, where: str) -> dict[str, str]:
        """Return the given choices without those that are the defaults.

        Raises: UnknownChoiceError.
        """
        return check_choices(given, self.pipeline.assumptions, where=where)

    def _initial_state(self) -> State:
        setup = self.setup
        self.choices(setup.assume, where="assumptions")
        return self.state(None, Settings(setup.seed, setup.mode, setup.now, setup.assume))


def fixture_files(name: str | Path, providers: Sequence[Provider]) -> list[Path]:
    """Return the providers' files of a scenario, else the file at a path.

    `default` is an empty account for providers that have no such scenario.
    Raises: ConfigurationError that lists the scenarios if there is neither.
    """
    found = [folder / f"{name}.yaml" for folder in _folders(providers) if name in _stems(folder)]
    if found or name == DEFAULT_FIXTURE:
        return found
    if os.path.exists(name):  # noqa: PTH110 - unlike Path.exists, it takes any text
        return [Path(name)]
    hint = f"name a file or one of {', '.join(scenarios(providers))}"
    raise ConfigurationError(f"there is no fixture {str(name)[:80]!r}", hint=hint)


def scenarios(providers: Sequence[Provider]) -> list[str]:
    """Return the names of the providers' scenarios."""
    return sorted({DEFAULT_FIXTURE}.union(*map(_stems, _folders(providers))))


def _folders(providers: Sequence[Provider]) -> list[Path]:
    folders = dict.fromkeys(provider.fixtures_folder for provider in providers)
    return [folder for folder in folders if folder is not None]


def _stems(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.yaml")}


def _sources(name: str | Path, providers: Sequence[Provider]) -> Iterator[Document]:
    """Yield the documents of a fixture; scenarios come without what they say of known providers that are not played."""
    played = [*SETTINGS, *(provider.name for provider in providers)]
    for file in fixture_files(name, providers):
        document = documents.read(file)
        others = [key for key in document.value if key not in played] if isinstance(document.value, dict) else []
        if others and file != Path(name):
            known = provider_names()
            value = {key: each for key, each in document.value.items() if key not in others or key not in known}
            document = replace(document, value=value)
        yield document


def _pipeline(setup: MockSettings) -> Pipeline:
    contract = Contract.load(setup.contract) if setup.contract else contract_of(setup.providers)
    return Pipeline(contract, setup.providers, check_replies=setup.check_replies)


def _fixtures(pipeline: Pipeline) -> Fixtures:
    task_names = [name for provider in pipeline.providers.values() for name in provider.task_handlers]
    return Fixtures(pipeline.contract, pipeline.kinds, pipeline.assumptions, task_names)
