"""Services that are down, slow, broken or something else: a clear finding, and no traceback."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from mockserver.catalogue.client import Api
from mockserver.cli import main
from mockserver.contract import Contract
from mockserver.http.app import App
from mockserver.http.server import running_server
from mockserver.verify.checking import first_look
from tests.checking import send_to
from tests.conftest import MakeApp
from tests.verify.verifying import KEYS, Between, listening, plain, provider_of, run

CUSTOMERS = "/v1/customers"


def verify(url: str, *options: str, provider: str = "vexutopia") -> int:
    """Run the command against the address."""
    return main(["verify", url, "--provider", provider, "--token", KEYS[provider], *options])


@pytest.fixture
def finding(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What the command says of a service that it does not check: one line, and nothing but that."""
    said: list[str] = []
    yield said
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert [err.rstrip("\n")] == said


def test_a_service_that_is_down(finding: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert verify(f"http://127.0.0.1:{port}") == 1

    finding.append(f"mockserver: http://127.0.0.1:{port} cannot be reached: no connection: [Errno 111] Connection refused")


def test_a_host_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify("http://nobody.invalid", "--timeout", "5") == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mockserver: http://nobody.invalid cannot be reached: no connection: ")
    assert err.count("\n") == 1


def test_a_host_that_takes_no_connection(app: App) -> None:
    def answer(request: httpx.Request, _go_on: object) -> httpx.Response:
        raise httpx.ConnectTimeout("slow", request=request)

    report = run(provider_of(), Between(app, answer))

    assert report.finding == "http://mock.localhost cannot be reached: no connection within 10 s"


def test_an_api_without_anything_to_read_is_not_looked_at(app: App) -> None:
    api = Api(send_to(app), "http://mock.localhost", "key")

    assert first_look(api, Contract.load(), "nobody") == ""


def test_a_service_that_is_slow(finding: list[str]) -> None:
    def wait(connection: socket.socket) -> None:
        connection.recv(1)

    with listening(wait) as url:
        assert verify(url, "--timeout", "0.2") == 1

    finding.append(f"mockserver: {url} cannot be reached: no reply within 0.2 s")


def test_a_service_that_trickles(finding: list[str]) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        connection.settimeout(0.05)
        for _ in range(100):
            connection.sendall(b"x")
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                continue

    with listening(trickle) as url:
        assert verify(url, "--timeout", "0.2") == 1

    finding.append(f"mockserver: {url} cannot be reached: the reply was not whole after 0.2 s")


def test_a_service_that_hangs_up(finding: list[str]) -> None:
    with listening(b"") as url:
        assert verify(url) == 1

    what = "the connection broke before the reply was whole: Server disconnected without sending a response."
    finding.append(f"mockserver: {url} cannot be reached: {what}")


def test_a_service_that_speaks_no_http(finding: list[str]) -> None:
    with listening(b"220 mail.example ESMTP\r\n") as url:
        assert verify(url) == 1

    what = "the connection broke before the reply was whole: Server disconnected without sending a response."
    finding.append(f"mockserver: {url} cannot be reached: {what}")


def test_a_service_that_packs_badly(finding: list[str]) -> None:
    with listening(plain("200 OK", "{}", "Content-Encoding: gzip")) as url:
        assert verify(url) == 1

    what = "the reply cannot be unpacked: Error -3 while decompressing data: incorrect header check"
    finding.append(f"mockserver: {url} cannot be reached: {what}")


def test_a_service_that_never_ends(finding: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.verify.target.MAX_REPLY_BYTES", 1_000)
    with listening(plain("200 OK", "x" * 10_000)) as url:
        assert verify(url) == 1

    finding.append(f"mockserver: {url} cannot be reached: the reply is larger than 1000 bytes")


def test_a_service_without_the_encryption_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n", after=b"") as url:
        assert verify(url.replace("http:", "https:")) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot be reached: no connection: [SSL" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_a_service_that_answers_html(status: str, finding: list[str]) -> None:
    with listening(plain(status, "<html><body>Hello</body></html>", "Content-Type: text/html; charset=utf-8")) as url:
        assert verify(url) == 1

    number = status.split()[0]
    what = f"GET {url}{CUSTOMERS} answers {number} with text/html, no JSON: another service, or another base URL"
    finding.append(f"mockserver: {what}")


@pytest.mark.parametrize(
    ("kind", "body", "what"),
    [
        ("text/html", "<h1>Maintenance</h1>", "text/html, no JSON"),
        ("application/json", '{"fault": "upstream"}', "an object of fault"),
    ],
)
def test_a_service_that_fails_in_another_form_is_down(kind: str, body: str, what: str, finding: list[str]) -> None:
    with listening(plain("503 Service Unavailable", body, f"Content-Type: {kind}")) as url:
        assert verify(url) == 1

    fails = "the service or a proxy before it fails"
    finding.append(f"mockserver: GET {url}{CUSTOMERS} answers 503 with {what}: {fails}")


def test_a_service_that_begins_to_fail_in_the_middle_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    listing = '{"object": "list", "data": [], "total": 0, "limit": 10, "offset": 0, "has_more": false}'
    answers = [plain("200 OK", listing, "Content-Type: application/json")] * 5
    failure = plain("502 Bad Gateway", "<h1>Bad gateway</h1>", "Content-Type: text/html")

    with listening(lambda connection: connection.sendall(answers.pop() if answers else failure)) as url:
        assert verify(url, "--read-only") == 1

    out, _ = capsys.readouterr()
    answer = f"GET {url}{CUSTOMERS} answers 502 with text/html, no JSON"
    assert f"The run ended early: {answer}: the service or a proxy before it fails" in out
    assert out.count("reply     502 ") == 3


def test_a_service_that_answers_nothing(finding: list[str]) -> None:
    with listening(plain("204 No Content")) as url:
        assert verify(url) == 1

    what = f"GET {url}{CUSTOMERS} answers 204 with nothing readable, no JSON: another service, or another base URL"
    finding.append(f"mockserver: {what}")


def test_a_service_that_redirects(finding: list[str]) -> None:
    with listening(plain("301 Moved Permanently", "", "Location: https://www.example.com/v1/customers")) as url:
        assert verify(url) == 1

    what = f"GET {url}{CUSTOMERS} redirects to https://www.example.com/v1/customers; give the address that it leads to"
    finding.append(f"mockserver: {what}")


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        ("200 OK", '{"pets": [], "count": 0}', "answers 200 with an object of pets, count"),
        ("200 OK", "{}", "answers 200 with an object of nothing"),
        ("200 OK", "[1, 2]", "answers 200 with a JSON list"),
        ("200 OK", "[" * 5_000 + "]" * 5_000, "answers 200 with application/json, no JSON"),
        ("404 Not Found", '{"detail": "Not Found"}', "answers 404 with an object of detail"),
        ("401 Unauthorized", '{"detail": "No"}', "answers 401 with an object of detail"),
    ],
)
def test_a_service_that_speaks_another_api(status: str, body: str, what: str, finding: list[str]) -> None:
    with listening(plain(status, body, "Content-Type: application/json")) as url:
        assert verify(url) == 1

    other = "another service" if what.endswith("no JSON") else "another API"
    finding.append(f"mockserver: GET {url}{CUSTOMERS} {what}: {other}, or another base URL")


def test_the_other_provider_is_another_api(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    with running_server(make_app()) as address:
        assert verify(f"{address.url}/v1", provider="spoonity") == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "another API, or another base URL" in err


def test_a_base_url_with_a_part_of_the_path_too_many(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    with running_server(make_app()) as address:
        assert verify(f"{address.url}/nothing") == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert "answers 404 with an object of" in err


def test_a_key_that_the_service_does_not_take(make_app: MakeApp, finding: list[str]) -> None:
    with running_server(make_app(assume={"vexutopia.unknown-key": "rejected"})) as address:
        assert verify(address.url) == 1

    finding.append(f"mockserver: GET {address.url}{CUSTOMERS} answers 401: the service does not take this key")


def test_a_service_that_fails_in_its_own_form_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    error = '{"error": {"code": "internal_error", "message": "An unexpected error occurred"}}'
    with listening(plain("500 Internal Server Error", error, "Content-Type: application/json")) as url:
        assert verify(url) == 1

    out, _ = capsys.readouterr()
    assert "BROKEN       vexutopia.list.envelope\n    expected  A list has exactly object, data, total" in out
    assert f"    request   GET {url}{CUSTOMERS}\n    reply     500 {error}\n    found     " in out
    assert "Traceback" not in out


def test_a_service_that_goes_down_in_the_middle_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    listing = '{"object": "list", "data": [], "total": 0, "limit": 10, "offset": 0, "has_more": false}'
    answers = [plain("200 OK", listing, "Content-Type: application/json")] * 5

    def answer_a_few(connection: socket.socket) -> None:
        if answers:
            connection.sendall(answers.pop())

    with listening(answer_a_few) as url:
        assert verify(url, "--read-only") == 1

    out, _ = capsys.readouterr()
    hung_up = "the connection broke before the reply was whole: Server disconnected without sending a response."
    assert f"The run ended early: {url} cannot be reached: {hung_up}" in out
    assert out.count(f"reply     none: {hung_up}") == 3
