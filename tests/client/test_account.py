"""Accounts as tests see them: records to look at and to add to, and what a client needs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import httpx
import pytest
import requests
from starlette.testclient import TestClient

from mockserver.client.account import Account, Records
from mockserver.client.sandbox import SandboxRef
from mockserver.client.server import Server, running
from mockserver.errors import ConfigurationError, FixtureError, LimitError
from mockserver.providers.accounts import Accounts, Spoonity, Vexutopia
from mockserver.providers.provider import Provider
from mockserver.providers.vexutopia.records import Customer, Payment
from mockserver.state import Limits
from mockserver.webhooks import Endpoint
from tests.toy.provider import LOANS, TOY, Loan

TOY_FOLDER = Path(__file__).parents[1] / "toy"
JANE = "cus_abc123def456"


@pytest.fixture
def vexutopia(accounts: Accounts) -> Vexutopia:
    return accounts.vexutopia


@pytest.fixture
def spoonity(accounts: Accounts) -> Spoonity:
    return accounts.spoonity


@pytest.fixture
def client(vexutopia: Vexutopia) -> httpx.Client:
    headers = {"Authorization": f"Bearer {vexutopia.token}"}
    return httpx.Client(transport=vexutopia.transport, base_url="https://api.vexutopia.com", headers=headers)


def test_records_are_the_provider_s_own_types(vexutopia: Vexutopia) -> None:
    jane, payment = vexutopia.customers[JANE], vexutopia.payments["pay_1234567890"]

    assert (jane.email, jane.metadata) == ("jane@example.com", {"user_id": "12345"})
    assert (payment.amount, payment.status) == (2000, "succeeded")
    assert (type(jane), type(payment)) == (Customer, Payment)
    with pytest.raises(AttributeError, match="immutable"):
        jane.email = "other@example.com"  # type: ignore[misc]


def test_get_of_an_unknown_id_is_none_and_brackets_name_it(vexutopia: Vexutopia) -> None:
    assert vexutopia.customers.get("cus_none") is None
    assert JANE in vexutopia.customers
    assert "cus_none" not in vexutopia.customers
    assert 5 not in vexutopia.customers
    with pytest.raises(KeyError, match="mine has no customer 'cus_none'"):
        vexutopia.customers["cus_none"]


def test_list_is_the_newest_first_and_count_is_its_length(vexutopia: Vexutopia, client: httpx.Client) -> None:
    listed = vexutopia.customers.list()
    newest = client.get("/v1/customers", params={"limit": 3}).json()["data"]

    assert [each.id for each in listed[:3]] == [each["id"] for each in newest]
    assert len(listed) == vexutopia.customers.count() == len(vexutopia.customers) == 150
    assert list(vexutopia.customers) == listed
    assert repr(vexutopia.customers) == "<150 records of vexutopia.customers in mine>"


def test_find_returns_all_that_have_all_values(vexutopia: Vexutopia) -> None:
    assert [each.id for each in vexutopia.customers.find(email="jane@example.com", name="Jane Smith")] == [JANE]
    assert vexutopia.customers.find(email="jane@example.com", name="John") == []
    assert len(vexutopia.payments.find(currency="eur")) == 4


def test_find_by_a_field_that_is_none_names_it(vexutopia: Vexutopia, spoonity: Spoonity) -> None:
    with pytest.raises(FixtureError, match=r"^vexutopia\.customers\.find: a customer has no 'nme'; known: id, object, email"):
        vexutopia.customers.find(nme="Jane")  # type: ignore[call-arg]
    assert [each.name for each in spoonity.customers.find(id="cust_175a9abec1882d12")] == ["John Smith"]


def test_what_a_client_creates_is_there_and_what_it_deletes_is_gone(vexutopia: Vexutopia, client: httpx.Client) -> None:
    created = client.post("/v1/customers", json={"email": "a@example.org"}).json()
    before = vexutopia.customers[created["id"]]
    client.delete(f"/v1/customers/{created['id']}")

    assert before.email == "a@example.org"
    assert vexutopia.customers.get(created["id"]) is None
    assert vexutopia.customers.find(email="a@example.org") == []


def test_a_deleted_customer_of_spoonity_is_listed_nowhere_and_got_as_a_shell(spoonity: Spoonity) -> None:
    customer = spoonity.customers.add(name="Ada")
    with httpx.Client(transport=spoonity.transport) as client:
        client.delete(f"https://api.spoonity.com/customers/{customer.id}", headers={"Authorization": f"Bearer {spoonity.token}"})

    shell = spoonity.customers[customer.id]
    assert (shell.name, shell.email, shell.status) == (None, None, "ARCHIVED")
    assert customer.id not in [each.id for each in spoonity.customers.list()]
    assert spoonity.customers.count() == 61


def test_added_records_are_seen_by_clients_as_the_newest(vexutopia: Vexutopia, client: httpx.Client) -> None:
    customer = vexutopia.customers.add(name="Ada Lovelace", metadata={"plan": "pro"})
    payment = vexutopia.payments.add(customer_id=customer.id, amount=4200, status="pending")

    listed = client.get("/v1/customers", params={"limit": 1}).json()["data"]
    assert [(each["id"], each["name"], each["metadata"]) for each in listed] == [(customer.id, "Ada Lovelace", {"plan": "pro"})]
    assert client.get(f"/v1/payments/{payment.id}").json()["amount"] == 4200
    assert customer.created_at == customer.updated_at == "2026-02-02T13:48:05Z"
    assert vexutopia.payments.list()[0] == payment


def test_adding_is_no_exchange_and_announces_nothing(accounts: Accounts, server: Server) -> None:
    accounts.spoonity.customers.add_many(3)
    accounts.vexutopia.customers.add()
    accounts.vexutopia.payments.add_many(2, currency="eur")

    sandbox = server.app.mock.sandboxes.get("mine")
    assert (len(sandbox.journal), len(sandbox.outbox), len(sandbox.state.agenda)) == (0, 0, 0)


def test_what_is_not_given_is_made_up_the_same_way_every_time(server: Server) -> None:
    first, second, other = (server.sandbox(seed=seed).spoonity.customers.add_many(4) for seed in (3, 3, 4))

    assert first == second
    assert first != other
    assert len({each.id for each in first}) == len({each.email for each in first}) == 4


def test_those_added_at_once_have_the_given_values_in_common(spoonity: Spoonity) -> None:
    added = spoonity.customers.add_many(3, status="INACTIVE", name="Twin")

    assert [(each.name, each.status) for each in added] == [("Twin", "INACTIVE")] * 3
    assert spoonity.customers.list()[:3] == list(reversed(added))
    assert spoonity.customers.find(name="Twin") == list(reversed(added))


def test_ids_of_added_records_are_never_those_of_created_ones(vexutopia: Vexutopia, client: httpx.Client) -> None:
    ids = [vexutopia.customers.add().id, client.post("/v1/customers", json={"email": "a@example.org"}).json()["id"]]
    ids += [vexutopia.live.customers.add().id, vexutopia.customers.add().id]

    assert len(set(ids)) == 4


def test_an_id_that_was_given_to_a_live_record_is_not_made_up_for_another(server: Server) -> None:
    made_up = server.sandbox().vexutopia.customers.add().id
    account = server.sandbox().vexutopia
    account.live.customers.add(id=made_up)

    assert account.customers.add().id != made_up


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"emial": "a@example.org"}, r"emial: unknown field; known: id, object, email, "),
        ({"email": 5}, r"email: must be text, got 5"),
        ({"id": "nope"}, r"id: \"nope\" does not match "),
        ({"id": ["nope"]}, r"id: must be text, got a list"),
        ({"id": JANE}, r"id: there already is a customer cus_abc123def456"),
        ({"created_at": "yesterday"}, r"created_at: \"yesterday\" does not match "),
        ({"metadata": {"a": float("nan")}}, r"metadata\.a: must be a finite number, not nan"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_added(vexutopia: Vexutopia, given: dict[str, object], complaint: str) -> None:
    with pytest.raises(FixtureError, match=rf"^vexutopia\.customers\.add: {complaint}"):
        vexutopia.customers.add(**given)  # type: ignore[arg-type]

    assert vexutopia.customers.count() == 150


def test_several_records_cannot_have_one_id(vexutopia: Vexutopia) -> None:
    with pytest.raises(FixtureError, match="add_many: several records cannot have one id; leave the id out"):
        vexutopia.customers.add_many(2, id="cus_000000000001")
    assert [each.id for each in vexutopia.customers.add_many(1, id="cus_000000000001")] == ["cus_000000000001"]


def test_a_full_sandbox_takes_no_more(server: Server) -> None:
    account = server.sandbox(fixture="empty").spoonity
    server.app.mock.sandboxes.get(account.name)._limits = Limits(records=2)
    account.customers.add_many(2)

    with pytest.raises(LimitError, match="holds 2 records"):
        account.customers.add()


def test_what_has_fallen_due_is_done_before_records_are_read(vexutopia: Vexutopia, client: httpx.Client, server: Server) -> None:
    payment = client.post("/v1/payments", json={"amount": 100, "currency": "usd"}).json()
    sandbox = server.app.mock.sandboxes.get("mine")
    before = vexutopia.payments[payment["id"]].status
    sandbox.state.clock = sandbox.state.clock.advanced(5_000)

    assert (before, vexutopia.payments[payment["id"]].status) == ("pending", "succeeded")


def test_live_records_are_others_and_have_their_own_key(vexutopia: Vexutopia) -> None:
    live = vexutopia.live
    live.customers.add(email="live@example.org")
    live.payments.add()
    with httpx.Client(transport=vexutopia.transport, headers={"Authorization": f"Bearer {live.token}"}) as client:
        seen = client.get("https://api.vexutopia.com/v1/customers").json()["data"]

    assert live.token == "vex_live_mock_mine_" + live.token[-16:]
    assert [each["email"] for each in seen] == ["live@example.org"]
    assert (vexutopia.customers.count(), live.payments.count()) == (150, 1)


def test_token_is_issued_and_leans_on_no_assumption(accounts: Accounts) -> None:
    for account, path in ((accounts.spoonity, "/customers/cust_175a9abec1882d12"), (accounts.vexutopia, f"/v1/customers/{JANE}")):
        with httpx.Client(transport=account.transport, base_url="http://anything") as client:
            reply = client.get(path, headers={"Authorization": f"Bearer {account.token}"})
        assert (reply.status_code, "mock-assumed" in reply.headers) == (200, False)


def test_env_says_what_a_client_of_the_provider_is_configured_with(accounts: Accounts, server: Server) -> None:
    assert accounts.spoonity.env() == {"SPOONITY_BASE_URL": f"{server.url}/@mine", "SPOONITY_API_KEY": accounts.spoonity.token}
    assert accounts.vexutopia.env() == {
        "VEXUTOPIA_BASE_URL": f"{server.url}/@mine",
        "VEXUTOPIA_API_KEY": accounts.vexutopia.token,
        "VEXUTOPIA_WEBHOOK_SECRET": accounts.vexutopia.webhook_secret,
    }


def test_webhook_secret_is_that_of_the_endpoint_as_soon_as_there_is_one(vexutopia: Vexutopia, server: Server) -> None:
    made_up = vexutopia.webhook_secret
    server.app.mock.sandboxes.get("mine").state.endpoints = (Endpoint("one", "", "whsec_one"),)

    assert (len(made_up), made_up[:6], vexutopia.webhook_secret) == (38, "whsec_", "whsec_one")


@pytest.mark.parametrize("base", ["https://api.vexutopia.com", "http://mock.localhost", "http://mock.localhost/@mine"])
@pytest.mark.parametrize("key", ["vex_test_your_api_key", "vex_test_mock_default_0123456789abcdef"])
def test_transport_and_adapter_lead_to_the_account_whatever_the_key_says(vexutopia: Vexutopia, base: str, key: str) -> None:
    added, headers = vexutopia.customers.add(), {"Authorization": f"Bearer {key}", "Mock-Sandbox": "other"}
    with httpx.Client(transport=vexutopia.transport, headers=headers) as client, requests.Session() as session:
        session.mount("https://", vexutopia.adapter)
        session.mount("http://", vexutopia.adapter)
        replies = [send(f"{base}/v1/customers/{added.id}", headers=headers) for send in (client.get, session.get)]

    assert [reply.status_code for reply in replies] == [200, 200]


def test_adapter_passes_proxies_by_and_retries_as_it_is_told(vexutopia: Vexutopia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with requests.Session() as session:
        session.mount("https://", vexutopia.adapter)
        for _ in range(2):
            reply = session.get(f"https://api.vexutopia.com/v1/customers/{JANE}", headers={"Authorization": "Bearer vex_test_x"})
            assert (reply.status_code, reply.json()["id"], reply.elapsed.total_seconds() < 5) == (200, JANE, True)


def test_asgi_application_leads_to_the_account(vexutopia: Vexutopia) -> None:
    added, headers = vexutopia.customers.add(), {"Authorization": "Bearer vex_test_x"}
    with TestClient(vexutopia.app) as client:
        assert client.get(f"/v1/customers/{added.id}", headers=headers).status_code == 200


def test_accounts_of_one_sandbox_share_it(accounts: Accounts) -> None:
    assert accounts.name == accounts.spoonity.name == accounts["vexutopia"].name == "mine"
    assert accounts.url == accounts["spoonity"].url
    assert repr(accounts.spoonity) == "<account at spoonity in mine>"
    assert isinstance(accounts["spoonity"], Spoonity)
    with TestClient(accounts.app, base_url="http://localhost") as client:
        assert client.get("/_mock/clock").json()["mode"] == "frozen"


def test_an_unknown_provider_or_kind_of_record_is_refused_with_those_there_are(accounts: Accounts) -> None:
    with pytest.raises(ConfigurationError, match="unknown provider 'stripe'; choose spoonity, vexutopia"):
        accounts["stripe"]
    with pytest.raises(ConfigurationError, match="spoonity has no records 'payments'; choose customers, tokens"):
        accounts.spoonity.records("payments")


def test_a_dropped_sandbox_begins_anew(server: Server) -> None:
    with server.sandbox("short", fixture="empty") as accounts:
        accounts.spoonity.customers.add()
        assert accounts.spoonity.customers.count() == 1
    accounts.drop()

    assert "short" not in server.app.mock.sandboxes


# A third provider: its accounts need no code at all, and with a few lines they are typed.


class LoanFields(TypedDict, total=False):
    id: str
    title: str


class Loans(Records[Loan]):
    def add(self, **given: Unpack[LoanFields]) -> Loan:
        return self._add(given)


class Lendery(Account):
    def __init__(self, sandbox_ref: SandboxRef, provider: Provider) -> None:
        super().__init__(sandbox_ref, provider)
        self.loans = Loans(sandbox_ref, LOANS)


@pytest.fixture(params=["", f"{__name__}:Lendery"])
def toy(request: pytest.FixtureRequest) -> Iterator[Server]:
    provider = replace(TOY, account=request.param)
    fixture, contract = TOY_FOLDER / "fixture.yaml", TOY_FOLDER / "openapi.yaml"
    with running(providers=[provider], contract=contract, fixture=fixture, check_replies=True) as server:
        yield server


def test_a_third_provider_has_accounts(toy: Server) -> None:
    account = toy.sandbox()["lendery"]
    with account.intercepted(strict=True), httpx.Client(headers={"X-Library-Card": account.token}) as client:
        lent = client.post("https://lendery.example.com/v1/loans", json={"title": "Emma", "days": 7}).json()

    loans = account.records("loans")
    assert [each.id for each in loans.find(title="Emma")] == [lent["id"]]
    assert [loans.add(title="Persuasion").title, *(each.title for each in loans.add_many(2, title="Lady Susan"))] == [
        "Persuasion",
        "Lady Susan",
        "Lady Susan",
    ]
    assert account.env() == {"LENDERY_BASE_URL": account.url, "LENDERY_API_KEY": account.token}


def test_a_third_provider_has_accounts_of_its_own_type_if_it_says_so(toy: Server) -> None:
    account = toy.sandbox()["lendery"]

    assert type(account).__name__ in ("Account", "Lendery")
    if isinstance(account, Lendery):
        assert account.loans.add(title="Emma").title == "Emma"
    with pytest.raises(ConfigurationError, match="unknown provider 'spoonity'; choose lendery"):
        _ = toy.default.spoonity
