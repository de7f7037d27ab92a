"""Spoonity's statements with their checks, in the order of the documents."""

from mockserver.catalogue.behaviour import behaviours_of
from mockserver.providers.spoonity.behaviours import access, create, customer, delete, errors, filters, lists, update

BEHAVIOURS = tuple(
    behaviour
    for module in (customer, lists, filters, create, update, delete, access, errors)
    for behaviour in behaviours_of(module)
)

__all__ = ["BEHAVIOURS"]
