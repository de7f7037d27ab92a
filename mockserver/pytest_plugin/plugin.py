"""Hooks and fixtures of the pytest plugin.

Every pytest run imports this module, so it imports only pytest; the rest is imported when a test needs it.
"""

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.client.account import Account
    from mockserver.client.interception import Interception
    from mockserver.client.server import Server
    from mockserver.providers.accounts import Accounts
    from mockserver.pytest_plugin.sandboxes import SandboxMaker, TestSandbox

PACKAGE = Path(__file__).parents[1]
BUILT_IN = sorted(path.parent.name for path in (PACKAGE / "providers").glob("*/account.py"))
"""Names of the built-in providers; each is a fixture."""

MARKER = (
    "mockserver(fixture=…, seed=…, clock=…, now=…, assume={…}, faults=[…], intercept=…, strict=…, ignore=[…], journal_limit=…): "
    "set up the test's sandbox, and choose how the test is judged."
)
FLIPS = ("report", "fail")

TEST_SANDBOX: "pytest.StashKey[TestSandbox]" = pytest.StashKey()
"""The sandbox of a running test, until its last report is made."""

SHARED_SANDBOXES: "pytest.StashKey[SandboxMaker]" = pytest.StashKey()
"""The sandboxes that tests of a session share."""

PROVIDER_FIXTURES: "pytest.StashKey[ProviderFixtures]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and ini values."""
    group = parser.getgroup("mockserver", "mockserver: reports, contract checks and coverage")
    group.addoption(
        "--mock-report",
        nargs="?",
        const="-",
        metavar="FILE",
        help="print a report on the run, or write it to FILE (.md, .txt, .json)",
    )
    group.addoption("--mock-strict", action="store_true", default=None, help="fail tests whose requests violate the contract")
    group.addoption(
        "--mock-flip",
        nargs="?",
        const="report",
        metavar="|".join(FLIPS),
        help="rerun passed tests under the other choices of assumptions they used; `fail`: fail the run if one depends on it",
    )
    group.addoption(
        "--mock-coverage-min", type=float, metavar="N", help="fail the run if tests exercise less than N %% of the behaviours"
    )
    parser.addini("mock_report", "same as --mock-report", default="")
    parser.addini("mock_strict", "same as --mock-strict", type="bool", default=False)
    parser.addini("mock_flip", "same as --mock-flip", default="")
    parser.addini("mock_coverage_min", "same as --mock-coverage-min", default="")
    parser.addini("mock_fixture", "scenario or file that sandboxes start with", default="")
    parser.addini("mock_seed", "seed of ids and generated records", default="")
    parser.addini("mock_providers", "installed providers to play besides the built-in ones", type="args", default=[])
    parser.addini("mock_journal_limit", "exchanges that each sandbox remembers", default="")
    parser.addini("mock_ignore", "rules that the report leaves out", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, check the ini values, and prepare the report."""
    config.addinivalue_line("markers", MARKER)
    try:
        config.getini("mock_strict")
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"mock_strict: {error}; write true or false") from error
    if any(config.getini(name) for name in ("mock_fixture", "mock_seed", "mock_providers", "mock_journal_limit", "mock_ignore")):
        from mockserver.pytest_plugin.marker import check_settings

        check_settings(config)
    names = ("mock_report", "mock_flip", "mock_coverage_min")
    if any(config.getoption(name) is not None or config.getini(name) for name in names):
        from mockserver.pytest_plugin.session import RunReporter

        config.pluginmanager.register(RunReporter(config), "mockserver-verdict")


def pytest_report_header() -> str | None:
    """Warn if another distribution has put its files beside ours."""
    if not (PACKAGE / "launcher.py").exists():
        return None
    return "mockserver: `mockserver-client` is installed in the same package, so its fixtures are missing; use two environments"


class ProviderFixtures:
    """The fixtures of installed providers, each made on first use.

    Reading the entry points of all packages takes some milliseconds, so it waits for a fixture that pytest does not know.
    `named` has the providers that collected tests name.
    """

    def __init__(self, session: pytest.Session) -> None:
        self._config = session.config
        self._is_collecting = True
        self.named: list[str] = []
        manager: Any = session._fixturemanager
        find = manager.getfixturedefs

        def find_or_make(name: str, node: pytest.Item) -> Any:
            found = find(name, node)
            return find(name, node) if found is None and self._make(name) else found

        manager.getfixturedefs = find_or_make
        if session.config.getoption("showfixtures", False):
            for name in self._installed:
                self._make(name)

    def close(self) -> None:
        """Stop counting the providers that are asked for: collection is over."""
        self._is_collecting = False

    def _make(self, name: str) -> bool:
        """Return whether an installed provider has the name, after adding its fixture."""
        if name == "request" or name not in self._installed:
            return False
        if self._is_collecting:
            self.named.append(name)
        plugin = ModuleType(f"mockserver-{name}")
        setattr(plugin, name, _account(name))
        self._config.pluginmanager.register(plugin, plugin.__name__)
        return True

    @cached_property
    def _installed(self) -> frozenset[str]:
        from importlib.metadata import entry_points

        return frozenset(each.name for each in entry_points(group="mockserver.providers"))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Give the session a fixture for each installed provider."""
    session.config.stash[PROVIDER_FIXTURES] = ProviderFixtures(session)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> Iterator[None]:
    """Turn invalid markers into collection errors, once all providers that tests name are known; prepare tests."""
    session.config.stash[PROVIDER_FIXTURES].close()
    if marked := _marked(items):
        from mockserver.pytest_plugin.marker import marker_errors

        for node, errors in marker_errors(marked).items():
            session.ihook.pytest_collectreport(report=pytest.CollectReport(node.nodeid, "failed", "\n".join(errors), []))
            items[:] = [each for each in items if each.parent is not node]
    yield
    if marked := _marked(items):
        from mockserver.pytest_plugin.marker import prepare

        prepare(marked)


def _marked(nodes: Iterable[Any]) -> list[pytest.Item]:
    return [each for each in nodes if isinstance(each, pytest.Item) and each.get_closest_marker("mockserver") is not None]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the last requests to a failed test's report; shorten its traceback."""
    if call.excinfo is not None and "mockserver.errors" in sys.modules and not item.config.getoption("fulltrace", False):
        from mockserver.pytest_plugin.text import shorten

        shorten(call.excinfo)
    report = yield
    for found in (item.stash.get(TEST_SANDBOX, None), item.config.stash.get(SHARED_SANDBOXES, None)):
        if found is not None:
            found.note(report)
    if report.when == "teardown" and TEST_SANDBOX in item.stash:
        del item.stash[TEST_SANDBOX]
    return report


@pytest.fixture(scope="session")
def mock_server_address() -> tuple[str, int]:
    """Host and port of the mock; port 0 finds a free one. Override it to choose others.

    Workers of xdist add their number to a port other than 0.
    """
    return "127.0.0.1", 0


@pytest.fixture(scope="session")
def mock_server_fixture(pytestconfig: pytest.Config) -> Any:
    """Scenario or file that sandboxes start with, or a list of them. Override it, or set `mock_fixture`."""
    from mockserver.pytest_plugin.marker import fixture_setting

    return fixture_setting(pytestconfig)


@pytest.fixture(scope="session")
def mock_server_seed(pytestconfig: pytest.Config) -> int:
    """Seed of ids and generated records. Override it, or set `mock_seed`."""
    from mockserver.pytest_plugin.marker import number_setting

    seed = number_setting(pytestconfig, "mock_seed")
    return 1 if seed is None else seed


@pytest.fixture(scope="session")
def mock_server(
    pytestconfig: pytest.Config, mock_server_address: tuple[str, int], mock_server_fixture: Any, mock_server_seed: int
) -> "Iterator[Server]":
    """The mock, one per worker. It opens a port when a test first asks for a URL."""
    from mockserver.pytest_plugin.sandboxes import start_server

    with start_server(pytestconfig, mock_server_address, mock_server_fixture, mock_server_seed) as server:
        yield server


@pytest.fixture
def mock_sandbox(request: pytest.FixtureRequest, mock_server: "Server") -> "Iterator[Accounts]":
    """The test's own sandbox with an account at each provider, set up by the test's markers."""
    from mockserver.pytest_plugin.sandboxes import make_sandbox

    with make_sandbox(request.node, mock_server) as accounts:
        yield accounts


@pytest.fixture
def mock_intercept(request: pytest.FixtureRequest, mock_sandbox: "Accounts") -> "Iterator[Interception]":
    """Send requests for the providers' own hosts to the test's sandbox while the test runs.

    If a marker intercepts already, this is its interception. `refused` has the URLs that it refused.
    """
    sandbox = request.node.stash.get(TEST_SANDBOX, None)
    if sandbox is not None and sandbox.interception is not None:
        yield sandbox.interception
        return
    with mock_sandbox.intercepted() as interception:
        yield interception


@pytest.fixture(scope="session")
def mock_sandboxes(pytestconfig: pytest.Config, mock_server: "Server") -> "Iterator[SandboxMaker]":
    """Make sandboxes for fixtures of class, module or session scope; the session drops those that are left.

    @pytest.fixture(scope="module")
    def accounts(mock_sandboxes):
        with mock_sandboxes(fixture="many-pages") as accounts:
            yield accounts
    """
    from mockserver.pytest_plugin.sandboxes import SandboxMaker

    with ExitStack() as stack:
        pytestconfig.stash[SHARED_SANDBOXES] = sandboxes = SandboxMaker(pytestconfig, mock_server, stack)
        yield sandboxes
        del pytestconfig.stash[SHARED_SANDBOXES]


def _account(provider: str) -> Any:
    """Return the fixture of a provider."""

    def account(pytestconfig: pytest.Config, mock_sandbox: "Accounts") -> "Account":
        from mockserver.pytest_plugin.sandboxes import account_of

        return account_of(pytestconfig, mock_sandbox, provider)

    account.__doc__ = f"The test's account at {provider}: url, token, transport, records, requests, faults, clock, webhooks."
    return pytest.fixture(name=provider)(account)


for _name in BUILT_IN:
    globals()[f"account_at_{_name}"] = _account(_name)
