"""The contract: which requests exist and what is well-formed. No provider's rule or message lives here."""

from mockserver.contract.contract import Contract
from mockserver.contract.operation import Operation
from mockserver.contract.routes import Route

__all__ = ["Contract", "Operation", "Route"]
