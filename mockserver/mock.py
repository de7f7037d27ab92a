"""The mock as a whole, without a wire: providers under a contract, and the sandboxes in which they play."""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from mockserver import documents
from mockserver.catalogue import check_choices
from mockserver.contract import Contract
from mockserver.errors import ConfigurationError
from mockserver.pipeline import Pipeline
from mockserver.providers.provider import Provider
from mockserver.state import Limits, Sandboxes, State
from mockserver.state.clock import Mode
from mockserver.state.fixtures import Fixtures, Settings
from mockserver.webhooks import Endpoint


class MockSettings(Struct, frozen=True):
    """What a mock is made of.

    Attributes:
        contract: the OpenAPI file; None: the package's own.
        fixtures: names of packaged scenarios, or paths of files; later ones add to earlier ones.
        seed, mode, now: None: what the fixtures say, else 1, `real` and the fixtures' time.
        assume: assumption → choice.
        endpoints: webhook endpoints that every sandbox begins with.
        check_replies: compare every reply with the contract before it is sent.
    """

    providers: Sequence[Provider]
    contract: Path | None = None
    fixtures: Sequence[str | Path] = ("default",)
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
            key_prefixes={label: prefix for each in setup.providers for label, prefix in each.key_prefixes.items()},
            task_handlers={name: handler for each in setup.providers for name, handler in each.task_handlers.items()},
            limits=setup.limits,
        )

    def state(self, fixtures: Sequence[str | Path] | None, settings: Settings) -> State:
        """Return a state made of fixtures, those of the setup if None are named.

        Raises: FixtureError, ConfigurationError for a scenario that does not exist.
        """
        paths = [fixture_path(name) for name in (self.setup.fixtures if fixtures is None else fixtures)]
        state = self.fixtures.load(paths, settings)
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


def fixture_path(name: str | Path) -> Path:
    """Return the file of a scenario name, else of a path.

    Raises: ConfigurationError that lists the scenarios if there is neither.
    """
    if name in scenarios():
        return documents.packaged("fixtures") / f"{name}.yaml"
    if os.path.exists(name):  # noqa: PTH110 - unlike Path.exists, it takes any text
        return Path(name)
    raise ConfigurationError(f"there is no fixture {str(name)[:80]!r}", hint=f"name a file or one of {', '.join(scenarios())}")


def scenarios() -> list[str]:
    """Return the names of the packaged fixtures."""
    return sorted(path.stem for path in documents.packaged("fixtures").glob("*.yaml"))


def _pipeline(setup: MockSettings) -> Pipeline:
    return Pipeline(Contract.load(setup.contract), setup.providers, check_replies=setup.check_replies)


def _fixtures(pipeline: Pipeline) -> Fixtures:
    task_names = [name for provider in pipeline.providers.values() for name in provider.task_handlers]
    return Fixtures(pipeline.contract, pipeline.kinds, pipeline.assumptions, task_names)
