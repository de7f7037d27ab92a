"""Every command of docs/journal.md prints what stands there, one after the other, on a fresh mock; its Python runs."""

import re
import shlex
import subprocess

import httpx

from mockserver.control.requests import ExpectationOrder, RequestsQuery
from mockserver.http.server import running_server
from mockserver.journal import MAX_BODY_BYTES, MAX_LISTENERS, MAX_UNSEEN
from tests.conftest import make_app
from tests.tools import ROOT, program

PAGE = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", "".join(text for name, text in BLOCKS if name == "console"), re.MULTILINE)
PRINTED_ADDRESS = "http://127.0.0.1:4010"


def arguments(command: str, url: str) -> list[str]:
    """Return a call of curl as a program and its arguments."""
    return [program("curl"), *shlex.split(command.replace(PRINTED_ADDRESS, url))[1:]]


def wanted(printed: str) -> str:
    """Return a pattern: three dots stand for anything, and lines may be broken behind a comma."""
    return re.escape(printed.strip()).replace(re.escape("..."), ".*?").replace(",\\\n", ",\\s*")


def test_every_command_prints_what_stands_there() -> None:
    assert len(COMMANDS) >= 10
    with running_server(make_app()) as address:
        for command, printed in COMMANDS:
            done = subprocess.run(
                arguments(command, address.url), capture_output=True, encoding="utf-8", check=True, timeout=30
            ).stdout

            assert re.fullmatch(wanted(printed), done.strip(), re.DOTALL), f"{command}\n{done}"


def test_stream_can_be_followed_with_curl() -> None:
    (command,) = [text.strip() for name, text in BLOCKS if name == "sh" and text.startswith("curl")]
    with running_server(make_app()) as address:
        following = subprocess.Popen(arguments(command, address.url), stdout=subprocess.PIPE, encoding="utf-8")
        with following:
            assert following.stdout is not None
            assert following.stdout.readline() == ": ping\n"
            httpx.get(f"{address.url}/nowhere")
            lines = [following.stdout.readline() for _ in range(3)]
            following.terminate()

    assert lines[:2] == ["\n", "id: 1\n"]
    assert lines[2].startswith('data: {"number":1,')


def test_python_runs() -> None:
    (code,) = [text for name, text in BLOCKS if name == "python"]
    exec(compile(code, "docs/journal.md", "exec"), {})


def test_every_filter_and_field_and_limit_is_on_the_page() -> None:
    assert [name for name in RequestsQuery.__struct_fields__ if f"`{name}=" not in PAGE] == []
    assert [name for name in ExpectationOrder.__struct_fields__ if f"`{name}`" not in PAGE] == []
    for limit in (f"above {MAX_BODY_BYTES // 1024} kB", f"({MAX_UNSEEN} wait", f"up to {MAX_LISTENERS} followers"):
        assert limit in PAGE
