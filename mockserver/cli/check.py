"""`mockserver check`: compares recorded traffic, requests and replies, with what the documents allow."""

from argparse import ArgumentParser, Namespace

from mockserver.cli import options, recording
from mockserver.cli.terminal import say


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the file and the command's options."""
    recording.declare(parser)


def run(given: Namespace) -> int:
    """Print what was found; 1 if that is anybody's fault."""
    from mockserver.judge import lines
    from mockserver.judge.check import check

    values = options.read(given, recording.OPTIONS)
    provider, contract, traffic = recording.read(given, values)
    verdict = check(traffic.exchanges, contract, provider)
    if values.json:
        say(recording.as_json(provider, traffic, verdict))
    else:
        say("\n".join([*lines.of_verdict(verdict, provider.title), "", *lines.of_traffic(traffic)]))
    return 0 if verdict.is_clean else 1
