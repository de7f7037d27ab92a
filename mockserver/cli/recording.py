"""The commands that judge recorded traffic: `mockserver check` and `mockserver coverage`."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import say
from mockserver.cli.options import AS_JSON, PROVIDER, as_json, base_url, command, number, option, played_providers

if TYPE_CHECKING:
    from mockserver.contract import Contract
    from mockserver.judge.recordings.exchanges import Traffic
    from mockserver.providers import Provider

RECORDING = (
    click.argument("traffic", metavar="TRAFFIC.har", type=click.Path(path_type=Path)),
    PROVIDER,
    option("--url", "URL", "Additional base URL of the provider's API; repeatable.", base_url, multiple=True),
    AS_JSON,
)


@command("check", *RECORDING, option("--ignore", "RULE", "Leave out the rule of this id; repeatable.", multiple=True))
def check(traffic: Path, provider: str | None, url: Sequence[str], json: bool, ignore: Sequence[str]) -> int:
    """Print violations and mistakes in conduct; return 1 if there are any."""
    from mockserver.judge import lines
    from mockserver.judge.check import check
    from mockserver.judge.conduct import rules_for_recordings
    from mockserver.judge.rules import RULES, without

    owner, contract, recorded = _read(traffic, provider, url)
    rules = without((*RULES, *rules_for_recordings(owner)), ignore)
    verdict = check(recorded.exchanges, contract, owner, rules=rules)
    _report(owner, recorded, verdict, lines.of_verdict(verdict, owner.title), json=json)
    return 0 if verdict.is_clean else 1


def _percent(text: str | float) -> float:
    value = number(text)
    if value > 100:
        raise ValueError(f"{text!r} is more than 100 percent")
    return value


@command("coverage", *RECORDING, option("--min", "PERCENT", "Fail if fewer behaviours were exercised.", _percent, default=0))
def coverage(traffic: Path, provider: str | None, url: Sequence[str], json: bool, **options: Any) -> int:
    """Print the exercised behaviours; return 1 below the minimum."""
    from mockserver.judge import lines
    from mockserver.judge.coverage import coverage

    owner, _, recorded = _read(traffic, provider, url)
    covered = coverage(recorded.exchanges, owner.catalogue())
    _report(owner, recorded, covered, lines.of_coverage(covered, owner.title), json=json)
    if covered.reaches(minimum := options["min"]):
        return 0
    more = lines.counted(covered.needed(minimum), "behaviour")
    say(f"mockserver: {covered.percent:g} % is below the minimum of {minimum:g} %, by {more}", to=sys.stderr)
    return 1


def _read(path: Path, provider: str | None, urls: Sequence[str]) -> "tuple[Provider, Contract, Traffic]":
    from mockserver.contract import Contract
    from mockserver.judge.recordings.exchanges import traffic_of
    from mockserver.judge.recordings.har import Recording

    (owner,) = played_providers([provider])
    contract = Contract.load(owner.contract_file)
    return owner, contract, traffic_of(Recording.read(path), contract, owner, urls)


def _report(provider: "Provider", traffic: "Traffic", judged: Any, told: Iterable[str], *, json: bool) -> None:
    """Print the verdict and its recording."""
    import msgspec

    from mockserver.judge import lines

    if json:
        recording = {"entries": traffic.entries, "addresses": traffic.addresses, "left_out": traffic.left_out}
        say(as_json({"provider": provider.name, "recording": recording, **msgspec.to_builtins(judged)}))
    else:
        say("\n".join([*told, "", *lines.of_traffic(traffic)]))
