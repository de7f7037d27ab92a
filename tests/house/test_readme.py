"""Every example in the README works: the Python, the calls of curl with what they print, the fixture, the commands."""

import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from mockserver.http.server import running_server
from tests.cli.serving import served
from tests.conftest import make_app
from tests.tools import ROOT, program, run

README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
TEXT = README.read_text(encoding="utf-8")
BLOCKS = BLOCK.findall(TEXT)
PRINTED_ADDRESS = "http://127.0.0.1:4010"


def blocks(language: str) -> list[str]:
    return [content for name, content in BLOCKS if name == language]


def commands() -> Iterator[tuple[str, str]]:
    """Go through the console's commands, comments cut off, each with what the README says that it prints."""
    for block in blocks("console"):
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE):
            yield re.sub(r"\s{2,}#.*", "", command), printed


CURL = [pair for pair in commands() if pair[0].startswith("curl")]
INLINE = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", BLOCK.sub("", TEXT))]
EXAMPLES = [*(command for command, _ in commands()), *INLINE]
SERVE = [example for example in EXAMPLES if re.match(r"mockserver serve\b", example)]
OTHERS = [example for example in EXAMPLES if example.startswith("mockserver ") and example not in SERVE]
MAKE = [example for example in EXAMPLES if example.startswith("make ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which the README's fixture lies under the name that its commands use."""
    (document,) = blocks("yaml")
    (tmp_path / "mine.yaml").write_text(document, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("code", blocks("python"))
def test_python_runs(code: str) -> None:
    exec(compile(code, str(README), "exec"), {})


@pytest.mark.parametrize(("command", "printed"), CURL, ids=[command for command, _ in CURL])
def test_curl_prints_what_stands_there(command: str, printed: str) -> None:
    with running_server(make_app()) as address:
        arguments = [program("curl"), *shlex.split(command.replace(PRINTED_ADDRESS, address.url))[1:]]
        answered = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=30).stdout
    wanted = re.escape(printed.strip().replace(PRINTED_ADDRESS, address.url)).replace(re.escape("..."), ".*?")

    assert re.fullmatch(wanted, answered.replace("\r", "").strip(), re.DOTALL), answered


def test_fixture_loads(folder: Path) -> None:
    customers = make_app(fixture=[folder / "mine.yaml"]).mock.sandboxes.get("default").state.count()

    assert customers == 62


def test_every_extra_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert [extra for extra in project["optional-dependencies"] if f"pip install '.[{extra}]'" not in TEXT] == []


def test_examples_are_found() -> None:
    assert len(SERVE) >= 5
    assert {example.split()[1] for example in OTHERS} >= {"wait", "fixtures", "assumptions"}
    assert {example.split()[1] for example in MAKE} >= {"serve", "test"}


@pytest.mark.parametrize("command", SERVE)
def test_serve_starts_answers_and_ends(command: str, folder: Path) -> None:
    with served(*shlex.split(command)[2:], folder=folder) as running:
        reply = httpx.get(f"{running.url}/customers", headers={"Authorization": "Bearer any"})
        assert reply.status_code == 200
        assert running.end(signal.SIGTERM) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize("command", OTHERS)
def test_command_succeeds(command: str, folder: Path) -> None:
    with running_server(make_app()) as address:
        arguments = shlex.split(re.sub(r"\bURL\b", address.url, command))[1:]
        assert run([sys.executable, "-m", "mockserver", *arguments], cwd=folder)


@pytest.mark.parametrize("command", MAKE)
def test_make_has_the_target(command: str) -> None:
    assert run([program("make"), "-n", *shlex.split(command)[1:]], cwd=ROOT)
