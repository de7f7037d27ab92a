"""docs/faults.md tells all that can go wrong, and what it prints can be armed."""

import json
import re
from typing import get_args

import pytest

from mockserver.control.faults import TAKES
from mockserver.faults import PRESETS, PagingMode
from tests.conftest import client_of, make_app
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ARMED, ANSWERED = re.findall(r"-d '(.*)'\n(.*)\n", PAGE)[0]


@pytest.mark.parametrize("name", [*TAKES, *PRESETS, *get_args(PagingMode)])
def test_each_kind_preset_and_mode_has_a_row(name: str) -> None:
    assert f"\n| `{name}` | " in PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_can_be_armed(example: str) -> None:
    assert client_of(make_app()).post("/_mock/faults", content=example).status_code == 201


def test_the_first_example_is_answered_as_it_stands_there() -> None:
    assert client_of(make_app()).post("/_mock/faults", content=ARMED).json() == json.loads(ANSWERED)
