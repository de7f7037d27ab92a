"""Format last requests, violations and the report."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mockserver.client.sandbox import SandboxRef
from mockserver.errors import MockServerError
from mockserver.exchange import Exchange
from mockserver.judge.check import Finding
from mockserver.judge.lines import counted, share
from mockserver.judge.redaction import Redaction
from mockserver.judge.rows import ExchangeRow, row
from mockserver.providers.provider import Provider
from mockserver.pytest_plugin.summary import Summary
from mockserver.state import Sandbox

if TYPE_CHECKING:
    from types import TracebackType

MAX_REQUESTS = 10
MAX_BODY = 500
MAX_TESTS = 5


def last_requests(sandbox: Sandbox, providers: Sequence[Provider]) -> Iterator[str]:
    """Yield the lines of the latest exchanges, without credentials."""
    exchanges = list(sandbox.journal)
    shown = exchanges[-MAX_REQUESTS:]
    if len(shown) < sandbox.journal.number:
        yield f"… {sandbox.journal.number - len(shown)} earlier requests are left out"
    redaction = Redaction(providers, exchanges)
    for exchange in shown:
        yield from _exchange_lines(exchange, redaction)


def failed_deliveries(sandbox: Sandbox) -> Iterator[str]:
    """Yield a line for each of the latest deliveries that failed."""
    for each in [each for each in sandbox.outbox.deliveries if each.status == "failed"][-MAX_REQUESTS:]:
        came = f"answered {each.answer}" if each.answer else each.error
        spoilt = f", sent as {each.how}" if each.how else ""
        yield f"{each.number}. {each.event.type} for {each.event.object}{spoilt}: {came}"


def violation_lines(findings: Sequence[Finding], sandbox_ref: SandboxRef) -> Iterator[str]:
    """Yield the lines of violations, each with its first exchange."""
    exchanges = list(sandbox_ref.sandbox.journal)
    redaction = Redaction(list(sandbox_ref.mock.pipeline.providers.values()), exchanges)
    for finding in findings:
        yield f"{finding.rule}: {finding.about}, {finding.place}: {finding.detail}"
        if finding.contract:
            yield f"  contract: {finding.contract}"
        for exchange in exchanges:
            if exchange.number == finding.exchanges[0]:
                yield from (f"  {line}" for line in _exchange_lines(exchange, redaction))
    yield ""
    yield "to allow this: `with account.allow_violations():`, or `@pytest.mark.mockserver(ignore=[…])` or `strict=False`"


def shorten(raised: pytest.ExceptionInfo[BaseException]) -> None:
    """Cut our own lines from the traceback of our errors."""
    if not isinstance(raised.value, MockServerError):
        return
    entry: TracebackType | None = raised.tb
    last = raised.tb
    while entry is not None:
        if entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in ("mockserver", "contextlib"):
            last = entry
        entry = entry.tb_next
    last.tb_next = raised.value.__cause__ = None
    raised.value.__suppress_context__ = True


def summary_lines(summary: Summary) -> Iterator[str]:
    """Yield the lines of the report on all tests."""
    yield f"{counted(summary.tests, 'test')} sent {counted(summary.requests, 'request')}"
    for title, groups in (("violations of the contract", summary.violations), ("conduct", summary.conduct)):
        if groups:
            yield from ("", f"{title}:")
        for group in groups:
            yield f"  {group.severity} {group.rule}: {group.about}, {group.place}: {group.detail}"
            yield f"    {group.says}"
            yield f"    {_tests(group.tests)}"
    if summary.assumptions:
        yield from ("", "assumptions that tests used:")
    for choice, nodes in summary.assumptions.items():
        yield f"  {choice}: {_tests(nodes)}"
    for covered in summary.coverage:
        yield from ("", share(covered.title, covered.exercised, covered.of, covered.percent, "documented behaviours"))
    if summary.flipped:
        yield from _flip_lines(summary)


def _flip_lines(summary: Summary) -> Iterator[str]:
    yield ""
    ran = f"{counted(summary.flipped, 'rerun')} under another choice"
    yield f"{ran}: no test depends on one" if not summary.flips else f"{ran}; these tests depend on an undocumented choice:"
    for flip in summary.flips:
        yield f"  {flip.test}"
        yield f"    passes with {flip.key}={flip.choice}, fails with {flip.key}={flip.other}"
        yield f"    {flip.question}"
        yield f"    evidence: {flip.evidence}"
        yield f"    {flip.error}"
    if summary.unrepeatable:
        yield f"tests that fail whenever they run a second time, so not judged: {_tests(summary.unrepeatable)}"


def _exchange_lines(exchange: Exchange, redaction: Redaction) -> Iterator[str]:
    shown = row(exchange, redaction)
    query = f"?{shown.request.query}" if shown.request.query else ""
    yield f"{shown.number}. {shown.request.method} {shown.request.path}{query}"
    if shown.request.body is not None:
        yield f"   sent: {_body(shown.request.body)}"
    yield f"   answered {shown.reply.status or 'nothing'}{_notes(shown)}"
    if shown.reply.body is not None:
        yield f"   {_body(shown.reply.body)}"


def _notes(shown: ExchangeRow) -> str:
    notes = [f"fault {each}" for each in shown.faults]
    notes += [f"violation {each.place}.{each.name}: {each.detail}" for each in shown.violations]
    notes += [f"assumed {key}={choice}" for key, choice in shown.assumed.items()]
    return "".join(f" · {note}" for note in notes)


def _body(body: Any) -> str:
    text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    return text if len(text) <= MAX_BODY else f"{text[:MAX_BODY]}…"


def _tests(nodes: Sequence[str]) -> str:
    more = f", and {len(nodes) - MAX_TESTS} more" if len(nodes) > MAX_TESTS else ""
    return f"{', '.join(nodes[:MAX_TESTS])}{more}"
