"""`mockserver fixtures`: lists the scenarios that come with the mock."""

from argparse import ArgumentParser, Namespace

from mockserver.cli.terminal import say


def declare(_parser: ArgumentParser) -> None:
    """Take no options."""


def run(_given: Namespace) -> int:
    """Print each scenario's name and the comment that it begins with."""
    from mockserver.mock import fixture_path, scenarios

    names = scenarios()
    width = max(len(name) for name in names)
    for name in names:
        first = fixture_path(name).read_text(encoding="utf-8").partition("\n")[0]
        say(f"{name:{width}}  {first.removeprefix('#').strip() if first.startswith('#') else ''}".rstrip())
    return 0
