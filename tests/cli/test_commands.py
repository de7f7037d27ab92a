"""The commands that print or wait."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.types import Receive, Scope, Send

from mockserver.cli import main
from mockserver.documents import parse
from mockserver.http.server import listen, running_server
from mockserver.mock import scenarios
from mockserver.providers import PROVIDERS
from tests.conftest import client_of, make_app
from tests.tools import ROOT

ASSUMPTIONS = [assumption for provider in PROVIDERS for assumption in provider.assumptions]


def test_assumptions_are_listed_with_question_choices_and_the_default_marked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assumptions"]) == 0
    shown = capsys.readouterr().out
    words = " ".join(shown.split())

    for assumption in ASSUMPTIONS:
        assert f"\n{assumption.key}\n" in f"\n{shown}"
        assert " ".join(assumption.question.split()) in words
        assert f"* {assumption.default}: " in words
        assert [choice for choice in assumption.choices if f"{choice}: " not in words] == []
    assert words.count("* ") == len(ASSUMPTIONS)


def test_assumptions_as_json_are_all_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assumptions", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == [
        {
            "key": assumption.key,
            "question": assumption.question,
            "choices": dict(assumption.choices),
            "default": assumption.default,
            "evidence": assumption.evidence,
        }
        for assumption in ASSUMPTIONS
    ]


def test_fixtures_are_listed_with_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fixtures"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert [line.split()[0] for line in lines] == scenarios(PROVIDERS)
    assert [line for line in lines if len(line.split()) < 3] == []


def test_contract_is_printed_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--bare"]) == 0
    assert capsys.readouterr().out == (ROOT / "openapi.yaml").read_text(encoding="utf-8")


def test_contract_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", "--bare", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == parse((ROOT / "openapi.yaml").read_bytes(), name="openapi.yaml")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_contract_is_printed_with_the_catalogue_as_a_mock_serves_it(form: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["openapi", *form]) == 0
    printed = parse(capsys.readouterr().out.encode(), name="what was printed")

    served = client_of(make_app()).get("/_mock/openapi.json").json()
    assert printed == {**served, "servers": printed["servers"]}


def test_reader_that_wants_no_more_is_not_complained_of() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mockserver", "openapi"]
    with os.fdopen(writer, "w") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_wait_ends_as_soon_as_the_mock_is_ready(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:1")
    with running_server(make_app()) as address:
        assert main(["wait", address.url]) == 0
        assert main(["wait", f"{address.url}/@some-sandbox/", "--timeout", "5"]) == 0

    assert capsys.readouterr().out == f"{address.url} is ready\n{address.url}/@some-sandbox is ready\n"


class Service:
    """An application that answers everything alike, and notes what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
            return
        self.asked.append(scope["path"])
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


def test_wait_asks_below_the_address() -> None:
    service = Service(200, b'{"ready": true, "version": "1"}')
    with running_server(service) as address:
        assert main(["wait", f"{address.url}/base/@anna/"]) == 0

    assert service.asked == ["/base/@anna/_mock/health"]


def test_wait_gives_up_where_nobody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    (free,) = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()

    assert main(["wait", url, "--timeout", "0"]) == 1
    assert capsys.readouterr().err.startswith(f"mockserver: {url} is not ready after 0 s: ")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (503, b'{"ready": true}', "/_mock/health answers 503"),
        (200, b'{"ready": false}', "it says that it is not"),
        (200, b'{"ready": "soon"}', "it says that it is not"),
        (200, b"<html>", "what answers there is not a mockserver"),
        (200, b"{}", "what answers there is not a mockserver"),
    ],
)
def test_wait_gives_up_on_what_is_no_mock_or_not_ready(
    status: int, body: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_server(Service(status, body)) as address:
        assert main(["wait", address.url, "--timeout", "0.01"]) == 1

    assert capsys.readouterr().err == f"mockserver: {address.url} is not ready after 0.01 s: {reason}\n"


def test_ctrl_c_ends_a_command_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mockserver.cli.wait.ask", interrupt)

    assert main(["wait", "http://127.0.0.1:4010"]) == 130


def test_module_is_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockserver", "fixtures"]
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=30, check=True).stdout

    assert said.startswith(scenarios(PROVIDERS)[0])
