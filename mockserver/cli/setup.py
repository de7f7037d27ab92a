"""Turn the options of `serve` into settings, again at each file change."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

from mockserver import documents
from mockserver.app import AppOptions, settings_of
from mockserver.catalogue import check_choices
from mockserver.cli import say
from mockserver.cli.options import played_providers
from mockserver.errors import ConfigurationError, DocumentError
from mockserver.http.guard import check_target
from mockserver.mock import Mock, fixture_files
from mockserver.state.clock import iso_milliseconds
from mockserver.webhooks import Endpoint

ENDPOINT = "endpoint-of-serve"
"""The id of the endpoint of `--webhook`."""

INTERVAL_S = 1.0

Look = Mapping[Path, tuple[int, int] | None]
"""File → time of change and size; None: absent."""


def setup(values: SimpleNamespace) -> AppOptions:
    """Return the options of `create_app`.

    Raises: MockServerError for answers to unknown questions, and for webhooks that may not be sent.
    """
    return {
        "providers": played_providers(values.provider),
        "fixture": tuple(values.fixture),
        "seed": values.seed,
        "clock": values.clock,
        "now": None if values.now is None else iso_milliseconds(values.now),
        "assume": _choices(values),
        "endpoints": _endpoints(values),
        "max_sandboxes": values.max_sandboxes,
        "journal_limit": values.journal_limit,
        "check_replies": values.check_replies,
        "latency_ms": values.latency,
        "public_url": values.public_url,
        "max_body": values.max_body,
        "allow_hosts": values.allow_host,
        "allow_origins": values.allow_origin,
        "allow_webhook_hosts": values.allow_webhook_host,
    }


def _choices(values: SimpleNamespace) -> dict[str, str]:
    """Return question → answer; the command line takes precedence over the file."""
    known = [assumption for provider in played_providers(values.provider) for assumption in provider.assumptions]
    file = values.assumptions
    value = (documents.read(file).value if file else None) or {}
    if not isinstance(value, dict):
        raise DocumentError("is not a mapping", where=str(file), hint="write `KEY: CHOICE` on each line")
    written = {str(key): str(choice) for key, choice in value.items()}
    check_choices(written, known, where=str(file))
    chosen = dict(values.assume)
    check_choices(chosen, known, where="--assume")
    return {**written, **chosen}


def _endpoints(values: SimpleNamespace) -> tuple[Endpoint, ...]:
    if bool(values.webhook) != bool(values.webhook_secret):
        missing = "--webhook" if values.webhook_secret else "--webhook-secret"
        raise ConfigurationError("--webhook and --webhook-secret go together", where="serve", hint=f"add {missing}")
    if not values.webhook:
        return ()
    check_target(values.webhook, frozenset(values.allow_webhook_host), where="--webhook")
    return (Endpoint(ENDPOINT, values.webhook, values.webhook_secret),)


class Watch:
    """Reload a mock when a file that it was made of changes."""

    def __init__(self, mock: Mock, values: SimpleNamespace, report: Callable[[str], None] = say) -> None:
        self._mock = mock
        self._values = values
        self._report = report
        self._files = _files(mock, values)
        self._seen = self._look()

    async def run(self) -> None:
        """Check the files every second."""
        while True:
            await asyncio.sleep(INTERVAL_S)
            self.check()

    def check(self) -> None:
        """Reload the mock if a file has changed; report the outcome."""
        look = self._look()
        changed = [path for path in self._files if look[path] != self._seen[path]]
        self._seen = look
        if not changed:
            return
        names = ", ".join(path.name for path in changed)
        before = self._mock.settings
        try:
            self._mock.reload(settings_of({**setup(self._values), "contract": before.contract}))
        except Exception as error:  # an edit can be wrong in more ways than we know; the mock goes on all the same
            self._report(f"{names} changed, nothing is reloaded: {error}")
        else:
            self._report(f"{names} changed, reloaded; every sandbox begins anew")

    def _look(self) -> Look:
        return {path: _stamp(path) for path in self._files}


def _files(mock: Mock, values: SimpleNamespace) -> list[Path]:
    contracts = dict.fromkeys(mock.pipeline.contract.files.values())
    fixtures = [file for name in values.fixture for file in fixture_files(name, mock.settings.providers)]
    return [*contracts, *fixtures, *([values.assumptions] if values.assumptions else [])]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
