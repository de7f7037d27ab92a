"""What the mock says to those who use it in Python: no request that they would have to send."""

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.client.server import Server
from mockserver.errors import MockServerError
from mockserver.providers.accounts import Accounts

Refused = Callable[[Server, Accounts], Any]


def keep(mine: Accounts, snapshots: int) -> None:
    for number in range(snapshots):
        mine.snapshot(f"s{number}")


REFUSED: dict[str, Refused] = {
    "reset() removes all": lambda _, mine: [mine.vexutopia.webhooks.collect() for _ in range(101)],
    "call collect(), connect(app) or register(url) first": lambda _, mine: mine.vexutopia.webhooks.send(
        "customer.created", how="duplicate"
    ),
    'rotate("endpoint-1", "whsec_new") gives it another': lambda _, mine: (
        mine.vexutopia.webhooks.collect(),
        mine.vexutopia.webhooks.send("customer.created", how="old-secret"),
    ),
    "assume(key, choice) chooses another form than vexutopia.signature-form=hex": lambda _, mine: (
        mine.vexutopia.webhooks.collect(),
        mine.vexutopia.webhooks.send("customer.created", how="stale"),
    ),
    "`deliveries` has those that are remembered": lambda _, mine: mine.vexutopia.webhooks.replay(7),
    "collect(), connect(app) and register(url) make them": lambda _, mine: mine.vexutopia.webhooks.rotate("endpoint-7", "s"),
    "docs/faults.md says which kind takes what": lambda _, mine: mine.vexutopia.faults.add("status"),
    "faults.clear() removes all": lambda _, mine: [mine.vexutopia.faults.add("drop") for _ in range(101)],
    "one of the same name takes the place of the older": lambda _, mine: keep(mine, 101),
    "snapshot(name) makes one": lambda _, mine: mine.restore("nowhere"),
    "drop() those that are over, or make them by `with`": lambda server, _: [server.sandbox() for _ in range(1_001)],
    "choose another name, or none": lambda server, _: server.sandbox("mine"),
}


@pytest.mark.parametrize("hint", REFUSED)
def test_what_is_refused_is_mended_in_python(server: Server, accounts: Accounts, hint: str) -> None:
    with pytest.raises(MockServerError) as refused:
        REFUSED[hint](server, accounts)

    assert str(refused.value).endswith(f"; {hint}")
    assert not str(refused.value).startswith("body.")
