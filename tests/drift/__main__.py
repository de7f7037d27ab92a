"""Runs the catalogue against every service that has drifted, and writes the results to build/drift.md.

The exit code is 1 if the catalogue does not notice one of them.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mockserver.providers import PROVIDERS
from tests.drift import MUTATIONS
from tests.drift.meddling import Mutation
from tests.drift.trial import is_noticed
from tests.house.generate import table

PAGE = Path(__file__).resolve().parents[2] / "build" / "drift.md"

HEAD = """\
# Drift

Would the catalogue notice if the real service differed from the documents? `make drift` puts a service between the checks
and the mock that differs in one point at a time, {count} in all, and runs the behaviour that is about this point. That
behaviour must fail.
"""


def main() -> int:
    """Run all mutations, write the page, and return the exit code."""
    unnoticed = [each for provider in PROVIDERS for each in MUTATIONS[provider.name] if not is_noticed(provider, each)]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(MUTATIONS, unnoticed), encoding="utf-8")
    print("\n".join([*(f"nothing notices: {each.name}" for each in unnoticed), f"written to {PAGE}"]))
    return 1 if unnoticed else 0


def page(mutations: Mapping[str, Sequence[Mutation]], unnoticed: Sequence[Mutation]) -> str:
    """Return the page; `unnoticed` are the mutations on which the behaviour did not fail."""
    return "\n".join([HEAD.format(count=sum(map(len, mutations.values()))), *_sections(mutations, unnoticed)])


def _sections(mutations: Mapping[str, Sequence[Mutation]], unnoticed: Sequence[Mutation]) -> Iterator[str]:
    for provider in PROVIDERS:
        rows = [(each.name, f"{'not ' if each in unnoticed else ''}`{each.found_by}`") for each in mutations[provider.name]]
        yield f"## {provider.title}\n"
        yield table(("a service in which …", "is noticed by"), rows)


if __name__ == "__main__":
    sys.exit(main())
