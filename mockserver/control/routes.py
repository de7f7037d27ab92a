"""All routes of the control API. The only list of them."""

from mockserver.control import assumptions, clock, events, faults, index, report, requests, sandboxes, state, webhooks
from mockserver.control.route import ControlRoute

ROUTES: tuple[ControlRoute, ...] = (
    *index.ROUTES,
    *sandboxes.ROUTES,
    *state.ROUTES,
    *clock.ROUTES,
    *assumptions.ROUTES,
    *report.ROUTES,
    *faults.ROUTES,
    *requests.ROUTES,
    *webhooks.ROUTES,
    *events.ROUTES,
)
