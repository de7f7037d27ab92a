"""What Vexutopia's documents leave open and what has one answer here."""

from mockserver.catalogue import Decision

DECISIONS: tuple[Decision, ...] = ()
