"""Authentication, tokens and errors.

Checks https://developers.spoonity.com/authentication and https://developers.spoonity.com/handling-errors.
"""

from mockserver.catalogue import NotCheckable
from mockserver.catalogue.client import ApiResponse
from mockserver.providers.spoonity.behaviours.exercised import refused
from mockserver.providers.spoonity.behaviours.service import Service, getting_a_token, listing, object_in, retrieving

AUTHENTICATION = "Authentication page, OAuth 2.0"
ERRORS = "Handling errors page"
SAMPLE = "Handling errors page, the sample"

NOBODY = "/customers/cust_0000000000000000"
TOKEN_REQUEST = {
    "client_secret": "mockserver-check",
    "client_id": "mockserver-check",
    "grant_type": "authorization_code",
    "code": "mockserver-check",
}
"""The page's token request, with an unregistered client."""


# Authentication and tokens


@listing("spoonity.auth.bearer-token", source="Authentication page, and Customer page, all samples")
def bearer_token(service: Service) -> None:
    """The header `Authorization: Bearer` with a token authenticates a call."""
    service.page()
    service.api.call("GET", "/customers", headers={"authorization": None}).expect(401)


@listing("spoonity.auth.bearer-required", source=SAMPLE, exercised=refused(401))
def bearer_required(service: Service) -> None:
    """Every call on customers needs the header. Without it the call is refused as unauthorized and has no effect."""
    customer = service.create()
    item, without, form = f"/customers/{customer.id}", {"authorization": None}, {"name": service.api.unique("intruder")}
    for method, path in (("GET", "/customers"), ("GET", item), ("DELETE", item)):
        service.api.call(method, path, headers=without).expect(401)
    service.api.call("PUT", item, form=form, headers=without).expect(401)
    service.send_create(form=form, headers=without).expect(401)
    assert service.retrieve(customer.id) == customer
    assert service.found(f"n:{form['name']}") == []


@listing("spoonity.auth.other-scheme", source="Authentication page", exercised=refused(401))
def other_scheme(service: Service) -> None:
    """A credential with another scheme than Bearer is refused."""
    service.page()
    service.api.call("GET", "/customers", headers={"authorization": "Basic bW9jazpjaGVjaw=="}).expect(401)


@listing("spoonity.auth.not-in-the-query", source="Authentication page, in contrast to the older API's", exercised=refused(401))
def not_in_the_query(service: Service) -> None:
    """The query parameters that are credentials in the older API are not credentials here."""
    # A made-up key under either name; a real one does not belong into a URL.
    service.page()
    for name in ("api_key", "session_key"):
        service.api.call("GET", "/customers", query={name: "mockserver-check"}, headers={"authorization": None}).expect(401)


@getting_a_token("spoonity.token.answers-token", source=AUTHENTICATION)
def answers_token(service: Service) -> None:
    """A code is exchanged for an object with access_token, token_type `bearer` and expires_in."""
    shown = _token(service)
    assert shown.keys() == {"access_token", "token_type", "expires_in"}, f"a token reply has {sorted(shown)}"
    assert isinstance(shown["access_token"], str)
    assert shown["access_token"] != ""
    assert shown["token_type"] == "bearer", f"the token type is {shown['token_type']!r}"


@getting_a_token("spoonity.token.expires-in", source=AUTHENTICATION)
def expires_in(service: Service) -> None:
    """A token expires after 60 seconds, as its reply says."""
    shown = _token(service)
    assert shown.get("expires_in") == 60, f"expires_in is {shown.get('expires_in')!r}"


@getting_a_token("spoonity.token.works-as-bearer", source="Authentication page, introduction")
def works_as_bearer(service: Service) -> None:
    """A short-lived token is used like an API key."""
    customer = service.create()
    token = _token(service).get("access_token")
    answer = service.api.call("GET", f"/customers/{customer.id}", headers={"authorization": f"Bearer {token}"})
    assert object_in(answer.expect(200)).get("id") == customer.id
    assert token, "the token is empty"


def _token(service: Service) -> dict[str, object]:
    """Return the reply of the token endpoint.

    Raises: NotCheckable if it refuses an unregistered client, as a real service should.
    """
    answer = service.api.call("POST", "/oauth/access_token", form=TOKEN_REQUEST, headers={"authorization": None})
    if answer.status in (400, 401, 403):
        raise NotCheckable(f"a token takes a registered client and a code; the service answered {answer.status}")
    return object_in(answer.expect(200))


# Errors


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
    """Return the refusal of a missing token, and of other refused mistakes."""
    others = [
        service.api.call("GET", NOBODY),
        service.api.call("GET", "/customers", query={"sort": "no-such-property"}),
        service.api.call("GET", "/customers", query={"limit": "many"}),
        service.api.call("PUT", NOBODY, form={"status": "SLEEPING"}),
    ]
    refused_ones = [answer for answer in others if answer.status >= 400]
    return [_unauthorized(service).expect(401), *refused_ones]
