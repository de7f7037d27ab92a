"""The wheel has what the mock needs, and nothing else, and the command works from any folder."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from email.parser import Parser
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mockserver import __version__
from tests.tools import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder), cwd=ROOT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed package, which is found there before the checkout is."""
    folder = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-index", "--no-cache-dir", "--disable-pip-version-check", "--quiet"]
    run(sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(wheel), cwd=folder)
    return folder


def run(*command: str, cwd: Path, **variables: str) -> str:
    """Run a command that must succeed, and return what it printed."""
    done = subprocess.run(command, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def test_wheel_has_every_module_and_document_as_it_is_in_the_checkout(wheel: Path) -> None:
    documents = [ROOT / "openapi.yaml", *sorted((ROOT / "fixtures").rglob("*.*"))]
    expected = {f"mockserver/_data/{path.relative_to(ROOT).as_posix()}": path.read_bytes() for path in documents}
    for path in (ROOT / "mockserver_contract.py", *(ROOT / "mockserver").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            expected[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    with ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}

    assert packed.keys() == expected.keys()
    assert [name for name in packed if packed[name] != expected[name]] == []
    assert "mockserver/py.typed" in packed


def test_wheel_says_its_name_version_licence_and_least_python(wheel: Path) -> None:
    info = f"mockserver-{__version__}.dist-info"
    with ZipFile(wheel) as archive:
        metadata = Parser().parsestr(archive.read(f"{info}/METADATA").decode())
        licence = archive.read(f"{info}/licenses/LICENSE").decode()

    said = [metadata[field] for field in ("Name", "Version", "License-Expression", "Requires-Python")]
    assert said == ["mockserver", __version__, "MIT", ">=3.11"]
    assert licence.startswith("MIT License\n\nCopyright (c) 2026 the mockserver authors\n")


def test_installed_command_finds_its_documents_from_any_folder(installed: Path, tmp_path: Path) -> None:
    command, variables = str(installed / "bin" / "mockserver"), {"PYTHONPATH": str(installed)}
    program = "import mockserver.documents as d; print(d.packaged('openapi.yaml'))"

    assert run(sys.executable, "-c", program, cwd=tmp_path, **variables).strip().startswith(str(installed))
    assert run(command, "--version", cwd=tmp_path, **variables) == f"mockserver {__version__}\n"
    assert run(command, "openapi", "--bare", cwd=tmp_path, **variables) == (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    assert "spoonity.auth.scopes\n" in run(command, "behaviours", cwd=tmp_path, **variables)
    assert "default" in run(sys.executable, "-m", "mockserver", "fixtures", cwd=tmp_path, **variables)


def test_checkout_holds_no_copy_of_the_documents() -> None:
    """One left in the package would win over the files at the top."""
    assert not (ROOT / "mockserver" / "_data").exists()


def needed(requirements: Iterable[str], extras: frozenset[str] = frozenset({""})) -> Iterator[str]:
    """Go through the names of all packages that the requirements need here, directly or not."""
    for requirement in map(Requirement, requirements):
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        yield canonicalize_name(requirement.name)
        yield from needed(distribution(requirement.name).requires or (), frozenset({"", *requirement.extras}))


def test_constraints_pin_all_that_developing_needs_and_say_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rivals = [each for each in pyproject["dependency-groups"].pop("bench") if isinstance(each, str)]  # tests do without them
    groups = [each for group in pyproject["dependency-groups"].values() for each in group if isinstance(each, str)]
    pinned = [match[1] for line in lines if (match := re.fullmatch(r"([a-z0-9-]+)==[0-9][0-9a-z.]*", line))]

    assert len(pinned) == len(lines)
    assert lines == sorted(set(lines))
    assert set(needed([*pyproject["project"]["dependencies"], *groups])) - set(pinned) == set()
    assert {canonicalize_name(Requirement(each).name) for each in rivals} - set(pinned) == set()
