"""`docs/providers.md`, followed step by step from an empty folder, in this environment or in one that has the built wheel."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.cli.serving import Served
from tests.examples.conftest import INSTALL_TIMEOUT_S, IS_FRESH, environment
from tests.tools import ROOT, program

PAGE = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:4010"


class Step(NamedTuple):
    """A block of the page: a file to write, commands to type, or a program to run."""

    path: str
    language: str
    content: str


STEPS = [Step(*found) for found in re.findall(r"(?:^`([\w/.]+)`:\n\n)?^```(\w+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]


class Reader:
    """Someone who does what the page says.

    Attributes:
        said: what each command printed.
    """

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.variables = variables
        self.said: dict[str, str] = {}
        self._served: Served | None = None

    def follow(self, step: Step) -> None:
        if step.path:
            file = self.folder / step.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(step.content, encoding="utf-8")
        elif step.language == "diff":
            self._patch(self.folder / "ticketly_mock" / "__init__.py", step.content.splitlines(keepends=True))
        elif step.language == "console":
            for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", step.content, re.MULTILINE):
                self._type(command, printed)
        elif step.language == "python":
            self._run(["python", "-c", step.content])

    def _patch(self, file: Path, lines: list[str]) -> None:
        old, new = ("".join(line[1:] or "\n" for line in lines if line[0] != sign) for sign in "+-")
        written = file.read_text(encoding="utf-8")
        assert written.count(old) == 1
        file.write_text(written.replace(old, new), encoding="utf-8")

    def _type(self, command: str, printed: str) -> None:
        words = shlex.split(command)
        if words[:3] in (["python", "-m", "venv"], [".", ".venv/bin/activate"]) or (words[0] == "pip" and not IS_FRESH):
            return  # this run has an environment already
        said = self._serve(words) if words[:2] == ["mockserver", "serve"] else self._run(words)
        self.said[command] = said
        if printed:
            assert said.rstrip() == self._here(printed).rstrip()

    def _serve(self, words: list[str]) -> str:
        process = subprocess.Popen(
            words, cwd=self.folder, env={**self.variables, "MOCKSERVER_PORT": "0"}, stdout=subprocess.PIPE, bufsize=0
        )
        self._served = Served(process)
        for path in ("report", "openapi.json"):
            assert httpx.get(f"{self._served.url}/_mock/{path}").status_code == 200
        return self._served.announced

    def _run(self, words: list[str]) -> str:
        typed = [self._here(word) for word in words]
        timeout_s = INSTALL_TIMEOUT_S if words[0] == "pip" else 60
        done = subprocess.run(
            typed, cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        assert done.returncode == 0, f"{typed} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def _here(self, text: str) -> str:
        """Return a text of the page with the address and the package of this run."""
        text = text.replace("../mockserver", self.variables.get("WHEEL", ""))
        return text.replace(ADDRESS, self._served.url) if self._served else text

    def leave(self) -> None:
        if self._served is not None:
            with self._served.process as process:
                process.kill()


@pytest.fixture
def reader(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path / "ticketly"
    folder.mkdir()
    program("curl")
    variables = environment(tmp_path_factory, folder, ticketly="ticketly_mock:PROVIDER")
    reader = Reader(folder, variables)
    yield reader
    reader.leave()


def test_a_reader_of_the_page_gets_what_it_says(reader: Reader) -> None:
    for step in STEPS:
        reader.follow(step)

    told = {command: said for command, said in reader.said.items() if not command.startswith("pip")}
    assert "mock-assumed: ticketly.delete-twice=not-found" in next(said for command, said in told.items() if "DELETE" in command)
    assert "2 passed" in told["pytest -q tests"]
    assert "behaviours: 1 hold" in next(said for command, said in told.items() if "verify" in command)


def test_the_tree_of_the_page_has_the_files_that_it_writes() -> None:
    tree = re.findall(r"[├└]── ([\w./]+)", PAGE)
    assert sorted(name for name in tree if "." in name) == sorted(Path(step.path).name for step in STEPS if step.path)
