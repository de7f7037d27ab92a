"""Spoonity's Customer API: loyalty customers at `/customers`, tokens at `/oauth/access_token`."""

from functools import cache
from pathlib import Path

from mockserver.catalogue import Catalogue, read_statements
from mockserver.documents import packaged
from mockserver.providers.provider import Provider
from mockserver.providers.spoonity.assumptions import ASSUMPTIONS
from mockserver.providers.spoonity.customers import (
    create_customer,
    delete_customer,
    list_customers,
    retrieve_customer,
    update_customer,
)
from mockserver.providers.spoonity.dialect import (
    authenticate,
    create_access_token,
    credential,
    refuse,
    render_page,
    render_problem,
)
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
    handlers=(list_customers, create_customer, retrieve_customer, update_customer, delete_customer, create_access_token),
    kinds=(CUSTOMERS, TOKENS),
    contract=packaged("openapi.yaml"),
    fixtures=packaged("fixtures"),
    authenticate=authenticate,
    refuse=refuse,
    render_problem=render_problem,
    render_page=render_page,
    credential=credential,
    key_prefixes={"spoonity": ""},
    assumptions=ASSUMPTIONS,
    catalogue=load_catalogue,
    account="mockserver.providers.spoonity.account:Spoonity",
    example='-G {url}/customers -H "Authorization: Bearer test" -d limit=2',
)

__all__ = ["PROVIDER"]
