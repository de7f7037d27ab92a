"""`mockserver check` and `mockserver coverage`, and that the examples of docs/judge.md show what they print."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from mockserver.cli import main
from mockserver.judge.rules import RULES
from mockserver.providers import PROVIDERS
from tests.judge.recorders import JSON, Sent, firefox, har
from tests.tools import ROOT

PAGE = (ROOT / "docs" / "judge.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```console\n\$ mockserver ([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLE = ROOT / "tests" / "judge" / "traffic.har"

Said = tuple[int, str, str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with the example in it."""
    shutil.copy(EXAMPLE, tmp_path / "traffic.har")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Said:
    """Return exit code, output and complaints of the command."""
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_example_shows_what_is_printed(command: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, complaint = said(capsys, *shlex.split(command))

    wanted = re.escape(printed).replace(re.escape("...\n"), r"(?:.*\n)*?")
    assert re.fullmatch(wanted, out + complaint), out + complaint


def test_page_lists_every_rule() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted((rule.id, rule.severity) for rule in RULES)


def test_page_has_an_example_of_both_commands() -> None:
    assert {command.split()[0] for command, _ in EXAMPLES} == {"check", "coverage"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("minimum", "code"), [("0", 0), ("33.3", 0), ("33.4", 1), ("100", 1)])
def test_coverage_below_the_minimum_fails(minimum: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    found, out, complaint = said(capsys, "coverage", "traffic.har", "--provider", "vexutopia", "--min", minimum)

    assert found == code
    assert out.startswith("Vexutopia Customers API: 24 of 72 behaviours exercised, 33.3 %\n")
    below = f"mockserver: 33.3 % is below the minimum of {minimum} %, by "
    assert complaint.startswith(below) if code else not complaint


@pytest.mark.usefixtures("here")
def test_minimum_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MOCKSERVER_MIN", "34")

    code, _, complaint = said(capsys, "coverage", "traffic.har", "--provider", "vexutopia", "--json")

    assert (code, complaint) == (1, "mockserver: 33.3 % is below the minimum of 34 %, by 1 behaviour\n")


@pytest.mark.usefixtures("here")
def test_check_as_json_has_all_that_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, complaint = said(capsys, "check", "traffic.har", "--provider", "vexutopia", "--json")

    found = json.loads(out)
    assert (code, complaint) == (1, "")
    assert list(found) == ["provider", "recording", "exchanges", "unknown_bodies", "findings"]
    assert [finding["rule"] for finding in found["findings"]] == [
        "credential-in-url",
        "unknown-path",
        "violation",
        "unfit-reply",
        "undeclared",
    ]
    assert found["findings"][2] == {
        "rule": "violation",
        "severity": "error",
        "says": "The contract forbids this in a request, whether or not it was refused.",
        "about": "vexutopia.listCustomers",
        "place": "query.limit",
        "detail": "200 is greater than the maximum of 100",
        "contract": "/components/parameters/VexutopiaLimit/schema/maximum",
        "times": 2,
        "exchanges": [4, 5],
        "request": "GET /v1/customers?limit=200",
        "statuses": [400],
        "deliveries": [],
    }


@pytest.mark.usefixtures("here")
def test_coverage_as_json_has_every_behaviour(capsys: pytest.CaptureFixture[str]) -> None:
    _, vexutopia = PROVIDERS
    code, out, _ = said(capsys, "coverage", "traffic.har", "--provider", "vexutopia", "--json")

    found, catalogue = json.loads(out), vexutopia.catalogue()
    assert code == 0
    assert [each["name"] for each in found["behaviours"]] == [each.name for each in catalogue.behaviours]
    assert [each["name"] for each in found["unchecked"]] == [each.name for each in catalogue.unchecked]
    assert sum(each["times"] > 0 for each in found["behaviours"]) == found["exercised"] == 24
    assert {number for each in found["behaviours"] for number in each["exchanges"]} <= set(range(3, 9))


def test_traffic_as_documented_passes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = '{"email": "ada@example.com"}'
    refused = b'{"error": {"code": "unauthorized", "message": "no", "doc_url": "https://vexutopia.com/docs/errors#unauthorized"}}'
    sent = Sent("POST", "http://mock.localhost/@anna/v1/customers", body, JSON, 401, refused)
    (here / "good.har").write_bytes(har([firefox(sent)]))

    code, out, complaint = said(capsys, "check", "good.har", "--provider", "vexutopia", "--url", "http://mock.localhost")

    assert (code, complaint) == (0, "")
    assert out == ("Vexutopia Customers API: nothing found\n\n1 request of 1 entry: http://mock.localhost/@anna (1)\n")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["check", "coverage"])
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["traffic.har"], "--provider: is missing; name one of spoonity, vexutopia"),
        (["traffic.har", "--provider", "x"], "--provider: unknown provider 'x'; name one of spoonity, vexutopia"),
        (["none.har", "--provider", "spoonity"], "none.har: cannot be read: No such file or directory"),
        (
            ["broken.har", "--provider", "spoonity"],
            "broken.har: is not a valid HAR: Input data was truncated; record it anew as HAR 1.2",
        ),
        (
            ["traffic.har", "--provider", "spoonity"],
            "traffic.har: has no request to https://api.spoonity.com among its entries; "
            "name the address with --url; it has http://localhost:4010, http://localhost:3000",
        ),
        (["traffic.har", "--url", "localhost"], "--url: 'localhost' is not a URL; write one like http://127.0.0.1:4010"),
    ],
)
def test_wrong_usage_is_one_line(command: str, arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.har").write_bytes(b'{"log"')

    assert said(capsys, command, *arguments) == (2, "", f"mockserver: {complaint}\n")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("minimum", ["101", "-1", "many"])
def test_minimum_is_a_percentage(minimum: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, complaint = said(capsys, "coverage", "traffic.har", "--provider", "vexutopia", f"--min={minimum}")

    assert (code, out) == (2, "")
    assert complaint.startswith(f"mockserver: --min: {minimum!r} is ")


def test_serving_loads_nothing_of_the_judge() -> None:
    program = dedent("""
        import sys
        import mockserver.cli.serve
        from mockserver.app import asgi_app
        from mockserver.http.in_process import call
        assert call(asgi_app(), "GET", "/customers", headers=[(b"authorization", b"Bearer x")]).status == 200
        print(*sorted(name for name in sys.modules if name.startswith("mockserver.judge")))
    """)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "\n"
