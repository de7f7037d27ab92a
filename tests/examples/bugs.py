"""The bugs of the example's other branch: what each is, where it stands, and the tests that have to find it."""

from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple


class Bug(NamedTuple):
    """A bug, as one or more places in which the two branches differ.

    Attributes:
        words: each place of this bug has one of them, and no place of another bug of the module has.
        found_by: names of tests, without their parameters.
        rules: of the violations and conduct that the verdict names.
        flip: the assumption on which a test depends.
    """

    says: str
    module: str
    words: tuple[str, ...]
    found_by: frozenset[str]
    rules: frozenset[str] = frozenset()
    flip: str = ""


def _bug(says: str, module: str, words: str, found_by: str, **verdict: str) -> Bug:
    rules = frozenset(verdict.get("rules", "").split())
    return Bug(says, module, tuple(words.split("|")), frozenset(found_by.split()), rules, verdict.get("flip", ""))


BUGS = (
    _bug(
        "page links are built by hand, and lose the filter",
        "loyalty.py",
        "number",
        "test_a_filter_holds_on_every_page",
        rules="hand-made-page-link",
    ),
    _bug(
        "a space in a filter is sent as `+`", "loyalty.py", '"%20"', "test_a_name_with_a_space_is_found", rules="unescaped-filter"
    ),
    _bug("an unknown field is sent", "loyalty.py", '"phone"', "test_a_new_member_is_stored", rules="undeclared"),
    _bug("a price is computed with a float", "payments.py", "float(self.price)", "test_a_price_is_sent_in_cents"),
    _bug(
        "a payment is repeated after a lost reply",
        "payments.py",
        "return self._pay(order)",
        "test_a_lost_reply_is_no_second_payment",
        rules="create-repeated-after-lost-reply",
    ),
    _bug(
        "the first row of a list is taken for the latest payment",
        "payments.py",
        "next(found, None)",
        "",
        flip="vexutopia.list-order",
    ),
    _bug(
        "a short page is taken for the last one",
        "payments.py",
        "== PAGE",
        "test_all_customers_are_read_though_pages_come_short",
        rules="short-page-taken-as-last",
    ),
    _bug(
        "`Retry-After` is ignored",
        "payments.py",
        "_sleep(1)",
        "test_we_come_back_when_we_were_told_to test_a_rate_limit_slows_us_down_and_loses_nothing",
        rules="ignored-retry-after",
    ),
    _bug(
        "members are retrieved one by one",
        "sync.py",
        "loyalty.member(",
        "test_many_members_are_read_page_by_page_and_not_one_by_one test_members_who_were_forgotten_long_ago_are_passed_over",
        rules="retrieve-per-item",
    ),
    _bug(
        "a forgotten member stays a customer",
        "sync.py",
        "customers.pop",
        "test_a_forgotten_member_is_forgotten_here_too test_both_ways_out_of_a_state_can_be_tried",
    ),
    _bug(
        "any signature is accepted",
        "receiver.py",
        "SIGNATURE",
        "test_what_is_not_signed_by_vexutopia_is_refused test_an_old_secret_opens_nothing",
        rules="accepted-bad-signature",
    ),
    _bug(
        "duplicate events are handled twice",
        "receiver.py",
        "_done.add",
        "test_an_event_that_comes_twice_is_acted_on_once",
        rules="duplicate-acted-on",
    ),
    _bug(
        "the last event received is taken for the latest",
        "receiver.py",
        "max(known",
        "test_events_may_come_in_the_wrong_order test_a_receiver_that_was_down_gets_its_events_later",
    ),
    _bug(
        "a third party is called, and the error is hidden",
        "__main__.py",
        "suppress|SESSION",
        "test_the_command_calls_spoonity_and_vexutopia_and_nobody_else",
    ),
)


class Place(NamedTuple):
    """Lines in which the branches differ: from where to where in the sound module, and what stands there in the buggy one."""

    start: int
    end: int
    buggy: list[str]
    text: str


def places(sound: Path, buggy: Path) -> list[Place]:
    """Return where two modules differ, from top to bottom."""
    old, new = (path.read_text(encoding="utf-8").splitlines(keepends=True) for path in (sound, buggy))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        Place(start, end, new[first:last], "".join(old[start:end] + new[first:last]))
        for step, start, end, first, last in steps
        if step != "equal"
    ]


def bugs_at(place: Place, module: str) -> list[Bug]:
    """Return the bugs to which the place belongs, which should be one."""
    return [bug for bug in BUGS if bug.module == module and any(word in place.text for word in bug.words)]


def with_bug(sound: Path, buggy: Path, bug: Bug) -> str:
    """Return the sound module with this one bug in it."""
    lines = sound.read_text(encoding="utf-8").splitlines(keepends=True)
    for place in reversed(places(sound, buggy)):
        if bug in bugs_at(place, bug.module):
            lines[place.start : place.end] = place.buggy
    return "".join(lines)
