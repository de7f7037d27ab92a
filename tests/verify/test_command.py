"""`mockserver verify` and `mockserver behaviours` as they are called from a shell."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mockserver import documents
from mockserver.cli import main
from mockserver.http.server import running_server
from mockserver.providers import PROVIDERS
from mockserver.verify.outcome import VerifyReport
from tests.conftest import MakeApp
from tests.verify.verifying import BY_NAME, KEYS, listening, plain, records

QUICK = {"vexutopia.payment-settlement": "at-once"}
VEXUTOPIA = ("--provider", "vexutopia", "--token", KEYS["vexutopia"])


@pytest.fixture
def url(make_app: MakeApp) -> Iterator[str]:
    """The address of a mock."""
    with running_server(make_app(clock="step", assume=QUICK)) as address:
        yield address.url


def test_a_run_says_what_it_will_do_what_it_found_and_what_stays(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", url, *VEXUTOPIA]) == 0

    out, err = capsys.readouterr()
    told = out.splitlines()
    count = len(BY_NAME["vexutopia"].catalogue().behaviours)
    assert err == ""
    assert told[0].startswith(f"Vexutopia Customers API at {url}. Records of this run have mockserver-check-")
    assert told[1] == "Exception: payments cannot be deleted."
    assert [line.split()[0] for line in told[2 : 2 + count]] == ["holds"] * count
    assert told[2 + count] == ""
    assert told[3 + count].split() == ["assumption", "follows", "default", "seen"]
    assert told[-2] == f"behaviours: {count} hold"
    assert told[-1] == "assumptions: 13 observed, 1 of them other than the default, 3 not observed"


def test_read_only_announces_nothing_but_that(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", url, *VEXUTOPIA, "--read-only"]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"Vexutopia Customers API at {url}, read only."
    assert "Nothing is left behind." in told


def test_a_terminal_sees_which_check_runs(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = str(tmp_path / "report.json")
    assert main(["verify", url, *VEXUTOPIA, "--read-only", "--json", report]) == 0

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)

    assert main(["verify", url, *VEXUTOPIA, "--read-only", "--baseline", report]) == 0

    assert "\r\x1b[2K1/" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[2K")
    assert "\x1b" not in capsys.readouterr().out


def test_a_proxy_of_the_environment_is_passed_over_on_this_machine(url: str) -> None:
    done = _shell("-m", "mockserver", "verify", url, *VEXUTOPIA, "--read-only", HTTP_PROXY="http://127.0.0.1:1")

    assert done.returncode == 0


def test_every_file_is_written(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {flag: tmp_path / flag for flag in ("json", "junit", "markdown", "write-assumptions")}
    options = [word for flag, path in files.items() for word in (f"--{flag}", str(path))]

    assert main(["verify", url, *VEXUTOPIA, *options]) == 0

    capsys.readouterr()
    report = msgspec.json.decode(files["json"].read_bytes(), type=VerifyReport)
    assert report.url == url
    assert files["junit"].read_text().startswith("<?xml")
    assert files["markdown"].read_text().startswith("# Vexutopia Customers API at ")
    chosen = documents.read(files["write-assumptions"]).value
    assert chosen["vexutopia.payment-settlement"] == "at-once"
    assert chosen == {each.key: each.choice for each in report.assumptions if each.choice is not None}


def test_with_a_baseline_only_what_differs_is_told(
    url: str, tmp_path: Path, make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert main(["verify", url, *VEXUTOPIA, "--json", str(report)]) == 0
    capsys.readouterr()

    with running_server(make_app(clock="step", assume=QUICK | {"vexutopia.content-type": "ignored"})) as other:
        assert main(["verify", other.url, *VEXUTOPIA, "--baseline", str(report)]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[2:6] == [
        "not checked  vexutopia.requests.content-type: the service follows vexutopia.content-type=ignored; it needs required",
        "",
        "assumption              follows                     default   seen",
        f"vexutopia.content-type  ignored* (required before)  required  POST {other.url}/v1/customers answered 201",
    ]
    assert told[-3:] == [
        "behaviours: 1 not checked",
        "assumptions: 1 observed, 1 of them other than the default",
        "Only differences from the baseline are shown and counted.",
    ]


@pytest.mark.slow
def test_a_baseline_and_a_report_may_be_one_file(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = str(tmp_path / "report.json")
    for options in (["--json", report], ["--baseline", report, "--json", report]):
        assert main(["verify", url, *VEXUTOPIA, *options]) == 0

    assert "behaviours: none" in capsys.readouterr().out
    assert len(msgspec.json.decode(Path(report).read_bytes(), type=VerifyReport).behaviours) > 1


def test_an_early_end_writes_no_assumptions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {flag: tmp_path / flag for flag in ("json", "write-assumptions")}
    options = [word for flag, path in files.items() for word in (f"--{flag}", str(path))]

    assert main(["verify", "http://127.0.0.1:1", *VEXUTOPIA, *options]) == 1

    finding = msgspec.json.decode(files["json"].read_bytes(), type=VerifyReport).finding
    assert finding.startswith("http://127.0.0.1:1 cannot be reached: ")
    assert not files["write-assumptions"].exists()
    assert finding in capsys.readouterr().err


def test_an_early_end_leaves_the_file_of_assumptions_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text("kept: yes\n")

    assert main(["verify", "http://127.0.0.1:1", *VEXUTOPIA, "--write-assumptions", str(file)]) == 1

    assert file.read_text() == "kept: yes\n"
    assert f"mockserver: {file} stays as it was, since the run ended early\n" in capsys.readouterr().err


TOKEN = ["--token", "vex_test_0123456789"]
LOOKS_LIVE = (
    "--token: the key looks live, and a run creates and deletes records; use a test key, or pass both --allow-live-key and --yes"
)
MISTAKES = {
    "no provider": (["http://x", *TOKEN], "--provider: is missing; name one of spoonity, vexutopia"),
    "an unknown provider": (
        ["http://x", *TOKEN, "--provider", "acme"],
        "--provider: unknown provider 'acme'; name one of spoonity, vexutopia",
    ),
    "no key": (["http://x", "--provider", "vexutopia"], "--token: is missing; give a key, or set MOCKSERVER_TOKEN"),
    "no URL": (["localhost", *VEXUTOPIA], "URL: 'localhost' is not a URL; write one like http://127.0.0.1:4010"),
    "a query in the URL": (["http://x?a=b", *VEXUTOPIA], "URL: 'http://x?a=b' has more than a path; write http://127.0.0.1:4010"),
    "a password in the URL": (
        ["http://me:secret@x", *VEXUTOPIA],
        "URL: has a credential in it, which would be printed; give it with --token",
    ),
    "no rate": (["http://x", *VEXUTOPIA, "--rate", "fast"], "--rate: 'fast' is not a number from 0 up"),
    "no time": (["http://x", *VEXUTOPIA, "--timeout", "0"], "--timeout: a reply takes longer than 0 s"),
    "a file that cannot be": (
        ["http://x", *VEXUTOPIA, "--json", "/nowhere/report.json"],
        "--json: /nowhere/report.json cannot be written: No such file or directory",
    ),
    "no baseline": (
        ["http://x", *VEXUTOPIA, "--baseline", "/nowhere/report.json"],
        "/nowhere/report.json: cannot be read: No such file or directory",
    ),
    "a live key": (["http://x", "--provider", "vexutopia", "--token", "vex_live_0123456789"], LOOKS_LIVE),
    "a live key with blanks around it": (
        ["http://x", "--provider", "vexutopia", "--token", "\tvex_live_0123456789\n"],
        LOOKS_LIVE,
    ),
    "a key that says live in its middle": (["http://x", "--provider", "spoonity", "--token", "sk_live_0123"], LOOKS_LIVE),
    "a key that says prod at its end": (["http://x", "--provider", "spoonity", "--token", "0123-PROD"], LOOKS_LIVE),
    "a key at the address of a service whose keys do not tell": (
        ["https://API.spoonity.com", "--provider", "spoonity", "--token", "0123456789"],
        "--token: a key of this service may be live, whatever it looks like, and a run creates and deletes records; "
        "use a test key, or pass both --allow-live-key and --yes",
    ),
    "a key with the word before it": (
        ["http://x", "--provider", "vexutopia", "--token", "Bearer vex_test_0123456789"],
        "--token: has blanks or strange characters in it; give the key alone, without Bearer",
    ),
    "a key that no header can have": (
        ["http://x", "--provider", "vexutopia", "--token", "vex_test_schlüssel"],
        "--token: has blanks or strange characters in it; give the key alone, without Bearer",
    ),
    "nothing but blanks": (
        ["http://x", "--provider", "vexutopia", "--token", " "],
        "--token: is missing; give a key, or set MOCKSERVER_TOKEN",
    ),
    "a live key, allowed by one word": (
        ["http://x", "--provider", "vexutopia", "--token", "vex_live_0123456789", "--allow-live-key"],
        "--token: the key looks live, and a run creates and deletes records; "
        "use a test key, or pass both --allow-live-key and --yes",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_wrong_usage_is_one_line_and_exit_code_2(
    mistake: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MOCKSERVER_TOKEN", raising=False)
    arguments, complaint = MISTAKES[mistake]

    assert main(["verify", *arguments]) == 2

    assert capsys.readouterr() == ("", f"mockserver: {complaint}\n")


def test_both_words_together_allow_a_live_key(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    live = ["--provider", "vexutopia", "--token", "vex_live_0123456789", "--allow-live-key", "--yes"]

    assert main(["verify", url, *live]) == 0

    assert "what it makes could not be deleted, and the key is a live one" in capsys.readouterr().out


def test_without_httpx_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("mockserver.cli.verify.find_spec", lambda _name: None)

    assert main(["verify", "http://x", *VEXUTOPIA]) == 2

    assert capsys.readouterr().err == "mockserver: verify needs httpx; install mockserver[verify]\n"


def _shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, env=os.environ | environment, timeout=60, check=False
    )


def test_checks_that_cannot_fail_are_not_run() -> None:
    done = _shell("-O", "-m", "mockserver", "verify", "http://127.0.0.1:1", *VEXUTOPIA)

    assert done.returncode == 2
    assert done.stderr == b"mockserver: checks need assertions, and Python runs without them; run it without -O\n"


def test_the_key_may_come_from_the_environment(url: str) -> None:
    done = _shell(
        "-m", "mockserver", "verify", url, "--read-only", MOCKSERVER_PROVIDER="vexutopia", MOCKSERVER_TOKEN=KEYS["vexutopia"]
    )

    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.slow
def test_a_terminal_of_few_letters_gets_all_that_a_service_says() -> None:
    error = '{"error": {"code": "ﬀ", "message": "多"}}'
    with listening(plain("500 Internal Server Error", error, "Content-Type: application/json")) as url:
        done = _shell("-m", "mockserver", "verify", url, *VEXUTOPIA, PYTHONIOENCODING="ascii")

    assert done.returncode == 1
    assert done.stderr == b""
    assert b'reply     500 {"error": {"code": "\\ufb00", "message": "\\u591a"}}' in done.stdout


@pytest.mark.slow
def test_nobody_who_stops_reading_stops_the_clean_up(make_app: MakeApp) -> None:
    app, provider = make_app(clock="step", assume=QUICK), BY_NAME["vexutopia"]
    before = records(app, provider).keys()
    with running_server(app) as address:
        command = [sys.executable, "-m", "mockserver", "verify", address.url, *VEXUTOPIA]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.stdout.close()
            code = process.wait(timeout=60)

    assert code == 0
    assert {each for each in records(app, provider).keys() - before if each.startswith("cus_")} == set()


def test_behaviours_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["behaviours"]) == 0

    blocks = capsys.readouterr().out.rstrip("\n").split("\n\n")
    names = [name for provider in PROVIDERS for name in provider.catalogue().names()]
    assert [block.splitlines()[0] for block in blocks] == names
    assert "\n".join(blocks).count("  Not checked: ") == sum(len(provider.catalogue().unchecked) for provider in PROVIDERS)


def test_behaviours_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["behaviours", "--json"]) == 0

    rows = json.loads(capsys.readouterr().out)
    first = PROVIDERS[0].catalogue().behaviours[0]
    assert rows[0] == {
        "name": first.name,
        "says": first.says,
        "source": first.source,
        "operation": first.operation,
        "only_with": {},
        "unchecked": None,
    }
    assert {row["operation"] is None for row in rows if row["unchecked"] is not None} == {True}
