"""Writes what a run of all mutants found: build/mutants.md."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.mutation.explanation import REASONS, Explanation
from tests.mutation.left_out import RULES

COMMAND = "python -m tests.mutation"

HEAD = """\
# Mutants

Can the mock be broken without the catalogue noticing? `make mutants` changes the code of the providers in one point at a
time, as somebody could by mistake, and runs the catalogue alone against it: every behaviour in a sandbox of its own, with
the default fixture, in an account without records, with a live key, under every other choice of every assumption, and all
of them one after the other in one account; then every observer. Replies are not compared with the contract. What nothing
notices is listed here with its reason. The run fails if a mutant survives unexplained, or if one that is explained does not.

{table}
Noticed by an observer alone means: no behaviour fails, since the documents leave the question open, but `verify` would say
that the service follows another choice, or none. A test that is named beside a survivor is about the same question.

## What is not changed

{rules}
"""


def page(outcomes: Mapping[str, str], explanations: Sequence[Explanation]) -> str:
    """Return the page.

    outcomes: name of the mutant → what notices it; empty if nothing does.
    """
    rules = "\n".join(f"- {rule.says[:1].upper()}{rule.says[1:]}." for rule in RULES)
    return HEAD.format(table=_table(outcomes), rules=rules) + "\n" + survivors(explanations)


def survivors(explanations: Sequence[Explanation]) -> str:
    """Return the part of the page that lists the survivors by reason."""
    parts = []
    for reason, heading in REASONS.items():
        chosen = [each for each in explanations if each.reason == reason]
        parts += [f"## {heading} ({sum(len(each.names) for each in chosen)})\n", *map(_paragraph, chosen)]
    return "\n".join(parts)


def _paragraph(explanation: Explanation) -> str:
    of = f"`{explanation.of}`: " if explanation.of else ""
    held = f" Beside the catalogue: `{explanation.tested_by}`." if explanation.tested_by else ""
    return f"{of}{explanation.why}{held}\n\n" + "".join(f"- {_place(name)}\n" for name in explanation.names)


def _place(name: str) -> str:
    place, _, change = name.partition(": ")
    module, _, function = place.partition(" ")
    return f"`{module}`, {function}: {change}"


def _table(outcomes: Mapping[str, str]) -> str:
    heads = ("module", "mutants", "noticed by a behaviour", "by an observer alone", "otherwise", "survivors")
    lines = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * 5}"]
    counts: dict[str, Counter[str]] = {}
    for name, noticed_by in outcomes.items():
        counts.setdefault(name.partition(" ")[0], Counter())[_kind(noticed_by)] += 1
    rows = [*counts.items(), ("all", sum(counts.values(), Counter[str]()))]
    lines += (f"| {module} | {' | '.join(str(each) for each in _cells(count))} |" for module, count in rows)
    return "".join(f"{line}\n" for line in lines)


def _cells(count: Counter[str]) -> Iterator[int]:
    yield count.total()
    yield from (count[kind] for kind in ("behaviour", "observer", "otherwise", ""))


def _kind(noticed_by: str) -> str:
    word = noticed_by.partition(" ")[0]
    return word if word in ("behaviour", "observer", "") else "otherwise"
