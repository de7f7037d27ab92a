"""The catalogue notices a mutant or does not, and the command says so. Each run is a process, since trials fork."""

import os
import subprocess
import sys

import pytest

from tests.mutation.explanation import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="trials fork")]

NOTICED = "spoonity/listing.py _meets: `text is None` → `True`"
OBSERVED = "vexutopia/customers.py _metadata: `merged != sent and call.assume(METADATA_UPDATE) == 'replaced'` → `False`"
SURVIVOR = "spoonity/customers.py update_customer: `changed != customer` → `True`"


def test_the_command_says_what_notices_a_mutant_and_what_survives() -> None:
    done = _run("--verbose", NOTICED, OBSERVED, SURVIVOR)

    assert (done.stdout.splitlines(), done.stderr) == (
        [
            f"nothing | {SURVIVOR}",
            f"behaviour spoonity.list.whole-customers | {NOTICED}",
            f"observer vexutopia.metadata-update | {OBSERVED}",
            "3 mutants, 1 survive",
        ],
        "",
    )
    assert done.returncode == 0


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.mutation", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
