"""States, sandboxes and what keeps them apart."""

from collections.abc import Callable

import pytest

from mockserver.errors import BadNameError, ClockError, FixtureError, LimitError, TakenNameError, UnknownSandboxError
from mockserver.exchange import Unavailable
from mockserver.state import Limits, Sandbox, State, Task
from mockserver.state.clock import LATEST_MS, Clock
from mockserver.state.ids import DIGITS, IdForm, make_id
from mockserver.webhooks import Endpoint, Event
from tests.state.toys import RARE_TOYS, SHELLS, TOYS, Toy, sandbox, sandboxes, state

ENDPOINT = Endpoint("e", "http://127.0.0.1:9/", "secret")


def names(held: State) -> list[str]:
    return list(held.read(TOYS).all())


def contents(held: State) -> object:
    """Return all that a fork copies, as plain values."""
    kinds = [(kind.name, list(held.read(kind)), list(held.read(kind).deleted)) for kind in (TOYS, SHELLS)]
    tasks = [task.object for task in held.agenda]
    return held.seed, held.clock, dict(held.ordinals), dict(held.choices), held.endpoints, tasks, kinds


def add_toy(held: State) -> None:
    held.write(TOYS).add(Toy("new", 99, "red"))


def replace_toy(held: State) -> None:
    held.write(TOYS).replace(Toy("a", 1, "blue"))


def remove_toy(held: State) -> None:
    held.write(TOYS).remove("b")


def mark_toy(held: State) -> None:
    held.write(TOYS).mark_deleted("a")


def first_shell(held: State) -> None:
    held.write(SHELLS).add(Toy("s", 1))


def schedule(held: State) -> None:
    held.write_agenda().add(Task(1, "toys.wind", "new"))


def pop(held: State) -> None:
    held.write_agenda().pop()


def count(held: State) -> None:
    held.ordinals["toys.toys"] = 9


def choose(held: State) -> None:
    held.choices = {**held.choices, "toys.speed": "fast"}


def advance(held: State) -> None:
    held.clock = held.clock.advanced(5)


def connect(held: State) -> None:
    held.endpoints += (ENDPOINT,)


CHANGES: list[Callable[[State], None]] = [
    add_toy, replace_toy, remove_toy, mark_toy, first_shell, schedule, pop, count, choose, advance, connect,
]  # fmt: skip


def full_state() -> State:
    held = state(Toy("a", 1, "red"), Toy("b", 2, "red"), Toy("c", 2, "red"))
    held.write_agenda().add(Task(50_000, "toys.wind", "a"))
    held.ordinals["toys.toys"] = 3
    held.choices = {"toys.colour": "any"}
    held.endpoints = (ENDPOINT,)
    return held


# Forks


@pytest.mark.parametrize("change", CHANGES)
def test_a_fork_does_not_see_what_happens_to_its_origin(change: Callable[[State], None]) -> None:
    origin = full_state()
    twin = origin.fork()
    before = contents(origin)
    change(origin)
    assert contents(twin) == before
    assert contents(origin) != before


@pytest.mark.parametrize("change", CHANGES)
def test_an_origin_does_not_see_what_happens_to_its_fork(change: Callable[[State], None]) -> None:
    origin = full_state()
    twin = origin.fork()
    before = contents(origin)
    change(twin)
    assert contents(origin) == before
    assert contents(twin) != before


@pytest.mark.parametrize("change", CHANGES)
def test_a_fork_of_a_fork_is_apart_from_both(change: Callable[[State], None]) -> None:
    origin = full_state()
    child = origin.fork()
    add_toy(child)
    grandchild = child.fork()
    remove_toy(origin)
    before = contents(origin), contents(child)
    if change is add_toy:
        remove_toy(grandchild)
    change(grandchild)
    schedule(grandchild)
    assert (contents(origin), contents(child)) == before


def test_a_fork_copies_no_records_before_one_is_changed() -> None:
    origin = full_state()
    twin = origin.fork()
    assert twin.read(TOYS) is origin.read(TOYS)
    assert twin.agenda is origin.agenda
    shared = twin.read(TOYS)
    assert twin.write(TOYS) is not shared
    assert twin.write(TOYS) is twin.write(TOYS)
    assert origin.read(TOYS) is shared


def test_a_state_counts_records_and_what_is_left_of_deleted_ones() -> None:
    held = full_state()
    assert held.count() == 3
    remove_toy(held)
    first_shell(held)
    mark_toy(held)
    assert held.count() == 2 + 2 + 1


# Records


def test_a_sandbox_keeps_what_it_is_given() -> None:
    box = sandbox(state(Toy("a", 1)))
    box.add(TOYS, Toy("b", 2))
    box.replace(TOYS, Toy("a", 1, "red"))
    assert list(box.records(TOYS)) == [Toy("a", 1, "red"), Toy("b", 2)]
    box.remove(TOYS, "a")
    box.mark_deleted(TOYS, "b")
    assert names(box.state) == ["b"]
    assert list(box.records(TOYS).deleted) == ["a", "b"]


def test_a_full_sandbox_takes_no_more_records() -> None:
    box = sandbox(state(Toy("a", 1)), records=2)
    box.add(TOYS, Toy("b", 2))
    with pytest.raises(Unavailable, match=r"^sandbox default holds 2 records, deleted ones counted; POST /_mock/reset"):
        box.add(TOYS, Toy("c", 3))
    assert names(box.state) == ["a", "b"]
    box.remove(TOYS, "b")
    with pytest.raises(Unavailable):
        box.add(SHELLS, Toy("c", 3))
    box.reset()
    box.add(TOYS, Toy("c", 3))


# Ids


def test_ids_follow_from_seed_series_and_ordinal() -> None:
    box = sandbox()
    made = [box.new_id(TOYS), box.new_id(TOYS), box.next_in("toys.events", IdForm("evt_", DIGITS, 4))]
    assert made == [
        make_id(TOYS.form, seed=1, kind="toys.toys", ordinal=0),
        make_id(TOYS.form, seed=1, kind="toys.toys", ordinal=1),
        make_id(IdForm("evt_", DIGITS, 4), seed=1, kind="toys.events", ordinal=0),
    ]
    assert box.state.ordinals == {"toys.toys": 2, "toys.events": 1}


def test_a_new_id_is_none_that_a_record_has_or_had() -> None:
    taken = [make_id(TOYS.form, seed=1, kind="toys.toys", ordinal=ordinal) for ordinal in range(4)]
    origin = state(Toy(taken[0], 1), Toy(taken[1], 1))
    origin.write(TOYS).remove(taken[1])
    origin.write(RARE_TOYS).add(Toy(taken[2], 1))
    assert sandbox(origin).new_id(TOYS, RARE_TOYS) == taken[3]
    assert sandbox(origin).new_id(TOYS) == taken[2]


def test_ids_do_not_depend_on_the_sandboxs_name() -> None:
    boxes = sandboxes()
    assert boxes.get("a").new_id(TOYS) == boxes.get("b").new_id(TOYS)


def test_ids_go_back_with_the_state() -> None:
    box = sandbox()
    box.snapshot("before")
    first = box.new_id(TOYS)
    box.restore("before")
    assert box.new_id(TOYS) == first
    box.reset()
    assert box.new_id(TOYS) == first


# Time and due work


def winding(box: Sandbox, task: Task) -> None:
    """Note the time and the toy that is wound, and wind it again if its payload says so."""
    box.add(TOYS, Toy(f"{task.object}@{box.now}", box.now))
    if "again" in task.payload:
        box.schedule(Task(box.now + task.payload["again"], "toys.wind", task.object))


def test_due_work_is_done_in_order_each_at_its_own_time() -> None:
    box = sandbox(worker=winding)
    for due, toy in ((12_000, "b"), (11_000, "a"), (12_000, "c"), (90_000, "d")):
        box.schedule(Task(due, "toys.wind", toy))
    box.run_due()
    assert names(box.state) == []
    box.advance(5_000)
    assert names(box.state) == ["a@11000", "b@12000", "c@12000"]
    assert box.now == 15_000


def test_work_that_makes_more_work_is_done_in_time() -> None:
    box = sandbox(worker=winding)
    box.schedule(Task(11_000, "toys.wind", "a", {"again": 500}))
    box.schedule(Task(11_200, "toys.wind", "b"))
    box.advance(5_000)
    assert names(box.state) == ["a@11000", "b@11200", "a@11500"]


def test_due_work_is_done_before_an_exchange_and_time_stands_during_it() -> None:
    box = sandbox(state(clock=Clock("real")), worker=winding)
    box.schedule(Task(box.now, "toys.wind", "a"))
    box.begin_exchange()
    assert len(names(box.state)) == 1
    began = box.now
    box.state.clock = box.state.clock.advanced(1_000)
    assert box.now == began
    box.end_exchange()
    assert box.now >= began + 1_000


def test_an_exchange_steps_only_a_clock_that_steps() -> None:
    for clock, after in ((Clock("step", 10_000), 11_000), (Clock("frozen", 10_000), 10_000)):
        box = sandbox(state(clock=clock))
        box.begin_exchange()
        assert box.now == 10_000
        box.end_exchange()
        assert box.now == after


def test_work_that_fails_lets_time_go_on() -> None:
    def fail(_box: Sandbox, _task: Task) -> None:
        raise ZeroDivisionError

    box = sandbox(worker=fail)
    box.schedule(Task(1, "toys.wind", "a"))
    with pytest.raises(ZeroDivisionError):
        box.run_due()
    assert box.now == 10_000
    assert len(box.state.agenda) == 0


def test_a_clock_may_be_set_to_any_time_that_can_be_said() -> None:
    box = sandbox(worker=winding)
    box.set_clock(Clock("frozen", 0))
    assert box.now == 0
    for wrong in (Clock("frozen", -1), Clock("frozen", LATEST_MS + 1)):
        with pytest.raises(ClockError):
            box.set_clock(wrong)
    with pytest.raises(ClockError):
        box.advance(LATEST_MS + 1)
    assert box.state.clock == Clock("frozen", 0)


def test_choices_are_replaced_as_a_whole() -> None:
    box = sandbox()
    box.choose({"toys.colour": "any"})
    box.choose({"toys.speed": "fast"})
    assert box.state.choices == {"toys.speed": "fast"}


# Reset, snapshots, load


def use(box: Sandbox) -> None:
    """Leave traces of every sort."""
    box.add(TOYS, Toy("x", 5))
    box.new_id(TOYS)
    box.schedule(Task(99_000, "toys.wind", "x"))
    box.choose({"toys.colour": "any"})
    box.advance(7)
    box.state.endpoints += (ENDPOINT,)
    box.announce(Event("e", "toy.made", 1, {}, {}))
    box.journal.next_number()


def test_reset_goes_back_to_how_the_sandbox_began() -> None:
    box = sandbox(full_state())
    before = contents(box.state)
    box.snapshot("kept")
    use(box)
    box.reset()
    assert contents(box.state) == before
    assert (len(box.outbox), box.journal.next_number(), list(box.snapshots)) == (0, 1, ["kept"])


def test_reset_goes_back_as_often_as_it_is_told() -> None:
    box = sandbox(full_state())
    before = contents(box.state)
    for _ in range(3):
        use(box)
        box.reset()
        assert contents(box.state) == before


def test_restore_goes_back_to_the_snapshot_and_the_journal_goes_on() -> None:
    box = sandbox(full_state())
    box.add(TOYS, Toy("first", 5))
    box.snapshot("s")
    before = contents(box.state)
    for number in (1, 2):
        use(box)
        box.restore("s")
        assert contents(box.state) == before
        assert len(box.outbox) == number
        assert box.journal.next_number() == 2 * number


def test_a_snapshot_may_be_taken_again() -> None:
    box = sandbox()
    box.snapshot("s")
    box.add(TOYS, Toy("a", 1))
    box.snapshot("s")
    box.reset()
    box.restore("s")
    assert names(box.state) == ["a"]


def test_a_dropped_snapshot_is_gone() -> None:
    box = sandbox()
    box.snapshot("s")
    box.drop_snapshot("s")
    for act in (box.drop_snapshot, box.restore):
        with pytest.raises(UnknownSandboxError) as caught:
            act("s")
        assert str(caught.value) == "sandbox default has no snapshot 's'; GET /_mock/snapshots lists them"


def test_there_are_only_so_many_snapshots() -> None:
    box = sandbox(snapshots=1)
    box.snapshot("a")
    box.snapshot("a")
    with pytest.raises(LimitError) as caught:
        box.snapshot("b")
    assert str(caught.value) == "sandbox default keeps 1 snapshots; DELETE /_mock/snapshots/NAME drops one"
    assert list(box.snapshots) == ["a"]


def test_a_loaded_state_is_left_by_reset() -> None:
    box = sandbox(state(Toy("a", 1)))
    box.load(state(Toy("b", 1)))
    assert names(box.state) == ["b"]
    box.reset()
    assert names(box.state) == ["a"]


def stranded() -> State:
    held = state()
    held.write_agenda().add(Task(1, "toys.dance", "a"))
    return held


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (stranded, "pending: unknown work 'toys.dance'; known: toys.wind"),
        (lambda: state(clock=Clock("frozen", -1)), "clock: a clock shows times of the years 1970 to 9999"),
        (lambda: state(clock=Clock("step", LATEST_MS + 1)), "clock: a clock shows times of the years 1970 to 9999"),
    ],
)
def test_a_state_that_no_sandbox_can_go_on_with_is_refused(broken: Callable[[], State], complaint: str) -> None:
    boxes = sandboxes(state(Toy("a", 1)))
    origin = boxes.initial_state
    for act in (boxes.get("default").load, lambda held: boxes.create("b", held), boxes.replace_initial_state, sandboxes):
        with pytest.raises(FixtureError) as caught:
            act(broken())
        assert str(caught.value) == complaint
    assert boxes.initial_state is origin
    assert [each.name for each in boxes] == ["default"]
    assert names(boxes.get("default").state) == ["a"]


# Sandboxes


def test_a_sandbox_is_made_when_it_is_asked_for() -> None:
    boxes = sandboxes(state(Toy("a", 1)))
    assert "mine" not in boxes
    box = boxes.get("mine")
    assert boxes.get("mine") is box
    assert "mine" in boxes
    assert names(box.state) == ["a"]


def test_sandboxes_share_nothing_that_changes() -> None:
    boxes = sandboxes(full_state())
    before = contents(boxes.get("other").state)
    use(boxes.get("default"))
    assert contents(boxes.get("other").state) == before
    assert (len(boxes.get("other").outbox), boxes.get("other").journal.next_number()) == (0, 1)


def test_a_sandbox_may_begin_with_a_state_of_its_own() -> None:
    boxes = sandboxes(state(Toy("a", 1)))
    box = boxes.create("mine", state(Toy("b", 1)))
    box.add(TOYS, Toy("c", 2))
    box.reset()
    assert names(box.state) == ["b"]


def test_a_sandbox_without_a_name_gets_a_free_one() -> None:
    boxes = sandboxes()
    boxes.get("sandbox-2")
    assert [boxes.create().name for _ in range(3)] == ["sandbox-1", "sandbox-3", "sandbox-4"]


def test_a_name_is_taken_once() -> None:
    boxes = sandboxes()
    with pytest.raises(TakenNameError) as caught:
        boxes.create("default")
    assert str(caught.value) == "there is a sandbox 'default' already; DELETE /_mock/sandboxes/default drops it"


@pytest.mark.parametrize("name", ["a", "9", "a.b-c_d", "A" * 64])
def test_a_name_of_letters_digits_and_marks_is_good(name: str) -> None:
    boxes = sandboxes()
    assert boxes.get(name).name == name
    boxes.get("default").snapshot(name)


@pytest.mark.parametrize("name", ["", ".a", "-a", "_a", "a b", "a/b", "é", "a\n", "A" * 65, "@a"])
def test_another_name_is_refused(name: str) -> None:
    boxes = sandboxes()
    for what, act in (("sandbox", boxes.get), ("snapshot", boxes.get("default").snapshot)):
        with pytest.raises(BadNameError) as caught:
            act(name)
        assert str(caught.value).startswith(f"invalid {what} name {name[:80]!r}; use a letter or digit")
    assert [each.name for each in boxes] == ["default"]


def test_a_dropped_sandbox_begins_anew() -> None:
    boxes = sandboxes(state(Toy("a", 1)))
    use(boxes.get("mine"))
    boxes.drop("mine")
    assert "mine" not in boxes
    assert names(boxes.get("mine").state) == ["a"]
    boxes.drop("mine")
    with pytest.raises(UnknownSandboxError) as caught:
        boxes.drop("mine")
    assert str(caught.value) == "unknown sandbox 'mine'; GET /_mock/sandboxes lists them"


def test_there_are_only_so_many_sandboxes() -> None:
    boxes = sandboxes(sandboxes=2)
    boxes.get("a")
    with pytest.raises(LimitError) as caught:
        boxes.get("b")
    assert str(caught.value) == ("there are 2 sandboxes; DELETE /_mock/sandboxes/NAME drops one, --max-sandboxes allows more")
    boxes.drop("a")
    assert boxes.get("b").name == "b"


def test_limits_are_as_documented_unless_told() -> None:
    limits = Limits()
    assert (limits.sandboxes, limits.records, limits.snapshots, limits.journal) == (1_000, 1_000_000, 100, 1_000)


def test_restart_begins_anew_what_began_with_the_common_state() -> None:
    boxes = sandboxes(state(Toy("a", 1)))
    boxes.get("mine")
    boxes.create("own", state(Toy("b", 1)))
    use(boxes.get("mine"))
    boxes.replace_initial_state(state(Toy("c", 1)))
    assert {each.name: names(each.state) for each in boxes} == {"default": ["c"], "mine": ["c"], "own": ["b"]}
    assert names(boxes.get("later").state) == ["c"]
    boxes.replace_initial_state(state(Toy("d", 1)))
    assert {each.name: names(each.state)[0] for each in boxes} == {"default": "d", "mine": "d", "own": "b", "later": "d"}


# Keys


def test_every_sandbox_has_keys_of_its_own() -> None:
    boxes = sandboxes()
    keys = [key for name in ("default", "a", "mock_x_0123456789abcdef") for key in boxes.get(name).keys.values()]
    assert len(set(keys)) == 6
    assert boxes.get("a").keys["toys_live"].startswith("live_mock_a_")


@pytest.mark.parametrize("name", ["a", "mock_b", "a_0123456789abcdef", "mock_a_0123456789abcdef", "A" * 64])
def test_a_key_selects_the_sandbox_that_it_was_issued_for(name: str) -> None:
    boxes = sandboxes()
    box = boxes.get(name)
    for key in (*box.keys.values(), box.new_token("toys.tokens"), f"live_{box.new_token('toys.tokens')}"):
        assert boxes.selected_by(key) is box


@pytest.mark.parametrize(
    "credential", [None, "", "anything", "mock_", "mock_gone_0123456789abcdef", "mock_a_0123", "mock_a_0123456789abcdef\n"]
)
def test_another_credential_selects_the_default_sandbox(credential: str | None) -> None:
    boxes = sandboxes()
    boxes.get("a")
    assert boxes.selected_by(credential).name == "default"


def test_a_key_of_a_dropped_sandbox_selects_the_default_one() -> None:
    boxes = sandboxes()
    key = boxes.get("a").keys["toys"]
    boxes.drop("a")
    assert boxes.selected_by(key).name == "default"


def test_tokens_are_new_each_time_and_the_same_in_each_run() -> None:
    first, second = [[box.new_token("toys.tokens") for _ in range(2)] for box in (sandbox(), sandbox())]
    assert first == second
    assert len(set(first)) == 2
