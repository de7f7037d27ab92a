"""What tests of the plugin share: small suites of other people's repositories, run as they would run them."""

from collections.abc import Callable
from textwrap import dedent

import pytest

import mockserver.judge.report
import mockserver.pytest_plugin.session
import mockserver.pytest_plugin.wider  # noqa: F401 - once for all runs in this process, as each forgets what it imported

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


@pytest.fixture
def run(pytester: pytest.Pytester, write: Callable[..., None]) -> Run:
    """Run a suite, given as one module, in this process, and return what came of it."""

    def run(source: str, *options: str) -> pytest.RunResult:
        write(test_it=source)
        return pytester.runpytest_inprocess(*options)

    return run
