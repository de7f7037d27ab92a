"""Which path leads to which operation."""

from typing import Any

import pytest

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.errors import ContractError


def op(identity: str, path: str, method: str = "GET") -> Operation:
    return Operation(identity, identity.partition(".")[0], method, path, (), {}, False, {})


ROUTES = Routes(
    [
        op("toys.list", "/toys"),
        op("toys.create", "/toys", "POST"),
        op("toys.get", "/toys/{id}"),
        op("toys.latest", "/toys/latest"),
        op("toys.parts", "/toys/{toy}/parts"),
        op("toys.part", "/toys/{toy}/parts/{part}"),
        op("toys.owner", "/toys/latest/owner"),
        op("toys.shared", "/v1/toys/{id}"),
        op("games.list", "/v1/games"),
        op("games.any", "/v1/{game}/rules"),
        op("toys.root", "/"),
    ]
)


def found(path: str) -> Any:
    route = ROUTES.find(path)
    return None if route is None else ([each.id for each in route.operations.values()], route.parameters)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/toys", (["toys.list", "toys.create"], {})),
        ("/toys/5", (["toys.get"], {"id": "5"})),
        ("/toys/latest", (["toys.latest"], {})),
        ("/toys/latest/owner", (["toys.owner"], {})),
        ("/toys/latest/parts", (["toys.parts"], {"toy": "latest"})),
        ("/toys/5/parts", (["toys.parts"], {"toy": "5"})),
        ("/toys/5/parts/6", (["toys.part"], {"toy": "5", "part": "6"})),
        ("/toys/a%20b%2Fc", (["toys.get"], {"id": "a b/c"})),
        ("/toys/%C3%A9", (["toys.get"], {"id": "é"})),
        ("/toys/%FF", (["toys.get"], {"id": "\ufffd"})),
        ("/toys/..", (["toys.get"], {"id": ".."})),
        ("/toys/{id}", (["toys.get"], {"id": "{id}"})),
        ("/v1/toys/5", (["toys.shared"], {"id": "5"})),
        ("/v1/toys/rules", (["toys.shared"], {"id": "rules"})),
        ("/v1/chess/rules", (["games.any"], {"game": "chess"})),
        ("/", (["toys.root"], {})),
    ],
)
def test_a_path_leads_to_its_operations(path: str, expected: Any) -> None:
    assert found(path) == expected


@pytest.mark.parametrize(
    "path",
    """* toys x/toys/5 /toys/ //toys /toys//parts /toys/5/ /toys/5/parts/6/7 /Toys /t%6Fys /v1 /v1/games/5
    /segments/toys /toys/operations/GET""".split(),
)
def test_other_paths_lead_nowhere(path: str) -> None:
    assert ROUTES.find(path) is None


def test_a_very_long_path_leads_nowhere() -> None:
    assert ROUTES.find("/toys" * 100_000) is None


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/toys", "toys"),
        ("/toys/5/nothing", "toys"),
        ("/", "toys"),
        ("/v1", "toys"),
        ("/v1/", "toys"),
        ("/v1/toys", "toys"),
        ("/v1/toys/5/nothing", "toys"),
        ("/v1/games", "games"),
        ("/v1/games/5", "games"),
        ("/v1/other", "games"),
        ("/other", None),
        ("toys", None),
        ("", None),
        ("*", None),
    ],
)
def test_a_path_belongs_to_the_provider_whose_paths_begin_so(path: str, owner: str | None) -> None:
    assert ROUTES.owner(path) == owner


def test_one_path_cannot_have_two_names_for_a_parameter() -> None:
    with pytest.raises(ContractError) as caught:
        Routes([op("toys.get", "/toys/{id}"), op("toys.delete", "/toys/{toy}", "DELETE")])
    assert str(caught.value) == "/toys/{toy}: the parameters of this path have other names elsewhere"
