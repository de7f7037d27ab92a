"""What the documents promise and what they leave open: the types, and the client that checks use."""

from mockserver.catalogue.assumption import Assumption, Decision, check_choices
from mockserver.catalogue.overlay import Overlay, move, remove, update

__all__ = ["Assumption", "Decision", "Overlay", "check_choices", "move", "remove", "update"]
