"""Vexutopia's Customers API: customers and payments below `/v1`, and webhook events."""

from functools import cache
from pathlib import Path

from mockserver.catalogue import Catalogue, read_statements
from mockserver.documents import packaged
from mockserver.providers.provider import Provider
from mockserver.providers.vexutopia import customers, dialect, payments
from mockserver.providers.vexutopia.assumptions import ASSUMPTIONS
from mockserver.providers.vexutopia.records import CUSTOMERS, LIVE_CUSTOMERS, LIVE_PAYMENTS, LIVE_PREFIX, PAYMENTS, TEST_PREFIX
from mockserver.providers.vexutopia.webhooks import WEBHOOKS


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue; only checks and descriptions need it."""
    from mockserver.providers.vexutopia.behaviours import BEHAVIOURS
    from mockserver.providers.vexutopia.behaviours.service import CLEANUP
    from mockserver.providers.vexutopia.conduct import CONDUCT
    from mockserver.providers.vexutopia.observers import OBSERVERS, UNOBSERVABLE

    return Catalogue(BEHAVIOURS, *read_statements(Path(__file__).parent), OBSERVERS, UNOBSERVABLE, CLEANUP, CONDUCT)


PROVIDER = Provider(
    name="vexutopia",
    title="Vexutopia Customers API",
    origin="https://api.vexutopia.com",
    handlers=(
        customers.list_customers,
        customers.create_customer,
        customers.retrieve_customer,
        customers.update_customer,
        customers.delete_customer,
        payments.list_payments,
        payments.create_payment,
        payments.retrieve_payment,
    ),
    kinds=(CUSTOMERS, PAYMENTS, LIVE_CUSTOMERS, LIVE_PAYMENTS),
    contract=packaged("openapi.yaml"),
    fixtures=packaged("fixtures"),
    authenticate=dialect.authenticate,
    refuse=dialect.refuse,
    render_problem=dialect.render_problem,
    render_page=dialect.render_page,
    key_prefixes={"vexutopia": TEST_PREFIX, "vexutopia_live": LIVE_PREFIX},
    live_prefixes=(LIVE_PREFIX,),
    error_codes=tuple(dialect.ERROR_CODES),
    webhooks=WEBHOOKS,
    task_handlers={"vexutopia.settle": payments.settle_payment},
    assumptions=ASSUMPTIONS,
    catalogue=load_catalogue,
    account="mockserver.providers.vexutopia.account:Vexutopia",
    example='"{url}/v1/customers?limit=2" -H "Authorization: Bearer vex_test_your_api_key"',
)
