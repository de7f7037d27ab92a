"""What `mockserver serve` was told, in the words of the mock and of its edge."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver import documents
from mockserver.catalogue import check_choices
from mockserver.errors import ConfigurationError, DocumentError
from mockserver.http.app import HttpOptions
from mockserver.http.guard import check_target
from mockserver.providers import PROVIDERS
from mockserver.state import Limits
from mockserver.webhooks import Endpoint

ENDPOINT = "endpoint-of-serve"
"""The id of the webhook endpoint that `--webhook` makes."""


def setup(values: Namespace) -> dict[str, Any]:
    """Return what `create_app` takes beside its options.

    Raises: MockServerError for answers to unknown questions, and for webhooks that may not be sent.
    """
    return {
        "fixtures": tuple(values.fixture),
        "seed": values.seed,
        "mode": values.clock,
        "now": values.now,
        "assume": _choices(values),
        "endpoints": _endpoints(values),
        "limits": Limits(sandboxes=values.max_sandboxes, journal=values.journal_limit),
        "check_replies": bool(values.check_replies),
    }


def app_options(values: Namespace) -> HttpOptions:
    """Return how the mock meets the network."""
    return HttpOptions(
        latency_ms=values.latency,
        public_url=values.public_url,
        max_body=values.max_body,
        allow_hosts=frozenset(values.allow_host),
        allow_origins=frozenset(values.allow_origin),
        allow_webhook_hosts=frozenset(values.allow_webhook_host),
    )


def _choices(values: Namespace) -> dict[str, str]:
    """Return question → answer, those on the command line before those of the file."""
    known = [assumption for provider in PROVIDERS for assumption in provider.assumptions]
    written = _written_choices(values.assumptions) if values.assumptions else {}
    check_choices(written, known, where=str(values.assumptions))
    chosen = dict(values.assume)
    check_choices(chosen, known, where="--assume")
    return {**written, **chosen}


def _written_choices(path: Path) -> Mapping[str, str]:
    value = documents.read(path).value or {}
    if not isinstance(value, dict):
        raise DocumentError("is no mapping", where=str(path), hint="write `KEY: CHOICE` on each line")
    return {str(key): str(choice) for key, choice in value.items()}


def _endpoints(values: Namespace) -> tuple[Endpoint, ...]:
    if bool(values.webhook) != bool(values.webhook_secret):
        missing = "--webhook" if values.webhook_secret else "--webhook-secret"
        raise ConfigurationError("a webhook has a URL and a secret", where="serve", hint=f"add {missing}")
    if not values.webhook:
        return ()
    check_target(values.webhook, frozenset(values.allow_webhook_host), where="--webhook")
    return (Endpoint(ENDPOINT, values.webhook, values.webhook_secret),)
