"""Code under test that calls a provider's own host lands in a sandbox, with no change to the code or to the host's name."""

from mockserver.client.interception.interception import Interception

__all__ = ["Interception"]
