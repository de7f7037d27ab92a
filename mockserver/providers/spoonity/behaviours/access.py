"""Who may call, and how tokens are had. Checks https://developers.spoonity.com/authentication."""

from mockserver.catalogue import NotCheckable
from mockserver.providers.spoonity.behaviours.exercised import refused
from mockserver.providers.spoonity.behaviours.service import Service, getting_a_token, listing, object_in

AUTHENTICATION = "Authentication page, OAuth 2.0"

TOKEN_REQUEST = {
    "client_secret": "mockserver-check",
    "client_id": "mockserver-check",
    "grant_type": "authorization_code",
    "code": "mockserver-check",
}
"""What the page has curl send, with a client that nobody has registered."""


@listing("spoonity.auth.bearer-token", source="Authentication page, and Customer page, all samples")
def bearer_token(service: Service) -> None:
    """The header `Authorization: Bearer` with a token authenticates a call."""
    service.page()
    service.api.call("GET", "/customers", headers={"authorization": None}).expect(401)


@listing("spoonity.auth.bearer-required", source="Handling errors page, the sample", exercised=refused(401))
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
    """Return what the token endpoint answers.

    Raises: NotCheckable if it refuses a client that nobody has registered, as a real service should.
    """
    answer = service.api.call("POST", "/oauth/access_token", form=TOKEN_REQUEST, headers={"authorization": None})
    if answer.status in (400, 401, 403):
        raise NotCheckable(f"a token takes a registered client and a code; the service answered {answer.status}")
    return object_in(answer.expect(200))
