"""A test as a user with a type checker writes it: `mypy --strict` must know what each thing is. Nobody runs it."""

from typing import assert_type

from mockserver import Accounts, Server, Spoonity, Vexutopia
from mockserver.client.account import AnyRecords
from mockserver.client.interception import Interception
from mockserver.providers import accounts
from mockserver.providers.spoonity.records import Customer as SpoonityCustomer
from mockserver.providers.vexutopia.records import Customer, Payment


def test_accounts(spoonity: Spoonity, vexutopia: Vexutopia) -> None:
    assert_type(spoonity.customers.list(), list[SpoonityCustomer])
    assert_type(vexutopia.customers.add(name="Ada", metadata={"plan": "pro"}), Customer)
    assert_type(vexutopia.payments.find(status="failed"), list[Payment])
    assert_type(vexutopia.live.customers["cus_1"].email, str)
    assert_type(vexutopia.records("customers"), AnyRecords)
    assert_type(vexutopia.env(), dict[str, str])


def test_mistakes_are_told(vexutopia: Vexutopia) -> None:
    vexutopia.customers.add(nmae="Ada")  # type: ignore[call-arg]
    vexutopia.payments.add(status="paid")  # type: ignore[arg-type]
    vexutopia.faults.add("explode")  # type: ignore[arg-type]
    vexutopia.clock.set("2026-01-01T00:00:00Z", mode="slow")  # type: ignore[arg-type]


def test_session(mock_server: Server, mock_sandbox: Accounts, mock_intercept: Interception) -> None:
    assert_type(mock_server.sandbox(clock="frozen"), Accounts)
    assert_type(mock_sandbox.spoonity, Spoonity)
    assert_type(mock_intercept.refused, list[str])
    assert_type(mock_sandbox, accounts.Accounts)
