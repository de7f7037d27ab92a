"""What the example is run against is the built wheel; `make examples` runs this."""

from pathlib import Path

import pytest

from tests.tools import ROOT, run

pytestmark = pytest.mark.slow

PROGRAM = """
from importlib.metadata import distribution
import billing, mockserver
print(mockserver.__file__, billing.__file__, distribution("mockserver").read_text("direct_url.json"), sep="\\n")
"""


def test_the_package_is_the_installed_wheel_and_not_the_checkout(consumer: Path, python: str) -> None:
    package, example, origin = run([python, "-c", PROGRAM], cwd=consumer).splitlines()

    assert not Path(package).is_relative_to(ROOT)
    assert Path(example).is_relative_to(consumer)
    assert ".whl" in origin
