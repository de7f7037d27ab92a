"""What tests of the client share: the mock in this process, and a sandbox of it."""

from collections.abc import Iterator

import pytest

from mockserver.client.server import Server, running
from mockserver.providers.accounts import Accounts


@pytest.fixture
def server() -> Iterator[Server]:
    with running(raise_errors=True, check_replies=True) as server:
        yield server


@pytest.fixture
def accounts(server: Server) -> Accounts:
    return server.sandbox("mine", clock="frozen")
