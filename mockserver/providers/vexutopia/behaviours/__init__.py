"""Vexutopia's statements with their checks, in the order of the documents."""

from mockserver.catalogue import Behaviour, declared_in
from mockserver.providers.vexutopia.behaviours import customers, errors, lists, payments

BEHAVIOURS = declared_in(Behaviour, *map(vars, (customers, lists, payments, errors)))
