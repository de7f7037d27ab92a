"""Describe what a provider's documents promise and leave open."""

from mockserver.catalogue.assumption import Assumption, Decision, check_choices, declared_in
from mockserver.catalogue.behaviour import Behaviour, NotCheckable
from mockserver.catalogue.catalogue import Catalogue, Cleanup, Unchecked, read_statements
from mockserver.catalogue.overlay import Overlay, move, remove, update

__all__ = [
    "Assumption",
    "Behaviour",
    "Catalogue",
    "Cleanup",
    "Decision",
    "NotCheckable",
    "Overlay",
    "Unchecked",
    "check_choices",
    "declared_in",
    "move",
    "read_statements",
    "remove",
    "update",
]
