"""A client of the control API whose replies are compared with the API's own document."""

from collections.abc import Callable

import httpx
import pytest

from mockserver.http.app import App
from tests.conftest import client_of
from tests.control.asking import fits_document

ControlOf = Callable[[App], httpx.Client]


@pytest.fixture
def control_of() -> ControlOf:
    def make(app: App) -> httpx.Client:
        client = client_of(app)
        client.event_hooks["response"].append(fits_document)
        return client

    return make


@pytest.fixture
def control(app: App, control_of: ControlOf) -> httpx.Client:
    return control_of(app)
