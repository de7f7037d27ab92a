"""All routes of the control API. The only list of them."""

from mockserver.control import (
    assumptions,
    clock,
    contract,
    deliveries,
    events,
    faults,
    health,
    index,
    report,
    requests,
    reset,
    sandboxes,
    snapshots,
    state,
    traces,
    webhooks,
)
from mockserver.control.route import ControlRoute

ROUTES: tuple[ControlRoute, ...] = (
    *index.ROUTES,
    *health.ROUTES,
    *contract.ROUTES,
    *sandboxes.ROUTES,
    *reset.ROUTES,
    *state.ROUTES,
    *snapshots.ROUTES,
    *clock.ROUTES,
    *assumptions.ROUTES,
    *report.ROUTES,
    *traces.ROUTES,
    *faults.ROUTES,
    *requests.ROUTES,
    *deliveries.ROUTES,
    *webhooks.ROUTES,
    *events.ROUTES,
)
