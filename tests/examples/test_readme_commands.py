"""The commands of the example's README print what stands there; `make examples` runs this."""

import re
import shlex
from pathlib import Path

import pytest

from tests.examples.printed import PRINTED
from tests.examples.running import pytest_in

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("command", "printed"), PRINTED, ids=[command for command, _ in PRINTED])
def test_readme_shows_what_its_commands_print(command: str, printed: str, consumer: Path, python: str) -> None:
    answered = pytest_in(consumer, python, *shlex.split(command)[1:])
    wanted = re.escape(printed.strip()).replace(re.escape("..."), ".*?")

    assert re.fullmatch(wanted, answered.strip(), re.DOTALL), answered
