"""A frontend's own tools: types generated from the contract, a client compiled against them, run against the mock."""

import pytest

from mockserver.http.server import running_server
from tests.conftest import make_app
from tests.tools import NODE, program, run, typed_client

pytestmark = pytest.mark.slow


def test_typed_client_gets_what_the_contract_promises() -> None:
    client = typed_client()

    with running_server(make_app(clock="real")) as address:
        said = run([program("node"), str(client)], cwd=NODE, environment={"MOCK_URL": address.url})

    assert said == "The typed client got what the contract promises.\n"
