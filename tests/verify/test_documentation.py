"""The page on `verify` shows what it prints, names every option, and says what exit codes mean."""

import re
import subprocess
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from mockserver.cli.verify import verify
from mockserver.http.server import running_server
from tests.conftest import MakeApp
from tests.verify.verifying import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
PRINTED_ADDRESS = "https://sandbox.vexutopia.example"


class Drifted:
    """A service that lists as documented, but for one thing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: list[Any] = []

        async def keep(message: Any) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        start, *bodies = messages
        body = b"".join(each.get("body", b"") for each in bodies).replace(b'"object":"list"', b'"object":"collection"')
        headers = [(name, value) for name, value in start.get("headers", []) if name != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


def test_the_example_is_what_a_run_prints(make_app: MakeApp) -> None:
    choices = {"vexutopia.list-order": "oldest-first", "vexutopia.payment-settlement": "at-once"}
    with running_server(Drifted(make_app(clock="step", assume=choices))) as address:
        # In a process of its own, since pytest rewrites what the assertions of a plugin's package say.
        command = ["-m", "mockserver", "verify", address.url, "--provider", "vexutopia", "--token", KEYS["vexutopia"]]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=60, check=False)
    printed = done.stdout.replace(address.url, PRINTED_ADDRESS)

    assert done.returncode == 1, done.stderr
    wanted = re.escape(EXAMPLE).replace(re.escape("..."), ".*?")
    assert re.fullmatch(wanted, printed, re.DOTALL), printed


def test_every_option_is_explained() -> None:
    for option in verify.params[1:]:
        assert f"`{option.opts[0]}" in PAGE, option.opts[0]


def test_every_exit_code_is_explained() -> None:
    assert re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE) == ["0", "1", "2"]
