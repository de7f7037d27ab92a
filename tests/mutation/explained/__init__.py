"""Why the mutants that survive may do so: kept by hand, checked by every run."""

from collections.abc import Sequence

from tests.mutation.explained import spoonity, vexutopia
from tests.mutation.explanation import Explanation

EXPLANATIONS: Sequence[Explanation] = (*spoonity.EXPLANATIONS, *vexutopia.EXPLANATIONS)
