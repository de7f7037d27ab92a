"""Every command of docs/webhooks.md prints what stands there, one after the other, on a fresh mock; its Python runs."""

import re
import shlex
import subprocess
from typing import get_args

import httpx

from mockserver.http.server import running_server
from mockserver.webhooks import How
from tests.conftest import make_app
from tests.tools import ROOT, program

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", "".join(text for name, text in BLOCKS if name == "console"), re.MULTILINE)
PRINTED_ADDRESS = "http://127.0.0.1:4010"


def printed_by(command: str, url: str) -> str:
    """Return what a call of curl prints."""
    arguments = [program("curl"), *shlex.split(command.replace(PRINTED_ADDRESS, url))[1:]]
    return subprocess.run(arguments, capture_output=True, encoding="utf-8", check=True, timeout=30).stdout.strip()


def test_every_command_prints_what_stands_there() -> None:
    assert len(COMMANDS) >= 8
    with running_server(make_app()) as address:
        for command, printed in COMMANDS:
            said = printed_by(command, address.url)
            wanted = re.escape(printed.strip()).replace(re.escape("..."), ".*?")

            assert re.fullmatch(wanted, said, re.DOTALL), f"{command}\n{said}"

        delivery = httpx.get(f"{address.url}/_mock/webhooks/deliveries/2").json()
    signed = subprocess.run(
        [program("openssl"), "dgst", "-sha256", "-hmac", "whsec_x", "-r"],
        input=delivery["body"].encode(),
        capture_output=True,
        check=True,
    )
    assert signed.stdout.split()[0].decode() == delivery["headers"]["x-vexutopia-signature"]


def test_python_runs() -> None:
    (code,) = [text for name, text in BLOCKS if name == "python"]
    exec(compile(code, "docs/webhooks.md", "exec"), {})


def test_every_way_to_go_wrong_is_told() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert [how for how in get_args(How) if f"`{how}`" not in table] == []
