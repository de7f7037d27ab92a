"""Vexutopia's statements with their checks, in the order of the documents."""

from mockserver.catalogue.behaviour import behaviours_of
from mockserver.providers.vexutopia.behaviours import customers, errors, lists, payments

BEHAVIOURS = tuple(behaviour for module in (customers, lists, payments, errors) for behaviour in behaviours_of(module))

__all__ = ["BEHAVIOURS"]
