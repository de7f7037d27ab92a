"""Services that differ from the mock in one point each, to see whether the catalogue notices."""

from collections.abc import Mapping, Sequence

from tests.drift import spoonity, vexutopia
from tests.drift.meddling import Mutation

MUTATIONS: Mapping[str, Sequence[Mutation]] = {"spoonity": spoonity.MUTATIONS, "vexutopia": vexutopia.MUTATIONS}
