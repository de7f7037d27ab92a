"""Spoonity's statements with their checks, in the order of the documents."""

from mockserver.catalogue.behaviour import behaviours_of
from mockserver.providers.spoonity.behaviours import access, create, customer, delete, errors, filters, lists, update

BEHAVIOURS = behaviours_of(customer, lists, filters, create, update, delete, access, errors)

__all__ = ["BEHAVIOURS"]
