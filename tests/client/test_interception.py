"""Code under test calls the providers' own hosts with every library, and lands in a sandbox."""

import asyncio
import http.client
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from urllib3 import Retry

from mockserver.client.fake_connection import FakeConnection
from mockserver.client.in_process_target import InProcessTarget
from mockserver.client.interception import ACTIVE, PATCHES, Interception, LateImports
from mockserver.client.interception.over_aiohttp import Transport
from mockserver.client.server import Server
from mockserver.errors import UnexpectedRequestError
from mockserver.faults import Fault, FaultKind
from mockserver.http.server import Address, running_server
from mockserver.providers.accounts import Accounts
from tests.client.callers import CALLERS, Caller, closing
from tests.conftest import make_app
from tests.tools import ROOT
from tests.toy.provider import TOY

SPOONITY = "https://api.spoonity.com"
VEXUTOPIA = "https://api.vexutopia.com"
HEADERS = {"Authorization": "Bearer vex_test_any", "Content-Type": "application/json"}
TOY_FOLDER = Path(__file__).parents[1] / "toy"
CUSTOMER = "/v1/customers/cus_abc123def456"


@pytest.fixture(params=CALLERS, ids=lambda make: make.__name__)
def caller(request: pytest.FixtureRequest) -> Iterator[Caller]:
    """A client that was made before anything was intercepted."""
    make: Callable[[], Caller] = request.param
    with closing(make()) as caller:
        yield caller


@pytest.fixture
def elsewhere() -> Iterator[Address]:
    """Another service, on this machine, that says `elsewhere`."""
    with running_server(_elsewhere) as address:
        yield address


async def _elsewhere(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
    await send({"type": "http.response.body", "body": b"elsewhere"})


def arm(server: Server, kind: FaultKind, **told: Any) -> None:
    server.app.mock.sandboxes.get("mine").faults.arm([Fault(kind=kind, **told)])


def methods() -> list[object]:
    """Return all that is replaced while something is intercepted, and what is asked for modules."""
    owners = [getattr(import_module(patch.module), patch.owner) for patch in PATCHES]
    return [vars(owner)[patch.method] for owner, patch in zip(owners, PATCHES, strict=True)] + list(sys.meta_path)


def test_a_request_to_the_provider_s_own_host_lands_in_the_sandbox(caller: Caller, accounts: Accounts) -> None:
    with accounts.intercepted():
        created = caller.ask("POST", f"{VEXUTOPIA}/v1/customers", HEADERS, b'{"email":"jane@example.org"}')

    assert created.status == 201
    assert [each.id for each in accounts.vexutopia.customers.find(email="jane@example.org")] == [created.json["id"]]
    assert created.headers["content-type"] == "application/json"


def test_a_body_that_is_sent_in_pieces_arrives_whole(caller: Caller, accounts: Accounts) -> None:
    with accounts.intercepted():
        created = caller.ask("POST", f"{SPOONITY}/customers", HEADERS, iter([b'{"name":', b'"A"}']))

    assert (created.status, created.json["name"]) == (200, "A")


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_links_carry_the_provider_s_own_host(caller: Caller, accounts: Accounts, scheme: str) -> None:
    with accounts.intercepted():
        page = caller.ask("GET", f"{scheme}://api.spoonity.com/customers?limit=2", HEADERS).json
        following = caller.ask("GET", page["next"], HEADERS).json

    assert page["next"] == f"{scheme}://api.spoonity.com/customers?limit=2&page=2"
    assert [each["id"] for each in page["items"]] != [each["id"] for each in following["items"]]


def test_a_refusal_is_an_answer_like_any_other(caller: Caller, accounts: Accounts) -> None:
    with accounts.intercepted():
        refused = caller.ask("GET", f"{VEXUTOPIA}/v1/customers/cus_none", HEADERS)

    assert (refused.status, refused.json["error"]["code"]) == (404, "resource_not_found")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_passed_by(accounts: Accounts, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    for make in CALLERS:
        with closing(make()) as caller, accounts.intercepted():
            assert caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS).status == 200


def test_a_proxy_for_plain_http_is_passed_by(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for make in CALLERS:
        with closing(make()) as caller, accounts.intercepted(strict=True):
            page = caller.ask("GET", "http://api.spoonity.com/customers?limit=1", HEADERS).json
            assert page["next"] == "http://api.spoonity.com/customers?limit=1&page=2"


def test_other_hosts_are_reached_as_ever(caller: Caller, accounts: Accounts, elsewhere: Address) -> None:
    with accounts.intercepted():
        assert caller.ask("GET", f"{elsewhere.url}/any", {}).body == b"elsewhere"


def test_strict_refuses_other_hosts_and_names_the_url(caller: Caller, accounts: Accounts) -> None:
    with accounts.intercepted(strict=True) as interception:
        with pytest.raises(
            UnexpectedRequestError, match=r"^https://example\.com/v2/users was called, but only api\.spoonity\.com, "
        ):
            caller.ask("GET", "https://example.com/v2/users?token=secret", {})
        assert caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS).status == 200

    assert interception.refused == ["https://example.com/v2/users"]


def test_strict_lets_this_machine_be_reached(caller: Caller, accounts: Accounts, elsewhere: Address) -> None:
    with accounts.intercepted(strict=True) as interception:
        assert caller.ask("GET", f"{elsewhere.url}/any", {}).body == b"elsewhere"

    assert interception.refused == []


def test_one_account_intercepts_its_own_provider_only(accounts: Accounts) -> None:
    with accounts.vexutopia.intercepted(strict=True):
        assert httpx.get(f"{VEXUTOPIA}{CUSTOMER}", headers=HEADERS).status_code == 200
        with pytest.raises(UnexpectedRequestError, match=r"api\.spoonity\.com/customers was called"):
            httpx.get(f"{SPOONITY}/customers")


def test_a_connection_that_is_open_already_leads_to_the_sandbox_and_back(
    caller: Caller, server: Server, elsewhere: Address
) -> None:
    url = f"{elsewhere.url}{CUSTOMER}"
    before = caller.ask("GET", url, HEADERS)
    with Interception({"127.0.0.1": InProcessTarget(server.app, "mine")}):
        within = [caller.ask("GET", url, HEADERS) for _ in range(2)]
    after = caller.ask("GET", url, HEADERS)

    assert [each.json["id"] for each in within] == ["cus_abc123def456"] * 2
    assert [before.body, after.body] == [b"elsewhere"] * 2


def test_no_connection_that_a_client_keeps_leads_to_the_sandbox_later(caller: Caller, server: Server, elsewhere: Address) -> None:
    with Interception({"127.0.0.1": InProcessTarget(server.app, "mine")}):
        assert caller.ask("GET", f"{elsewhere.url}{CUSTOMER}", HEADERS).status == 200

    assert caller.ask("GET", f"{elsewhere.url}{CUSTOMER}", HEADERS).body == b"elsewhere"


def test_everything_is_undone_afterwards(accounts: Accounts) -> None:
    before = methods()
    with accounts.intercepted():
        during = methods()
    with pytest.raises(ZeroDivisionError), accounts.intercepted(strict=True):
        _ = 1 / 0

    assert [id(each) for each in methods()] == [id(each) for each in before]
    assert not {id(each) for each in during[: len(PATCHES)]} & {id(each) for each in before}


def test_of_two_that_overlap_the_later_one_comes_first(server: Server) -> None:
    outer, inner = server.sandbox("outer"), server.sandbox("inner")
    inner.spoonity.customers.add(id="cust_0000000000000001", name="Inner")
    url = f"{SPOONITY}/customers/cust_0000000000000001"

    with outer.intercepted():
        with inner.intercepted():
            within = requests.get(url, headers=HEADERS, timeout=1).status_code
        after = requests.get(url, headers=HEADERS, timeout=1).status_code

    assert (within, after) == (200, 404)


def test_they_may_end_in_any_order(server: Server) -> None:
    before = methods()
    first, second = server.sandbox().vexutopia.intercepted(), server.sandbox().vexutopia.intercepted()
    with first:
        second.__enter__()
    assert httpx.get(f"{VEXUTOPIA}{CUSTOMER}", headers=HEADERS).status_code == 200
    second.__exit__(None, None, None)

    assert [id(each) for each in methods()] == [id(each) for each in before]


def test_an_inner_one_does_not_open_what_an_outer_one_closes(accounts: Accounts) -> None:
    with accounts.intercepted(strict=True) as outer, accounts.intercepted(), pytest.raises(UnexpectedRequestError):
        httpx.get("https://example.com/")

    assert outer.refused == ["https://example.com/"]


@pytest.mark.slow
def test_threads_of_the_code_under_test_share_the_sandbox(accounts: Accounts) -> None:
    def create(number: int) -> str:
        with closing(CALLERS[number % len(CALLERS)]()) as caller:
            made = [caller.ask("POST", f"{SPOONITY}/customers", HEADERS, b'{"name":"T"}').json["id"] for _ in range(5)]
        return ",".join(made)

    with accounts.intercepted(), ThreadPoolExecutor(8) as pool:
        made = ",".join(pool.map(create, range(18))).split(",")

    assert len(set(made)) == 90
    assert len(accounts.spoonity.customers.find(name="T")) == 90


@pytest.mark.parametrize("patience", ["shorter", "longer"])
def test_a_delay_as_long_as_the_client_s_patience_is_its_time_out(
    caller: Caller, accounts: Accounts, server: Server, patience: str
) -> None:
    arm(server, "latency", ms=30_000 if patience == "shorter" else 900)
    with accounts.intercepted():
        if patience == "shorter":
            with pytest.raises(caller.too_late):
                caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS)
        else:
            assert caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS).status == 200


@pytest.mark.parametrize("kind", ["drop", "lost-reply"])
def test_a_connection_that_is_lost_is_what_the_library_calls_it(
    caller: Caller, accounts: Accounts, server: Server, kind: FaultKind
) -> None:
    arm(server, kind, first=9)
    with accounts.intercepted(), pytest.raises(caller.lost):
        caller.ask("POST", f"{SPOONITY}/customers", HEADERS, b'{"name":"Lost"}')

    assert bool(accounts.spoonity.customers.find(name="Lost")) is (kind == "lost-reply")


def test_a_reply_that_is_cut_off_is_what_the_library_calls_it(caller: Caller, accounts: Accounts, server: Server) -> None:
    arm(server, "truncate")
    with accounts.intercepted(), pytest.raises(caller.cut_off):
        caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS)


def test_requests_goes_on_trying_as_its_adapter_says(accounts: Accounts, server: Server) -> None:
    arm(server, "status", status=503, first=2)
    session = requests.Session()
    session.mount("https://", requests.adapters.HTTPAdapter(max_retries=Retry(3, status_forcelist=[503])))
    with accounts.intercepted(), session:
        assert session.get(f"{VEXUTOPIA}{CUSTOMER}", headers=HEADERS, timeout=1).status_code == 200

    assert [each.status for each in server.app.mock.sandboxes.get("mine").journal] == [503, 503, 200]


def test_an_error_of_the_mock_itself_reaches_the_caller(
    caller: Caller, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_given: object, **_options: object) -> None:
        raise LookupError("broken")

    monkeypatch.setattr("mockserver.pipeline.Pipeline.answer", break_down)
    with accounts.intercepted(), pytest.raises(LookupError, match="broken"):
        caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS)


def test_a_connection_may_be_opened_before_its_request(accounts: Accounts) -> None:
    connection = http.client.HTTPSConnection("api.vexutopia.com")
    with accounts.intercepted():
        connection.connect()
        connection.request("GET", CUSTOMER, headers=HEADERS)
        reply = connection.getresponse()
        assert (reply.status, reply.peek(1)[:1]) == (200, b"{")
        reply.read()
    connection.close()


def test_a_connection_of_aiohttp_is_lost_once_and_reads_as_it_comes(server: Server) -> None:
    lost = []

    class Connected(asyncio.Protocol):
        def connection_lost(self, exc: Exception | None) -> None:
            lost.append(exc)

    async def use() -> None:
        transport = Transport(Connected(), FakeConnection(InProcessTarget(server.app, "mine"), VEXUTOPIA), None)
        transport.pause_reading()
        transport.resume_reading()
        assert not transport.is_closing()
        transport.close()
        transport.abort()
        await asyncio.sleep(0)

    asyncio.run(use())
    assert lost == [None]


@pytest.mark.parametrize("status", [429, 499, 599])
def test_any_status_arrives(caller: Caller, accounts: Accounts, server: Server, status: int) -> None:
    arm(server, "status", status=status)
    with accounts.intercepted():
        assert caller.ask("GET", f"{VEXUTOPIA}{CUSTOMER}", HEADERS).status == status


def test_a_reply_without_a_body_arrives(caller: Caller) -> None:
    setup: dict[str, Any] = {"providers": [TOY], "fixture": [TOY_FOLDER / "fixture.yaml"]}
    with Interception({"lendery.example.com": InProcessTarget(make_app(**setup))}):
        url, card = "https://lendery.example.com/v1/loans", {"X-Library-Card": "mine", "Content-Type": "application/json"}
        loan = caller.ask("POST", url, card, b'{"title":"Emma","days":7}').json
        returned = caller.ask("DELETE", f"{url}/{loan['id']}", card)

    assert (returned.status, returned.body) == (204, b"")


def test_an_interception_may_be_entered_twice(accounts: Accounts) -> None:
    before, interception = methods(), accounts.intercepted()
    with interception:
        with interception:
            pass
        assert httpx.get(f"{VEXUTOPIA}{CUSTOMER}", headers=HEADERS).status_code == 200

    assert [id(each) for each in methods()] == [id(each) for each in before]


def test_finders_that_were_tidied_up_meanwhile_are_no_error(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.meta_path)
    with accounts.intercepted():
        monkeypatch.setattr(sys, "meta_path", before)

    assert sys.meta_path == before


def test_a_library_that_is_not_installed_is_as_absent_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    late = LateImports({"lendery_client", "colorsys"}, lambda name, _module: heard.append(name))
    monkeypatch.setattr(sys, "meta_path", [late, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with pytest.raises(ModuleNotFoundError, match="lendery_client"):
        import_module("lendery_client")
    import_module("colorsys")
    assert heard == ["colorsys"]


def test_a_finder_of_the_old_kind_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    late = LateImports({"lendery_client"}, lambda _name, _module: None)
    monkeypatch.setattr(sys, "meta_path", [late, object()])

    assert late.find_spec("lendery_client", None) is None


def test_a_library_that_arrives_when_all_is_over_stays_as_it_is(accounts: Accounts) -> None:
    before = methods()
    with accounts.intercepted():
        pass
    ACTIVE._imported("http.client", http.client)

    assert [id(each) for each in methods()] == [id(each) for each in before]


LATE = f"""
import sys
import mockserver

with mockserver.running() as server, server.sandbox() as accounts:
    with accounts.intercepted(strict=True):
        assert not {{"httpx", "httpx2", "requests", "urllib3", "aiohttp"}} & sys.modules.keys(), "imported without need"
        from importlib import import_module
        from tests.client.callers import CALLERS, closing
        for make in CALLERS:
            with closing(make()) as caller:
                reply = caller.ask("GET", "{VEXUTOPIA}{CUSTOMER}", {HEADERS!r})
                assert reply.status == 200, make
    from mockserver.client.interception import ACTIVE, PATCHES
    for patch in PATCHES:
        method = vars(getattr(import_module(patch.module), patch.owner))[patch.method]
        assert not hasattr(method, "__wrapped__"), patch
        assert "exec_module" not in vars(import_module(patch.module).__spec__.loader), patch
    assert ACTIVE._late not in sys.meta_path
    print("all")
"""


@pytest.mark.slow
def test_libraries_that_are_imported_later_are_intercepted_too() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", LATE], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert (done.stdout, done.stderr) == ("all\n", "")


def test_nothing_is_said_of_a_certificate(accounts: Accounts) -> None:
    with accounts.intercepted(), warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        requests.get(f"{VEXUTOPIA}{CUSTOMER}", headers=HEADERS, timeout=1)

    assert said == []
