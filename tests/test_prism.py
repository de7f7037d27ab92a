"""An outside judge: Prism passes traffic on to the mock, and compares all of it with the contract."""

import json
import re
import subprocess
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
from msgspec import Struct
from msgspec.structs import replace

from mockserver.catalogue import Behaviour
from mockserver.catalogue.client import Api, ApiResponse
from mockserver.http.app import App
from mockserver.http.server import running_server
from mockserver.providers import PROVIDERS, Provider
from tests.checking import every_behaviour
from tests.conftest import make_app
from tests.tools import NODE, ROOT, node_program, program, run, typed_client

pytestmark = pytest.mark.slow

NO_JSON = b'{"error":{"code":"invalid_json","message":"Invalid JSON"}}'
"""What Prism answers by itself to a body that it cannot parse; such a request has to go past it."""

LISTENING = re.compile(r"Prism is listening on (http://\S+)")


class Reply(Struct, frozen=True):
    """A reply that came through Prism, which notes in a header what the contract has against it or its request."""

    request: str
    status: int
    headers: Mapping[str, str]

    @property
    def complaints(self) -> list[str]:
        """What may not be: any finding about the reply, one about a request that was not refused, an answer of Prism's own."""
        if "mock-exchange" not in self.headers:
            return [f"{self.request} → {self.status} comes from Prism"]
        findings = json.loads(self.headers.get("sl-violations", "[]"))
        bad = [each for each in findings if each["location"][0] == "response" or self.status < 400]
        return [f"{self.request} → {self.status}: {'.'.join(each['location'])} {each['message']}" for each in bad]


class Proxy(Struct, frozen=True):
    """Prism in front of a mock."""

    url: str
    mock_url: str
    app: App
    client: httpx.Client

    def api(self, provider: Provider, name: str, replies: list[Reply], choices: Mapping[str, str]) -> Api:
        """Return a service under check behind the proxy, in a sandbox of its own; the replies are noted."""
        sandbox = self.app.mock.sandboxes.create(name)
        sandbox.state.choices = choices

        def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
            headers = {**headers, "mock-sandbox": name}
            reply = self.client.request(method, url, headers=headers, content=body)
            if reply.content == NO_JSON:
                reply = self.client.request(method, url.replace(self.url, self.mock_url), headers=headers, content=body)
            replies.append(Reply(f"{method} {url}", reply.status_code, reply.headers))
            return ApiResponse(reply.status_code, reply.headers, reply.content)

        return Api(send, self.url, sandbox.keys[provider.name])


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    program_path, app = node_program("prism"), make_app(clock="real")
    with running_server(app) as mock, running_prism(program_path, mock.url) as url, httpx.Client(trust_env=False) as client:
        app.mock.settings = replace(app.mock.settings, public_url=url)  # Prism does not pass on the Host that it was asked for
        yield Proxy(url, mock.url, app, client)


@contextmanager
def running_prism(path: str, mock_url: str) -> Iterator[str]:
    """Run Prism as a proxy on a free port, and give its address."""
    command = [path, "proxy", str(ROOT / "openapi.yaml"), mock_url, "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as prism, ExitStack() as ending:
        ending.callback(prism.terminate)
        assert prism.stdout is not None
        address = _address(prism.stdout)
        reader = Thread(target=deque, args=(prism.stdout, 0))  # unread, its output would fill the pipe and stop it
        reader.start()
        ending.callback(reader.join)
        ending.callback(prism.terminate)
        yield address


def _address(output: Iterable[str]) -> str:
    said = []
    for line in output:
        said.append(line)
        found = LISTENING.search(line)
        if found:
            return found[1]
    raise AssertionError(f"Prism ended before it was ready:\n{''.join(said)}")


def test_prism_has_nothing_against_the_typed_client_and_its_replies(proxy: Proxy, tmp_path: Path) -> None:
    record = tmp_path / "replies.jsonl"
    command = [program("node"), "--import", str(NODE / "record.mjs"), str(typed_client())]

    run(command, cwd=NODE, environment={"MOCK_URL": proxy.url, "RECORD": str(record)})

    notes = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    replies = [Reply(f"{note['method']} {note['url']}", note["status"], note["headers"]) for note in notes]
    assert len(replies) > 20
    assert [complaint for reply in replies for complaint in reply.complaints] == []


@pytest.mark.parametrize(("provider", "behaviour"), every_behaviour())
def test_prism_has_nothing_against_the_replies_to_a_behaviours_check(
    provider: Provider, behaviour: Behaviour, proxy: Proxy
) -> None:
    replies: list[Reply] = []

    with proxy.api(provider, behaviour.name, replies, behaviour.only_with) as api:
        behaviour.check(api)

    assert replies
    assert [complaint for reply in replies for complaint in reply.complaints] == []


def test_prism_complains_of_a_reply_that_the_contract_does_not_have(proxy: Proxy) -> None:
    replies: list[Reply] = []
    (spoonity,) = [each for each in PROVIDERS if each.name == "spoonity"]

    with proxy.api(spoonity, "other-choices", replies, {"spoonity.create-status": "201"}) as api:
        api.call("POST", "/customers", json={}).expect(201)

    assert any("response.body" in complaint for complaint in replies[0].complaints)


def test_prism_finds_what_is_wrong_with_a_request(proxy: Proxy) -> None:
    replies: list[Reply] = []
    (spoonity,) = [each for each in PROVIDERS if each.name == "spoonity"]

    with proxy.api(spoonity, "bad-paging", replies, {"spoonity.bad-paging": "defaulted"}) as api:
        api.call("GET", "/customers", query={"limit": 0}).expect(200)

    assert any("request.query.limit" in complaint for complaint in replies[0].complaints)
