"""Same seed, same calls: the same answers to the byte, in whatever process; another seed changes ids and nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver import documents
from tests.properties.account import FEW
from tests.properties.transcript import transcript

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
MADE = re.compile(r"cust_[0-9a-f]{16}|cus_[a-z0-9]{12}|pay_[0-9]{10}|evt_[0-9]{10}|pi_[a-z0-9]{6}|mock_[a-z]+_[0-9a-f]{16}")
DIGEST = re.compile(r'(?<="id":")[0-9a-f]{16}(?=")')
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
)


def printed(environment: dict[str, str], seed: int, fixture: str) -> bytes:
    """Return what the transcript is in a process of its own."""
    command = [sys.executable, "-m", "tests.properties.transcript", str(seed), fixture]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def text_of(answers: list[Any]) -> str:
    return msgspec.json.encode(answers).decode()


def test_a_hundred_calls_are_answered_alike_in_every_process() -> None:
    here = text_of(transcript(7, "default")).encode()
    assert [printed(environment, 7, "default") == here for environment in ENVIRONMENTS] == [True, True]


def test_the_transcript_has_a_hundred_calls_with_all_kinds_of_answers() -> None:
    answers = transcript(7, "default")[:-2]
    assert len(answers) == 100
    assert {answer[0] for answer in answers} == {200, 201, 400, 404, 405}


@pytest.mark.parametrize("seed", [2, 2**53 - 1, -1])
def test_another_seed_changes_the_ids_that_are_made_and_nothing_else(seed: int) -> None:
    one, other = text_of(transcript(1, FEW)), text_of(transcript(seed, FEW))
    given = set(MADE.findall(FEW.read_text(encoding="utf-8")))
    assert set(MADE.findall(one)) & set(MADE.findall(other)) == given
    assert blanked(one).replace('"seed":1', "") == blanked(other).replace(f'"seed":{seed}', "")


def blanked(text: str) -> str:
    """Return the text with each id that was made replaced by its number, in order of appearance."""
    numbers: dict[str, int] = {}
    return DIGEST.sub("#", MADE.sub(lambda found: f"#{numbers.setdefault(found[0], len(numbers))}", text))


def test_the_fixture_has_nothing_that_is_made_up() -> None:
    assert "generate" not in FEW.read_text(encoding="utf-8")
    assert documents.read(FEW).value.keys() == {"now", "spoonity", "vexutopia"}
