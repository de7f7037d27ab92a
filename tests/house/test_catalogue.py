"""The catalogue holds together: names, docstrings, contract and checks speak of the same statements."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockserver.catalogue import Assumption, Behaviour, Decision, Unchecked, check_choices
from mockserver.catalogue.client import ApiResponse
from mockserver.catalogue.overlay import resolve
from mockserver.contract import Contract, Operation
from mockserver.exchange import Exchange
from mockserver.providers import PROVIDERS, Provider
from tests.checking import every_provider, exchanges_of, failing, run, send_to, strangers
from tests.conftest import MakeApp, make_app

PROVIDERS_FOLDER = Path(__file__).resolve().parents[2] / "mockserver" / "providers"
NAME = r"(\.[a-z0-9]+(-[a-z0-9]+)*){2,}"
KEY = r"(\.[a-z0-9]+(-[a-z0-9]+)*)+"
SENTENCE = re.compile(r"[A-Z0-9`].*[^.]\.", re.ASCII)


@every_provider
def test_the_catalogue_is_not_empty(provider: Provider) -> None:
    catalogue = provider.catalogue()

    assert catalogue.behaviours
    assert catalogue.decisions


def test_a_mock_is_made_without_loading_a_catalogue() -> None:
    program = (
        "import sys; sys.addaudithook(lambda event, given: event == 'open' and print(given[0]));"
        "from mockserver.app import asgi_app; asgi_app(); print([*sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert "mockserver.providers.provider" in loaded
    assert "openapi.yaml" in loaded
    assert [word for word in ("behaviours'", "observers'", "unchecked.yaml", "decisions.yaml") if word in loaded] == []


@every_provider
def test_names_of_statements_are_well_formed_and_unique(provider: Provider) -> None:
    names = list(provider.catalogue().names())

    assert [name for name in names if not re.fullmatch(re.escape(provider.name) + NAME, name)] == []
    assert sorted(set(names)) == sorted(names)


@every_provider
def test_keys_of_decisions_are_well_formed_and_unique_among_all_open_questions(provider: Provider) -> None:
    keys = [decision.key for decision in provider.catalogue().decisions]
    taken = [assumption.key for assumption in provider.assumptions]

    assert [key for key in keys if not re.fullmatch(re.escape(provider.name) + KEY, key)] == []
    assert sorted({*keys, *taken}) == sorted([*keys, *taken])


@every_provider
def test_every_statement_is_one_line_that_ends_and_names_its_page(provider: Provider) -> None:
    catalogue = provider.catalogue()
    statements: list[Behaviour | Unchecked] = [*catalogue.behaviours, *catalogue.unchecked]

    assert [each.name for each in statements if not SENTENCE.fullmatch(each.says)] == []
    assert [each.name for each in statements if " page" not in each.source] == []
    assert [each.name for each in catalogue.unchecked if not SENTENCE.fullmatch(each.why)] == []


@every_provider
def test_every_decision_asks_answers_and_says_why(provider: Provider) -> None:
    decisions = provider.catalogue().decisions

    assert [each.key for each in decisions if not each.question.endswith("?")] == []
    assert [each.key for each in decisions if not (SENTENCE.fullmatch(each.answer) and SENTENCE.fullmatch(each.evidence))] == []


@every_provider
def test_every_statement_that_a_docstring_names_is_in_the_catalogue(provider: Provider) -> None:
    names = set(provider.catalogue().names())

    assert [reference for reference in _references(provider) if not _resolve(reference, names)] == []


@every_provider
def test_every_behaviour_is_named_where_it_is_brought_about(provider: Provider) -> None:
    names = {behaviour.name for behaviour in provider.catalogue().behaviours}
    named = {name for reference in _references(provider) for name in _resolve(reference, names)}

    assert sorted(names - named) == []


@every_provider
def test_every_operation_has_a_behaviour_and_every_behaviour_an_operation(provider: Provider) -> None:
    contract = Contract.load()
    operations = {operation.id for operation in contract.operations.values() if operation.provider == provider.name}

    assert {behaviour.operation for behaviour in provider.catalogue().behaviours} == operations


@every_provider
def test_every_open_question_is_about_operations_and_events_of_its_provider(provider: Provider) -> None:
    document = Contract.load().document
    items = [*document["paths"].values(), *document["webhooks"].values()]
    known = {part["operationId"] for item in items for part in item.values() if "operationId" in part}
    named = {name for each in _questions(provider) for name in each.operations}

    assert sorted(named - known) == []
    assert [name for name in named if not name.startswith(f"{provider.name}.")] == []
    assert [each.key for each in _questions(provider) if len({*each.operations}) < len(each.operations)] == []


@every_provider
def test_an_assumption_is_about_every_operation_that_its_choices_change(provider: Provider) -> None:
    contract = Contract.load()
    own = [each for each in contract.operations.values() if each.provider == provider.name]
    changed = {
        (each.key, operation.id) for each in provider.assumptions for operation in own if _changes(contract, operation, each)
    }

    assert len(changed) > len(own)
    assert changed <= {(each.key, name) for each in provider.assumptions for name in each.operations}


@every_provider
def test_an_answer_leans_only_on_assumptions_about_its_operation(provider: Provider) -> None:
    leaned = {each.name: strangers(provider, _traffic(provider, each)) for each in provider.catalogue().behaviours}

    assert {name: found for name, found in leaned.items() if found} == {}


@every_provider
def test_a_behaviour_holds_under_choices_that_there_are(provider: Provider) -> None:
    assert failing(provider, lambda each: check_choices(each.only_with, provider.assumptions, where=each.name)) == {}


@every_provider
def test_a_check_exercises_its_own_behaviour(provider: Provider) -> None:
    behaviours = provider.catalogue().behaviours

    assert [each.name for each in behaviours if not any(map(each.exercised, _traffic(provider, each)))] == []


@every_provider
def test_a_behaviour_is_not_exercised_by_a_success_of_another_operation(provider: Provider) -> None:
    successes = [each for each in _all_traffic() if each.status < 300]
    mistaken = {
        (behaviour.name, each.operation, each.request.query)
        for behaviour in provider.catalogue().behaviours
        for each in successes
        if each.operation != behaviour.operation and behaviour.exercised(each)
    }

    assert len({each.operation for each in successes}) > 2
    assert mistaken == set()


BLANKS = {
    "an empty object": ApiResponse(200, {"content-type": "application/json"}, b"{}"),
    "another object": ApiResponse(200, {"content-type": "application/json"}, b'{"blank": true}'),
    "a failure": ApiResponse(500, {"content-type": "application/json"}, b'{"message": "no"}'),
    "no JSON": ApiResponse(200, {"content-type": "text/html"}, b"<html>"),
}


@every_provider
@pytest.mark.parametrize("blank", BLANKS)
def test_a_check_notices_when_every_answer_is_blank(provider: Provider, blank: str, make_app: MakeApp) -> None:
    app = make_app()

    assert _unnoticed(provider, lambda each: run(each, app, provider, send=lambda *_: BLANKS[blank])) == []


@every_provider
@pytest.mark.parametrize("blank", ["another object", "a failure"])
def test_a_check_notices_when_its_operation_does_nothing(provider: Provider, blank: str, make_app: MakeApp) -> None:
    def check(behaviour: Behaviour) -> None:
        app = make_app(assume=behaviour.only_with)
        routes, real = app.mock.pipeline.contract.routes, send_to(app)

        def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> ApiResponse:
            route = routes.find(urlsplit(url).path)
            operation = route.operations.get(method) if route else None
            is_own = operation is not None and operation.id == behaviour.operation
            return BLANKS[blank] if is_own else real(method, url, headers, body)

        run(behaviour, app, provider, send=send)

    assert _unnoticed(provider, check) == []


def _unnoticed(provider: Provider, check: Callable[[Behaviour], None]) -> list[str]:
    """Return the behaviours for which the check raises no AssertionError."""
    failed = failing(provider, check)
    return [each.name for each in provider.catalogue().behaviours if not failed.get(each.name, "").startswith("AssertionError")]


_seen: dict[str, list[Exchange]] = {}


def _traffic(provider: Provider, behaviour: Behaviour) -> list[Exchange]:
    """Return the exchanges that the behaviour's own check causes."""
    if behaviour.name not in _seen:
        app = make_app(assume=behaviour.only_with)
        run(behaviour, app, provider)
        _seen[behaviour.name] = exchanges_of(app)
    return _seen[behaviour.name]


def _all_traffic() -> Iterator[Exchange]:
    for provider in PROVIDERS:
        for behaviour in provider.catalogue().behaviours:
            yield from _traffic(provider, behaviour)


def _questions(provider: Provider) -> list[Assumption | Decision]:
    return [*provider.assumptions, *provider.catalogue().decisions]


def _changes(contract: Contract, operation: Operation, assumption: Assumption) -> bool:
    """Return whether some choice changes the operation, or a part of the contract that it refers to, directly or not."""
    path = f"/paths/{operation.path.replace('~', '~0').replace('/', '~1')}"
    parts: set[str] = set()
    waiting = [f"{path}/{operation.method.lower()}"]
    shared = contract.document["paths"][operation.path].get("parameters", [])
    waiting += [each["$ref"][1:] for each in shared if "$ref" in each]
    while waiting:
        part = waiting.pop()
        if part not in parts:
            parts.add(part)
            waiting += re.findall(r"'\$ref': '#([^']+)'", str(resolve(contract.document, part)))
    targets = [change.target for overlay in assumption.overlays.values() for change in overlay]
    return any(f"{target}/".startswith(f"{part}/") for target in targets for part in parts)


def _references(provider: Provider) -> Iterator[str]:
    """Go through what the docstrings of the provider's modules list after `Behaviours:`."""
    for path in sorted((PROVIDERS_FOLDER / provider.name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield from _listed(ast.get_docstring(node) or "")


def _listed(docstring: str) -> list[str]:
    found = re.search(r"^Behaviours: (.+?)(?=^[A-Z]\w*:|\n\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    return [name.strip() for name in found[1].replace("\n", " ").split(",")] if found else []


def _resolve(reference: str, names: set[str]) -> set[str]:
    """Return the statements that a name, or a prefix with an asterisk, stands for."""
    if reference.endswith(".*"):
        return {name for name in names if name.startswith(reference[:-1])}
    return {reference} & names
