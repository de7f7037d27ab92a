"""What may be said on the command line and in the environment, and how what is wrong is answered."""

import re
import subprocess
import sys
from pathlib import Path
from shlex import split
from typing import Any

import click
import pytest

from mockserver import __version__
from mockserver.app import option_of
from mockserver.cli import COMMANDS, main
from mockserver.cli.options import Whole
from mockserver.cli.serve import serve
from mockserver.errors import ConfigurationError
from mockserver.mock import scenarios
from mockserver.providers import PROVIDERS
from tests.cli.serving import values
from tests.conftest import NOW
from tests.tools import ROOT

SAMPLES: dict[str, tuple[str, Any]] = {
    "--host": ("::1", "::1"),
    "--port": ("0", 0),
    "--provider": ("vexutopia", ("vexutopia",)),
    "--fixture": ("mine.yaml", ("mine.yaml",)),
    "--state": ("state.json", Path("state.json")),
    "--seed": ("7", 7),
    "--clock": ("step", "step"),
    "--now": ("2026-02-02T13:48:05.683Z", NOW),
    "--assume": ("a.b=c", (("a.b", "c"),)),
    "--assumptions": ("assumptions.yaml", Path("assumptions.yaml")),
    "--latency": ("1.5", 1.5),
    "--webhook": ("http://localhost:9000/hook?x=1", "http://localhost:9000/hook?x=1"),
    "--webhook-secret": ("whsec_x", "whsec_x"),
    "--public-url": ("https://mock.example/base/", "https://mock.example/base"),
    "--watch": ("", True),
    "--allow-host": ("Mock.Example", ("mock.example",)),
    "--allow-origin": ("http://localhost:3000", ("http://localhost:3000",)),
    "--allow-webhook-host": ("hooks.example", ("hooks.example",)),
    "--max-body": ("10", 10),
    "--max-sandboxes": ("3", 3),
    "--journal-limit": ("0", 0),
    "--check-replies": ("", True),
    "--log-level": ("error", "error"),
}
"""Flag → a text that may be given, and what it means."""


@pytest.fixture(autouse=True)
def nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a test in which the mock starts although something is wrong; else it would wait for ever."""

    def fail(*_arguments: object, **_settings: object) -> None:
        pytest.fail("the mock started")

    monkeypatch.setattr("mockserver.http.server.HttpServer.run", fail)


@pytest.mark.parametrize(("flag", "name"), [("--seed", "seed"), ("--journal-limit", "journal_limit"), ("--max-body", "max_body")])
def test_range_is_that_of_create_app(flag: str, name: str) -> None:
    kind = next(option.type for option in serve.params if option.opts[0] == flag)
    assert isinstance(kind, Whole)
    for edge, past in ((kind.min, -1), (kind.max, 1)):
        assert edge is not None
        given = int(edge)
        assert getattr(values(flag, str(given)), name) == option_of(name, given) == given
        with pytest.raises(ConfigurationError, match=f"^{name}: must be an integer from"):
            option_of(name, given + past)


def test_every_option_has_a_sample() -> None:
    assert list(SAMPLES) == [option.opts[0] for option in serve.params]


@pytest.mark.parametrize("flag", SAMPLES)
def test_option_means_the_same_as_flag_and_as_variable(flag: str) -> None:
    text, meaning = SAMPLES[flag]
    name = flag[2:].replace("-", "_")
    variable = f"MOCKSERVER_{name.upper()}"

    assert getattr(values(flag, *([text] if text else [])), name) == meaning
    assert getattr(values(environment={variable: text or "1"}), name) == meaning
    assert getattr(values(environment={variable: ""}), name) == getattr(values(), name) != meaning


def test_repeated_options_are_separated_by_commas_in_a_variable() -> None:
    assert values("--fixture", "a", "--fixture", "b,c").fixture == ("a", "b,c")
    assert values(environment={"MOCKSERVER_FIXTURE": "a, b,"}).fixture == ("a", "b")


def test_flags_win_over_variables() -> None:
    environment = {"MOCKSERVER_PORT": "1", "MOCKSERVER_ASSUME": "a=1,b=2", "MOCKSERVER_WATCH": "yes"}
    given = values("--port", "2", "--assume", "c=3", "--no-watch", environment=environment)

    assert (given.port, given.assume, given.watch) == (2, (("c", "3"),), False)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("serve --port 65536", "--port: '65536' is not a whole number from 0 to 65535"),
        ("serve --port 1_0", "--port: '1_0' is not a whole number from 0 to 65535"),
        ("serve --latency -1", "--latency: '-1' is not a number from 0 up"),
        ("serve --latency nan", "--latency: 'nan' is not a number from 0 up"),
        ("serve --clock fast", "--clock: 'fast' is not one of 'real', 'frozen', 'step'"),
        ("serve --now soon", "--now: 'soon' is not a timestamp; write one like 2026-02-02T13:48:05.683Z"),
        ("serve --assume x", "--assume: 'x' is not a pair; write KEY=CHOICE"),
        ("serve --public-url mock", "--public-url: 'mock' is not a URL; write one like http://127.0.0.1:4010"),
        ("serve --public-url http://a/?b", "--public-url: 'http://a/?b' has more than a path; write http://127.0.0.1:4010"),
        ("serve --allow-host http://x", "--allow-host: give a host, not a URL, got 'http://x'"),
        ("serve --allow-webhook-host x/", "--allow-webhook-host: give a host, not a URL, got 'x/'"),
        ("serve --allow-origin x", "--allow-origin: 'x' is not a URL; write one like http://127.0.0.1:4010"),
        (
            "serve --allow-origin http://x/a",
            "--allow-origin: 'http://x/a' has a path; give an origin such as http://127.0.0.1:3000",
        ),
        ("serve --fixture nope", f"unknown fixture 'nope'; use a file, or one of: {', '.join(scenarios(PROVIDERS))}"),
        ("serve --assume x.y=z", "--assume: unknown assumption 'x.y'; `mockserver assumptions` lists them"),
        ("serve --assume spoonity.create-status=202", "--assume: spoonity.create-status has no choice '202'; choose 200 or 201"),
        ("serve --assumptions nope.yaml", "nope.yaml: cannot be read: No such file or directory"),
        ("serve --webhook http://localhost/", "serve: --webhook and --webhook-secret go together; add --webhook-secret"),
        ("serve --webhook-secret x", "serve: --webhook and --webhook-secret go together; add --webhook"),
        (
            "serve --webhook http://hooks.example/ --webhook-secret x",
            "--webhook: hooks.example is not this machine, so no webhooks go there; "
            "allow it with --allow-webhook-host hooks.example",
        ),
        (
            "serve --state nope/state.json",
            "nope/state.json: cannot be written: No such file or directory; name a file in a folder that can be written to",
        ),
        ("serve --state state.txt", "state.txt: is neither JSON nor YAML; end it in .json or .yaml or .yml"),
        ("serve --host 192.0.2.1", "192.0.2.1:4010: this machine has no such address; choose another with --host"),
        ("wait 127.0.0.1:4010", "URL: '127.0.0.1:4010' is not a URL; write one like http://127.0.0.1:4010"),
        ("wait http://localhost:x", "URL: 'http://localhost:x' is not a URL; write one like http://127.0.0.1:4010"),
        ("wait http://localhost --timeout x", "--timeout: 'x' is not a number from 0 up"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_place_and_remedy(
    arguments: str, complaint: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(split(arguments)) == 2
    assert capsys.readouterr() == ("", f"mockserver: {complaint}\n")


def test_variable_that_is_wrong_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_CHECK_REPLIES", "maybe")

    assert main(["serve"]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(r"mockserver: MOCKSERVER_CHECK_REPLIES: 'maybe' is not a valid boolean.*\n", said)


@pytest.mark.parametrize("option", ["--fixture", "--assumptions", "--state"])
def test_broken_yaml_is_named_with_its_line(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("a: 1\nb: [", encoding="utf-8")

    assert main(["serve", option, str(broken)]) == 2
    assert re.fullmatch(rf"mockserver: {broken}, line \d: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize("content", ["- spoonity.create-status", "spoonity.create-status: 202", "spoonity.nothing: 1"])
def test_assumptions_that_do_not_fit_name_their_file(content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "assumptions.yaml"
    file.write_text(content, encoding="utf-8")

    assert main(["serve", "--assumptions", str(file)]) == 2
    assert re.fullmatch(rf"mockserver: {file}: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize("arguments", ["serve --prot 1", "nothing", "serve extra", "serve --port", "serve --por 1", "wait"])
def test_wrong_usage_is_one_line_that_names_the_help(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(split(arguments)) == 2
    assert re.fullmatch(r"mockserver.*: .*; see `mockserver( \w+)? --help`\n", capsys.readouterr().err)


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr().out
    assert [command for command in COMMANDS if command not in shown] == []


def test_help_names_every_option_and_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--help"]) == 0

    shown = " ".join(capsys.readouterr().out.split())
    assert [option.opts[0] for option in serve.params if option.opts[0] not in shown] == []
    assert "0 finds a free one. [default: 4010;" in shown
    assert "MOCKSERVER_ALLOW_HOST" in shown


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mockserver {__version__}\n"


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_load_nothing_that_takes_time(flag: str) -> None:
    program = (
        "import sys\nfrom mockserver.cli import main\n"
        "try:\n    main([sys.argv[1]])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'msgspec', 'asyncio', 'logging', 'yaml', 'uvicorn', 'http'} & sys.modules.keys()))"
    )
    folders = [str(ROOT), str(Path(click.__file__).parents[1])]
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {folders!r}\n{program}", flag]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1] == "[]"
