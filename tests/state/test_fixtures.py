"""From documents to states and back."""

import math
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import documents
from mockserver.documents import Document, read
from mockserver.errors import ContractError, DocumentError, FixtureError, UnknownChoiceError
from mockserver.http.in_process import Response, call
from mockserver.state import Kind, State
from mockserver.state.clock import MODES, Clock, Mode, iso_milliseconds, machine_ms
from mockserver.state.fixtures import DEFAULT_NOW, Fixtures, Settings, reading
from mockserver.state.fixtures.records import HISTORY_MS
from mockserver.webhooks import Endpoint
from tests.conftest import NOW, make_app
from tests.state.toys import RARE_TOYS, SHELLS, TOYS, Toy

CUSTOMER = "cust_175a9abec1882d12"
PAYMENT = "pay_1234567890"
JANE = "cus_abc123def456"
URL = "http://127.0.0.1:9000/hook"


@cache
def fixtures() -> Fixtures:
    return make_app(fixture=()).mock.fixtures


@cache
def toys() -> Fixtures:
    """Fixtures of three kinds that no contract describes."""
    return Fixtures(make_app(fixture=()).mock.pipeline.contract, (TOYS, RARE_TOYS, SHELLS), (), ["toys.wind"])


def build(*values: Any, settings: Settings | None = None, of: Fixtures | None = None) -> State:
    sources = [Document(value, "", f"{name}.yaml") for value, name in zip(values, "xyz", strict=False)]
    return (of or fixtures()).build(sources, settings)


def dumped(*values: Any, settings: Settings | None = None, of: Fixtures | None = None) -> Any:
    return (of or fixtures()).dump(build(*values, settings=settings, of=of))


def spoonity(*customers: Any, **more: Any) -> dict[str, Any]:
    return {"spoonity": {"customers": list(customers)}, **more}


def vexutopia(*payments: Any, **more: Any) -> dict[str, Any]:
    return {"vexutopia": {"payments": list(payments)}, **more}


def shelf(*given_toys: Any, **more: Any) -> dict[str, Any]:
    return {"toys": {"toys": list(given_toys)}, **more}


# What is refused, and how it is said

PENDING = {"due": "2026-02-02T00:00:00Z", "work": "vexutopia.settle", "object": PAYMENT}
KNOWN = "now, seed, clock, ordinals, assumptions, pending, webhooks, spoonity, vexutopia"
INTEGERS = "an integer from -9007199254740991 to 9007199254740991"
TIMESTAMP = "is not a timestamp of the years 1970 to 9999; write it like 2026-02-02T13:48:05.683Z"

COMPLAINTS: list[tuple[Any, str]] = [
    # the document
    (None, "x.yaml: is empty; add `now` or a provider section"),
    ([], "x.yaml: must be an object, got a list"),
    ("text", 'x.yaml: must be an object, got "text"'),
    ({"spoonty": {}}, f"x.yaml: spoonty: unknown field; known: {KNOWN}"),
    ({"spoonity": {"clients": []}}, "x.yaml: spoonity.clients: unknown field; known: customers, tokens"),
    ({"vexutopia": {"live": {"tokens": []}}}, "x.yaml: vexutopia.live.tokens: unknown field"),
    ({"spoonity": None}, "x.yaml: spoonity: must be an object, got null"),
    ({"spoonity": []}, "x.yaml: spoonity: must be an object, got a list"),
    ({"spoonity": {"customers": None}}, "x.yaml: spoonity.customers: must be a list, got null"),
    ({"spoonity": {"customers": {"generate": 3}}}, "x.yaml: spoonity.customers: must be a list, got an object"),
    ({1: 2}, "x.yaml: has the key 1, which is not text"),
    # records
    (spoonity(5), "x.yaml: spoonity.customers[0]: must be an object, got 5"),
    (
        spoonity({}, {"nmae": "A"}),
        "x.yaml: spoonity.customers[1].nmae: unknown field; "
        "known: id, name, email, is_verified, date_created, date_updated, status",
    ),
    (
        spoonity({}, {}, {}, {"status": "FOO"}),
        'x.yaml: spoonity.customers[3].status: "FOO" is not one of "ACTIVE", "ARCHIVED" or "INACTIVE"',
    ),
    (spoonity({"name": 5}), "x.yaml: spoonity.customers[0].name: must be text, got 5; put it in quotes"),
    (spoonity({"name": math.nan}), "x.yaml: spoonity.customers[0].name: must be a finite number, not nan"),
    (spoonity({"is_verified": "yes"}), 'x.yaml: spoonity.customers[0].is_verified: must be true or false, got "yes"'),
    (spoonity({"is_verified": 1}), "x.yaml: spoonity.customers[0].is_verified: must be true or false, got 1"),
    (spoonity({"name": "\ud800"}), "x.yaml: spoonity.customers[0].name: holds half of a surrogate pair"),
    (spoonity({"name": ("a",)}), "x.yaml: spoonity.customers[0].name: holds a tuple, which no document can"),
    (vexutopia({"amount": 20.5}), "x.yaml: vexutopia.payments[0].amount: must be an integer, got 20.5"),
    (vexutopia({"amount": 0}), "x.yaml: vexutopia.payments[0].amount: 0 is less than the minimum of 1"),
    (vexutopia({"metadata": [1]}), "x.yaml: vexutopia.payments[0].metadata: must be an object, got a list"),
    (vexutopia({"metadata": {"a": {2: 1}}}), "x.yaml: vexutopia.payments[0].metadata.a: has the key 2, which is not text"),
    (vexutopia({"object": "toy"}), 'x.yaml: vexutopia.payments[0].object: "payment" was expected'),
    (
        {"vexutopia": {"live": {"customers": [{"email": "nobody"}]}}},
        'x.yaml: vexutopia.live.customers[0].email: "nobody" does not match "^[^@]+@[^@]+$"',
    ),
    ({"spoonity": {"tokens": [{}]}}, "x.yaml: spoonity.tokens[0]: `id` is missing; it must be text"),
    # ids
    (spoonity({"id": "cus_1"}), 'x.yaml: spoonity.customers[0].id: "cus_1" does not match "^cust_[0-9a-f]{16}$"'),
    (spoonity({"id": None}), "x.yaml: spoonity.customers[0].id: must be text that is not empty, got null"),
    (spoonity({"id": [CUSTOMER]}), "x.yaml: spoonity.customers[0].id: must be text that is not empty, got a list"),
    (
        spoonity({"id": CUSTOMER}, {}, {"id": CUSTOMER}),
        f"x.yaml: spoonity.customers[2].id: {CUSTOMER} is already at spoonity.customers[0]",
    ),
    (
        {"vexutopia": {"customers": [{"id": JANE}, {"id": JANE, "deleted": True}]}},
        f"x.yaml: vexutopia.customers[1].id: {JANE} is already at vexutopia.customers[0]",
    ),
    (
        {"spoonity": {"tokens": [{"id": "secret", "date_created": DEFAULT_NOW, "expires_at": DEFAULT_NOW}]}},
        "x.yaml: spoonity.tokens[0].id: 'secret' is not an id of a token",
    ),
    (vexutopia({"id": "pay_x", "deleted": True}), "x.yaml: vexutopia.payments[0].id: 'pay_x' is not an id of a payment"),
    # times
    (spoonity({"date_created": "yesterday"}), 'x.yaml: spoonity.customers[0].date_created: "yesterday" does not match "'),
    (spoonity({"date_created": 5}), "x.yaml: spoonity.customers[0].date_created: must be text, got 5; put it in quotes"),
    (spoonity({"date_created": "2026-02-30T00:00:00.000Z"}), "x.yaml: spoonity.customers[0]: '2026-02-30T00:00:00.000Z' is"),
    (spoonity({"date_created": "1969-12-31T00:00:00.000Z"}), "x.yaml: spoonity.customers[0]: '1969-12-31T00:00:00.000Z' is"),
    (vexutopia({"created_at": "2026-01-01"}), 'x.yaml: vexutopia.payments[0].created_at: "2026-01-01" does not match "'),
    ({"spoonity": {"tokens": [{"id": "0" * 16, "date_created": "x", "expires_at": "x"}]}}, "x.yaml: spoonity.tokens[0]: 'x' is"),
    # generate and deleted
    (spoonity({"generate": -1}), "x.yaml: spoonity.customers[0].generate: must be an integer from 0 to 1000000, got -1"),
    (
        spoonity({"generate": 1_000_001}),
        "x.yaml: spoonity.customers[0].generate: must be an integer from 0 to 1000000, got 1000001",
    ),
    (spoonity({"generate": "5"}), 'x.yaml: spoonity.customers[0].generate: must be an integer from 0 to 1000000, got "5"'),
    (spoonity({"generate": 1.0}), "x.yaml: spoonity.customers[0].generate: must be an integer from 0 to 1000000, got 1.0"),
    (spoonity({"generate": True}), "x.yaml: spoonity.customers[0].generate: must be an integer from 0 to 1000000, got true"),
    (
        spoonity({"generate": 2, "id": CUSTOMER}),
        "x.yaml: spoonity.customers[0].generate: cannot make several records of one id; leave the id out",
    ),
    (spoonity({"deleted": "yes"}), 'x.yaml: spoonity.customers[0].deleted: must be true or false, got "yes"'),
    (spoonity({"deleted": 1}), "x.yaml: spoonity.customers[0].deleted: must be true or false, got 1"),
    (vexutopia({"deleted": True}), "x.yaml: vexutopia.payments[0]: a deleted payment has an id and nothing else"),
    (vexutopia({"id": PAYMENT, "deleted": True, "amount": 1}), "x.yaml: vexutopia.payments[0]: a deleted payment has an id and"),
    # now, seed, clock, ordinals
    ({"now": 5}, "x.yaml: now: must be text, got 5; write it like 2026-02-02T13:48:05.683Z"),
    ({"now": "soon"}, f"x.yaml: now: 'soon' {TIMESTAMP}"),
    ({"now": []}, "x.yaml: now: must be text, got a list; write it like 2026-02-02T13:48:05.683Z"),
    ({"now": None}, "x.yaml: now: must be text, got null; write it like 2026-02-02T13:48:05.683Z"),
    ({"seed": "1"}, f'x.yaml: seed: must be {INTEGERS}, got "1"'),
    ({"seed": 2**53}, f"x.yaml: seed: must be {INTEGERS}, got 9007199254740992"),
    ({"seed": None}, f"x.yaml: seed: must be {INTEGERS}, got null"),
    ({"clock": "step"}, 'x.yaml: clock: must be an object, got "step"'),
    ({"clock": {"mdoe": "step"}}, "x.yaml: clock.mdoe: unknown field; known: mode, offset_ms"),
    ({"clock": {"mode": "slow"}}, 'x.yaml: clock.mode: must be real, frozen or step, got "slow"'),
    ({"clock": {"mode": []}}, "x.yaml: clock.mode: must be real, frozen or step, got a list"),
    (
        {"clock": {"offset_ms": 1.5}},
        "x.yaml: clock.offset_ms: must be an integer from -253402300799999 to 253402300799999, got 1.5",
    ),
    (
        {"clock": {"offset_ms": 10**15}},
        "x.yaml: clock.offset_ms: must be an integer from -253402300799999 to 253402300799999, got 1000000000000000",
    ),
    ({"ordinals": []}, "x.yaml: ordinals: must be an object, got a list"),
    (
        {"ordinals": {"spoonity.customers": -1}},
        "x.yaml: ordinals.spoonity.customers: must be an integer from 0 to 9007199254740991, got -1",
    ),
    ({"ordinals": {"toys.toys": 1}}, "x.yaml: ordinals.toys.toys: belongs to no provider; known: spoonity, vexutopia"),
    # assumptions
    ({"assumptions": ["a"]}, "x.yaml: assumptions: must be an object, got a list"),
    (
        {"assumptions": {"spoonity.create-sttaus": "201"}},
        "x.yaml: assumptions.spoonity.create-sttaus: unknown assumption 'spoonity.create-sttaus'; "
        "did you mean spoonity.create-status?",
    ),
    (
        {"assumptions": {"spoonity.create-status": 202}},
        "x.yaml: assumptions.spoonity.create-status: spoonity.create-status has no choice '202'; choose 200 or 201",
    ),
    (
        {"assumptions": {"spoonity.create-status": ["201"]}},
        "x.yaml: assumptions.spoonity.create-status: must be text or an integer, got a list",
    ),
    (
        {"assumptions": {"spoonity.email-unique": True}},
        "x.yaml: assumptions.spoonity.email-unique: must be text or an integer, got true",
    ),
    # due work
    ({"pending": {}}, "x.yaml: pending: must be a list, got an object"),
    ({"pending": [5]}, "x.yaml: pending[0]: must be an object, got 5"),
    (
        {"pending": [{**PENDING, "number": 1}]},
        "x.yaml: pending[0].number: unknown field; known: due, work, object, payload, assumed",
    ),
    (
        {"pending": [{"work": "vexutopia.settle", "object": PAYMENT}]},
        "x.yaml: pending[0]: `due` is missing; write `due: 2026-02-02T13:48:05.683Z`",
    ),
    ({"pending": [{**PENDING, "due": "soon"}]}, f"x.yaml: pending[0].due: 'soon' {TIMESTAMP}"),
    ({"pending": [{**PENDING, "due": 5}]}, "x.yaml: pending[0].due: must be text, got 5; write it like 2026-02-02T13:48:05.683Z"),
    ({"pending": [{"due": DEFAULT_NOW, "object": PAYMENT}]}, "x.yaml: pending[0]: `work` is missing; it must be text"),
    ({"pending": [{**PENDING, "work": "vexutopia.dance"}]}, "x.yaml: pending[0].work: unknown work 'vexutopia.dance'"),
    ({"pending": [{**PENDING, "work": 5}]}, "x.yaml: pending[0].work: must be text, got 5; put it in quotes"),
    ({"pending": [PENDING]}, f"x.yaml: pending[0].object: unknown record '{PAYMENT}'"),
    (vexutopia({"id": PAYMENT, "deleted": True}, pending=[PENDING]), "x.yaml: pending[0].object: unknown record"),
    (
        vexutopia({"id": PAYMENT}, pending=[{**PENDING, "payload": []}]),
        "x.yaml: pending[0].payload: must be an object, got a list",
    ),
    (
        vexutopia({"id": PAYMENT}, pending=[{**PENDING, "assumed": {"a": 1}}]),
        "x.yaml: pending[0].assumed.a: must be text, got 1; put it in quotes",
    ),
    (
        vexutopia({"id": PAYMENT}, pending=[{**PENDING, "assumed": {"vexutopia.nothing": "x"}}]),
        "x.yaml: pending[0].assumed.vexutopia.nothing: unknown assumption 'vexutopia.nothing'; ",
    ),
    # webhooks
    ({"webhooks": {}}, "x.yaml: webhooks: must be a list, got an object"),
    ({"webhooks": ["http://a"]}, 'x.yaml: webhooks[0]: must be an object, got "http://a"'),
    ({"webhooks": [{"url": URL}]}, "x.yaml: webhooks[0]: `secret` is missing; it must be text that is not empty"),
    ({"webhooks": [{"url": URL, "secret": ""}]}, 'x.yaml: webhooks[0].secret: must be text that is not empty, got ""'),
    (
        {"webhooks": [{"url": URL, "secret": "s", "event": []}]},
        "x.yaml: webhooks[0].event: unknown field; known: id, url, secret, events, old_secret",
    ),
    ({"webhooks": [{"url": URL, "secret": "s", "events": "all"}]}, 'x.yaml: webhooks[0].events: must be a list, got "all"'),
    (
        {"webhooks": [{"url": URL, "secret": "s", "events": ["a", 1]}]},
        "x.yaml: webhooks[0].events[1]: must be text, got 1; put it in quotes",
    ),
    ({"webhooks": [{"url": URL, "secret": "s", "id": ""}]}, 'x.yaml: webhooks[0].id: must be text that is not empty, got ""'),
    (
        {"webhooks": [{"url": URL, "secret": "s", "id": "a"}, {"url": URL, "secret": "s", "id": "a"}]},
        "x.yaml: webhooks[1].id: a is already at webhooks[0]",
    ),
    *[
        ({"webhooks": [{"url": url, "secret": "s"}]}, f"x.yaml: webhooks[0].url: {url!r} is not a web address; write it like ")
        for url in ("hook", "127.0.0.1:9000", "ftp://a/", "http://", "http:///a", "http://[a", "http://a:x/", "http://a:99999/")
    ],
]  # fmt: skip


@pytest.mark.parametrize(("value", "complaint"), COMPLAINTS, ids=[complaint[8:60] for _, complaint in COMPLAINTS])
def test_a_complaint_names_document_place_and_reason(value: Any, complaint: str) -> None:
    with pytest.raises(FixtureError) as caught:
        build(value)
    assert str(caught.value).startswith(complaint)
    assert len(str(caught.value).splitlines()) == 1


def test_a_complaint_names_the_document_that_is_to_blame() -> None:
    with pytest.raises(FixtureError, match=r"^y\.yaml: seed: "):
        build({"seed": 1}, {"seed": "2"}, {"seed": 3})


@pytest.mark.parametrize("value", [{"seed": "a\nb\u2028c\x85" * 5_000}, {"a\nb" * 5_000: 1}, spoonity({"status": "\n" * 9_999})])
def test_a_complaint_is_one_line_of_bearable_length(value: Any) -> None:
    with pytest.raises(FixtureError) as caught:
        build(value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 2_500


def test_a_document_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["spoonity"] = endless
    with pytest.raises(FixtureError, match="is nested deeper than 128 levels"):
        build(endless)


def test_there_are_only_so_many_records_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ENTRIES", 5)
    assert build(spoonity({"generate": 5})).count() == 5
    with pytest.raises(FixtureError) as caught:
        build(spoonity({"generate": 4}, {"generate": 2}))
    assert str(caught.value) == "x.yaml: spoonity.customers[1]: there are more than 5 records of a kind"


def test_what_a_provider_refuses_is_said_with_its_place() -> None:
    def refuse(_given: Any, _draft: Any) -> dict[str, Any]:
        raise ValueError("toys are out")

    kind = Kind("toys.toys", "toy", Toy, TOYS.form, TOYS.created, refuse)
    picky = Fixtures(make_app(fixture=()).mock.pipeline.contract, (kind,), ())
    with pytest.raises(FixtureError) as caught:
        build(shelf({}), of=picky)
    assert str(caught.value) == "x.yaml: toys.toys[0]: toys are out"


def test_a_kind_whose_schema_the_contract_lacks_stops_the_start() -> None:
    kind = Kind("toys.toys", "toy", Toy, TOYS.form, TOYS.created, TOYS.complete, schema="Toy")
    with pytest.raises(ContractError, match="the contract has no schema Toy"):
        Fixtures(make_app(fixture=()).mock.pipeline.contract, (kind,), ())


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text() | st.sampled_from(["spoonity", "customers", "generate", "id"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KNOWN.split(", ")) | st.text(), inner),
    )
)
def test_any_value_is_built_or_refused_with_one_line(value: Any) -> None:
    try:
        build(value)
    except FixtureError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - most values are refused, but not all


KEYS = st.sampled_from(["id", "name", "email", "status", "date_created", "generate", "deleted", "metadata", "amount", "object"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 4)
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from([CUSTOMER, JANE, DEFAULT_NOW])
)


@given(st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(KEYS, SCALARS, max_size=2), max_size=4))
def test_any_record_is_made_or_refused_with_one_line(record: dict[str, Any]) -> None:
    for value in (spoonity(record), vexutopia(record), {"vexutopia": {"live": {"customers": [record]}}}):
        try:
            build(value)
        except FixtureError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - most records are refused, but not all


# Files


def test_files_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("seed: 5\nspoonity: {customers: [{generate: 2}]}")
    (tmp_path / "b.json").write_text('{"seed": 6, "vexutopia": {"customers": [{}]}}')
    state = fixtures().load([read(tmp_path / "a.yaml"), read(tmp_path / "b.json")])
    assert (state.seed, state.count()) == (6, 3)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "x.yaml: is empty; add `now` or a provider section"),
        (b"# only a comment", "x.yaml: is empty; add `now` or a provider section"),
        (b"- 1", "x.yaml: must be an object, got a list"),
        (b"now: [", "x.yaml, line 2: is not valid YAML: "),
        (b"seed: 1\nseed: 2", "x.yaml, line 2: duplicate key 'seed'"),
        (b"seed: \xff", "x.yaml: is not valid YAML: "),
        (b"[" * 200_000, "x.yaml, line 1: is nested deeper than 128 levels"),
        (b"seed: .nan", f'x.yaml: seed: must be {INTEGERS}, got ".nan"'),
        (b"spoonity:\n  customers:\n  - status: foo\n", 'x.yaml: spoonity.customers[0].status: "foo" is not one of '),
    ],
)
def test_a_broken_file_is_refused_with_one_line(content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    with pytest.raises(DocumentError) as caught:
        fixtures().load([read(tmp_path / "x.yaml")])
    assert str(caught.value).startswith(f"{tmp_path}/{complaint}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(DocumentError, match="cannot be read: "):
            fixtures().load([read(path)])


class Compared:
    """Counts the records that are compared with the contract."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: Fixtures) -> None:
        self.count = 0
        check = owner._check

        def counting(made: Any) -> None:
            self.count += 1
            check(made)

        monkeypatch.setattr(owner, "_check", counting)

    def during(self, paths: list[Path], owner: Fixtures, settings: Settings | None = None) -> int:
        self.count = 0
        owner.load([read(path) for path in paths], settings)
        return self.count


@pytest.fixture
def cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for the cache."""
    place = tmp_path / "cache"
    monkeypatch.setenv("MOCKSERVER_CACHE_DIR", str(place))
    return place


def test_records_that_fitted_before_are_not_compared_again(
    cache_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("spoonity: {customers: [{generate: 3}]}")
    owner = make_app(fixture=()).mock.fixtures
    compared = Compared(monkeypatch, owner)
    assert [compared.during([file], owner) for _ in range(3)] == [3, 0, 0]
    assert compared.during([file], owner, Settings(seed=2)) == 3, "another seed makes other records"
    assert compared.during([file], owner, Settings(now=NOW)) == 3, "another time makes other records"
    file.write_text("# the same records\nspoonity: {customers: [{generate: 3}]}")
    assert compared.during([file], owner) == 0
    for kept in cache_directory.iterdir():
        kept.write_bytes(b"true")
    assert compared.during([file], owner) == 3, "damage to the cache proves nothing"


@pytest.mark.usefixtures("cache_directory")
def test_other_code_makes_the_comparison_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("spoonity: {customers: [{generate: 3}]}")
    owner = make_app(fixture=()).mock.fixtures
    compared = Compared(monkeypatch, owner)
    assert [compared.during([file], owner) for _ in range(2)] == [3, 0]
    monkeypatch.setattr(documents, "source", lambda _module: b"other code")
    assert compared.during([file], owner) == 3
    other_people = tuple(
        Kind(**{**vars(kind), "complete": lambda given, draft, kind=kind: {**kind.complete(given, draft), "name": "Changed"}})
        if kind.name == "spoonity.customers" else kind for kind in owner._kinds
    )  # fmt: skip
    changed = Fixtures(owner._contract, other_people, owner._known.assumptions)
    assert Compared(monkeypatch, changed).during([file], changed) == 3


def test_what_does_not_fit_is_refused_each_time(cache_directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("spoonity: {customers: [{status: ASLEEP}]}")
    for _ in range(2):
        with pytest.raises(FixtureError, match=r"customers\[0\]\.status"):
            fixtures().load([read(file)])
    assert cache_directory.exists()


def test_what_is_not_to_be_checked_is_taken_as_it_is() -> None:
    source = Document(spoonity({"status": "ASLEEP"}), "", "x.yaml")
    assert fixtures().build([source], checked=False).count() == 1


# Records


def test_missing_fields_are_made_up_and_given_ones_kept() -> None:
    document = dumped(spoonity({"name": "Ada"}, {"email": None}))
    first, second = document["spoonity"]["customers"]
    assert (first["name"], second["email"]) == ("Ada", None)
    assert first["email"].endswith(("@example.com", "@example.org", "@example.net"))
    assert second["name"]
    assert first["status"] == second["status"] == "ACTIVE"
    assert first["date_created"] == first["date_updated"] > second["date_created"]


def test_generated_records_are_the_same_each_time_and_differ_by_seed() -> None:
    value = spoonity({"generate": 20}, vexutopia={"customers": [{"generate": 20}], "payments": [{"generate": 20}]})
    assert dumped(value) == dumped(value)
    other = dumped({**value, "seed": 2})
    for section, kind in (("spoonity", "customers"), ("vexutopia", "customers"), ("vexutopia", "payments")):
        own = {each["id"] for each in dumped(value)[section][kind]}
        assert len(own) == 20
        assert not own & {each["id"] for each in other[section][kind]}


def test_a_record_more_changes_no_other() -> None:
    fewer, more = (dumped(spoonity({"generate": count}))["spoonity"]["customers"] for count in (10, 11))
    assert more[:10] == fewer


def test_records_are_older_than_those_before_them_and_than_now() -> None:
    customers = dumped(spoonity({"generate": 1_500}, now="2026-02-02T00:00:00Z"))["spoonity"]["customers"]
    times = [each["date_created"] for each in customers]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 1_500
    assert "2026-01-01" < times[0] < "2026-02-02"


def test_made_up_times_do_not_reach_back_for_ever() -> None:
    held = build({"toys": {"shells": [{"generate": 30_000}]}}, of=toys(), settings=Settings(now=NOW))
    first, *_, last = held.read(SHELLS)
    assert NOW - 1.15 * HISTORY_MS < first.made_at < NOW - 0.85 * HISTORY_MS
    assert last.made_at < NOW


def test_there_is_no_time_before_1970() -> None:
    customers = dumped(spoonity({"generate": 3}, now="1970-01-01T00:00:01Z"))["spoonity"]["customers"]
    assert [each["date_created"] for each in customers] == ["1970-01-01T00:00:00.000Z"] * 3


def test_records_after_a_dated_one_are_older_than_it() -> None:
    given_customers = [{}, {"date_created": "2020-05-05T00:00:00.000Z"}, {}, {"date_created": "2024-05-05T00:00:00.000Z"}, {}]
    customers = dumped(spoonity(*given_customers))["spoonity"]["customers"]
    assert [each["date_created"][:4] for each in customers] == ["2025", "2024", "2020", "2020", "2020"]


def test_of_records_of_one_time_the_first_named_is_the_newest() -> None:
    held = build(shelf(*[{"id": f"toy_00{number}", "made_at": 5} for number in range(4)]), of=toys())
    assert list(held.read(TOYS).all()) == ["toy_003", "toy_002", "toy_001", "toy_000"]


def test_a_generated_id_is_none_that_a_fixture_names() -> None:
    (generated,) = (each["id"] for each in dumped(shelf({}), of=toys())["toys"]["toys"])
    for value in (shelf({}, {"id": generated}), {"toys": {"toys": [{}], "rare": {"toys": [{"id": generated}]}}}):
        held = build(value, of=toys())
        ids = [*held.read(TOYS).all(), *held.read(RARE_TOYS).all()]
        assert len(set(ids)) == 2


def test_there_are_only_so_many_ids() -> None:
    assert build(shelf({"generate": 1_000}), of=toys()).count() == 1_000
    for value in (shelf({"generate": 1_001}), {"toys": {"toys": [{"generate": 990}], "rare": {"toys": [{"generate": 11}]}}}):
        with pytest.raises(FixtureError, match=r"toys\[0\]: there are no more ids for a toy$"):
            build(value, of=toys())


def test_kinds_of_one_series_share_no_id_and_no_person() -> None:
    state = build({"vexutopia": {"customers": [{"generate": 50}], "live": {"customers": [{"generate": 50}]}}})
    document = fixtures().dump(state)["vexutopia"]
    test, live = document["customers"], document["live"]["customers"]
    assert not {each["id"] for each in test} & {each["id"] for each in live}
    assert [each["name"] for each in test] != [each["name"] for each in live]


def test_a_deleted_record_leaves_a_shell_where_its_kind_keeps_one() -> None:
    state = build(spoonity({}, {"id": CUSTOMER, "deleted": True}, {"generate": 2, "deleted": True}, {"deleted": False}))
    customers = fixtures().dump(state)["spoonity"]["customers"]
    assert [each.get("deleted", False) for each in customers] == [False, True, True, True, False]
    shell = {key: value for key, value in customers[1].items() if not key.startswith("date_")}
    assert shell == {
        "id": CUSTOMER, "name": None, "email": None, "is_verified": False, "status": "ARCHIVED", "deleted": True,
    }  # fmt: skip


def test_a_shell_keeps_nothing_that_deletion_takes_away() -> None:
    whole = dumped(spoonity({"id": CUSTOMER}))["spoonity"]["customers"][0]
    for given_customer in (whole, {"name": "Ada"}, {"status": "ACTIVE"}):
        with pytest.raises(FixtureError, match=r"^x\.yaml: spoonity\.customers\[0\]: (name|status) of a deleted customer"):
            build(spoonity({**given_customer, "deleted": True}))


def test_a_deleted_record_leaves_its_id_where_its_kind_keeps_nothing() -> None:
    state = build({"vexutopia": {"customers": [{"id": JANE, "deleted": True}, {}, {"id": "cus_abc123", "deleted": True}]}})
    customers = fixtures().dump(state)["vexutopia"]["customers"]
    assert len(customers) == 3
    assert customers[1:] == [{"id": JANE, "deleted": True}, {"id": "cus_abc123", "deleted": True}]


# Conditions


def test_a_fixture_that_says_nothing_has_defaults() -> None:
    state = build({})
    assert (state.seed, state.clock, state.count()) == (1, Clock("real", 0), 0)
    assert (state.choices, state.endpoints, state.ordinals, list(state.agenda)) == ({}, (), {}, [])


@pytest.mark.parametrize(
    ("said", "told", "clock"),
    [
        ({"now": DEFAULT_NOW}, Settings(), Clock("real", 0)),
        ({"clock": {"mode": "frozen"}}, Settings(), Clock("frozen", 1_767_225_600_000)),
        ({"now": "2026-01-01T00:00:01Z", "clock": {"mode": "step"}}, Settings(), Clock("step", 1_767_225_601_000)),
        ({"now": "2026-01-01T00:00:01Z", "clock": {"mode": "step"}}, Settings(now=5), Clock("step", 5)),
        ({"clock": {"mode": "real", "offset_ms": -70}}, Settings(), Clock("real", -70)),
        ({"clock": {"offset_ms": 70}}, Settings(mode="frozen"), Clock("frozen", 1_767_225_600_000)),
        ({"clock": {"mode": "real", "offset_ms": 70}}, Settings(mode="step", now=5), Clock("step", 5)),
    ],
)
def test_a_clock_is_as_the_settings_say_else_as_the_fixture_does(said: Any, told: Settings, clock: Clock) -> None:
    assert build(said, settings=told).clock == clock


def test_a_real_clock_that_is_told_the_time_shows_it() -> None:
    clock = build({"clock": {"mode": "real", "offset_ms": 10**9}}, settings=Settings(now=5_000_000)).clock
    assert clock.mode == "real"
    assert abs(clock.now() - 5_000_000) < 60_000


def test_settings_win_over_fixtures() -> None:
    said = {"seed": 5, "assumptions": {"spoonity.create-status": "201", "spoonity.email-unique": "yes"}}
    choices = {"spoonity.create-status": "200", "vexutopia.list-order": "oldest-first"}
    state = build(said, settings=Settings(seed=6, choices=choices))
    assert state.seed == 6
    assert state.choices == {"spoonity.email-unique": "yes", "vexutopia.list-order": "oldest-first"}


def test_settings_that_choose_what_cannot_be_chosen_are_no_fault_of_the_fixture() -> None:
    with pytest.raises(UnknownChoiceError):
        build({}, settings=Settings(choices={"spoonity.nothing": "x"}))


def test_a_choice_may_be_written_as_a_number() -> None:
    assert build({"assumptions": {"spoonity.create-status": 201}}).choices == {"spoonity.create-status": "201"}


def test_a_default_choice_is_not_kept() -> None:
    assert build({"assumptions": {"spoonity.create-status": "200"}}).choices == {}


def test_an_endpoint_without_an_id_gets_one() -> None:
    state = build(
        {"webhooks": [{"url": URL, "secret": "a"}, {"url": "https://[::1]:9/", "secret": "b", "id": "mine", "events": ["x"]}]}
    )
    assert state.endpoints == (Endpoint("endpoint-1", URL, "a"), Endpoint("mine", "https://[::1]:9/", "b", ("x",)))


def test_an_endpoint_without_a_url_collects() -> None:
    state = build({"webhooks": [{"secret": "a"}, {"url": "", "secret": "b", "old_secret": "c"}]})
    assert state.endpoints == (Endpoint("endpoint-1", "", "a"), Endpoint("endpoint-2", "", "b", old_secret="c"))


# Several documents


def test_later_records_replace_earlier_ones_of_the_same_id_in_their_place() -> None:
    one = shelf({"id": "toy_001", "made_at": 9}, {"id": "toy_002", "made_at": 9}, {"id": "toy_003", "made_at": 9})
    other = shelf({"id": "toy_004", "made_at": 9}, {"id": "toy_002", "made_at": 9, "colour": "red"})
    held = build(one, other, of=toys())
    assert list(held.read(TOYS).all()) == ["toy_004", "toy_003", "toy_002", "toy_001"]
    assert held.read(TOYS).get("toy_002") == Toy("toy_002", 9, "red")


def test_generated_records_of_all_documents_are_kept() -> None:
    value = shelf({"generate": 3})
    assert build(value, value, of=toys()).count() == 6


def test_a_later_document_may_delete_a_record_and_bring_one_back() -> None:
    there, gone = shelf({"id": "toy_001"}), shelf({"id": "toy_001", "deleted": True})
    for documents_in_order, is_there in (((there, gone), False), ((gone, there), True), ((there, gone, there), True)):
        collection = build(*documents_in_order, of=toys()).read(TOYS)
        assert ("toy_001" in collection, "toy_001" in collection.deleted) == (is_there, not is_there)


def test_later_conditions_win_or_are_added() -> None:
    one = {
        "now": "2026-01-01", "seed": 1, "clock": {"mode": "step", "offset_ms": 5},
        "ordinals": {"spoonity.customers": 1, "spoonity.tokens": 1},
        "assumptions": {"spoonity.create-status": "201", "spoonity.email-unique": "yes"},
        "webhooks": [{"id": "a", "url": URL, "secret": "1"}, {"id": "b", "url": URL, "secret": "1"}],
        **vexutopia({"id": PAYMENT}), "pending": [PENDING],
    }  # fmt: skip
    other = {
        "now": "2027-01-01", "seed": 2, "clock": {"mode": "real"}, "ordinals": {"spoonity.tokens": 2},
        "assumptions": {"spoonity.create-status": "200"},
        "webhooks": [{"id": "b", "url": URL, "secret": "2"}, {"id": "c", "url": URL, "secret": "2"}],
        "pending": [{**PENDING, "due": "2026-02-01"}],
    }  # fmt: skip
    state = build(one, other)
    assert (state.seed, state.clock) == (2, Clock("real", 5))
    assert state.ordinals == {"spoonity.customers": 1, "spoonity.tokens": 2}
    assert state.choices == {"spoonity.email-unique": "yes"}
    assert [(each.id, each.secret) for each in state.endpoints] == [("a", "1"), ("b", "2"), ("c", "2")]
    assert [iso_milliseconds(task.due)[:10] for task in state.agenda] == ["2026-02-01", "2026-02-02"]


# Round trips


def test_a_state_document_says_everything_in_order() -> None:
    value = {
        "now": "2026-02-02T00:00:00.001Z", "seed": 7, "clock": {"mode": "step"},
        "ordinals": {"vexutopia.payments": 3, "spoonity.customers": 2},
        "assumptions": {"vexutopia.list-order": "oldest-first", "spoonity.create-status": "201"},
        "pending": [{**PENDING, "due": "2026-02-02T00:00:05.000Z", "payload": {"live": True}, "assumed": {}}],
        "webhooks": [
            {"id": "a", "url": URL, "secret": "s", "events": ["customer.created"]},
            {"id": "b", "url": "", "secret": "s", "events": [], "old_secret": "before"},
        ],
        "spoonity": {"customers": [], "tokens": []},
        "vexutopia": {
            "customers": [{"id": JANE, "deleted": True}],
            "payments": [],
            "live": {"customers": [], "payments": [{
                "id": PAYMENT, "object": "payment", "amount": 1, "currency": "usd", "status": "pending", "description": None,
                "customer_id": JANE, "provider": "stripe", "provider_payment_id": "pi_1", "metadata": {"a": [1, None]},
                "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            }]},
        },
    }  # fmt: skip
    document = dumped(value)
    assert document == {
        **value,
        "ordinals": {"spoonity.customers": 2, "vexutopia.payments": 3},
        "assumptions": {"spoonity.create-status": "201", "vexutopia.list-order": "oldest-first"},
    }
    assert list(document) == ["now", "clock", "seed", "ordinals", "assumptions", "pending", "webhooks", "spoonity", "vexutopia"]
    assert list(document["ordinals"]) == ["spoonity.customers", "vexutopia.payments"]


def test_a_document_shares_nothing_with_the_state() -> None:
    state = build(vexutopia({"metadata": {"a": {"b": 1}}}))
    document = fixtures().dump(state)
    before = msgspec.json.encode(document)
    document["vexutopia"]["payments"][0]["metadata"]["a"]["b"] = 2
    assert msgspec.json.encode(fixtures().dump(state)) == before


TOKEN, KEY, LIVE_KEY = b"Bearer any", b"Bearer vex_test_x", b"Bearer vex_live_x"
FORM = b"grant_type=authorization_code&code=a&client_id=b&client_secret=c"
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CHOICES = {
    "spoonity.deleted-customer": "gone", "spoonity.new-customer-verified": "no", "vexutopia.payment-settlement": "at-once",
    "vexutopia.deleted-customer": "stub", "vexutopia.unset-fields": "absent", "vexutopia.list-order": "oldest-first",
}  # fmt: skip
STEPS = st.lists(
    st.tuples(st.just("create customer"), st.dictionaries(st.sampled_from(["name", "email"]), TEXTS))
    | st.tuples(st.sampled_from(["update customer", "delete customer"]), st.integers(0, 9))
    | st.tuples(st.sampled_from(["create payer", "create live payer"]), st.dictionaries(TEXTS, JSON_VALUES, max_size=3))
    | st.tuples(st.sampled_from(["delete payer", "pay", "pay live", "advance", "token"]), st.integers(0, 9))
    | st.tuples(st.just("choose"), st.sampled_from(sorted(CHOICES.items())))
    | st.tuples(st.just("connect"), st.lists(TEXTS, max_size=2)),
    max_size=25,
)  # fmt: skip


class World:
    """An application, and verbs to use it by."""

    def __init__(self, mode: Mode) -> None:
        self.app = make_app(fixture=(), clock=mode, seed=1, now=NOW if mode != "real" else None)
        self.sandbox = self.app.mock.sandboxes.get("default")

    def send(
        self, method: str, path: str, key: bytes = TOKEN, body: bytes = b"", content: bytes = b"application/json"
    ) -> Response:
        return call(self.app, method, path, headers=[(b"authorization", key), (b"content-type", content)], body=body)

    def post(self, path: str, key: bytes, **fields: Any) -> Response:
        return self.send("POST", path, key, msgspec.json.encode(fields))

    def an_id(self, kind: str, number: int) -> str:
        """Return the id of a record of the kind; of nobody if there is none."""
        document = self.document()
        for key in kind.split("."):
            document = document[key]
        return document[number % len(document)]["id"] if document else "nobody"

    def document(self) -> Any:
        return self.app.mock.fixtures.dump(self.sandbox.state)

    def do(self, verb: str, value: Any) -> None:
        getattr(self, verb.replace(" ", "_"))(value)

    def create_customer(self, fields: dict[str, str]) -> None:
        self.post("/customers", TOKEN, **fields)

    def update_customer(self, number: int) -> None:
        path = f"/customers/{self.an_id('spoonity.customers', number)}"
        self.send("PUT", path, body=msgspec.json.encode({"status": "ARCHIVED", "name": None}))

    def delete_customer(self, number: int) -> None:
        self.send("DELETE", f"/customers/{self.an_id('spoonity.customers', number)}")

    def create_payer(self, metadata: dict[str, Any]) -> None:
        self.post("/v1/customers", KEY, email="a@b", metadata=metadata)

    def create_live_payer(self, metadata: dict[str, Any]) -> None:
        self.post("/v1/customers", LIVE_KEY, email="a@b", name="Live", metadata=metadata)

    def delete_payer(self, number: int) -> None:
        self.send("DELETE", f"/v1/customers/{self.an_id('vexutopia.customers', number)}", KEY)

    def pay(self, number: int) -> None:
        self.post("/v1/payments", KEY, amount=1, currency="usd", customer_id=self.an_id("vexutopia.customers", number))

    def pay_live(self, number: int) -> None:
        self.post("/v1/payments", LIVE_KEY, amount=1, currency="usd", metadata={"n": number})

    def advance(self, seconds: int) -> None:
        self.sandbox.advance(seconds * 1_000)

    def token(self, _number: int) -> None:
        self.send("POST", "/oauth/access_token", b"", FORM, b"application/x-www-form-urlencoded")

    def choose(self, choice: tuple[str, str]) -> None:
        self.sandbox.choose({**self.sandbox.state.choices, choice[0]: choice[1]})

    def connect(self, events: list[str]) -> None:
        number = len(self.sandbox.state.endpoints)
        self.sandbox.state.endpoints += (Endpoint(f"e{number}", URL, "s", tuple(events)),)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.sampled_from(MODES), STEPS, STEPS)
def test_a_state_is_what_its_document_says(mode: Mode, before: Any, after: Any) -> None:
    world, twin = World(mode), World(mode)
    for verb, value in before:
        world.do(verb, value)
    text = msgspec.json.encode(world.document())
    twin.sandbox.load(twin.app.mock.fixtures.build([Document(world.document(), "", "state")]))
    assert msgspec.json.encode(twin.document()) == text
    twin.sandbox.load(twin.app.mock.fixtures.build([Document(msgspec.json.decode(text), "", "state")]))
    assert msgspec.json.encode(twin.document()) == text
    yaml = documents.to_yaml(world.document()).encode()
    assert msgspec.json.encode(documents.parse(yaml, name="state")) == text
    if mode != "real":
        for verb, value in after:
            world.do(verb, value)
            twin.do(verb, value)
        for path, key in (("/customers", TOKEN), ("/v1/customers", KEY), ("/v1/payments", KEY), ("/v1/customers", LIVE_KEY)):
            assert world.send("GET", path, key).body == twin.send("GET", path, key).body
        assert msgspec.json.encode(twin.document()) == msgspec.json.encode(world.document())


def test_the_state_of_a_real_clock_keeps_its_distance() -> None:
    state = build({}, settings=Settings(mode="real", now=machine_ms() + 86_400_000))
    again = build(fixtures().dump(state))
    assert again.clock == state.clock
