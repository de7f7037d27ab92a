"""`mockserver check`: compares recorded traffic with what the documents allow, and judges the conduct of the client."""

from argparse import ArgumentParser, Namespace

from mockserver.cli import options, recording
from mockserver.cli.options import Option
from mockserver.cli.terminal import say

OWN_OPTIONS = (Option("--ignore", "RULE", "leave out a rule, by its id; repeatable", str, (), repeated=True),)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the file and the command's options."""
    recording.declare(parser, OWN_OPTIONS)


def run(given: Namespace) -> int:
    """Print what was found; 1 if that is anybody's fault."""
    from mockserver.judge import lines
    from mockserver.judge.check import check
    from mockserver.judge.conduct import rules_for_recordings
    from mockserver.judge.rules import RULES, without

    values = options.read(given, (*recording.OPTIONS, *OWN_OPTIONS))
    provider, contract, traffic = recording.read(given, values)
    rules = without((*RULES, *rules_for_recordings(provider)), values.ignore)
    verdict = check(traffic.exchanges, contract, provider, rules=rules)
    if values.json:
        say(recording.as_json(provider, traffic, verdict))
    else:
        say("\n".join([*lines.of_verdict(verdict, provider.title), "", *lines.of_traffic(traffic)]))
    return 0 if verdict.is_clean else 1
