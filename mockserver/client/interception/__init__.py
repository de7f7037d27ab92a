"""Send requests for the providers' own hosts to a sandbox, without changes to the code under test."""

from mockserver.client.interception.interception import Interception

__all__ = ["Interception"]
