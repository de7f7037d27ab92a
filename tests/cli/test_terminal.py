"""How commands speak."""

import io
import os
from select import select
from typing import TextIO

import pytest

from mockserver.cli import say
from mockserver.cli.serve import is_coloured


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_said_is_there_at_once() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as read, os.fdopen(writer, "w") as stream:
        say("ready", to=stream)
        assert select([read], [], [], 0)[0] == [read]
        assert read.readline() == "ready\n"


def test_reader_that_went_away_is_no_error_now_nor_later() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        say("one", to=stream)
        say("two", to=stream)


def test_what_a_stream_cannot_write_is_spelled_out() -> None:
    content = io.BytesIO()
    stream = io.TextIOWrapper(content, encoding="latin-1", newline="\n")

    say("Zoë …", to=stream)

    assert content.getvalue() == b"Zo\xeb \\u2026\n"


@pytest.mark.parametrize(
    ("stream", "variables", "coloured"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: TextIO, variables: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert is_coloured(stream) is coloured
