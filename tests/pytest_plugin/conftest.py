"""What tests of the plugin share: small suites of other people's repositories, run as they would run them."""

import sys
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

Run = Callable[..., pytest.RunResult]

INI = """
[pytest]
addopts = --strict-markers --strict-config -p no:cacheprovider -p no:randomly
filterwarnings = error
"""

HEAD = "import pytest\nfrom calling import client, create, get\n\n\n"

CLIENT = '''
import httpx

def client(account):
    """A client of either provider, through the account's transport."""
    return httpx.Client(
        transport=account.transport,
        base_url=f"https://api.{account.provider}.com",
        headers={"Authorization": f"Bearer {account.token}"},
    )

def create(account, **fields):
    with client(account) as caller:
        return caller.post("/v1/customers", json={"email": "ada@example.org", **fields})

def get(account, path="/v1/customers"):
    """Over a socket."""
    return httpx.get(account.url + path, headers={"Authorization": f"Bearer {account.token}"})
'''


@pytest.fixture
def write(pytester: pytest.Pytester) -> Callable[..., None]:
    """Write the files of a suite; each begins with a client, which calls the account in process."""
    pytester.makeini(INI)

    def write(**modules: str) -> None:
        pytester.makepyfile(calling=CLIENT)
        for name, source in modules.items():
            pytester.makepyfile(**{name: f"{HEAD}{dedent(source)}"})

    return write


class Imports:
    """What runs in this process import, which pytester would forget, so that libraries would be there twice."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}

    def pytest_unconfigure(self) -> None:
        self.modules |= sys.modules


@pytest.fixture(autouse=True)
def imports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imports]:
    """Keep what was imported, but for the suites themselves; it ends after pytester has."""
    imports = Imports()
    yield imports
    suites = str(tmp_path_factory.getbasetemp())
    for name, module in imports.modules.items():
        if not str(getattr(module, "__file__", None)).startswith(suites):
            sys.modules.setdefault(name, module)


@pytest.fixture
def execute(pytester: pytest.Pytester, imports: Imports) -> Run:
    """Run pytest on what was written, in this process."""

    def execute(*options: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess(*options, plugins=[imports])

    return execute


@pytest.fixture
def run(execute: Run, write: Callable[..., None]) -> Run:
    """Run a suite that is one module, in this process, and return what came of it."""

    def run(source: str, *options: str) -> pytest.RunResult:
        write(test_it=source)
        return execute(*options)

    return run
