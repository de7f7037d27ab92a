"""The documented APIs that are played. The only list of them."""

from mockserver.providers.provider import Provider
from mockserver.providers.spoonity import PROVIDER as SPOONITY
from mockserver.providers.vexutopia import PROVIDER as VEXUTOPIA

PROVIDERS: tuple[Provider, ...] = (SPOONITY, VEXUTOPIA)

__all__ = ["PROVIDERS", "Provider"]
