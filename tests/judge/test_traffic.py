"""Which entries of a recording are a provider's, and where the path that the provider sees begins."""

from collections.abc import Sequence
from typing import Any

import pytest

from mockserver.contract import Contract
from mockserver.errors import DocumentError
from mockserver.judge.recordings.exchanges import Traffic, traffic_of
from mockserver.providers import PROVIDERS
from tests.judge.recorders import Sent, chrome, pairs, recording

SPOONITY, VEXUTOPIA = PROVIDERS
MOCK = "http://127.0.0.1:4010"


@pytest.fixture(scope="module", name="contract")
def load_contract() -> Contract:
    return Contract.load()


def get(url: str, **members: Any) -> dict[str, Any]:
    return {**chrome(Sent("GET", url)), **members}


def answered_by_the_mock(url: str) -> dict[str, Any]:
    entry = get(url)
    entry["response"]["headers"] += pairs(**{"Mock-Exchange": "1"})
    return entry


def traffic(contract: Contract, *entries: dict[str, Any], urls: Sequence[str] = ()) -> Traffic:
    return traffic_of(recording(*entries), contract, VEXUTOPIA, urls)


def went(found: Traffic) -> list[tuple[str, str]]:
    return [(exchange.request.base_url, exchange.request.path) for exchange in found.exchanges]


def test_entries_for_the_providers_own_address_are_its() -> None:
    found = traffic(
        Contract.load(),
        get("https://api.vexutopia.com/v1/customers"),
        get("https://api.vexutopia.com:443/v2/nothing"),
        get("https://api.vexutopia.com/customers"),
        get("https://api.vexutopia.com.example.com/v1/customers"),
        get("http://api.vexutopia.com/v1/customers"),
        get("https://api.spoonity.com/customers"),
        get(f"{MOCK}/v1/customers"),
        get("data:text/plain,x"),
        get("wss://api.vexutopia.com/v1/stream"),
    )

    origin = "https://api.vexutopia.com"
    assert went(found) == [(origin, "/v1/customers"), (origin, "/v2/nothing"), (origin, "/customers")]
    assert [exchange.operation for exchange in found.exchanges] == ["vexutopia.listCustomers", "", ""]
    assert (found.entries, found.addresses, found.left_out) == (9, {origin: 3}, {"of other addresses": 6})


def test_entries_for_an_address_that_is_named_are_its_too(contract: Contract) -> None:
    found = traffic(
        contract,
        get(f"{MOCK}/v1/customers"),
        get(f"{MOCK}0/v1/customers"),
        get(f"{MOCK}/nothing"),
        get(f"{MOCK}/customers"),
        get(f"{MOCK}/_mock/health"),
        get("https://api.vexutopia.com/v1/payments"),
        urls=[MOCK],
    )

    assert went(found) == [(MOCK, "/v1/customers"), (MOCK, "/nothing"), ("https://api.vexutopia.com", "/v1/payments")]
    assert found.left_out == {"of other addresses": 1, "of other providers": 1, "of the mock's own API": 1}


def test_sandbox_and_base_path_are_no_part_of_the_path(contract: Contract) -> None:
    base = "https://staging.example.com/vex"
    found = traffic(
        contract,
        get(f"{base}/v1/customers/cus_1"),
        get(f"{base}/@anna/v1/customers?limit=1"),
        get(f"{base}/@anna/_mock/reset"),
        get(f"{base}utopia/v1/customers"),
        get(base),
        urls=[f"{base}/"],
    )

    assert went(found) == [(base, "/v1/customers/cus_1"), (f"{base}/@anna", "/v1/customers"), (base, "/")]
    assert [exchange.operation for exchange in found.exchanges] == ["vexutopia.retrieveCustomer", "vexutopia.listCustomers", ""]
    assert found.exchanges[1].request.query == b"limit=1"


def test_without_an_address_those_that_a_mock_answered_are_taken(contract: Contract) -> None:
    found = traffic(
        contract,
        get("http://localhost:3000/v1/customers"),
        answered_by_the_mock(f"{MOCK}/@anna/v1/customers"),
        answered_by_the_mock(f"{MOCK}/v3"),
        answered_by_the_mock(f"{MOCK}/customers"),
    )

    assert went(found) == [(f"{MOCK}/@anna", "/v1/customers"), (MOCK, "/v3")]
    assert found.left_out == {"of other addresses": 1, "of other providers": 1}


def test_without_an_address_and_a_mock_those_with_the_providers_paths_are_taken(contract: Contract) -> None:
    found = traffic(
        contract, get("http://h/@anna/v1/customers"), get("http://g/v1/x"), get("http://h/v2"), get("http://h/customers")
    )

    assert went(found) == [("http://h/@anna", "/v1/customers"), ("http://g", "/v1/x")]
    assert found.left_out == {"of other addresses": 2}


def test_what_was_not_sent_to_the_service_is_left_out(contract: Contract) -> None:
    url = "https://api.vexutopia.com/v1/customers"
    asking = {"method": "OPTIONS", "url": url, "headers": pairs(Access_Control_Request_Method="POST")}
    found = traffic(
        contract,
        get(url),
        get(url, _fromCache="disk"),
        {"request": asking},
        {"request": {"method": "OPTIONS", "url": url}, "_resourceType": "preflight"},
        {"request": {"method": "OPTIONS", "url": url}},
    )

    assert [exchange.number for exchange in found.exchanges] == [1, 5]
    assert found.left_out == {"from the browser's cache": 1, "preflights": 2}


@pytest.mark.parametrize(
    ("entries", "urls", "complaint"),
    [
        ([], [], "has no request to https://api.vexutopia.com among its entries; record some of it"),
        (["data:,x"], [], "has no request to https://api.vexutopia.com among its entries; record some of it"),
        (
            ["http://a/x", "http://b/x", "http://b/y"],
            [],
            "has no request to https://api.vexutopia.com among its entries; name the address with --url; it has http://b, http://a",
        ),
        (
            ["http://a/v1/customers"],
            ["http://me:secret@b/x"],
            "has no request to https://api.vexutopia.com or http://b/x among its entries; name the address with --url; it has http://a",
        ),
    ],
)
def test_recording_of_something_else_is_no_good_news(
    entries: list[str], urls: list[str], complaint: str, contract: Contract
) -> None:
    with pytest.raises(DocumentError) as caught:
        traffic(contract, *map(get, entries), urls=urls)

    assert str(caught.value) == f"traffic.har: {complaint}"


def test_the_same_address_may_be_shared_by_both_providers(contract: Contract) -> None:
    shared = recording(get(f"{MOCK}/customers"), get(f"{MOCK}/v1/customers"))

    found = {each.name: traffic_of(shared, contract, each, [MOCK]).exchanges for each in PROVIDERS}

    assert {name: [each.operation for each in exchanges] for name, exchanges in found.items()} == {
        "spoonity": ["spoonity.listCustomers"],
        "vexutopia": ["vexutopia.listCustomers"],
    }
