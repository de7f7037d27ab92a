"""Spoonity's statements with their checks, in the order of the documents."""

from mockserver.catalogue import Behaviour, declared_in
from mockserver.providers.spoonity.behaviours import changes, customer, errors, lists

BEHAVIOURS = declared_in(Behaviour, *map(vars, (customer, lists, changes, errors)))
