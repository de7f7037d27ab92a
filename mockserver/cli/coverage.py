"""`mockserver coverage`: says which documented behaviours recorded traffic has exercised, and which never."""

import sys
from argparse import ArgumentParser, Namespace

from mockserver.cli import options, recording
from mockserver.cli.options import Option, number
from mockserver.cli.terminal import say


def _percent(text: str) -> float:
    value = number(text)
    if value > 100:
        raise ValueError(f"{text!r} is more than 100 percent")
    return value


OWN_OPTIONS = (Option("--min", "PERCENT", "fail if fewer of the behaviours were exercised", _percent, 0.0),)


def declare(parser: ArgumentParser) -> None:
    """Have the parser take the file and the command's options."""
    recording.declare(parser, OWN_OPTIONS)


def run(given: Namespace) -> int:
    """Print what was exercised; 1 if that is less than the minimum."""
    from mockserver.judge import lines
    from mockserver.judge.coverage import coverage

    values = options.read(given, (*recording.OPTIONS, *OWN_OPTIONS))
    provider, _, traffic = recording.read(given, values)
    covered = coverage(traffic.exchanges, provider.catalogue())
    if values.json:
        say(recording.as_json(provider, traffic, covered))
    else:
        say("\n".join([*lines.of_coverage(covered, provider.title), "", *lines.of_traffic(traffic)]))
    if covered.reaches(values.min):
        return 0
    more = lines.counted(covered.needed(values.min), "behaviour")
    say(f"mockserver: {covered.percent:g} % is below the minimum of {values.min:g} %, by {more}", to=sys.stderr)
    return 1
