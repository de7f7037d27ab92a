"""Checks that fail without words. They stand apart from the tests, whose assertions pytest gives words of its own."""

from mockserver.catalogue.client import Api


def names_its_values(api: Api) -> None:
    wanted = [1, 2]
    found = api.call("GET", "/v1/customers").json["data"][:0]
    assert found == wanted


def stands_on_several_lines(_api: Api) -> None:
    found = 3
    # fmt: off
    assert (
        found
        == 7
    )
    # fmt: on


def names_a_long_value(_api: Api) -> None:
    text = "x" * 1_000
    assert not text


def asserts_deep_within(api: Api) -> None:
    for number in (1, 2):
        _assert_odd(number, api)


def _assert_odd(number: int, _api: Api) -> None:
    assert number % 2 == 1


def has_no_source(api: Api) -> None:
    exec("assert False", {"api": api})
