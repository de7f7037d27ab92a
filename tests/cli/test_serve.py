"""What `mockserver serve` makes of its arguments, and the process from its first word to its end."""

import hmac
import re
import signal
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shlex import split
from threading import Event

import httpx
import pytest

from mockserver.app import asgi_app, settings_of
from mockserver.cli import main
from mockserver.cli.serve import announcement
from mockserver.cli.setup import setup as setup_of  # pytest 8.0 would take `setup` for its own
from mockserver.errors import ConfigurationError
from mockserver.http.app import App
from mockserver.http.server import Address, listen
from mockserver.mock import MockSettings
from mockserver.providers import PROVIDERS
from mockserver.webhooks import Endpoint
from tests.cli.serving import app_of, served, values
from tests.conftest import VEXUTOPIA_KEY, client_of
from tests.receiving import receiving
from tests.tools import program
from tests.toy.provider import TOY

ADA = {"name": "Ada", "email": "ada@example.com"}


def test_options_reach_the_edge() -> None:
    given = values(
        *split("--latency 5 --public-url http://p --max-body 9 --allow-host h --allow-origin http://o --allow-webhook-host w")
    )

    assert http_side(settings_of(setup_of(values()))) == http_side(MockSettings(PROVIDERS))
    assert http_side(settings_of(setup_of(given))) == (5, "http://p", 9, {"h"}, {"http://o"}, {"w"})


def http_side(settings: MockSettings) -> tuple[object, ...]:
    """Return what the settings say of HTTP; collections as sets."""
    allowed = (settings.allow_hosts, settings.allow_origins, settings.allow_webhook_hosts)
    return settings.latency_ms, settings.public_url, settings.max_body, *map(set, allowed)


def test_options_reach_the_mock() -> None:
    arguments = (
        "--fixture a --seed 3 --clock step --now 1970-01-01T00:00:01Z --assume spoonity.create-status=201 --check-replies "
        "--webhook http://127.0.0.1:9/ --webhook-secret s --max-sandboxes 2 --journal-limit 4"
    )
    made = settings_of(setup_of(values(*split(arguments))))

    assert made == MockSettings(
        providers=PROVIDERS,
        fixture=("a",),
        seed=3,
        clock="step",
        now=1_000,
        assume={"spoonity.create-status": "201"},
        endpoints=(Endpoint("endpoint-of-serve", "http://127.0.0.1:9/", "s"),),
        check_replies=True,
        max_sandboxes=2,
        journal_limit=4,
        allow_hosts=(),
        allow_origins=(),
        allow_webhook_hosts=(),
    )


def test_webhook_goes_to_a_host_that_is_allowed() -> None:
    arguments = "--webhook https://hooks.example/x --webhook-secret s --allow-webhook-host hooks.example"

    assert [endpoint.url for endpoint in setup_of(values(*split(arguments)))["endpoints"]] == ["https://hooks.example/x"]


def test_assume_wins_over_the_assumptions_file(tmp_path: Path) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text("spoonity.create-status: 201\nspoonity.deleted-customer: gone\n", encoding="utf-8")
    made = setup_of(values("--assumptions", str(file), "--assume", "spoonity.create-status=200"))

    assert made["assume"] == {"spoonity.create-status": "200", "spoonity.deleted-customer": "gone"}


def test_assume_wins_over_a_fixture_even_with_the_default(tmp_path: Path) -> None:
    fixture = tmp_path / "mine.yaml"
    fixture.write_text("assumptions: {spoonity.create-status: '201'}\n", encoding="utf-8")
    as_written = app_of("--fixture", str(fixture))
    taken_back = app_of("--fixture", str(fixture), "--assume", "spoonity.create-status=200")

    assert client_of(as_written).post("/customers", json=ADA).status_code == 201
    assert client_of(taken_back).post("/customers", json=ADA).status_code == 200


def test_several_fixtures_add_up(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("spoonity: {customers: [{id: cust_0000000000000001, name: Ada}]}\n", encoding="utf-8")
    app = app_of("--fixture", "default", "--fixture", str(mine))

    assert client_of(app).get("/customers/cust_0000000000000001").json()["name"] == "Ada"
    assert client_of(app).get("/customers/cust_175a9abec1882d12").json()["name"] == "John Smith"


def test_announcement_names_for_each_provider_what_it_stands_for_and_a_call(app: App) -> None:
    lines = announcement(app, "http://mock").splitlines()

    for provider in PROVIDERS:
        assert [line.split() for line in lines].count(f"{provider.title} http://mock replaces {provider.origin}".split()) == 1
        assert f"curl {provider.example.format(url='http://mock')}" in lines
    assert lines[-1].split() == "Control API http://mock/_mock/".split()


def test_announcement_calls_the_first_list_of_a_provider_without_an_example() -> None:
    app = asgi_app(providers=[replace(TOY, example="")], fixture=[])
    assert 'curl http://mock/v1/loans -H "Authorization: Bearer any"' in announcement(app, "http://mock").splitlines()


def test_announcement_says_where_events_go() -> None:
    app = app_of(*split("--fixture empty --webhook http://127.0.0.1:9/hook --webhook-secret whsec_x"))
    said = announcement(app, "http://mock")
    lines = [" ".join(line.split()) for line in said.splitlines()]

    assert lines.count("Webhook http://127.0.0.1:9/hook (all events)") == 1
    assert "whsec_x" not in said


def test_served_mock_sends_its_events(tmp_path: Path) -> None:
    with receiving() as receiver, served("--webhook", receiver.url, "--webhook-secret", "whsec_x", folder=tmp_path) as mock:
        headers = {"authorization": "Bearer vex_test_x"}
        httpx.post(f"{mock.url}/v1/payments", json={"amount": 500, "currency": "usd"}, headers=headers)
        httpx.patch(f"{mock.url}/_mock/clock", json={"advance": "1m"})
        signatures = [each.headers["x-vexutopia-signature"] for each in receiver.received]
        bodies = [each.body for each in receiver.received]

    assert receiver.types == ["payment.created", "payment.succeeded"]
    assert signatures == [hmac.new(b"whsec_x", body, "sha256").hexdigest() for body in bodies]


def test_served_mock_ends_at_once_though_a_receiver_hangs(tmp_path: Path) -> None:
    released = Event()
    with receiving() as receiver, served("--webhook", receiver.url, "--webhook-secret", "x", folder=tmp_path) as mock:
        receiver.answer = lambda _delivery: 200 if released.wait(60) else 500
        made = httpx.post(
            f"{mock.url}/v1/customers", json={"email": "a@b.example"}, headers={"authorization": "Bearer vex_test_x"}
        )
        code, said = mock.end(signal.SIGINT)
        released.set()

    assert (made.status_code, code, said) == (201, 0, "")


def test_fixture_sends_to_no_host_that_is_not_allowed(tmp_path: Path) -> None:
    (tmp_path / "far.yaml").write_text("webhooks: [{id: far, url: 'http://hooks.example/', secret: s}]", "utf-8")
    arguments = ("--fixture", str(tmp_path / "far.yaml"))

    with pytest.raises(ConfigurationError, match=r"^far: hooks\.example is not this machine, so no webhooks go there; allow it"):
        app_of(*arguments)
    assert app_of(*arguments, "--allow-webhook-host", "hooks.example") is not None


def test_announcement_is_silent_on_webhooks_where_there_is_none() -> None:
    assert "Webhook" not in announcement(app_of("--fixture", "empty"), "http://mock")


def test_announcement_is_read_through_a_pipe_and_its_calls_work_as_they_stand() -> None:
    program("curl")
    with served() as running:
        calls = [line for line in running.announced.splitlines() if line.startswith("curl ")]
        for call in calls:
            said = subprocess.run(f"{call} -sSi", shell=True, capture_output=True, text=True, timeout=20, check=True).stdout
            assert said.startswith("HTTP/1.1 200 OK")
        assert len(calls) == len(PROVIDERS)
        assert main(["wait", running.url, "--timeout", "10"]) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_quietly_with_0_and_the_state_written(number: int, tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    with served("--state", str(state), "--clock", "step") as running:
        assert f"{state}, will be created at shutdown" in running.announced
        created = httpx.post(f"{running.url}/customers", json=ADA, headers={"Authorization": "Bearer x"}).json()
        assert running.end(number) == (0, "")

    assert created["id"] in state.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [state]


def test_state_is_gone_on_with(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with served("--state", str(state)) as first:
        client = httpx.Client(base_url=first.url, headers={"Authorization": f"Bearer {VEXUTOPIA_KEY}"})
        with client:
            created = client.post("/v1/customers", json={"email": "ada@example.com"}).json()
        first.end(signal.SIGTERM)
    with served("--state", str(state)) as second:
        assert f"{state}, loaded, will be saved at shutdown" in second.announced
        headers = {"Authorization": f"Bearer {VEXUTOPIA_KEY}"}
        assert httpx.get(f"{second.url}/v1/customers/{created['id']}", headers=headers).json() == created


def test_taken_port_ends_it_with_2_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    (taken,) = listen("127.0.0.1", 0)
    with closing(taken):
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2

    said = f"mockserver: 127.0.0.1:{port}: the port is taken; choose another with --port, or 0 for a free one\n"
    assert capsys.readouterr() == ("", said)


def test_level_info_says_a_line_for_each_request_without_its_query_and_key() -> None:
    with served("--log-level", "info") as running:
        httpx.get(f"{running.url}/customers", params={"query": "n:secret"}, headers={"Authorization": "Bearer secret"})
        httpx.get(f"{running.url}/_mock/health")
        code, said = running.end(signal.SIGTERM)

    assert code == 0
    assert re.fullmatch(r"200 GET /customers \d+\.\d ms · .*assumed spoonity\.unknown-token=accepted.*\n", said)
    assert "secret" not in said


def test_nothing_is_said_of_requests_where_nobody_looks_on() -> None:
    with served() as running:
        httpx.get(f"{running.url}/customers", headers={"Authorization": "Bearer x"})
        assert running.end(signal.SIGTERM) == (0, "")


def test_edited_fixture_is_reloaded_while_it_runs(tmp_path: Path) -> None:
    fixture = tmp_path / "mine.yaml"
    fixture.write_text("spoonity: {customers: [{id: cust_0000000000000001, name: Ada}]}", encoding="utf-8")
    with served("--fixture", str(fixture), "--watch") as running:
        fixture.write_text("spoonity: {customers: [{id: cust_0000000000000001, name: Countess}]}", encoding="utf-8")
        assert running.next_line() == "mine.yaml changed, reloaded; every sandbox begins anew\n"
        reply = httpx.get(f"{running.url}/customers/cust_0000000000000001", headers={"Authorization": "Bearer x"})
        assert reply.json()["name"] == "Countess"
        assert running.end(signal.SIGINT) == (0, "")


def test_public_url_is_announced_and_in_links() -> None:
    with served("--public-url", "http://mock.example/base") as running:
        assert running.url == "http://mock.example/base"
        assert "curl -G http://mock.example/base/customers " in running.announced


def test_listening_everywhere_is_announced_with_an_address_of_this_machine() -> None:
    assert Address("0.0.0.0", 80).url == "http://127.0.0.1:80"
    with served("--host", "0.0.0.0") as running:
        assert httpx.get(f"{running.url}/_mock/health").status_code == 200
