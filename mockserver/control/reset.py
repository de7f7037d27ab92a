"""`/_mock/reset`: back to how the sandbox began."""

from mockserver.control.route import ControlCall, ControlRoute
from mockserver.control.standing import SandboxSummary, standing_of
from mockserver.exchange import Reply


def reset_sandbox(call: ControlCall) -> Reply:
    """Go back to the sandbox's own fixture, clock, assumptions and webhook endpoints.

    The journal is cleared and counts from 1 again; keys and snapshots stay.
    """
    sandbox = call.sandbox()
    sandbox.reset()
    return standing_of(call, sandbox)


ROUTES = (ControlRoute(method="POST", path="/_mock/reset", run=reset_sandbox, replies={200: SandboxSummary}),)
