"""Another distribution that installs a package `mockserver` is reported in one line, whichever was installed last."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import ROOT

THEIRS = {
    "mockserver/__init__.py": "from mockserver.models import Model\nfrom mockserver.client import MockServerClient\n",
    "mockserver/models.py": "class Model: ...\n",
    "mockserver/client.py": "class MockServerClient: ...\n",
    "mockserver/launcher.py": "",
    "mockserver/pytest_plugin.py": "import pytest\n\n@pytest.fixture\ndef mockserver():\n    return 1\n",
    "mockserver_client-9.dist-info/METADATA": "Metadata-Version: 2.1\nName: mockserver-client\nVersion: 9\n",
    "mockserver_client-9.dist-info/entry_points.txt": "[pytest11]\nmockserver = mockserver.pytest_plugin\n",
}
"""The files of `mockserver-client` 9 that matter here: what its `__init__` imports, and its entry point."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages with our files."""
    folder = tmp_path / "site"
    shutil.copytree(ROOT / "mockserver", folder / "mockserver", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "fixtures", folder / "fixtures")
    for name in ("mockserver_contract.py", "openapi.yaml"):
        shutil.copy(ROOT / name, folder)
    (tmp_path / "test_it.py").write_text("def test_it(spoonity):\n    assert spoonity.name\n", encoding="utf-8")
    return folder


def install_theirs(site: Path, *, last: bool) -> None:
    for name, content in THEIRS.items():
        path = site / name
        if last or not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, *command], cwd=site.parent, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def run_pytest(site: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(site, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:schemathesis", *options, "test_it.py")


@pytest.mark.slow
@pytest.mark.parametrize("order", [(), ("-p", "mockserver_contract")], ids=["their plugin first", "our plugin first"])
def test_pytest_ends_in_one_line_if_theirs_was_installed_last(site: Path, order: tuple[str, ...]) -> None:
    install_theirs(site, last=True)

    done = run_pytest(site, *order)

    assert (done.returncode, done.stdout) == (pytest.ExitCode.USAGE_ERROR, "")
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("ERROR: mockserver: the package `mockserver` was overwritten or removed")
    assert "pip uninstall mockserver-client" in line


@pytest.mark.slow
def test_pytest_works_and_says_that_their_fixtures_are_missing_if_ours_was_installed_last(site: Path) -> None:
    install_theirs(site, last=False)

    done = run_pytest(site)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "mockserver: `mockserver-client` is installed in the same package" in done.stdout


COMMAND = ("-c", "import sys, mockserver_contract; sys.exit(mockserver_contract.main())")
MODULE = ("-m", "mockserver")


@pytest.mark.parametrize(("command", "code"), [(COMMAND, 2), (MODULE, 1)])
def test_command_ends_in_one_line_if_theirs_was_installed_last(site: Path, command: tuple[str, ...], code: int) -> None:
    install_theirs(site, last=True)

    done = run(site, *command)

    assert done.returncode == code
    check_line(done.stderr)


@pytest.mark.parametrize("command", [COMMAND, MODULE])
def test_command_ends_in_one_line_if_theirs_was_removed_again(site: Path, command: tuple[str, ...]) -> None:
    (site / "mockserver" / "__init__.py").unlink()

    done = run(site, "-S", *command)  # without the folders in which this checkout is installed

    assert done.returncode == 2
    check_line(done.stderr)


def check_line(told: str) -> None:
    (line,) = told.strip().splitlines()
    assert line.startswith("mockserver: the package `mockserver` was overwritten or removed")


def test_import_of_theirs_names_the_reason(site: Path) -> None:
    install_theirs(site, last=True)

    done = run(site, "-c", "import mockserver")

    assert done.stderr.splitlines()[-1].startswith("ImportError: mockserver: the package `mockserver` was overwritten")


def test_intact_package_is_left_alone(site: Path) -> None:
    done = run(site, "-c", "import mockserver_contract, sys; sys.argv[1:] = ['--version']; sys.exit(mockserver_contract.main())")

    assert (done.returncode, done.stderr) == (0, "")
