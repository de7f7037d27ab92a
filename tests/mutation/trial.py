"""Runs the catalogue against a provider whose code is changed, in a process of its own."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Any

from msgspec import Struct

from mockserver.app import asgi_app
from mockserver.catalogue import Behaviour
from mockserver.catalogue.catalogue import NotObserved, Observer
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.http.in_process import call
from mockserver.providers import PROVIDERS
from mockserver.providers.provider import Provider
from tests.conftest import BASE
from tests.mutation.mutants import Mutant

PACKAGE = "mockserver.providers"
SECONDS = 20
"""Real time after which a mutant counts as noticed: it runs in circles."""

BYTES = 4_000_000_000
"""Memory after which it does."""


class Scene(Struct, frozen=True):
    """The circumstances of a run.

    Attributes:
        fixture: what the account holds at the start.
        assume: what is chosen otherwise where the documents are silent.
        key: the label of the credential; empty for the provider's name.
        is_shared: whether all checks meet in one sandbox, one after the other, instead of one each.
    """

    fixture: str = "default"
    assume: Mapping[str, str] = {}
    key: str = ""
    is_shared: bool = False


def noticed_by(mutant: Mutant) -> str:
    """Return what notices the mutant, `behaviour NAME` or the like; empty if nothing does."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()  # it would touch, and thus copy, all that the two processes share
        _set_limits()
        logging.disable()
        os.write(writer, next(objections(mutant.provider, mutant), "").encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return said if status == 0 else "limit of time or memory"


def _set_limits() -> None:
    from resource import RLIMIT_AS, setrlimit  # not everywhere, as forks are not

    signal.alarm(SECONDS)
    setrlimit(RLIMIT_AS, (BYTES, BYTES))


def objections(name: str, mutant: Mutant | None = None) -> Iterator[str]:
    """Go through what the catalogue has against a provider, behaviours first; with a mutant, its code is changed for good."""
    catalogue = _provider(name).catalogue()
    stages: list[Stage] = []
    try:
        provider = mutated(mutant) if mutant else _provider(name)
        for scene in _scenes(provider):
            stages.append(Stage(provider, scene))
            yield from stages[-1].failures(catalogue.behaviours)
    except Exception as error:
        yield f"start: {type(error).__name__}"
    for stage in stages:
        yield from stage.other_choices(catalogue.observers)


class Stage:
    """A provider played in a scene, by an application of its own."""

    def __init__(self, provider: Provider, scene: Scene) -> None:
        others = [each for each in PROVIDERS if each.name != provider.name]
        self.provider, self.scene = provider, scene
        self.app = asgi_app(providers=[provider, *others], fixture=[scene.fixture], assume=scene.assume, clock="step", seed=1)
        self.choices = {each.key: scene.assume.get(each.key, each.default) for each in provider.assumptions}

    def failures(self, behaviours: Iterable[Behaviour]) -> Iterator[str]:
        """Go through the behaviours that fail."""
        for number, behaviour in enumerate(behaviours):
            if all(self.choices[key] == choice for key, choice in behaviour.only_with.items()):
                try:
                    with self._api(f"b{number}") as api:
                        behaviour.check(api)
                except Exception:
                    yield f"behaviour {behaviour.name}"

    def other_choices(self, observers: Iterable[Observer]) -> Iterator[str]:
        """Go through the observers that do not see what was chosen; where something is, only its own one can be sure to.

        With another key one may have nothing to say, as it tries keys itself.
        """
        for number, observer in enumerate(observers):
            key = observer.assumption.key
            if key in (self.scene.assume or self.choices) and self._seen(observer, f"o{number}") != self.choices[key]:
                yield f"observer {key}"

    def _seen(self, observer: Observer, name: str) -> str | None:
        try:
            with self._api(name) as api:
                return observer.observe(api).choice
        except NotObserved:
            return self.choices[observer.assumption.key] if self.scene.key else None
        except Exception:
            return None

    def _api(self, name: str) -> Api:
        sandbox = "shared" if self.scene.is_shared else name
        key = self.app.mock.sandboxes.get(sandbox).keys[self.scene.key or self.provider.name]
        return Api(self._send, f"{BASE}/@{sandbox}", key, marker=f"mark-{name}")

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        reply = call(self.app, method, url, headers=raw, body=body)
        named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reply.headers}
        return ApiResponse(reply.status, named, reply.body)


def mutated(mutant: Mutant) -> Provider:
    """Return the provider with the change, all its modules loaded anew; what checks it stays as it was loaded."""
    package = f"{PACKAGE}.{mutant.provider}"
    for name in [each for each in sys.modules if each == package or each.startswith(f"{package}.")]:
        del sys.modules[name]
    module = mutant.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    sys.meta_path.insert(0, _Finder(f"{PACKAGE}.{module}", mutant.compile()))
    provider: Provider = import_module(package).PROVIDER
    return provider


class _Loader(SourceFileLoader):
    """Loads a module as its file would be, but from other code."""

    def __init__(self, spec: ModuleSpec, code: CodeType) -> None:
        super().__init__(spec.name, str(spec.origin))
        self._code = code

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code, module.__dict__)


class _Finder(MetaPathFinder):
    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        spec = PathFinder.find_spec(fullname, path) if fullname == self._name else None
        if spec is not None:
            spec.loader = _Loader(spec, self._code)
        return spec


def _provider(name: str) -> Provider:
    return next(each for each in PROVIDERS if each.name == name)


def _scenes(provider: Provider) -> Iterator[Scene]:
    yield Scene()
    yield Scene("empty")
    yield Scene(is_shared=True)
    yield from (Scene(key=label) for label in provider.key_prefixes if label != provider.name)
    for each in provider.assumptions:
        for choice in each.choices:
            if choice != each.default:
                yield Scene(assume={each.key: choice})
