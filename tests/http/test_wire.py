"""What a fault does to a connection, under both parsers, in the same process, and under a server of another make."""

from collections.abc import Iterator, MutableMapping
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from typing import Any

import pytest

from mockserver.faults import Fault, FaultKind
from mockserver.http.app import App
from mockserver.http.in_process import ConnectionLostError, call
from mockserver.http.server import Address, Parser, running_server
from tests.conftest import make_app, sandbox_of

CUSTOMER = "/customers/cust_175a9abec1882d12"
HEADERS = {"Authorization": "Bearer test"}
RAW = [(b"authorization", b"Bearer test")]


@pytest.fixture
def app() -> App:
    return make_app()


@pytest.fixture(params=["httptools", "h11"])
def address(app: App, request: pytest.FixtureRequest) -> Iterator[Address]:
    parser: Parser = request.param
    with running_server(app, parser=parser) as address:
        yield address


@pytest.fixture
def connection(address: Address) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(address.host, address.port, timeout=10)
    yield connection
    connection.close()


def arm(app: App, kind: FaultKind, **told: Any) -> None:
    sandbox_of(app).faults.arm([Fault(kind=kind, **told)])


def ask(connection: HTTPConnection, method: str = "GET", path: str = CUSTOMER) -> tuple[int, bytes]:
    connection.request(method, path, headers=HEADERS)
    response = connection.getresponse()
    return response.status, response.read()


def truth() -> bytes:
    return call(make_app(), "GET", CUSTOMER, headers=RAW).body


def names(app: App) -> list[tuple[str, ...]]:
    return [each.faults for each in sandbox_of(app).journal]


@pytest.mark.parametrize("kind", ["drop", "lost-reply"])
def test_a_lost_reply_ends_the_connection_without_a_byte(app: App, connection: HTTPConnection, kind: FaultKind) -> None:
    arm(app, kind)

    with pytest.raises(RemoteDisconnected):
        ask(connection)
    assert names(app) == [(kind,)]


def test_a_dropped_request_does_nothing_and_a_lost_reply_did_the_work(app: App, connection: HTTPConnection) -> None:
    for kind in ("drop", "lost-reply"):
        arm(app, kind, first=1)
        with pytest.raises(RemoteDisconnected):
            ask(connection, "POST", "/customers?name=Once")
    listed = call(app, "GET", "/customers?query=n:Once", headers=RAW).json()

    assert [each["name"] for each in listed["items"]] == ["Once"]
    assert [each.status for each in sandbox_of(app).journal] == [0, 200, 200]


def test_a_truncated_reply_announces_more_than_it_sends(app: App, connection: HTTPConnection) -> None:
    arm(app, "truncate")

    with pytest.raises(IncompleteRead) as caught:
        ask(connection)
    assert caught.value.partial == truth()[: len(truth()) // 2]


def test_garbage_is_a_whole_reply_that_is_no_json(app: App, connection: HTTPConnection) -> None:
    arm(app, "garbage", first=1)

    assert ask(connection) == (200, truth()[:-1] + b",")
    assert ask(connection) == (200, truth())


def test_a_drip_brings_all_of_the_reply(app: App, connection: HTTPConnection) -> None:
    arm(app, "drip", ms=1)

    assert ask(connection) == (200, truth())
    assert ask(connection, "HEAD")[1] == b""


def test_the_connection_that_a_fault_ended_harms_no_other(app: App, connection: HTTPConnection) -> None:
    arm(app, "drop", first=1)

    with pytest.raises(RemoteDisconnected):
        ask(connection)
    assert ask(connection) == (200, truth())


def test_a_fault_never_touches_the_control_api(app: App, connection: HTTPConnection) -> None:
    arm(app, "drop")

    assert ask(connection, "GET", "/_mock/health")[0] == 200


@pytest.mark.parametrize("kind", ["drop", "lost-reply"])
def test_in_process_a_lost_reply_is_an_error_with_nothing_in_it(app: App, kind: FaultKind) -> None:
    arm(app, kind)

    with pytest.raises(ConnectionLostError, match="before it answered") as caught:
        call(app, "GET", CUSTOMER, headers=RAW)
    assert caught.value.response is None


def test_in_process_a_truncated_reply_is_an_error_with_its_first_part(app: App) -> None:
    arm(app, "truncate")

    with pytest.raises(ConnectionLostError, match="within its answer") as caught:
        call(app, "GET", CUSTOMER, headers=RAW)
    assert caught.value.response is not None
    assert caught.value.response.body == truth()[: len(truth()) // 2]


def test_in_process_waits_are_the_callers(app: App) -> None:
    arm(app, "latency", ms=1_500)
    arm(app, "drip", ms=20)
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    assert call(app, "GET", CUSTOMER, headers=RAW, pause=pause).body == truth()
    assert waited == [1.5, *[0.02] * 9]


def test_a_wait_is_over_before_the_work_begins(app: App) -> None:
    arm(app, "latency", ms=1)
    counted: list[int] = []

    async def pause(_seconds: float) -> None:
        counted.append(len(sandbox_of(app).journal))

    call(app, "GET", CUSTOMER, headers=RAW, pause=pause)
    assert counted == [0]


def test_the_shortest_reply_can_be_truncated(app: App) -> None:
    arm(app, "truncate")

    with pytest.raises(ConnectionLostError) as caught:
        call(app, "DELETE", CUSTOMER, headers=RAW)
    assert caught.value.response is not None
    assert caught.value.response.body == b"{"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_under_another_server_the_reply_stays_unfinished(app: App) -> None:
    arm(app, "drop")
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing is to be read")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": CUSTOMER,
        "raw_path": CUSTOMER.encode(),
        "query_string": b"",
        "headers": [(b"host", b"mock.localhost"), *RAW],
    }
    await app(scope, receive, send)
    assert sent == []
