"""A provider of another package, installed: what serves, judges and tests the built-in ones does so for it, without a change."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import httpx
import pytest

from tests.cli.serving import Served
from tests.examples.conftest import INSTALL_TIMEOUT_S, IS_FRESH, environment
from tests.tools import run

ACME = Path(__file__).parent / "acme"
ANY = {"Authorization": "Bearer any"}
CHECK = "import mockserver; print(mockserver.__file__)"


class Shell:
    """A folder in which the package is, and the variables with which it is installed."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder, self.variables = folder, variables

    def run(self, *words: str) -> tuple[int, str]:
        done = subprocess.run(
            words, cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=120, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("outsider") / "acme"
    copytree(ACME, folder, ignore=ignore_patterns("__pycache__"))
    variables = environment(tmp_path_factory, folder, acme="acme_notes:PROVIDER")
    if IS_FRESH:
        install = ["pip", "install", f"{variables['WHEEL']}[pytest,verify]", "."]
        run(install, cwd=folder, environment=variables, timeout_s=INSTALL_TIMEOUT_S)
    return Shell(folder, variables)


@pytest.fixture(scope="module")
def served(shell: Shell) -> Iterator[Served]:
    command = ["mockserver", "serve", "--provider", "acme", "--provider", "vexutopia", "--check-replies", "--port", "0"]
    process = subprocess.Popen(command, cwd=shell.folder, env=shell.variables, stdout=subprocess.PIPE, bufsize=0)
    with process:
        yield Served(process)
        process.kill()


@pytest.mark.skipif(not IS_FRESH, reason="`make examples` runs this")
def test_the_mock_is_the_built_wheel(shell: Shell) -> None:
    code, printed = shell.run("python", "-c", CHECK)
    assert (code, "site-packages" in printed) == (0, True), printed


def test_it_is_served_beside_others(served: Served) -> None:
    assert "Acme Notes " in served.announced
    assert [note["text"] for note in httpx.get(f"{served.url}/notes", headers=ANY).json()] == ["first", "second"]
    customers = httpx.get(f"{served.url}/v1/customers", headers={"Authorization": "Bearer vex_test_any"})
    assert customers.json()["total"] == 150
    assert httpx.get(f"{served.url}/customers").json()["detail"].startswith("No provider has /customers.")


@pytest.mark.parametrize(
    ("sent", "status", "error"), [({"text": 1}, 400, "InvalidField"), ({}, 400, "MissingField"), ([], 400, "Unreadable")]
)
def test_it_refuses_what_its_contract_forbids_in_its_own_words(sent: Any, status: int, error: str, served: Served) -> None:
    reply = httpx.post(f"{served.url}/notes", headers=ANY, json=sent)
    assert (reply.status_code, reply.json()) == (status, {"error": error})


def test_its_keys_select_a_sandbox(served: Served) -> None:
    made = httpx.post(f"{served.url}/_mock/sandboxes", json={"name": "mine", "fixture": "default"}).json()
    key = {"Authorization": f"Bearer {made['keys']['acme']}"}

    assert httpx.post(f"{served.url}/notes", headers=key, json={"text": "mine"}).status_code == 201
    assert len(httpx.get(f"{served.url}/notes", headers=key).json()) == 3
    assert len(httpx.get(f"{served.url}/notes", headers=ANY).json()) == 2


def test_recorded_traffic_is_judged(served: Served, shell: Shell) -> None:
    key = {"Authorization": f"Bearer {httpx.post(f'{served.url}/_mock/sandboxes', json={'name': 'har'}).json()['keys']['acme']}"}
    httpx.post(f"{served.url}/notes", headers=key, json={"text": "a"})
    httpx.post(f"{served.url}/notes", headers=key, json={"text": 1})
    (shell.folder / "traffic.har").write_bytes(httpx.get(f"{served.url}/@har/_mock/requests.har").content)
    told = ["traffic.har", "--provider", "acme", "--url", served.url, "--json"]

    found, verdict = shell.run("mockserver", "check", *told)
    enough, covered = shell.run("mockserver", "coverage", *told)

    assert (found, [each["about"] for each in json.loads(verdict)["findings"]]) == (1, ["acme.createNote"])
    assert (enough, json.loads(covered)["exercised"]) == (0, 1)


def test_a_service_is_verified(served: Served, shell: Shell) -> None:
    code, printed = shell.run("mockserver", "verify", f"{served.url}/@verify", "--provider", "acme", "--token", "any")
    assert (code, "behaviours: 2 hold" in printed) == (0, True), printed


def test_commands_list_what_it_has(shell: Shell) -> None:
    assert shell.run("mockserver", "fixtures", "--provider", "acme") == (0, "default  Two notes.\n")
    assert "acme.create-status" in shell.run("mockserver", "assumptions", "--provider", "acme")[1]
    assert "x-behaviours" in shell.run("mockserver", "openapi", "--provider", "acme", "--provider", "spoonity")[1]
    assert "acme." not in shell.run("mockserver", "behaviours")[1]
    assert shell.run("mockserver", "behaviours", "--provider", "acne")[1] == (
        "mockserver: --provider: unknown provider 'acne'; name one of spoonity, vexutopia, acme\n"
    )


def test_a_suite_uses_its_fixture(shell: Shell) -> None:
    code, printed = shell.run("pytest", "-q", "tests/acme_suite.py", "--mock-flip", "--mock-report=verdict.json")
    verdict = json.loads((shell.folder / "verdict.json").read_bytes()) if code == 0 else {}

    assert (code, "4 passed" in printed) == (0, True), printed
    assert {each["test"].rpartition("::")[2] for each in verdict["flips"]} == {"test_leans_on_the_status"}
    assert [each["exercised"] for each in verdict["coverage"] if each["provider"] == "acme"] == [1]
