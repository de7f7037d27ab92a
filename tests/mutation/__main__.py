"""Runs the catalogue against every mutant of the providers' code, and compares what survives with what is explained.

Without a place, the results are written to build/mutants.md. The exit code is 1 if a mutant survives without an explanation,
or if an explanation has no survivor.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryDirectory

from tests.mutation.explained import EXPLANATIONS
from tests.mutation.explanation import ROOT, Explanation, faults
from tests.mutation.mutants import Mutant, all_mutants
from tests.mutation.page import COMMAND, page
from tests.mutation.trial import noticed_by, objections

PAGE = ROOT / "build" / "mutants.md"


def main(arguments: Sequence[str]) -> int:
    """Run the mutants whose names begin with the places given, all if none is, and return the exit code."""
    parser = ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("places", nargs="*", metavar="PLACE", help="what names begin with: `spoonity/listing.py _meets`")
    parser.add_argument("-v", "--verbose", action="store_true", help="say of each mutant what notices it")
    options = parser.parse_args(arguments)
    mutants = [each for each in all_mutants() if each.name.startswith(tuple(options.places) or "")]
    with TemporaryDirectory() as cache:
        os.environ["MOCKSERVER_CACHE_DIR"] = cache
        outcomes = dict(_outcomes(mutants, is_verbose=options.verbose))
    findings = [*faults(EXPLANATIONS, [each.name for each in all_mutants()]), *wrong(outcomes, EXPLANATIONS)]
    print("\n".join([*findings, f"{len(outcomes)} mutants, {sum(not each for each in outcomes.values())} survive"]))
    if not findings and not options.places:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(outcomes, EXPLANATIONS), encoding="utf-8")
        print(f"written to {PAGE}")
    return 1 if findings else 0


def wrong(outcomes: Mapping[str, str], explanations: Sequence[Explanation]) -> Iterator[str]:
    """Go through the survivors without an explanation and the explanations without a survivor.

    outcomes: name of the mutant → what notices it; empty if nothing does.
    """
    explained = {name for each in explanations for name in each.names}
    yield from (f"survives without an explanation: {name}" for name, by in outcomes.items() if not by and name not in explained)
    yield from (f"explained, but noticed by {by}: {name}" for name, by in outcomes.items() if by and name in explained)


def _outcomes(mutants: Sequence[Mutant], *, is_verbose: bool) -> Iterator[tuple[str, str]]:
    for provider in dict.fromkeys(each.provider for each in mutants):
        for objection in objections(provider):
            raise SystemExit(f"the code is wrong before anything is changed: {objection}")
    for mutant in mutants:
        noticed = noticed_by(mutant)
        if is_verbose:
            print(f"{noticed or 'nothing'} | {mutant.name}", flush=True)
        yield mutant.name, noticed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
