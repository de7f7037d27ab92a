"""Spoonity's statements with their checks, in the order of the documents."""

from mockserver.catalogue.behaviour import behaviours_of
from mockserver.providers.spoonity.behaviours import changes, customer, errors, lists

BEHAVIOURS = behaviours_of(customer, lists, changes, errors)
