"""Test the command as deployed: keys from the environment, real addresses."""

import pytest
from mockserver import Spoonity, Vexutopia

from billing.__main__ import clients, main


@pytest.mark.mockserver(fixture="empty", intercept="strict")
def test_the_command_calls_spoonity_and_vexutopia_and_nobody_else(
    spoonity: Spoonity,
    vexutopia: Vexutopia,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoonity.customers.add_many(2)
    monkeypatch.setenv("SPOONITY_API_KEY", spoonity.token)
    monkeypatch.setenv("VEXUTOPIA_API_KEY", vexutopia.token)
    main()

    assert capsys.readouterr().out == "2 created, 0 renamed, 0 deleted\n"
    assert vexutopia.customers.count() == 2


def test_the_environment_leads_to_another_address(
    spoonity: Spoonity, vexutopia: Vexutopia, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**spoonity.env(), **vexutopia.env()}.items():  # starts a server for this test
        monkeypatch.setenv(name, value)
    loyalty, payments = clients()
    try:
        assert len(list(loyalty.members())) == spoonity.customers.count()
        assert len(list(payments.customers())) == vexutopia.customers.count()
    finally:
        loyalty.close()
        payments.close()


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPOONITY_API_KEY", raising=False)

    with pytest.raises(SystemExit, match="billing: set SPOONITY_API_KEY"):
        main()
