"""Programs that tests need beside Python: where they are, and what happens to a test where they are not."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / "tests" / "node"
INSTALL_TIMEOUT_S = 300


def program(name: str) -> str:
    """Return the path of an installed program; a test that needs one which is missing is skipped, in CI it fails."""
    path = shutil.which(name)
    return path if path is not None else _lacking(f"{name} is not installed")


@cache
def node_program(name: str) -> str:
    """Return the path of a program from the packages of tests/node, which are installed if they are not."""
    program("node")
    with _node_lock():
        _install_packages(program("npm"))
    return str(NODE / "node_modules" / ".bin" / name)


@cache
def typed_client() -> Path:
    """Generate types from the contract, compile the TypeScript client against them, and return the program that comes out."""
    generate, compile_ = node_program("openapi-typescript"), node_program("tsc")
    with _node_lock():
        run([generate, str(ROOT / "openapi.yaml"), "-o", "api.d.ts"], cwd=NODE)
        run([compile_], cwd=NODE)
    return NODE / "build" / "client.js"


def run(command: Sequence[str], *, cwd: Path, environment: dict[str, str] | None = None, timeout_s: float = 60) -> str:
    """Run a program that must succeed, and return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True, timeout=timeout_s, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def _install_packages(npm: str) -> None:
    """Install the packages unless those that are there were installed for the same package.json."""
    wanted = sha256((NODE / "package.json").read_bytes()).hexdigest()
    stamp = NODE / "node_modules" / ".installed-for"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    done = subprocess.run(
        [npm, "install", *flags], cwd=NODE, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        _lacking(f"npm install failed: {done.stderr.strip()[-500:]}")
    stamp.write_text(wanted)


@contextmanager
def _node_lock() -> Iterator[None]:
    """Let one test process at a time change what lies in tests/node."""
    with (NODE / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lacking(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
