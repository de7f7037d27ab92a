"""Every example in the README works: the Python, the calls of curl with what they print, the fixture, the commands."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli import COMMANDS, main
from mockserver.edge.server import running_server
from tests.conftest import make_app
from tests.tools import program

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
PRINTED_ADDRESS = "http://127.0.0.1:4010"


def blocks(language: str) -> list[str]:
    return [content for name, content in BLOCKS if name == language]


def commands() -> Iterator[tuple[str, str]]:
    """Go through the console's commands, comments cut off, each with what the README says that it prints."""
    for block in blocks("console"):
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE):
            yield re.sub(r"\s{2,}#.*", "", command), printed


CURL = [pair for pair in commands() if pair[0].startswith("curl")]
MOCKSERVER = [command for command, _ in commands() if command.startswith("mockserver")]


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


def test_fixture_loads(tmp_path: Path) -> None:
    (document,) = blocks("yaml")
    (tmp_path / "mine.yaml").write_text(document)

    customers = make_app(fixtures=[tmp_path / "mine.yaml"]).mock.sandboxes.get("default").state.count()

    assert customers == 62


def test_make_has_the_targets() -> None:
    makefile = (README.parent / "Makefile").read_text()
    targets = {command.split()[1] for command, _ in commands() if command.startswith("make")}

    assert targets == {"serve", "test"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("command", MOCKSERVER)
def test_command_has_such_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, *options = shlex.split(command)[1:]
    assert name in COMMANDS
    with pytest.raises(SystemExit):
        main([name, "--help"])

    shown = capsys.readouterr().out
    assert all(option in shown for option in options if option.startswith("--"))
