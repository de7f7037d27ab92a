"""Vexutopia's statements with their checks, in the order of the documents."""

from mockserver.catalogue.behaviour import behaviours_of
from mockserver.providers.vexutopia.behaviours import customers, errors, lists, payments

BEHAVIOURS = behaviours_of(customers, lists, payments, errors)
