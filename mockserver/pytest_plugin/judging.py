"""What comes of a sandbox at its end: the verdict hears of it, and what is strict fails."""

from collections.abc import Collection, Iterator, Sequence

import pytest

from mockserver.client.sandbox_ref import SandboxRef
from mockserver.providers.provider import Provider
from mockserver.state import Sandbox

VERDICT = "mockserver-verdict"
"""The name of the plugin that gathers what tests did, if a verdict is asked for."""


def is_strict(config: pytest.Config) -> bool:
    """Return whether tests are strict that say nothing of it."""
    return bool(config.getoption("mock_strict") or config.getini("mock_strict"))


def complaints(
    config: pytest.Config, whose: str, seat: SandboxRef, *, strict: bool, ignore: Collection[str] = ()
) -> Sequence[str]:
    """Tell the verdict what happened in the sandbox; return the lines on what the contract forbids, if that shall fail.

    whose: the test that did it, as the verdict names it.
    """
    verdict = config.pluginmanager.get_plugin(VERDICT)
    if verdict is None and not strict:
        return ()
    from mockserver.pytest_plugin.judgement import judge
    from mockserver.pytest_plugin.text import broken_contract

    judgement = judge(seat, ignore=(*config.getini("mock_ignore"), *ignore))
    if verdict is not None:
        verdict.add(whose, judgement)
    if not (strict and judgement.violations):
        return ()
    return list(broken_contract(judgement.violations, seat.sandbox, providers_of(seat)))


def show(report: pytest.TestReport, name: str, sandbox: Sandbox, providers: Sequence[Provider]) -> None:
    """Add the sandbox's last requests, and the webhooks that were not taken, to the report of a test that failed."""
    from mockserver.pytest_plugin.text import failed_deliveries, last_requests

    parts = ("last requests", last_requests(sandbox, providers)), ("webhooks that failed", failed_deliveries(sandbox))
    for title, lines in parts:
        text = "\n".join(lines)
        if text:
            report.sections.append((f"mockserver: {title} of sandbox {name}", text))


def providers_of(seat: SandboxRef) -> Sequence[Provider]:
    """Return who is played where the sandbox is."""
    return list(seat.mock.pipeline.providers.values())


def leanings(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Go through assumptions and their choices, on each of which an answer or an event leaned."""
    for noted in (*sandbox.journal, *sandbox.outbox):
        yield from noted.assumed.items()
