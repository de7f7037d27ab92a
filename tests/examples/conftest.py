"""Where the example runs: a copy outside of this repository, in this environment or in a fresh one that has the built wheel."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools import ROOT, run

CONSUMER = ROOT / "examples" / "consumer"
INSTALL_TIMEOUT_S = 300

IS_FRESH = os.environ.get("MOCKSERVER_EXAMPLES") == "wheel"
"""Whether this is `make examples`, which installs the built wheel in a fresh environment, and takes a minute more."""

collect_ignore = [] if IS_FRESH else ["test_each_bug.py", "test_installed.py", "test_readme_commands.py"]


@pytest.fixture(scope="session")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the example."""
    folder = tmp_path_factory.mktemp("examples") / "consumer"
    shutil.copytree(CONSUMER, folder, ignore=shutil.ignore_patterns("__pycache__", ".*", "*.egg-info"))
    return folder


@pytest.fixture(scope="session")
def python(consumer: Path) -> Iterator[str]:
    """Return the interpreter: this one, or that of a fresh environment."""
    if not IS_FRESH:
        yield sys.executable
        return
    environment = consumer.parent / "environment"
    run([sys.executable, "-m", "venv", str(environment)], cwd=consumer)
    fresh = str(environment / "bin" / "python")
    pip = [fresh, "-m", "pip", "--disable-pip-version-check", "install", "--constraint", str(ROOT / "constraints.txt")]
    run([*pip, f"{wheel(consumer.parent / 'dist')}[pytest]", "--editable", ".[test]"], cwd=consumer, timeout_s=INSTALL_TIMEOUT_S)
    yield fresh
    shutil.rmtree(environment)


def fresh_environment(factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make an environment with nothing in it, and return the variables for it and the built wheel."""
    folder = factory.mktemp("fresh")
    run([sys.executable, "-m", "venv", str(folder / "environment")], cwd=folder)
    commands = folder / "environment" / "bin"
    settings = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {"BIN": str(commands), "PYTHON": str(commands / "python"), "WHEEL": str(wheel(folder / "dist")), **settings}


def wheel(folder: Path) -> Path:
    """Build the wheel, and return where it is."""
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built
