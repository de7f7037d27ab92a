"""Twenty thousand requests in twenty sandboxes, with faults, clock moves, snapshots and restores among them.

Beside each sandbox stands a plain model of what it must hold. Whether a request whose reply was lost did its work is read
from the journal; nothing else of the mock is believed.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import _lru_cache_wrapper
from typing import Any

import msgspec
import pytest

from mockserver.exchange import Exchange
from mockserver.faults import Fault, FaultKind, PagingMode
from mockserver.http.app import App
from mockserver.http.in_process import ConnectionLostError, call
from mockserver.providers import PROVIDERS
from mockserver.state import Sandbox
from mockserver.state.ids import choose
from tests.conftest import VEXUTOPIA_KEY, make_app

pytestmark = pytest.mark.slow

SANDBOXES = 20
REQUESTS = 20_000
ROUND = 2_000
"""Requests between two looks at everything."""

SLACK_BYTES = 20_000
"""What may come and go between two looks: some six bytes for each request."""

MAX_ROWS = 12
KINDS: tuple[FaultKind, ...] = ("status", "latency", "rate-limit", "lost-reply", "drop", "truncate", "garbage", "drip", "paging")
MODES: tuple[PagingMode, ...] = ("shrink", "repeat", "total", "empty-tail", "loop")
"""Those of a hostile list that create and delete nothing by themselves."""

Rows = dict[str, str | None]


class Chance:
    """Numbers that look random and are the same each time."""

    def __init__(self, seed: int) -> None:
        self._seed, self._drawn = seed, 0

    def below(self, size: int) -> int:
        """Return the next number below `size`."""
        self._drawn += 1
        return choose(size, seed=self._seed, kind="soak", ordinal=self._drawn)

    def one_of(self, values: Any) -> Any:
        """Return one of the values."""
        return values[self.below(len(values))]


class Account:
    """A sandbox as it must be: id → name of each provider's customers, those of Spoonity's that are deleted nameless.

    Attributes:
        kept: the model as it was when the snapshot of that name was taken.
    """

    def __init__(self, app: App, name: str) -> None:
        self.app, self.name = app, name
        self.spoonity: Rows = {}
        self.vexutopia: Rows = {}
        self.kept: dict[str, tuple[Rows, Rows]] = {}
        self.made = 0

    @property
    def sandbox(self) -> Sandbox:
        return self.app.mock.sandboxes.get(self.name)

    def ask(self, method: str, path: str, body: Any = None) -> Exchange:
        """Send a request and return what the journal says of it, whatever became of the reply."""
        content = msgspec.json.encode(body) if body is not None else b""
        key = VEXUTOPIA_KEY if path.startswith("/v1") else "any"
        headers = [(b"authorization", f"Bearer {key}".encode()), (b"content-type", b"application/json")]
        with suppress(ConnectionLostError):
            call(self.app, method, f"/@{self.name}{path}", headers=headers, body=content)
        return list(self.sandbox.journal)[-1]


def create(account: Account, chance: Chance) -> None:
    account.made += 1
    name = f"{account.name} {account.made}"
    if chance.below(2):
        done = account.ask("POST", "/customers", {"name": name, "email": f"{account.made}@{account.name}.example"})
        note(account.spoonity, done, name)
    else:
        done = account.ask("POST", "/v1/customers", {"name": name, "email": f"{account.made}@{account.name}.example"})
        note(account.vexutopia, done, name)


def note(rows: Rows, done: Exchange, name: str) -> None:
    if done.status in (200, 201):
        body = done.body[:-1] + b"}" if "garbage" in done.faults else done.body
        rows[msgspec.json.decode(body)["id"]] = name


def rename(account: Account, chance: Chance) -> None:
    account.made += 1
    name = f"{account.name} {account.made}"
    rows, method, path = chance.one_of([(account.spoonity, "PUT", "/customers"), (account.vexutopia, "PATCH", "/v1/customers")])
    alive = [each for each, name in rows.items() if name is not None]
    if alive:
        chosen = chance.one_of(alive)
        if account.ask(method, f"{path}/{chosen}", {"name": name}).status == 200:
            rows[chosen] = name


def delete(account: Account, chance: Chance) -> None:
    if chance.below(2) and account.vexutopia:
        chosen = chance.one_of(list(account.vexutopia))
        if account.ask("DELETE", f"/v1/customers/{chosen}").status == 200:
            del account.vexutopia[chosen]
    elif account.spoonity:
        chosen = chance.one_of(list(account.spoonity))
        if account.ask("DELETE", f"/customers/{chosen}").status == 200:
            account.spoonity[chosen] = None


def read(account: Account, chance: Chance) -> None:
    path = chance.one_of(
        ["/customers?limit=3", "/v1/customers?limit=3", "/customers?limit=2&page=2", "/v1/customers?limit=2&offset=2"]
    )
    done = account.ask("GET", path)
    if done.status == 200 and "garbage" not in done.faults:
        body = msgspec.json.decode(done.body)
        names = [each["name"] for each in body.get("items") or body.get("data") or []]
        assert all(name is None or name.startswith(f"{account.name} ") for name in names), (account.name, names)


def pay(account: Account, _chance: Chance) -> None:
    account.ask("POST", "/v1/payments", {"amount": 100, "currency": "usd"})


def arm(account: Account, chance: Chance) -> None:
    kind = chance.one_of(KINDS)
    told: dict[str, Any] = {"status": 500} if kind == "status" else {}
    told |= {"limit": 2, "per": "3s"} if kind == "rate-limit" else {}
    told |= {"mode": chance.one_of(MODES)} if kind == "paging" else {}
    account.sandbox.faults.arm([Fault(kind=kind, first=3, probability=0.7, **told)])


def disarm(account: Account, _chance: Chance) -> None:
    account.sandbox.faults.disarm_all()


def move_clock(account: Account, chance: Chance) -> None:
    account.sandbox.advance(chance.below(20_000))


def keep(account: Account, chance: Chance) -> None:
    name = chance.one_of(["one", "two"])
    account.sandbox.snapshot(name)
    account.kept[name] = account.spoonity.copy(), account.vexutopia.copy()


def restore(account: Account, chance: Chance) -> None:
    if account.kept:
        name = chance.one_of(sorted(account.kept))
        account.sandbox.restore(name)
        account.spoonity, account.vexutopia = (rows.copy() for rows in account.kept[name])


def begin_anew(account: Account, chance: Chance) -> None:
    """Reset or drop the sandbox once it holds much."""
    if len(account.spoonity) + len(account.vexutopia) < MAX_ROWS:
        return
    account.spoonity, account.vexutopia = {}, {}
    if chance.below(2):
        account.sandbox.reset()
    else:
        account.app.mock.sandboxes.drop(account.name)
        account.kept = {}


STEPS: tuple[Callable[[Account, Chance], None], ...] = (
    *(create,) * 5,
    *(rename,) * 4,
    *(delete,) * 2,
    *(read,) * 6,
    pay,
    arm,
    disarm,
    move_clock,
    keep,
    restore,
    begin_anew,
)


def held(account: Account) -> tuple[Rows, Rows]:
    """Return what the store holds of each provider's customers."""
    kinds = {kind.name: kind for provider in PROVIDERS for kind in provider.kinds}
    found = [
        {record.id: record.name for record in account.sandbox.records(kinds[f"{name}.customers"])}
        for name in ("spoonity", "vexutopia")
    ]
    return found[0], found[1]


def walk(accounts: list[Account], chance: Chance) -> Iterator[int]:
    """Do one step after the other, and tell how many requests there have been, after each so many."""
    sent = 0
    while sent < REQUESTS:
        account = chance.one_of(accounts)
        before = account.sandbox.journal.number
        chance.one_of(STEPS)(account, chance)
        if account.sandbox.journal.number > before:
            sent += 1
            if sent % ROUND == 0:
                yield sent


def test_nothing_is_lost_doubled_or_leaked_and_nothing_grows() -> None:
    app = make_app(fixture=("empty",), clock="step", check_replies=False, journal_limit=50)
    accounts = [Account(app, f"sandbox-{number}") for number in range(SANDBOXES)]
    sizes = []
    tracemalloc.start()
    try:
        for _ in walk(accounts, Chance(20_000)):
            for account in accounts:
                assert held(account) == (account.spoonity, account.vexutopia), account.name
            sizes.append(size_when_empty(app, accounts))
    finally:
        tracemalloc.stop()

    assert len(sizes) == REQUESTS // ROUND
    assert max(sizes[6:]) < sizes[5] + SLACK_BYTES


def size_when_empty(app: App, accounts: list[Account]) -> int:
    """Return how many bytes the process holds once all sandboxes are gone; the walk goes on from there."""
    for account in accounts:
        app.mock.sandboxes.drop(account.name)
        account.spoonity, account.vexutopia, account.kept = {}, {}, {}
    gc.collect()
    for cached in gc.get_objects():  # bounded caches fill at a rate that depends on the tests before
        if isinstance(cached, _lru_cache_wrapper) and cached.__module__.startswith("mockserver."):
            cached.cache_clear()
    return tracemalloc.get_traced_memory()[0]
