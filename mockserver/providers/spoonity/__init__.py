"""Spoonity's Customer API: loyalty customers at `/customers`, tokens at `/oauth/access_token`."""

from functools import cache
from pathlib import Path

from mockserver.catalogue import Catalogue, read_statements
from mockserver.documents import packaged
from mockserver.providers.provider import Provider
from mockserver.providers.spoonity import customers, dialect
from mockserver.providers.spoonity.assumptions import ASSUMPTIONS
from mockserver.providers.spoonity.records import CUSTOMERS, TOKENS


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue; only checks and descriptions need it."""
    from mockserver.providers.spoonity.behaviours import BEHAVIOURS
    from mockserver.providers.spoonity.behaviours.service import CLEANUP
    from mockserver.providers.spoonity.conduct import CONDUCT
    from mockserver.providers.spoonity.observers import OBSERVERS, UNOBSERVABLE

    return Catalogue(BEHAVIOURS, *read_statements(Path(__file__).parent), OBSERVERS, UNOBSERVABLE, CLEANUP, CONDUCT)


PROVIDER = Provider(
    name="spoonity",
    title="Spoonity Customer API",
    origin="https://api.spoonity.com",
    handlers=(
        customers.list_customers,
        customers.create_customer,
        customers.retrieve_customer,
        customers.update_customer,
        customers.delete_customer,
        dialect.create_access_token,
    ),
    kinds=(CUSTOMERS, TOKENS),
    contract=packaged("openapi.yaml"),
    fixtures=packaged("fixtures"),
    authenticate=dialect.authenticate,
    refuse=dialect.refuse,
    render_problem=dialect.render_problem,
    render_page=dialect.render_page,
    credential=dialect.credential,
    assumptions=ASSUMPTIONS,
    catalogue=load_catalogue,
    account="mockserver.providers.spoonity.account:Spoonity",
    example='-G {url}/customers -H "Authorization: Bearer test" -d limit=2',
)
