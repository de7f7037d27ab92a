"""The OpenAPI contract: known requests and valid values, without provider rules."""

from mockserver.contract.contract import Contract
from mockserver.contract.operation import Operation
from mockserver.contract.routes import Route

__all__ = ["Contract", "Operation", "Route"]
