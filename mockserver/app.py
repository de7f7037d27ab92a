"""Puts an application together: the mock, its edge and its control API."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mockserver.http.app import App, ASGIApp, HttpOptions
from mockserver.mock import Mock, MockSettings
from mockserver.providers import PROVIDERS, Provider


def create_app(
    *, providers: Sequence[Provider] = PROVIDERS, contract: Path | None = None, options: HttpOptions | None = None, **setup: Any
) -> App:
    """Return an ASGI application that plays the providers.

    contract: the OpenAPI file that says what the providers understand; None: the package's own.
    setup: what else `mockserver.mock.MockSettings` takes: fixtures, seed, mode, now, assume, endpoints, limits, check_replies.
    Raises: MockServerError if contract, providers and fixtures do not fit together, or webhooks would go where they may not.
    """
    app = App(Mock(MockSettings(providers=providers, contract=contract, **setup)), options or HttpOptions(), _control)
    for sandbox in app.mock.sandboxes:
        for endpoint in sandbox.state.endpoints:
            app.courier.check_target(sandbox, endpoint.url, where=endpoint.id)
    return app


def _control(app: App) -> ASGIApp:
    from mockserver.control import create_control

    return create_control(app)
