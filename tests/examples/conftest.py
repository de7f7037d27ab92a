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


def environment(factory: pytest.TempPathFactory, folder: Path, **providers: str) -> dict[str, str]:
    """Return the variables of an environment: a fresh one and the built wheel, or this one as if the package were installed.

    providers: name → entry point, of the package in the folder.
    """
    place = factory.mktemp("environment")
    kept = {name: each for name, each in os.environ.items() if not name.startswith(("COV", "PYTEST", "MOCKSERVER_EX"))}
    commands = place / "bin"
    kept["PATH"] = f"{commands}{os.pathsep}{kept['PATH']}"
    if IS_FRESH:
        run([sys.executable, "-m", "venv", str(place)], cwd=place)
        return kept | {"WHEEL": str(wheel(place / "dist")), "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    commands.mkdir()
    for name, what in {"python": "", "mockserver": "-m mockserver", "pytest": "-m pytest -p no:cacheprovider"}.items():
        (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {what} "$@"\n')
        (commands / name).chmod(0o755)
    information = folder / "outsider-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1\n")
    offers = "".join(f"{name} = {value}\n" for name, value in providers.items())
    (information / "entry_points.txt").write_text(f"[mockserver.providers]\n{offers}")
    return kept | {"PYTHONPATH": str(folder)}


def wheel(folder: Path) -> Path:
    """Build the wheel, and return where it is."""
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built
