"""What a start imports, and what the cache may and may not change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("yaml", "jsonschema_rs", "httpx", "starlette", "uvicorn", "jsonschema", "difflib")

START = f"""
import sys

def imported():
    print(",".join(name for name in {SLOW!r} if name in sys.modules))

from mockserver.app import asgi_app
from mockserver.http.in_process import call

app = asgi_app(clock="frozen")
imported()

def ask(method, path, body=b""):
    token = (b"authorization", b"Bearer vex_test_any")
    reply = call(app, method, path, headers=[token, (b"content-type", b"application/json")], body=body)
    print(reply.status, reply.body.decode())

ask("GET", "/customers")
ask("GET", "/v1/customers/cus_abc123def456")
imported()
ask("POST", "/v1/customers", b'{{"email": "a@example.com"}}')
imported()
"""


def start(cache: Path, **environment: str) -> list[str]:
    """Start the application in a process of its own, use it a little, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", "-c", START],
        env={**os.environ, "MOCKSERVER_CACHE_DIR": str(cache), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that a first start has filled."""
    place = tmp_path_factory.mktemp("cache")
    start(place)
    return place


@pytest.fixture(scope="module")
def told(warm: Path) -> list[str]:
    """What a start with a warm cache prints."""
    return start(warm)


def replies(printed: list[str]) -> list[str]:
    return [line for line in printed if line[:1].isdigit()]


def test_a_warm_start_imports_nothing_slow_before_it_is_needed(told: list[str]) -> None:
    at_start, *_, after_reads, _, after_write = told
    assert (at_start, after_reads, after_write) == ("", "", "jsonschema_rs")


def test_a_cold_start_answers_the_same(tmp_path: Path, told: list[str]) -> None:
    assert replies(start(tmp_path / "new")) == replies(told)
    assert [line[:3] for line in replies(told)] == ["200", "200", "201"]


def test_a_cold_start_fills_the_cache(tmp_path: Path) -> None:
    assert start(tmp_path)[0] == "yaml,jsonschema_rs"
    assert start(tmp_path)[0] == ""


def test_a_start_without_a_cache_answers_the_same(tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "file").touch()
    for _ in range(2):
        printed = start(tmp_path / "file" / "below")
        assert printed[0] == "yaml,jsonschema_rs"
        assert replies(printed) == replies(told)


@pytest.mark.parametrize("damage", [b"", b"true", b"{}", b'{"openapi": "3.1.0", "paths": {}}', b"\x00" * 100])
def test_damage_to_the_cache_changes_nothing(damage: bytes, warm: Path, told: list[str], tmp_path: Path) -> None:
    kept = sorted(warm.iterdir())
    assert len(kept) == 3, "the contract, the fixture, and that they fit"
    for file in kept:
        (tmp_path / file.name).write_bytes(damage)
    assert replies(start(tmp_path)) == replies(told)


def test_files_of_the_cache_that_changed_places_change_nothing(warm: Path, told: list[str], tmp_path: Path) -> None:
    kept = sorted(warm.iterdir())
    for file, other in zip(kept, [*kept[1:], kept[0]], strict=True):
        (tmp_path / file.name).write_bytes(other.read_bytes())
    assert replies(start(tmp_path)) == replies(told)


def test_replies_do_not_depend_on_how_python_hashes(warm: Path, told: list[str]) -> None:
    assert replies(start(warm, PYTHONHASHSEED="0")) == replies(start(warm, PYTHONHASHSEED="1")) == replies(told)
