"""The suites that `benchmarks/plugin.py` runs: a thousand tests each, alike but for who answers their one GET."""

from msgspec import Struct

TESTS = 1_000
WARM_UP = 50
"""Tests at the beginning that are not measured: they import, start servers and make what is made once."""

HOST = "https://api.vexutopia.com"
PATH = "/v1/customers/cus_abc123def456"


class Suite(Struct, frozen=True, kw_only=True):
    """A suite of tests that differ in nothing but their number.

    Attributes:
        plugin: the pytest plugin that is loaded; empty: none.
        arguments: the fixtures that each test names.
        once: lines at the head of the module.
        first: what each test does before its request; not measured as part of the request.
        request: the expression that is the request; empty: the test asks nothing.
        rivals: the suites to which this one is compared.
    """

    name: str
    plugin: str = ""
    arguments: str = ""
    once: str = ""
    first: str = "pass"
    request: str = ""
    rivals: tuple[str, ...] = ()

    def source(self) -> str:
        """Return the module of tests."""
        asks = _ASKS.format(request=self.request) if self.request else ""
        arguments = f", {self.arguments}" if self.arguments else ""
        return _MODULE.format(tests=TESTS, once=self.once, arguments=arguments, first=self.first, asks=asks)


_MODULE = """\
import time
import pytest
from conftest import CPU, WALL
{once}

@pytest.mark.parametrize("number", range({tests}))
def test(number{arguments}):
    {first}
{asks}"""

_ASKS = """\
    wall, cpu = time.perf_counter(), time.process_time()
    reply = {request}
    CPU.append(time.process_time() - cpu)
    WALL.append(time.perf_counter() - wall)
    assert reply.status_code == 200
"""

CONFTEST = f"""\
import json, time
CPU, WALL, RUN = [], [], []

def pytest_runtest_logfinish():
    RUN.append((time.process_time(), time.perf_counter()))

def pytest_sessionfinish():
    (cpu, wall), (cpu_end, wall_end) = RUN[{WARM_UP} - 1], RUN[-1]
    count = len(RUN) - {WARM_UP}
    with open("measured.json", "w") as file:
        json.dump({{
            "test": [(cpu_end - cpu) / count, (wall_end - wall) / count],
            "request": [sorted(each[{WARM_UP}:])[count // 2] if each else 0 for each in (CPU, WALL)],
        }}, file)
"""

_OURS = "mockserver_contract"
_URL = f"{HOST}{PATH}"
_RECORD = '{"id": "cus_abc123def456", "email": "jane@example.com", "name": "Jane Smith", "created": "2026-01-19T10:30:00Z"}'
_KEY = 'headers={"Authorization": f"Bearer {vexutopia.token}"}'
_SSL_ONCE = "import httpx\nCLIENT = httpx.Client()"
_SESSION = "import requests\nCLIENT = requests.Session()"
_INTERCEPT = "pytestmark = pytest.mark.mockserver(intercept=True)"
_BY_KEY = """\
import httpx
from mockserver.client.transport import MockTransport

@pytest.fixture(scope="session")
def client(mock_server):
    with httpx.Client(transport=MockTransport(mock_server.app)) as made:
        yield made
"""
_RESPX = f'respx_mock.get("{_URL}").respond(json={_RECORD})'
_RESPONSES = """\
import responses

@pytest.fixture
def replies():
    with responses.RequestsMock() as made:
        yield made
"""
_HTTPSERVER = f'httpserver.expect_request("{PATH}").respond_with_json({_RECORD})'
_LOCAL = f'CLIENT.get(httpserver.url_for("{PATH}"))'

SUITES = (
    Suite(name="empty"),
    Suite(name="empty, with the plugin installed", plugin=_OURS),
    Suite(name="the fixture alone", plugin=_OURS, arguments="vexutopia"),
    Suite(
        name="httpx: a client made by each test",
        plugin=_OURS,
        arguments="vexutopia",
        once="import httpx",
        first="client = httpx.Client(transport=vexutopia.transport)",
        request=f'client.get("{_URL}", {_KEY})',
        rivals=("httpx: respx, a client made by each test",),
    ),
    Suite(
        name="httpx: respx, a client made by each test",
        plugin="respx.plugin",
        arguments="respx_mock",
        once="import httpx",
        first=f"{_RESPX}; client = httpx.Client(transport=httpx.MockTransport(respx_mock.handler))",
        request=f'client.get("{_URL}", headers={{"Authorization": "Bearer any"}})',
    ),
    Suite(
        name="httpx: a client made once, the key says whose",
        plugin=_OURS,
        arguments="vexutopia, client",
        once=_BY_KEY,
        request=f'client.get("{_URL}", {_KEY})',
        rivals=("httpx: respx, a client made once",),
    ),
    Suite(
        name="httpx: a client made once, intercepted",
        plugin=_OURS,
        arguments="vexutopia",
        once=f"{_SSL_ONCE}\n{_INTERCEPT}",
        request=f'CLIENT.get("{_URL}", {_KEY})',
        rivals=("httpx: respx, a client made once",),
    ),
    Suite(
        name="httpx: respx, a client made once",
        plugin="respx.plugin",
        arguments="respx_mock",
        once=_SSL_ONCE,
        first=_RESPX,
        request=f'CLIENT.get("{_URL}", headers={{"Authorization": "Bearer any"}})',
    ),
    Suite(
        name="requests: a session made by each test, the adapter",
        plugin=_OURS,
        arguments="vexutopia",
        once="import requests",
        first='client = requests.Session(); client.mount("https://", vexutopia.adapter)',
        request=f'client.get("{_URL}", {_KEY})',
        rivals=("requests: responses, a session made once",),
    ),
    Suite(
        name="requests: a session made once, intercepted",
        plugin=_OURS,
        arguments="vexutopia",
        once=f"{_SESSION}\n{_INTERCEPT}",
        request=f'CLIENT.get("{_URL}", {_KEY})',
        rivals=("requests: responses, a session made once",),
    ),
    Suite(
        name="requests: responses, a session made once",
        arguments="replies",
        once=f"{_SESSION}\n{_RESPONSES}",
        first=f'replies.get("{_URL}", json={_RECORD})',
        request=f'CLIENT.get("{_URL}", headers={{"Authorization": "Bearer any"}})',
    ),
    Suite(
        name="socket: httpx, a client made once",
        plugin=_OURS,
        arguments="vexutopia",
        once=_SSL_ONCE,
        request=f'CLIENT.get(vexutopia.url + "{PATH}", {_KEY})',
        rivals=("socket: httpx to pytest-httpserver",),
    ),
    Suite(
        name="socket: httpx to pytest-httpserver",
        plugin="pytest_httpserver.pytest_plugin",
        arguments="httpserver",
        once=_SSL_ONCE,
        first=_HTTPSERVER,
        request=_LOCAL,
    ),
    Suite(
        name="socket: requests, a session made once",
        plugin=_OURS,
        arguments="vexutopia",
        once=_SESSION,
        request=f'CLIENT.get(vexutopia.url + "{PATH}", {_KEY})',
        rivals=("socket: requests to pytest-httpserver",),
    ),
    Suite(
        name="socket: requests to pytest-httpserver",
        plugin="pytest_httpserver.pytest_plugin",
        arguments="httpserver",
        once=_SESSION,
        first=_HTTPSERVER,
        request=_LOCAL,
    ),
)
