"""`mockserver verify`: check a service against its documentation."""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mockserver.cli import say
from mockserver.cli.options import PROVIDER, Text, base_url, command, number, option, played_providers, switch
from mockserver.errors import ConfigurationError

if TYPE_CHECKING:
    from mockserver.verify.outcome import VerifyReport
    from mockserver.verify.run import VerifyOptions

FINE, FOUND = 0, 1


@command(
    "verify",
    click.argument("url", metavar="URL", type=Text(base_url)),
    PROVIDER,
    option("--token", "T", "API key. Prefer MOCKSERVER_TOKEN: other users can see command lines."),
    switch("--read-only", "Send no write requests; skip the checks that need them."),
    option("--rate", "N", "Maximum requests per second; 0 for no limit.", number, show_default="5; no limit on loopback"),
    option("--timeout", "S", "Seconds to wait for a response.", number, default=10),
    switch("--allow-live-key", "Use a key that looks live; needs --yes as well."),
    switch("--yes", "Confirm that records may be created in the live account."),
    option("--json", "FILE", "Write the report as JSON.", Path),
    option("--junit", "FILE", "Write the report as JUnit XML.", Path),
    option("--markdown", "FILE", "Write the report as Markdown.", Path),
    option("--write-assumptions", "FILE", "Write the choices that the service follows, for serve --assumptions.", Path),
    option("--baseline", "FILE", "JSON report of an earlier run: show only what differs.", Path),
)
def verify(**given: Any) -> int:
    """Run the catalogue; return 1 if a behaviour or assumption is broken."""
    if find_spec("httpx") is None:
        raise ConfigurationError("verify needs httpx", hint="install mockserver[verify]")
    values = SimpleNamespace(**given)
    options = _options(values)
    from mockserver.verify import files

    paths = {name: path for name in files.FORMS if (path := getattr(values, name)) is not None}
    return _run(options, paths, values.baseline)


def _options(values: SimpleNamespace) -> "VerifyOptions":
    from mockserver.verify.run import VerifyOptions

    if "@" in urlsplit(values.url).netloc:
        raise ConfigurationError("has a credential in it, which would be printed", where="URL", hint="give it with --token")
    token = _token(values.token)
    if not values.timeout:
        raise ConfigurationError("a reply takes longer than 0 s", where="--timeout")
    return VerifyOptions(
        provider=played_providers([values.provider])[0],
        url=values.url,
        token=token,
        rate=values.rate,
        timeout_s=values.timeout,
        read_only=values.read_only,
        allow_live=values.allow_live_key and values.yes,
    )


def _token(text: str | None) -> str:
    """Return the key without surrounding whitespace; a header holds printable ASCII only."""
    token = (text or "").strip()
    if not token:
        raise ConfigurationError("is missing", where="--token", hint="give a key, or set MOCKSERVER_TOKEN")
    if not re.fullmatch("[!-~]+", token):
        hint = "give the key alone, without Bearer"
        raise ConfigurationError("has blanks or strange characters in it", where="--token", hint=hint)
    return token


def _run(options: "VerifyOptions", paths: Mapping[str, Path], baseline_file: Path | None) -> int:
    """Run the catalogue, print and write the report, return the exit code.

    Raises: MockServerError if the run must not or cannot begin.
    """
    from mockserver.verify import files
    from mockserver.verify.interruption import Abandoned, Interruption
    from mockserver.verify.lines import Progress
    from mockserver.verify.outcome import Baseline, only_changes
    from mockserver.verify.run import check_options, verify

    check_options(options)
    baseline = Baseline.read(baseline_file, options.provider.name) if baseline_file is not None else None
    files.check_writable(paths)
    interruption = Interruption()
    terminal = sys.stderr if sys.stderr.isatty() else None
    is_shown = baseline.differs if baseline is not None else lambda _result: True
    progress = Progress(say, terminal=terminal, announcement=_announcement(options), is_shown=is_shown)
    with interruption.listening():
        try:
            whole = verify(options, interruption=interruption, listener=progress)
        except Abandoned:
            say("mockserver: stopped before it began", to=sys.stderr)
            return FOUND
        progress.clear()
        whole = baseline.compare(whole) if baseline is not None else whole
        shown = only_changes(whole) if baseline is not None else whole
        _print_report(shown, was_compared=baseline is not None)
        _write(paths, whole, shown)
    return FINE if shown.is_clean else FOUND


def _announcement(options: "VerifyOptions") -> Iterator[str]:
    """Yield the lines that announce the run, and what it cannot undo."""
    if options.read_only:
        yield f"{options.provider.title} at {options.url}, read only."
        return
    yield f"{options.provider.title} at {options.url}. Records of this run have {options.marker} in their name and are deleted."
    for reason in options.provider.catalogue().cleanup.remains.values():
        yield f"Exception: {reason}."


def _print_report(report: "VerifyReport", *, was_compared: bool) -> None:
    from mockserver.conversion import one_line
    from mockserver.verify import lines

    if report.finding and not report.was_begun:
        say(f"mockserver: {one_line(report.finding)}", to=sys.stderr)
        return
    if report.assumptions:
        say("\n".join(["", *lines.assumptions_lines(report.assumptions)]))
    say("\n".join(["", *lines.leftover_lines(report.remains), *lines.summary_lines(report)]))
    if was_compared:
        say("Only differences from the baseline are shown and counted.")


def _write(paths: Mapping[str, Path], whole: "VerifyReport", shown: "VerifyReport") -> None:
    from mockserver.verify import files

    if whole.finding and "write_assumptions" in paths:
        say(f"mockserver: {paths['write_assumptions']} stays as it was, since the run ended early", to=sys.stderr)
        paths = {name: path for name, path in paths.items() if name != "write_assumptions"}
    files.write(paths, whole, shown)
