"""The pytest plugin: an account at each provider for every test that names it, and a verdict at the end.

Every pytest run of whoever has it installed imports this module, so it imports nothing but pytest; the rest comes when a
test asks for it.
"""

import sys
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.client.account import Account
    from mockserver.client.interception import Interception
    from mockserver.client.server import Server
    from mockserver.providers.accounts import Accounts
    from mockserver.pytest_plugin.sandboxes import SandboxMaker, TestSandbox

PROVIDERS = sorted(path.parent.name for path in (Path(__file__).parents[1] / "providers").glob("*/account.py"))
"""The names of the fixtures that are accounts: the providers that have a folder."""

MARKER = (
    "mockserver(fixture=…, seed=…, clock=…, now=…, assume={…}, faults=[…], intercept=…, strict=…, ignore=[…]): "
    "what the sandbox of the test begins with, and how the test is judged."
)
FLIPS = ("report", "fail")

LEASE: "pytest.StashKey[TestSandbox]" = pytest.StashKey()
"""The sandbox of a test that runs, from its making until the last of its reports."""

WIDER: "pytest.StashKey[SandboxMaker]" = pytest.StashKey()
"""The sandboxes of a session that are no test's own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; each has an ini value of the same name with underscores."""
    group = parser.getgroup("mockserver", "mocks of documented APIs")
    group.addoption(
        "--mock-report",
        nargs="?",
        const="-",
        metavar="FILE",
        help="what the tests did with the mock: printed, or as .md or .json",
    )
    group.addoption("--mock-strict", action="store_true", default=None, help="a request that the contract forbids fails its test")
    group.addoption(
        "--mock-flip",
        nargs="?",
        const="report",
        metavar="|".join(FLIPS),
        help="run passing tests again under the other choices of what the documents leave open; `fail`: and fail if they do",
    )
    group.addoption(
        "--mock-coverage-min", type=float, metavar="N", help="percent of the documented behaviours that the tests must exercise"
    )
    parser.addini("mock_report", "as --mock-report", default="")
    parser.addini("mock_strict", "as --mock-strict", type="bool", default=False)
    parser.addini("mock_flip", "as --mock-flip", default="")
    parser.addini("mock_coverage_min", "as --mock-coverage-min", default="")
    parser.addini("mock_fixture", "the scenario or file that sandboxes begin with", default="")
    parser.addini("mock_seed", "what ids and generated records come from", default="")
    parser.addini("mock_ignore", "rules that are left out of the verdict", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; look at settings only if there are any, and get ready for a verdict only if one is wanted."""
    config.addinivalue_line("markers", MARKER)
    try:
        config.getini("mock_strict")
    except (ValueError, pytest.UsageError) as error:
        raise pytest.UsageError(f"mock_strict: {error}; write true or false") from error
    if any(config.getini(name) for name in ("mock_fixture", "mock_seed", "mock_ignore")):
        from mockserver.pytest_plugin.marker import check_settings

        check_settings(config)
    names = ("mock_report", "mock_flip", "mock_coverage_min")
    if any(config.getoption(name) is not None or config.getini(name) for name in names):
        from mockserver.pytest_plugin.session import Verdict

        config.pluginmanager.register(Verdict(config), "mockserver-verdict")


def pytest_report_header() -> str | None:
    """Say if another distribution has put its files beside ours: then its own fixtures are missing."""
    if not Path(__file__).parents[1].joinpath("launcher.py").exists():
        return None
    return "mockserver: `mockserver-client` is installed in the same package, so its fixtures are missing; use two environments"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse markers that cannot be meant, before anything runs."""
    report = yield
    marked = _marked(report.result) if report.passed else []
    if marked:
        from mockserver.pytest_plugin.marker import complaints_of

        complaints = complaints_of(marked)
        if complaints:
            report.outcome, report.longrepr, report.result = "failed", "\n".join(complaints), []
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests that intercept do so although they name no fixture, and before their other fixtures begin."""
    marked = _marked(items)
    if marked:
        from mockserver.pytest_plugin.marker import prepare

        prepare(marked)


def _marked(nodes: Iterable[Any]) -> list[pytest.Item]:
    return [each for each in nodes if isinstance(each, pytest.Item) and each.get_closest_marker("mockserver") is not None]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the last requests of a test that failed, and have what it asks of us wrongly end in the test, not within us."""
    if call.excinfo is not None and "mockserver.errors" in sys.modules and not item.config.getoption("fulltrace", False):
        from mockserver.pytest_plugin.text import shorten

        shorten(call.excinfo)
    report = yield
    for found in (item.stash.get(LEASE, None), item.config.stash.get(WIDER, None)):
        if found is not None:
            found.note(report)
    if report.when == "teardown" and LEASE in item.stash:
        del item.stash[LEASE]
    return report


@pytest.fixture(scope="session")
def mock_server_address() -> tuple[str, int]:
    """Where the mock listens once a test asks for a URL; port 0 is any that is free. Override it to choose another.

    Under xdist each worker adds its number to a port that is not 0.
    """
    return "127.0.0.1", 0


@pytest.fixture(scope="session")
def mock_server_fixture(pytestconfig: pytest.Config) -> Any:
    """The scenario or file that sandboxes begin with, or several; override it to choose another, or set `mock_fixture`."""
    from mockserver.pytest_plugin.marker import fixture_of

    return fixture_of(pytestconfig.getini("mock_fixture") or "default", [pytestconfig.rootpath])


@pytest.fixture(scope="session")
def mock_server_seed(pytestconfig: pytest.Config) -> int:
    """What ids and generated records come from; override it to choose another, or set `mock_seed`."""
    from mockserver.pytest_plugin.marker import seed_of

    return seed_of(pytestconfig)


@pytest.fixture(scope="session")
def mock_server(mock_server_address: tuple[str, int], mock_server_fixture: Any, mock_server_seed: int) -> "Iterator[Server]":
    """The mock, one for each worker; it opens a port when a test first asks for a URL."""
    from mockserver.pytest_plugin.sandboxes import serving

    with serving(mock_server_address, mock_server_fixture, mock_server_seed) as server:
        yield server


@pytest.fixture
def mock_sandbox(request: pytest.FixtureRequest, mock_server: "Server") -> "Iterator[Accounts]":
    """The test's own sandbox, with an account at each provider; it begins as the test's markers say."""
    from mockserver.pytest_plugin.sandboxes import leased

    with leased(request.node, mock_server) as accounts:
        yield accounts


@pytest.fixture
def mock_intercept(request: pytest.FixtureRequest, mock_sandbox: "Accounts") -> "Iterator[Interception]":
    """Requests to the providers' own hosts reach the test's sandbox for as long as the test runs.

    Where the marker intercepts already, this is its interception; `refused` has the URLs that it kept from being called.
    """
    lease = request.node.stash.get(LEASE, None)
    if lease is not None and lease.interception is not None:
        yield lease.interception
        return
    with mock_sandbox.intercepted() as interception:
        yield interception


@pytest.fixture(scope="session")
def mock_sandboxes(pytestconfig: pytest.Config, mock_server: "Server") -> "Iterator[SandboxMaker]":
    """Makes sandboxes for fixtures of wider scope; those that are left are dropped when the session ends.

    @pytest.fixture(scope="module")
    def accounts(mock_sandboxes):
        with mock_sandboxes(fixture="many-pages") as accounts:
            yield accounts
    """
    from mockserver.pytest_plugin.sandboxes import SandboxMaker

    with SandboxMaker(pytestconfig, mock_server) as sandboxes:
        pytestconfig.stash[WIDER] = sandboxes
        yield sandboxes
        del pytestconfig.stash[WIDER]


def _account(provider: str) -> Any:
    """Return the fixture that is the account at the provider."""

    def account(mock_sandbox: "Accounts") -> "Account":
        return mock_sandbox[provider]

    account.__doc__ = f"The test's account at {provider}: url, token, transport, records, requests, faults, clock, webhooks."
    return pytest.fixture(name=provider)(account)


for _name in PROVIDERS:
    globals()[f"account_at_{_name}"] = _account(_name)
