"""Every command of docs/report.md prints what stands there, one after the other, on a fresh mock."""

import re
import shlex
import subprocess

from mockserver.control.report import TYPES
from mockserver.http.server import running_server
from tests.conftest import make_app
from tests.tools import ROOT, program

PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [pair for block in BLOCKS for pair in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE)]
PRINTED_ADDRESS = "http://127.0.0.1:4010"


def wanted(printed: str) -> str:
    """Return a pattern: three dots stand for anything, and the lines of one value may be broken anywhere behind a comma."""
    return re.escape(printed.strip()).replace(re.escape("..."), ".*?").replace(",\\\n", ",\\s*")


def test_every_command_prints_what_stands_there() -> None:
    with running_server(make_app()) as address:
        for command, printed in EXAMPLES:
            arguments = [program("curl"), *shlex.split(command.replace(PRINTED_ADDRESS, address.url))[1:]]
            answered = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=30).stdout

            assert re.fullmatch(wanted(printed), answered.strip(), re.DOTALL), f"{command}\n{answered}"


def test_page_shows_what_it_is_about() -> None:
    commands = " ".join(command for command, _ in EXAMPLES)

    assert all(f"format={form}" in commands for form in TYPES if form != "json")
    assert all(f"`{content_type}`" in PAGE for form, content_type in TYPES.items() if form != "json")
    assert "/changes" in commands
    assert "/_mock/traces?value=" in commands
