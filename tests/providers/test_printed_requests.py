"""Every request that the documents print, sent by the program it is printed for, gives the printed reply."""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Struct, UnsetType

from mockserver import documents
from mockserver.http.server import running_server
from tests.conftest import MakeApp, make_app
from tests.tools import NODE, program

TABLE = Path(__file__).parent / "printed" / "requests.yaml"


class Amendment(Struct, forbid_unknown_fields=True):
    """What is printed, what is sent instead, and why."""

    printed: str
    sent: str
    why: str


class Difference(Struct, forbid_unknown_fields=True):
    """What a field of the reply is instead of what is printed: a value, or text of a form."""

    why: str
    is_: Any | UnsetType = msgspec.field(name="is", default=UNSET)
    like: str | None = None


class Unamended(Struct, forbid_unknown_fields=True):
    """How curl ends if the request is sent as printed."""

    exit: int


class Printed(Struct, forbid_unknown_fields=True, kw_only=True):
    """One row of the table, which says what its columns mean."""

    name: str
    page: str
    program: str
    request: str
    status: int
    reply: str
    composed: str = ""
    sent: list[Amendment] = []
    unamended: Unamended | None = None
    prints: str = ""
    abridged: dict[str, str] = {}
    differs: dict[str, Difference] = {}

    def amended(self) -> str:
        """Return the request as it can run."""
        request = self.request
        for amendment in self.sent:
            assert amendment.printed in request
            request = request.replace(amendment.printed, amendment.sent)
        return request


class PrintedEvent(Struct, forbid_unknown_fields=True):
    """The event of the table."""

    reply: str
    differs: dict[str, Difference]


class Table(Struct, forbid_unknown_fields=True):
    """The whole file."""

    requests: list[Printed]
    event: PrintedEvent


class Seen(Struct):
    """What a program got: the status and body of the one reply, and what it printed itself."""

    status: int
    body: str
    prints: str = ""


TABLE_ROWS = msgspec.convert(documents.parse(TABLE.read_bytes(), name=TABLE.name), Table)


@pytest.fixture
def url() -> Iterator[str]:
    """The address of a fresh mock, set up as `mockserver serve` does it."""
    with running_server(make_app(clock="real", seed=None)) as address:
        yield address.url


@pytest.mark.parametrize("printed", TABLE_ROWS.requests, ids=lambda printed: printed.name)
def test_printed_request_gives_the_printed_reply(printed: Printed, url: str, tmp_path: Path) -> None:
    send = {"curl": by_curl, "node": by_node}[printed.program]

    seen = send(printed.amended().replace("MOCK_URL", url), tmp_path)

    assert seen.status == printed.status
    assert re.fullmatch(printed.prints, seen.prints)
    assert_same(json.loads(seen.body), json.loads(printed.reply.replace("MOCK_URL", url)), printed.differs, printed.abridged)


@pytest.mark.parametrize(
    "printed", [each for each in TABLE_ROWS.requests if each.unamended is not None], ids=lambda printed: printed.name
)
def test_amended_request_cannot_run_as_printed(printed: Printed, url: str, tmp_path: Path) -> None:
    assert printed.unamended is not None

    done = curl(printed.request.replace("MOCK_URL", url), tmp_path)

    assert done.returncode == printed.unamended.exit


def test_settled_payment_gives_the_printed_event(make_app: MakeApp, tmp_path: Path) -> None:
    event = TABLE_ROWS.event
    payment = json.loads(event.reply)["data"]["object"]
    task = {"due": payment["updated_at"], "work": "vexutopia.settle", "object": payment["id"]}
    pending = payment | {"status": "pending", "updated_at": payment["created_at"]}
    fixture = tmp_path / "pending.yaml"
    fixture.write_text(
        json.dumps({"now": payment["created_at"], "pending": [task], "vexutopia": {"payments": [pending]}}), encoding="utf-8"
    )
    sandbox = make_app(fixture=[fixture]).mock.sandboxes.get("default")

    sandbox.state.clock = sandbox.state.clock.advanced(5_000)
    sandbox.run_due()

    announced = [msgspec.json.decode(msgspec.json.encode(each.body)) for each in sandbox.outbox]
    assert len(announced) == 1
    assert_same(announced[0], json.loads(event.reply), event.differs, {})


def assert_same(seen: Any, printed: Any, differs: Mapping[str, Difference], abridged: Mapping[str, str]) -> None:
    """Assert that the reply is the printed one, order of fields included, but for what the table says of it."""
    for place, difference in differs.items():
        owner, name = _at(printed, place)
        if difference.like is None:
            owner[name] = difference.is_
        else:
            owner[name] = _value(seen, place)
            assert re.fullmatch(difference.like, owner[name]), f"{place} is {owner[name]!r}, not like {difference.like}"
    for place in abridged:
        _extend(_value(printed, place), _value(seen, place))
    assert json.dumps(seen, indent=1) == json.dumps(printed, indent=1)


def _extend(printed: Any, seen: Any) -> None:
    """Add to an abridged list or object what it does not show, which must be something and come after what it shows."""
    assert len(seen) > len(printed)
    if isinstance(printed, list):
        printed.extend(seen[len(printed) :])
    else:
        printed.update(list(seen.items())[len(printed) :])


def _value(body: Any, place: str) -> Any:
    if not place:
        return body
    owner, name = _at(body, place)
    return owner[name]


def _at(body: Any, place: str) -> tuple[Any, Any]:
    """Return what holds the value at a place such as `data.0`, and the last step to it."""
    *steps, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    for step in steps:
        body = body[step]
    return body, last


def by_curl(request: str, folder: Path) -> Seen:
    done = curl(request, folder)
    assert done.returncode == 0, done.stderr
    return Seen(int(done.stderr), done.stdout)


def curl(request: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a curl command unchanged, in a shell as its reader would; the status code goes to the standard error."""
    program("curl")
    (folder / ".curlrc").write_text('silent\nshow-error\nnoproxy = "*"\nwrite-out = "%{stderr}%{http_code}"\n')
    environment = os.environ | {"CURL_HOME": str(folder)}
    return subprocess.run(
        ["sh", "-c", request], env=environment, cwd=folder, capture_output=True, text=True, timeout=30, check=False
    )


def by_node(request: str, folder: Path) -> Seen:
    """Run a sample unchanged, beside a module that notes the reply which it gets."""
    record = folder / "replies.jsonl"
    command = [program("node"), "--import", str(NODE / "record.mjs"), "--input-type=module", "-"]
    done = subprocess.run(
        command,
        input=request,
        env=os.environ | {"RECORD": str(record)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (line,) = record.read_text(encoding="utf-8").splitlines()
    reply = json.loads(line)
    return Seen(reply["status"], reply["body"], done.stdout)
