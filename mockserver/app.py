"""Puts an application together: the mock, its edge and its control API."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mockserver.http.app import App, ASGIApp, HttpOptions
from mockserver.mock import Mock, MockSettings
from mockserver.providers import Provider, find_providers


def create_app(
    *,
    providers: Iterable[str | Provider] | None = None,
    contract: Path | None = None,
    options: HttpOptions | None = None,
    **setup: Any,
) -> App:
    """Return an ASGI application that plays the providers.

    providers: names of providers, or providers themselves; None: those that come with the package.
    contract: an OpenAPI file for all of them; None: each has its own.
    setup: what else `mockserver.mock.MockSettings` takes: fixtures, seed, mode, now, assume, endpoints, limits, check_replies.
    Raises: MockServerError if contract, providers and fixtures do not fit together, or webhooks would go where they may not.
    """
    settings = MockSettings(providers=find_providers(providers), contract=contract, **setup)
    app = App(Mock(settings), options or HttpOptions(), _control)
    for sandbox in app.mock.sandboxes:
        for endpoint in sandbox.state.endpoints:
            app.courier.check_target(sandbox, endpoint.url, where=endpoint.id)
    return app


def _control(app: App) -> ASGIApp:
    from mockserver.control import create_control

    return create_control(app)
