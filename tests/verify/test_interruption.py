"""A run that is told to stop cleans up; one that is told twice says at once what is left."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, MutableMapping
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from mockserver.catalogue.client import Api
from mockserver.cli import main
from mockserver.contract import Contract
from mockserver.http.app import App
from mockserver.http.server import running_server
from mockserver.providers import PROVIDERS, Provider
from mockserver.state.ids import choose
from mockserver.verify.interruption import SIGNALS, Abandoned, Interrupted, Interruption
from mockserver.verify.outcome import Leftovers
from tests.conftest import BASE, MakeApp, make_app
from tests.verify.verifying import MARK, VEXUTOPIA, Between, Hurried, behaviour, create, key_of, provider_of, records, run

ROUNDS = 50
QUICK = {"vexutopia.payment-settlement": "at-once"}
"""Choices of a mock that nothing has to be waited for."""

GoOn = Callable[[], httpx.Response]


def _signalling(app: App, interruption: Interruption, at: Callable[[httpx.Request], bool], *, late: bool = True) -> Between:
    """Send a signal during the requests that are chosen, after or before the mock does its work."""

    def answer(request: httpx.Request, go_on: GoOn) -> httpx.Response:
        reply = go_on() if late else None
        if at(request):
            interruption.notice()
        return reply or go_on()

    return Between(app, answer)


def _is_creation(request: httpx.Request) -> bool:
    return request.method == "POST"


def test_a_creation_is_finished_noted_and_taken_back(app: App) -> None:
    before = records(app, VEXUTOPIA)
    interruption = Hurried()
    seen: list[str] = []

    def check(api: Api) -> None:
        seen.append(create(api))
        create(api)

    report = run(provider_of(behaviour(check)), _signalling(app, interruption, _is_creation), interruption=interruption)

    assert len(seen) == 1
    assert report.finding == "it was stopped"
    assert report.remains == Leftovers()
    assert records(app, VEXUTOPIA) == before


def test_what_was_not_checked_is_told(app: App) -> None:
    interruption = Hurried()
    checks = [behaviour(create, f"vexutopia.test.{number}") for number in range(3)]

    report = run(provider_of(*checks), _signalling(app, interruption, _is_creation), interruption=interruption)

    assert [(each.outcome, each.why) for each in report.behaviours] == [
        ("holds", ""),
        ("not checked", "the run ended before it"),
        ("not checked", "the run ended before it"),
    ]
    assert not report.is_clean


def test_a_second_signal_ends_the_clean_up_and_what_is_left_is_named(app: App) -> None:
    interruption = Hurried()
    seen: list[str] = []

    def check(api: Api) -> None:
        seen.extend([create(api), create(api)])
        interruption.notice()
        api.call("GET", "/v1/payments")

    is_deletion = _signalling(app, interruption, lambda request: request.method == "DELETE", late=False)
    report = run(provider_of(behaviour(check)), is_deletion, interruption=interruption)

    assert report.finding == "it was stopped twice, the second time during the cleanup"
    assert report.remains.left == {f"{BASE}/v1/customers/{each}": "it was not deleted" for each in reversed(seen)}
    assert set(seen) <= records(app, VEXUTOPIA).keys()


def test_a_creation_that_was_cut_off_by_a_second_signal_is_named(app: App) -> None:
    class Deaf(Hurried):
        def check(self, *, to_the_end: bool) -> None:  # noqa: ARG002 - deaf to the first signal
            super().check(to_the_end=True)

    interruption = Deaf()
    interruption.notice()

    report = run(
        provider_of(behaviour(create)), _signalling(app, interruption, _is_creation), interruption=interruption, marker=MARK
    )

    assert MARK in str(records(app, VEXUTOPIA))
    assert report.remains == Leftovers(
        unknown={f"POST {BASE}/v1/customers with {MARK}-002-check-001": "the run ended before the reply"}
    )


def test_signals_after_the_end_change_nothing() -> None:
    interruption = Interruption()
    interruption.close()

    interruption.notice()
    interruption.notice()
    interruption.check(to_the_end=False)


def test_signals_before_anything_was_sent_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_path: Path) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("mockserver.verify.run.Contract.load", load)

    assert main(["verify", "http://127.0.0.1:1", "--provider", "vexutopia", "--token", "vex_test_0123456789"]) == 1

    assert capsys.readouterr() == ("", "mockserver: stopped before it began\n")


def test_one_signal_before_anything_was_sent_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Contract.load

    def interrupted(path: Path) -> Contract:
        signal.raise_signal(signal.SIGTERM)
        return load(path)

    monkeypatch.setattr("mockserver.verify.run.Contract.load", interrupted)

    assert main(["verify", "http://127.0.0.1:1", "--provider", "vexutopia", "--token", "vex_test_0123456789"]) == 1

    assert capsys.readouterr() == ("", "mockserver: it was stopped\n")


def test_nothing_disturbs_the_telling_of_what_was_found(app: App) -> None:
    interruption = Hurried()

    run(provider_of(behaviour(create)), app, interruption=interruption)

    interruption.notice()
    interruption.notice()


def test_a_wait_ends_with_the_signal() -> None:
    interruption = Interruption()
    interruption.notice()

    with pytest.raises(Interrupted):
        interruption.wait(60, to_the_end=False)


def test_a_clean_up_is_waited_for_all_the_same() -> None:
    interruption = Interruption()
    interruption.notice()

    interruption.wait(0.01, to_the_end=True)
    with pytest.raises(Abandoned):
        interruption.notice()
    with pytest.raises(Abandoned):
        interruption.wait(60, to_the_end=True)


@pytest.mark.parametrize("number", SIGNALS)
def test_signals_are_listened_to_only_for_a_while(number: signal.Signals) -> None:
    interruption = Interruption()
    before = signal.getsignal(number)

    with interruption.listening():
        signal.raise_signal(number)
        with pytest.raises(Interrupted):
            interruption.check(to_the_end=False)

    assert signal.getsignal(number) is before


def test_outside_the_main_thread_there_is_nothing_to_listen_to() -> None:
    before = signal.getsignal(signal.SIGINT)
    during: list[object] = []

    def listen() -> None:
        with Interruption().listening():
            during.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()

    assert during == [before]


class Interrupting:
    """An application that sends signals to whom it answers.

    tell: sends the signal; None before there is anyone to send it to.
    at: number of a request → the moment within it, 0 to 2: before the work, before its answer is sent, and after that.
    """

    def __init__(self, app: ASGIApp, at: dict[int, int], tell: Callable[[], None] | None = None) -> None:
        self.tell = tell
        self.requests = 0
        self._app = app
        self._at = at

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.requests += 1
        moment = self._at.get(self.requests)
        answered: list[Any] = []

        async def keep(message: Any) -> None:
            answered.append(message)

        self._signal(moment == 0)
        await self._app(scope, receive, keep)
        self._signal(moment == 1)
        for message in answered:
            await send(message)
        self._signal(moment == 2)

    def _signal(self, is_due: bool) -> None:
        if is_due and self.tell is not None:
            self.tell()


Outcome = tuple[int, str, int]
"""Exit code, output and number of requests of a run that gets signals."""


def _in_a_process(app: App, provider: Provider, at: dict[int, int], number: signal.Signals) -> Outcome:
    """Interrupt the command as a shell runs it."""
    interrupting = Interrupting(app, at)
    with running_server(interrupting) as address:
        command = [sys.executable, "-m", "mockserver", "verify", address.url, "--provider", provider.name]
        environment = os.environ | {"MOCKSERVER_TOKEN": key_of(provider, app)}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        with subprocess.Popen(command, env=environment, **streams) as process:  # type: ignore[call-overload]
            interrupting.tell = partial(os.kill, process.pid, number)
            out, _ = process.communicate(timeout=120)
    return process.returncode, out, interrupting.requests


def _in_this_process(app: App, provider: Provider, at: dict[int, int], number: signal.Signals) -> Outcome:
    """Interrupt the command in this process, where it starts at once; a signal that comes too late is lost."""
    interrupting = Interrupting(app, at, partial(signal.pthread_kill, threading.main_thread().ident or 0, number))
    before = signal.signal(number, lambda *_: None)
    try:
        with running_server(interrupting) as address, StringIO() as out, redirect_stdout(out), redirect_stderr(out):
            code = main(["verify", address.url, "--provider", provider.name, "--token", key_of(provider, app)])
            return code, out.getvalue(), interrupting.requests
    finally:
        signal.signal(number, before)


def _is_named(identity: str, record: str, out: str) -> bool:
    """Return whether the record is named: by its id or, if the second signal cut its creation off, by what was sent."""
    marks = re.findall(r"mockserver-check[\w-]*", record)
    cut_off = out.partition("PERHAPS LEFT BEHIND")[2]
    return identity in out or (bool(cut_off) and all(mark in cut_off for mark in marks))


@pytest.fixture(scope="module")
def lengths() -> dict[str, int]:
    """Provider → how many requests a whole run sends."""
    found = {}
    for provider in PROVIDERS:
        between = Between(make_app(clock="step", assume=QUICK), lambda _request, go_on: go_on())
        run(provider, between)
        found[provider.name] = len(between.requests)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_an_interrupted_run_leaves_no_record_that_it_does_not_name(seed: int, lengths: dict[str, int], make_app: MakeApp) -> None:
    provider = PROVIDERS[seed % len(PROVIDERS)]
    app = make_app(clock="step", assume=QUICK)
    before = records(app, provider).keys()
    number = (signal.SIGINT, signal.SIGTERM)[choose(2, seed=seed, kind="signal", ordinal=0)]
    first = 1 + choose(lengths[provider.name], seed=seed, kind="request", ordinal=0)
    at = {first: choose(3, seed=seed, kind="moment", ordinal=0)}
    if choose(3, seed=seed, kind="twice", ordinal=0) == 0:
        at[first + 1 + choose(4, seed=seed, kind="request", ordinal=1)] = choose(3, seed=seed, kind="moment", ordinal=1)

    interrupted = _in_a_process if seed % 5 == 0 else _in_this_process
    code, out, requests = interrupted(app, provider, at, number)

    assert "Traceback" not in out
    assert first <= requests
    left = {identity: str(record) for identity, record in records(app, provider).items() if identity not in before}
    assert [identity for identity, record in left.items() if not _is_named(identity, record, out)] == [], out
    assert (code, "it was stopped" in out) in ((1, True), (0, False)), out


@pytest.mark.parametrize("provider", PROVIDERS, ids=[provider.name for provider in PROVIDERS])
@pytest.mark.parametrize("at", [{2: 0}, {2: 1}, {3: 0}, {2: 0, 3: 0}, {2: 1, 3: 1}, {3: 0, 4: 0}], ids=str)
def test_a_run_that_is_interrupted_in_its_first_check_names_what_it_left(
    provider: Provider, at: dict[int, int], make_app: MakeApp
) -> None:
    app = make_app(clock="step", assume=QUICK)
    before = records(app, provider).keys()

    code, out, _ = _in_this_process(app, provider, at, signal.SIGTERM)

    left = {identity: str(record) for identity, record in records(app, provider).items() if identity not in before}
    assert [identity for identity, record in left.items() if not _is_named(identity, record, out)] == [], out
    assert (code, "it was stopped" in out) == (1, True), out
