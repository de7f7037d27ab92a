"""How calls are refused. Checks https://developers.spoonity.com/handling-errors."""

from mockserver.catalogue.client import ApiResponse
from mockserver.providers.spoonity.behaviours.exercised import refused
from mockserver.providers.spoonity.behaviours.service import Service, listing, object_in, retrieving

ERRORS = "Handling errors page"
SAMPLE = "Handling errors page, the sample"

NOBODY = "/customers/cust_0000000000000000"


@retrieving("spoonity.errors.unauthorized", source=SAMPLE, exercised=refused(401))
def unauthorized(service: Service) -> None:
    """Retrieving a customer without authentication returns 401."""
    _unauthorized(service).expect(401)


@retrieving("spoonity.errors.flat", source=SAMPLE, exercised=refused())
def flat(service: Service) -> None:
    """An error has exactly internal_code and message, at the top level."""
    for answer in _refusals(service):
        shown = object_in(answer)
        assert shown.keys() == {"internal_code", "message"}, f"{answer.request} answered {sorted(shown)}"


@retrieving("spoonity.errors.readable-message", source=ERRORS, exercised=refused())
def readable_message(service: Service) -> None:
    """An error has a message for people to read."""
    for answer in _refusals(service):
        message = object_in(answer).get("message")
        assert isinstance(message, str), f"{answer.request} answered the message {message!r}"
        assert message.strip(), f"{answer.request} answered an empty message"


@retrieving("spoonity.errors.no-internal-code-for-mistakes", source=ERRORS, exercised=refused())
def no_internal_code_for_mistakes(service: Service) -> None:
    """For a mistake of the caller, such as missing authentication or an invalid parameter, internal_code is null."""
    for answer in _refusals(service):
        shown = object_in(answer)
        assert "internal_code" in shown, f"{answer.request} answered no internal_code"
        assert shown["internal_code"] is None, f"{answer.request} answered the code {shown['internal_code']!r}"


@listing("spoonity.transport.json", source="Customer page, all samples")
def json(service: Service) -> None:
    """All replies are JSON, also those to refused calls."""
    customer = service.create()
    item = f"/customers/{customer.id}"
    calls = [("GET", "/customers"), ("GET", item), ("PUT", item), ("DELETE", item)]
    service.page()
    answers = [service.api.call(method, path).expect(200) for method, path in calls]
    for answer in [*answers, service.send_create().expect(200, 201), *_refusals(service)]:
        declared = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        assert declared == "application/json", f"{answer.request} answered {declared or 'no content type'}"
        object_in(answer)


def _unauthorized(service: Service) -> ApiResponse:
    return service.api.call("GET", NOBODY, headers={"authorization": None})


def _refusals(service: Service) -> list[ApiResponse]:
    """Return what the service answers to mistakes: one that it must refuse, and those of some others that it does."""
    others = [
        service.api.call("GET", NOBODY),
        service.api.call("GET", "/customers", query={"sort": "no-such-property"}),
        service.api.call("GET", "/customers", query={"limit": "many"}),
        service.api.call("PUT", NOBODY, form={"status": "SLEEPING"}),
    ]
    refused_ones = [answer for answer in others if answer.status >= 400]
    return [_unauthorized(service).expect(401), *refused_ones]
