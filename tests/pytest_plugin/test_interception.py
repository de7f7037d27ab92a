"""Code under test that calls the real hosts lands in its test's sandbox, for as long as the test runs."""

import pytest

from tests.pytest_plugin.conftest import Run

CALLERS = """
import asyncio
import urllib.request

import aiohttp
import httpx
import requests

URL = "https://api.spoonity.com/customers"
HEADERS = {"Authorization": "Bearer any"}
SESSION = requests.Session()
CLIENT = httpx.Client()
RUNNER = asyncio.Runner()
ASYNC_CLIENT = httpx.AsyncClient()


def by_httpx():
    return CLIENT.get(URL, headers=HEADERS).json()


def by_async_httpx():
    async def ask():
        return (await ASYNC_CLIENT.get(URL, headers=HEADERS)).json()

    return RUNNER.run(ask())


def by_requests():
    return SESSION.get(URL, headers=HEADERS, timeout=5).json()


def by_urllib():
    import json

    with urllib.request.urlopen(urllib.request.Request(URL, headers=HEADERS)) as reply:
        return json.load(reply)


def by_aiohttp():
    async def ask():
        async with aiohttp.ClientSession() as session, session.get(URL, headers=HEADERS) as reply:
            return await reply.json()

    return asyncio.run(ask())


@pytest.fixture(scope="module", autouse=True)
def closed():
    yield
    RUNNER.run(ASYNC_CLIENT.aclose())
    RUNNER.close()
    SESSION.close()
    CLIENT.close()


each_library = pytest.mark.parametrize("call", [by_httpx, by_async_httpx, by_requests, by_urllib, by_aiohttp])
"""


def test_every_library_is_intercepted_by_marker_and_by_fixture_and_clients_that_were_made_before(run: Run) -> None:
    result = run(f"""{CALLERS}
@each_library
@pytest.mark.mockserver(fixture="empty", intercept=True)
def test_by_marker(call, spoonity):
    spoonity.customers.add_many(101)
    assert call()["next"].startswith("https://api.spoonity.com/customers?")
    spoonity.requests.assert_called("listCustomers", times=1)


@each_library
@pytest.mark.mockserver(fixture="empty")
def test_by_fixture(call, mock_intercept, spoonity):
    assert call()["items"] == []
    spoonity.requests.assert_called("listCustomers", times=1)
""")

    result.assert_outcomes(passed=10)


def test_marker_intercepts_though_no_fixture_is_named_and_before_other_fixtures_begin(run: Run) -> None:
    result = run(f"""{CALLERS}
@pytest.fixture
def early():
    begun = by_requests()
    yield begun
    by_requests()

@pytest.mark.mockserver(intercept="strict")
class TestIt:
    def test_bare(self):
        assert by_httpx()["items"]

    def test_with_fixtures(self, early, spoonity):
        assert early["items"]
        assert len(spoonity.requests) == 1

    @pytest.mark.parametrize("turn", [1, 2])
    def test_with_parameters(self, turn, early):
        assert early["items"]
""")

    result.assert_outcomes(passed=4)


def test_marker_that_a_hook_adds_intercepts_too(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """  # type: ignore[attr-defined]
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.mockserver(intercept="strict"))
""".replace("  # type: ignore[attr-defined]", "")
    )
    result = run(f"{CALLERS}\ndef test_bare():\n    assert by_requests()['items']\n")

    result.assert_outcomes(passed=1)


def test_interception_ends_with_the_test_be_it_passed_or_failed(run: Run) -> None:
    result = run("""
        import http.client
        import httpx

        BEFORE = [httpx.HTTPTransport.handle_request, http.client.HTTPConnection.putrequest]

        def now():
            return [httpx.HTTPTransport.handle_request, http.client.HTTPConnection.putrequest]

        @pytest.mark.mockserver(intercept=True)
        def test_passes():
            assert now() != BEFORE

        @pytest.mark.mockserver(intercept=True)
        def test_fails():
            raise ValueError

        @pytest.fixture
        def broken(mock_intercept):
            yield
            raise ValueError

        def test_breaks(broken):
            assert now() != BEFORE

        def test_afterwards():
            assert now() == BEFORE
    """)

    result.assert_outcomes(passed=3, failed=1, errors=1)


def test_strict_refuses_other_hosts_and_names_the_url(run: Run) -> None:
    result = run("""
        import httpx

        @pytest.mark.mockserver(intercept="strict")
        def test_it():
            httpx.get("https://rates.example.com/today?key=hidden")
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *UnexpectedRequestError: https://rates.example.com/today was called, but only api.spoonity.com, *"]
    )
    result.stdout.no_fnmatch_line("*the code hid the error*")


def test_strict_fails_a_test_whose_code_hides_the_refusal(run: Run) -> None:
    result = run("""
        import contextlib
        import httpx

        def call():
            with contextlib.suppress(Exception):
                httpx.get("https://rates.example.com/today")

        @pytest.mark.mockserver(intercept="strict")
        def test_hidden():
            call()

        @pytest.mark.mockserver(intercept="strict")
        def test_meant(mock_intercept):
            call()
            assert mock_intercept.refused.pop() == "https://rates.example.com/today"
    """)

    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_hidden*", "https://rates.example.com/today was called, but intercept='strict' refuses it; *"]
    )


def test_fixture_tells_what_it_refused_and_lets_other_hosts_through(run: Run) -> None:
    result = run("""
        import requests

        def test_it(mock_intercept, mock_server):
            assert requests.get(f"{mock_server.url}/_mock/health", timeout=5).ok
            assert mock_intercept.refused == []
    """)

    result.assert_outcomes(passed=1)
