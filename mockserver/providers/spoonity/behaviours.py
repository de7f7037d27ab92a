"""What Spoonity's documents promise, executable."""

from mockserver.catalogue import Behaviour, Unchecked

BEHAVIOURS: tuple[Behaviour, ...] = ()
UNCHECKED: tuple[Unchecked, ...] = ()
