"""What the tests of conduct share: a sandbox, clients of it, faults in it, and what the judge finds."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct

from mockserver.client.transport import MockTransport
from mockserver.faults import Fault, FaultKind
from mockserver.http.app import App
from mockserver.judge.check import Finding
from mockserver.judge.conduct import findings
from mockserver.judge.rules import RuleSettings
from mockserver.webhooks import Delivery
from tests.conftest import BASE, client_of, make_app, sandbox_of
from tests.toy.provider import TOY

TOYS = Path(__file__).parents[2] / "toy"
KEY = "vex_test_your_api_key"


class World(Struct):
    """A mock with its default sandbox, and who plays in it."""

    app: App
    toy: bool = False

    @property
    def spoonity(self) -> httpx.Client:
        return client_of(self.app)

    @property
    def vexutopia(self) -> httpx.Client:
        return client_of(self.app, KEY)

    @property
    def lendery(self) -> httpx.Client:
        return httpx.Client(transport=MockTransport(self.app), base_url=BASE, headers={"X-Library-Card": "mine"})

    def disturb(self, kind: FaultKind, **values: Any) -> None:
        """Have something go wrong from here on."""
        sandbox_of(self.app).faults.arm([Fault(kind=kind, **values)])

    def wait(self, seconds: float) -> None:
        """Let the sandbox's time pass."""
        sandbox_of(self.app).advance(round(seconds * 1_000))

    def found(self, *deliveries: Delivery, ignore: Iterable[str] = (), clock: Any = "frozen") -> list[Finding]:
        """Return what is found of any provider's client."""
        mock = self.app.mock
        exchanges = list(sandbox_of(self.app).journal)
        return [
            finding
            for provider in mock.pipeline.providers.values()
            for finding in findings(
                exchanges, deliveries, mock.pipeline.contract, provider, ignore=list(ignore), settings=RuleSettings(clock=clock)
            )
        ]

    def rules(self, *deliveries: Delivery, clock: Any = "frozen") -> list[str]:
        """Return the ids of the rules that found something."""
        return [finding.rule for finding in self.found(*deliveries, clock=clock)]


def world(*, toy: bool = False, **setup: Any) -> World:
    """Return a fresh world; with `toy`, one of the made-up library."""
    if toy:
        setup = {"providers": [TOY], "contract": TOYS / "openapi.yaml", "fixture": [TOYS / "fixture.yaml"], **setup}
    return World(make_app(**setup), toy)
