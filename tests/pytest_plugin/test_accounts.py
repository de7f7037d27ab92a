"""What a test gets that names a provider: an account that is its own, begins as it says, and is the same in every run."""

import re
from collections.abc import Callable

import pytest

from tests.pytest_plugin.conftest import Run

PRINT = """
def test_tells(vexutopia, spoonity, request):
    made = create(vexutopia).json()
    print("TOLD", vexutopia.name, vexutopia.token, spoonity.token, made, vexutopia.clock.now)
"""


def test_each_test_has_an_account_of_its_own(run: Run) -> None:
    result = run("""
        @pytest.mark.parametrize("turn", range(3))
        def test_one_more(vexutopia, turn):
            before = vexutopia.customers.count()
            create(vexutopia)
            assert vexutopia.customers.count() == before + 1 == 151
    """)

    result.assert_outcomes(passed=3)


def test_both_providers_share_the_sandbox_of_a_test(run: Run) -> None:
    result = run("""
        def test_both(spoonity, vexutopia, mock_sandbox, mock_server):
            assert spoonity.name == vexutopia.name == mock_sandbox.name
            assert mock_sandbox["spoonity"].token == spoonity.token
            vexutopia.clock.advance("3d")
            assert spoonity.clock.now == vexutopia.clock.now
            assert (spoonity.clock.mode, vexutopia.sandbox_ref.app) == ("step", mock_server.app)
    """)

    result.assert_outcomes(passed=1)


def test_sandbox_is_gone_when_its_test_is_over(run: Run) -> None:
    result = run("""
        def test_first(vexutopia):
            create(vexutopia)

        def test_second(mock_server):
            assert [each.name for each in mock_server.app.mock.sandboxes] == ["default"]
    """)

    result.assert_outcomes(passed=2)


def test_two_runs_give_the_same_names_keys_ids_and_times(run: Run) -> None:
    told = [re.findall("TOLD .*", run(PRINT, "-s").stdout.str()) for _ in range(2)]

    assert len(told[0]) == 1
    assert told[0] == told[1]


def test_names_of_any_length_in_any_script_make_sandboxes(run: Run) -> None:
    result = run("""
        @pytest.mark.parametrize("text", ["x" * 3000, "käse/✓ [a:b]", "", "@-._", "same", "same"])
        def test_any(text, vexutopia):
            assert create(vexutopia).status_code == 201
            assert len(vexutopia.name) <= 64
    """)

    result.assert_outcomes(passed=6)


def test_markers_of_test_class_and_module_add_up_and_the_nearer_wins(run: Run) -> None:
    result = run("""
        pytestmark = pytest.mark.mockserver(
            fixture="many-pages", clock="frozen", seed=3, assume={"vexutopia.unset-fields": "absent"}, faults=["outage"]
        )

        @pytest.mark.mockserver(
            fixture="empty", faults=[{"kind": "drop", "lasting": "10m"}], assume={"spoonity.create-status": "201"}
        )
        class TestIt:
            @pytest.mark.mockserver(now="2030-01-01T00:00:00Z", assume={"spoonity.create-status": "200"})
            def test_all(self, spoonity, request):
                assert spoonity.clock.now.isoformat() == "2030-01-01T00:00:00+00:00"
                assert (spoonity.clock.mode, spoonity.customers.count()) == ("frozen", 0)
                assert spoonity.assumptions["vexutopia.unset-fields"] == "absent"
                assert spoonity.assumptions["spoonity.create-status"] == "200"
                assert [each.fault.kind for each in spoonity.sandbox_ref.sandbox.faults.armed] == ["status", "drop"]
                assert spoonity.sandbox_ref.sandbox.state.seed == 3

            def test_class(self, spoonity):
                assert spoonity.assumptions["spoonity.create-status"] == "201"

        def test_module(spoonity):
            assert spoonity.customers.count() > 100
    """)

    result.assert_outcomes(passed=3)


def test_fixture_file_lies_beside_the_test_or_in_the_root(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", world="spoonity: {customers: [{name: Ada}]}")
    pytester.mkdir("deeper")
    (pytester.path / "deeper" / "test_there.py").write_text(
        "import pytest\n\n@pytest.mark.mockserver(fixture=['empty', 'world.yaml'])\n"
        "def test_there(spoonity):\n    assert spoonity.customers.count() == 1\n"
    )
    result = run("""
        @pytest.mark.mockserver(fixture="world.yaml")
        def test_here(spoonity):
            assert [each.name for each in spoonity.customers] == ["Ada"]
    """)

    result.assert_outcomes(passed=2)


def test_address_fixture_and_seed_of_a_session_can_be_overridden(run: Run) -> None:
    result = run("""
        @pytest.fixture(scope="session")
        def mock_server_fixture():
            return "empty"

        @pytest.fixture(scope="session")
        def mock_server_seed():
            return 7

        @pytest.fixture(scope="session")
        def mock_server_address():
            return "localhost", 0

        def test_it(spoonity):
            assert spoonity.customers.count() == 0
            assert spoonity.sandbox_ref.sandbox.state.seed == 7
            assert spoonity.url.startswith("http://localhost:")
    """)

    result.assert_outcomes(passed=1)


def test_fixture_and_seed_of_a_session_are_settings(run: Run) -> None:
    source = """
        def test_it(spoonity):
            assert (spoonity.customers.count(), spoonity.sandbox_ref.sandbox.state.seed) == (0, 7)
    """

    run(source, "-o", "mock_fixture=empty", "-o", "mock_seed=7").assert_outcomes(passed=1)


def test_faults_of_marker_and_shared_sandbox_are_armed_again_after_a_reset(run: Run) -> None:
    result = run("""
        import pytest

        def armed(accounts):
            accounts.reset()
            return [each.fault.kind for each in accounts.sandbox_ref.sandbox.faults.armed]

        @pytest.mark.mockserver(faults=["slow", {"kind": "drop"}])
        def test_own(mock_sandbox):
            assert armed(mock_sandbox) == ["latency", "drop"]

        def test_shared(mock_sandboxes):
            with mock_sandboxes(faults=[{"kind": "garbage"}], journal_limit=2) as accounts:
                assert armed(accounts) == ["garbage"]
                assert accounts.sandbox_ref.sandbox.journal.limit == 2
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(("marker", "options"), [("journal_limit=2", ()), ("seed=1", ("-o", "mock_journal_limit=2"))])
def test_journal_limit_is_a_word_of_the_marker_and_a_setting(run: Run, marker: str, options: tuple[str, ...]) -> None:
    result = run(
        f"""
        @pytest.mark.mockserver({marker})
        def test_it(vexutopia):
            for _ in range(3):
                create(vexutopia)
            assert [each.number for each in vexutopia.requests.list()] == [2, 3]
    """,
        *options,
    )

    result.assert_outcomes(passed=1)


def test_sandboxes_of_class_module_and_session_keep_what_tests_do(run: Run) -> None:
    result = run("""
        @pytest.fixture(scope="session")
        def of_session(mock_sandboxes):
            return mock_sandboxes("shared", clock="frozen")

        @pytest.fixture(scope="module")
        def of_module(mock_sandboxes):
            with mock_sandboxes(fixture="empty") as accounts:
                yield accounts

        @pytest.fixture(scope="class")
        def of_class(mock_sandboxes):
            with mock_sandboxes(fixture="empty") as accounts:
                yield accounts

        class TestOne:
            def test_first(self, of_session, of_module, of_class):
                for accounts in (of_session, of_module, of_class):
                    create(accounts.vexutopia)

            def test_second(self, of_session, of_module, of_class, vexutopia):
                assert [each.vexutopia.customers.count() for each in (of_session, of_module, of_class)] == [151, 1, 1]
                assert vexutopia.customers.count() == 150

        def test_third(of_session, of_module, mock_server):
            assert [each.vexutopia.customers.count() for each in (of_session, of_module)] == [151, 1]
            assert [each.name for each in mock_server.app.mock.sandboxes] == ["default", "shared", of_module.name]
    """)

    result.assert_outcomes(passed=3)


def test_late_requests_do_not_pile_up_sandboxes(run: Run) -> None:
    result = run("""
        seen = []

        @pytest.mark.parametrize("turn", range(5))
        def test_it(turn, vexutopia, mock_server):
            for earlier in seen:
                assert earlier.customers.count() == 150
            seen.append(vexutopia)
            alive = [each.name for each in mock_server.app.mock.sandboxes]
            assert set(alive) == {"default", *(each.name for each in seen)}

        def test_last(mock_sandbox, mock_server):
            assert [each.name for each in mock_server.app.mock.sandboxes] == ["default", mock_sandbox.name]
    """)

    result.assert_outcomes(passed=6)


def test_late_request_to_a_sandbox_does_not_stand_in_the_way_of_the_next_run(run: Run) -> None:
    result = run(
        """
        import requests

        @pytest.fixture
        def late():
            urls = []
            yield urls
            assert requests.get(f"{urls[0]}/v1/customers", headers={"Authorization": "Bearer vex_test_x"}, timeout=5).ok

        @pytest.mark.parametrize("turn", [0])
        def test_it(turn, late, vexutopia):
            assert len(vexutopia.requests) == 0
            late.append(vexutopia.url)
    """,
        "--keep-duplicates",
        "test_it.py",
        "test_it.py",
    )

    result.assert_outcomes(passed=2)


def test_unittest_cases_take_accounts_and_markers(run: Run) -> None:
    result = run(
        """
        import unittest
        import urllib.request

        @pytest.mark.mockserver(fixture="empty", intercept=True)
        class TestOld(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _accounts(self, vexutopia):
                self.vexutopia = vexutopia

            def test_it(self):
                self.assertEqual(create(self.vexutopia).status_code, 201)
                self.assertEqual(self.vexutopia.customers.count(), 1)

        @pytest.mark.mockserver(intercept=True)
        class TestOlder(unittest.TestCase):
            def setUp(self):
                self.reply = urllib.request.urlopen(
                    urllib.request.Request("https://api.spoonity.com/customers", headers={"Authorization": "Bearer any"})
                )

            def test_it(self):
                self.assertEqual(self.reply.status, 200)
    """,
        "--mock-flip",
        "--mock-report",
    )

    result.assert_outcomes(passed=2)


def test_async_tests_take_accounts(run: Run) -> None:
    result = run("""
        import httpx

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.fixture
        async def caller(spoonity):
            headers = {"Authorization": f"Bearer {spoonity.token}"}
            async with httpx.AsyncClient(transport=spoonity.transport, headers=headers) as it:
                yield it

        @pytest.mark.anyio
        async def test_it(caller, spoonity):
            assert (await caller.get("https://api.spoonity.com/customers")).status_code == 200
            spoonity.requests.assert_called("listCustomers", times=1)

        @pytest.mark.anyio
        async def test_on_the_wire(spoonity):
            headers = {"Authorization": f"Bearer {spoonity.token}"}
            async with httpx.AsyncClient(base_url=spoonity.url, headers=headers) as caller:
                assert (await caller.get("/customers")).status_code == 200
    """)

    result.assert_outcomes(passed=2)


def test_machine_clock_that_a_test_fakes_is_not_the_sandbox_clock(run: Run) -> None:
    result = run("""
        import datetime
        import time

        class Faked(datetime.datetime):
            @classmethod
            def now(cls, tz=None):
                return cls(1999, 12, 31, tzinfo=tz)

        @pytest.mark.parametrize("clock", ["step", "frozen"])
        def test_it(monkeypatch, request, mock_server, clock):
            monkeypatch.setattr(datetime, "datetime", Faked)
            monkeypatch.setattr(time, "time", lambda: 946_598_400.0)
            monkeypatch.setattr(time, "time_ns", lambda: 946_598_400_000_000_000)
            with mock_server.sandbox(clock=clock) as accounts:
                account = accounts.vexutopia
                assert create(account).json()["created_at"] == "2026-02-02T13:48:05Z"
                assert get(account).status_code == 200
    """)

    result.assert_outcomes(passed=2)


def test_test_that_sends_nothing_costs_and_says_nothing(run: Run) -> None:
    result = run(
        """
        def test_it(vexutopia):
            assert vexutopia.customers.count() == 150

        def test_that_fails(vexutopia):
            assert vexutopia.customers.count() == 4
    """,
        "--mock-strict",
        "--mock-report",
        "--mock-flip",
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["0 tests sent 0 requests"])
    result.stdout.no_fnmatch_line("*last requests*")


@pytest.mark.slow
def test_each_worker_has_one_server_and_nothing_is_left_open(pytester: pytest.Pytester, write: Callable[..., None]) -> None:
    write(
        test_it="""
        @pytest.mark.parametrize("turn", range(8))
        def test_it(vexutopia, worker_id, turn):
            assert get(vexutopia).status_code == 200
            with open(f"{worker_id}.txt", "a") as told:
                print(vexutopia.url.rpartition("/@")[0], file=told)
    """
    )

    result = pytester.runpytest_subprocess("-n", "2", "-W", "error", "--mock-report")

    result.assert_outcomes(passed=8)
    result.stdout.fnmatch_lines(["8 tests sent 8 requests"])
    told = {path.name: path.read_text().split() for path in pytester.path.glob("gw*.txt")}
    assert sum(map(len, told.values())) == 8
    assert len({url for urls in told.values() for url in urls}) == len(told)
    assert "Warning" not in result.stdout.str() + result.stderr.str()
