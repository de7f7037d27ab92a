"""The mock in this process, with and without a port."""

import asyncio
import subprocess
import sys
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest

import mockserver
from mockserver.app import create_app
from mockserver.client.server import MAX_STATES, Server, running
from mockserver.errors import ConfigurationError, TakenNameError, UnknownChoiceError
from mockserver.providers import accounts
from tests.tools import ROOT

SEEDS = "an integer from -9007199254740991 to 9007199254740991"


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "mockserver"]


def test_the_package_hands_it_out_when_it_is_asked_for() -> None:
    program = (
        "import sys, mockserver; before = set(sys.modules); mockserver.running; "
        "print(sorted(before & {'typing', 'mockserver.client', 'asyncio'}), 'mockserver.client.server' in sys.modules)"
    )
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {[str(ROOT), *sys.path]!r}; {program}"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    assert printed == "[] True\n"
    assert (mockserver.running, mockserver.Server) == (running, Server)
    with pytest.raises(AttributeError, match="module 'mockserver' has no attribute 'runing'"):
        _ = mockserver.runing


def test_types_of_accounts_are_found_in_the_package_whichever_providers_there_are() -> None:
    from mockserver import Accounts, Vexutopia

    assert [getattr(mockserver, name) for name in accounts.__all__] == [getattr(accounts, name) for name in accounts.__all__]
    assert (Accounts, Vexutopia) == (accounts.Accounts, accounts.Vexutopia)
    with pytest.raises(AttributeError, match="module 'mockserver' has no attribute 'Account_'"):
        _ = mockserver.Account_


def test_a_console_can_complete_what_the_package_has_not_imported_yet() -> None:
    assert {"Server", "running", *accounts.__all__} <= set(dir(mockserver))


def test_neither_port_nor_thread_nor_library_is_there_before_the_address_is_asked_for() -> None:
    program = """
import sys, threading, mockserver
with mockserver.running() as server, server.sandbox() as accounts:
    accounts.intercepted().__enter__()
    print(threading.active_count(), sorted({"httpx", "requests", "aiohttp", "urllib3", "jsonschema_rs"} & sys.modules.keys()))
    server.url
    print(threading.active_count())
print(threading.active_count())
"""
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True).stdout

    assert printed == "1 []\n2\n1\n"


def test_it_answers_at_its_address_and_then_no_more() -> None:
    with mockserver.running() as server:
        url = server.url
        assert httpx.get(f"{url}/_mock/health").status_code == 200
        assert (server.url, server.default.url) == (url, url)
        assert threads() == ["mockserver"]

    assert threads() == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/_mock/health")
    with pytest.raises(ConfigurationError, match="the mock is closed; use it within its `with` block"):
        _ = server.url


def test_one_server_is_started_whoever_asks() -> None:
    with mockserver.running() as server, ThreadPoolExecutor(8) as pool:
        urls = set(pool.map(lambda _: server.url, range(8)))
        assert (len(urls), len(threads())) == (1, 1)


def test_a_sandbox_is_reached_by_its_address_and_by_its_key() -> None:
    with mockserver.running() as server, server.sandbox() as accounts:
        added, account = accounts.vexutopia.customers.add(), accounts.vexutopia
        path, headers = f"/v1/customers/{added.id}", {"Authorization": f"Bearer {account.token}"}
        statuses = [httpx.get(f"{base}{path}", headers=headers).status_code for base in (account.url, server.url)]

    assert statuses == [200, 200]


def test_it_runs_beside_an_event_loop() -> None:
    async def ask() -> list[int]:
        with mockserver.running() as server, server.sandbox() as accounts:
            spoonity, path = accounts.spoonity, "/customers/cust_175a9abec1882d12"
            headers = {"Authorization": f"Bearer {spoonity.token}"}
            async with httpx.AsyncClient(headers=headers) as outside, httpx.AsyncClient(transport=spoonity.transport) as inside:
                over_a_socket = await outside.get(f"{spoonity.url}{path}")
                in_process = await inside.get(f"https://api.spoonity.com{path}", headers=headers)
            return [over_a_socket.status_code, in_process.status_code]

    assert asyncio.run(ask()) == [200, 200]


def test_it_serves_a_unittest_case() -> None:
    seen = []

    class Case(unittest.TestCase):
        def setUp(self) -> None:
            self.server = self.enterContext(mockserver.running())

        def test_it(self) -> None:
            seen.append(self.server.default.spoonity.customers.count())

    assert Case("test_it").run() is not None
    assert seen == [61]


def test_it_needs_no_with() -> None:
    server = mockserver.running(fixture="empty")
    assert server.default.vexutopia.customers.count() == 0
    assert server.url
    server.close()
    server.close()
    assert threads() == []


def test_sandboxes_begin_as_the_server_was_told_unless_told_otherwise() -> None:
    with mockserver.running(fixture="empty", seed=5, assume={"spoonity.create-status": "201"}) as server:
        server.sandbox("alike")
        choice = {"spoonity.null-value": "rejected"}
        server.sandbox("other", fixture=["empty", "default"], clock="frozen", now="2030-01-01", seed=6, assume=choice)
        alike, other = (server.app.mock.sandboxes.get(name).state for name in ("alike", "other"))

    assert (alike.seed, alike.clock.mode, alike.count(), alike.choices) == (5, "step", 0, {"spoonity.create-status": "201"})
    assert (other.seed, other.clock.mode, other.clock.now()) == (6, "frozen", 1_893_456_000_000)
    assert (other.count() > 200, other.choices) == (True, {"spoonity.create-status": "201", **choice})


@pytest.mark.parametrize(
    "now",
    [
        "2030-01-01T00:00:00Z",
        datetime(2030, 1, 1),
        datetime(2030, 1, 1, tzinfo=UTC),
        datetime(2030, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_now_is_a_timestamp_or_a_datetime(now: str | datetime) -> None:
    with mockserver.running(now=now) as server:
        assert server.app.mock.sandboxes.get("default").now == 1_893_456_000_000


def test_no_fixture_at_all_is_an_empty_account() -> None:
    with running(fixture=[]) as server:
        assert server.default._ref.sandbox.state.count() == server.sandbox()._ref.sandbox.state.count() == 0
        assert server.sandbox(fixture="default")._ref.sandbox.state.count() > 0


def test_the_clock_steps_unless_another_is_asked_for() -> None:
    with mockserver.running() as server, mockserver.running(clock="frozen") as frozen:
        modes = [each.app.mock.sandboxes.get("default").state.clock.mode for each in (server, frozen)]

    assert modes == ["step", "frozen"]


def test_sandboxes_that_begin_alike_are_forks() -> None:
    with mockserver.running() as server:
        origins = {id(server.app.mock.sandboxes.get(server.sandbox(seed=9).name).initial_state) for _ in range(3)}
        for seed in range(MAX_STATES + 1):
            server.sandbox(fixture="empty", seed=seed).drop()

        assert len(origins) == 1
        assert 0 < len(server._states) <= MAX_STATES


def test_a_sandbox_begins_with_faults_and_a_journal_limit_of_its_own() -> None:
    with running(faults=[{"kind": "garbage"}]) as server:
        mine = server.sandbox("mine", faults=["slow", {"kind": "drop", "first": 1}], journal_limit=2)
        sandbox = mine.sandbox_ref.sandbox
        mine.reset()

        assert [each.fault.kind for each in sandbox.faults.armed] == ["garbage", "latency", "drop"]
        assert (sandbox.journal.limit, server.sandbox().sandbox_ref.sandbox.journal.limit) == (2, 1_000)
        assert sandbox.initial_state is server.default.sandbox_ref.sandbox.initial_state
        with pytest.raises(ConfigurationError, match=r"^faults\[0\].preset: must be .*slow"):
            server.sandbox(faults=["slw"])
        with pytest.raises(
            ConfigurationError, match='journal_limit: must be an integer from 0 to 1000000000, got "2"; write journal_limit=100'
        ):
            server.sandbox(journal_limit="2")  # type: ignore[arg-type]


def test_a_fixture_file_that_was_written_again_is_read_again(server: Server, tmp_path: Path) -> None:
    path, counted = tmp_path / "mine.yaml", []
    for emails in ("{email: a@example.org}", "{email: a@example.org}, {email: b@example.org}"):
        path.write_text(f"vexutopia: {{customers: [{emails}]}}\n")
        counted += [server.sandbox(fixture=each).vexutopia.customers.count() for each in (path, str(path))]

    assert counted == [1, 1, 2, 2]


def test_what_a_sandbox_cannot_begin_with_is_refused(tmp_path: Path) -> None:
    with mockserver.running() as server:
        server.sandbox("taken")
        with pytest.raises(TakenNameError, match="there is a sandbox 'taken' already"):
            server.sandbox("taken")
        with pytest.raises(ConfigurationError, match="unknown fixture 'nowhere'; use a file, or one of: "):
            server.sandbox(fixture="nowhere")
        with pytest.raises(UnknownChoiceError, match="assume: "):
            server.sandbox(assume={"spoonity.create-status": "418"})
        with pytest.raises(ConfigurationError, match="now: 'yesterday' is not a timestamp"):
            server.sandbox(now="yesterday")
        (tmp_path / "own.yaml").write_text("spoonity: {customers: [{name: Own}]}")
        assert [each.name for each in server.sandbox(fixture=tmp_path / "own.yaml").spoonity.customers.list()] == ["Own"]


def test_a_port_that_is_taken_is_refused() -> None:
    with mockserver.running() as server:
        other = mockserver.running(port=int(server.url.rpartition(":")[2]))
        with pytest.raises(ConfigurationError, match="the port is taken"):
            _ = other.url


def test_word_that_nothing_would_read_is_refused(server: Server) -> None:
    with pytest.raises(ConfigurationError, match=r"unknown keyword 'fixtur'; did you mean fixture\?"):
        running(fixtur="empty")  # type: ignore[call-arg]
    with pytest.raises(ConfigurationError, match="unknown keyword 'colour'; known: fixture, seed, clock, now, assume"):
        server.sandbox(colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"seed": "7"}, f'seed: must be {SEEDS}, got "7"; write seed=7'),
        ({"seed": True}, f"seed: must be {SEEDS}, got true; write seed=7"),
        ({"seed": 2**53}, f"seed: must be {SEEDS}, got 9007199254740992; write seed=7"),
        ({"clock": "slow"}, 'clock: must be real, frozen or step, got "slow"; write clock="frozen"'),
        ({"now": 5}, "now: 5 is not a time; write it like 2026-02-02T13:48:05.683Z"),
        ({"journal_limit": -1}, "journal_limit: must be an integer from 0 to 1000000000, got -1; write journal_limit=100"),
        ({"fixture": 5}, 'fixture: must be a scenario or a file, got 5; write fixture="empty"'),
        ({"fixture": ["empty", 5]}, 'fixture: must be a scenario or a file, got 5; write fixture="empty"'),
        ({"assume": ["a"]}, 'assume: must be an object, got a list; write assume={"KEY": "CHOICE"}'),
        ({"faults": "flaky"}, 'faults: must be a list, got "flaky"; write faults=["flaky", {"kind": "drop", "first": 1}]'),
    ],
)
def test_an_option_that_cannot_be_is_refused(server: Server, words: Any, complaint: str) -> None:
    for make in (server.sandbox, running, create_app):
        with pytest.raises(ConfigurationError) as caught:
            make(**words)
        assert str(caught.value) == complaint


def test_none_is_the_option_of_the_mock() -> None:
    with running(seed=5, clock="frozen", now="2030-01-01") as server:
        state = server.sandbox(seed=None, clock=None, now=None, fixture="empty").sandbox_ref.sandbox.state
        assert (state.seed, state.clock.mode, state.clock.now()) == (5, "frozen", 1_893_456_000_000)
