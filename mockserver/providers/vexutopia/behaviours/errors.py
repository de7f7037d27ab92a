"""Pages on authentication and errors: keys, JSON bodies, refusals."""

from mockserver.catalogue.client import ApiResponse
from mockserver.catalogue.traffic import negated
from mockserver.exchange import Exchange
from mockserver.providers.vexutopia.behaviours.exercised import blames, failed, failed_with, refusal_of, refused
from mockserver.providers.vexutopia.behaviours.service import (
    CUSTOMERS,
    DOC_URL,
    PAYMENTS,
    UNKNOWN_CUSTOMER,
    UNKNOWN_PAYMENT,
    Service,
    creating,
    error_of,
    listing,
    record_of,
)

CODES = {
    "unauthorized",
    "invalid_api_key",
    "invalid_request",
    "missing_parameter",
    "invalid_parameter",
    "resource_not_found",
    "payment_failed",
    "insufficient_funds",
    "card_declined",
    "rate_limit_exceeded",
    "internal_error",
}
ENTRANCES = (
    ("GET", CUSTOMERS),
    ("POST", CUSTOMERS),
    ("GET", UNKNOWN_CUSTOMER),
    ("PATCH", UNKNOWN_CUSTOMER),
    ("DELETE", UNKNOWN_CUSTOMER),
    ("GET", PAYMENTS),
    ("POST", PAYMENTS),
    ("GET", UNKNOWN_PAYMENT),
)
"""A request of each operation that changes nothing."""

KEYS = "Authentication page, API keys"
KEY_ERRORS = "Authentication page, errors"
HEADERS = "Authentication page, request headers"
STRUCTURE = "Errors page, structure"

# Keys


def _has_no_key(exchange: Exchange) -> bool:
    return not exchange.request.header(b"authorization")


@listing("vexutopia.auth.bearer-key", source=KEYS)
def bearer_key(service: Service) -> None:
    """An API key as bearer token authenticates a request."""
    service.slice()


@listing("vexutopia.auth.every-operation", source=KEYS, exercised=refused("unauthorized"))
def every_operation(service: Service) -> None:
    """Every operation needs an API key."""
    for method, path in ENTRANCES:
        service.api.call(method, path, headers={"authorization": None}).expect(401)


@listing("vexutopia.auth.no-key", source=KEY_ERRORS, exercised=refused("unauthorized", when=_has_no_key))
def no_key(service: Service) -> None:
    """A request without an Authorization header returns 401, the code `unauthorized` and `No API key provided`."""
    _assert_refused(service, None, "unauthorized", "No API key provided")


@listing("vexutopia.auth.malformed-header", source=KEY_ERRORS, exercised=refused("unauthorized", when=negated(_has_no_key)))
def malformed_header(service: Service) -> None:
    """An Authorization header in any other form than Bearer and a key counts as missing."""
    for header in ("Basic dmV4OnRlc3Q=", "Bearer"):
        _assert_refused(service, header, "unauthorized", "No API key provided")


@listing("vexutopia.auth.unknown-key", source=KEY_ERRORS, exercised=refused("invalid_api_key"))
def unknown_key(service: Service) -> None:
    """An unknown key returns 401, `invalid_api_key` and `The API key provided is invalid`."""
    _assert_refused(service, f"Bearer {service.api.unique('no-key')}", "invalid_api_key", "The API key provided is invalid")


def _assert_refused(service: Service, header: str | None, *wanted: str) -> None:
    error = error_of(service.api.call("GET", CUSTOMERS, headers={"authorization": header}).expect(401))
    found = (error.get("code"), error.get("message"))
    assert found == wanted, f"Authorization {header} is answered {found}"


# Bodies


def _is_json(exchange: Exchange) -> bool:
    return exchange.request.header(b"content-type").partition(";")[0].strip().lower() == "application/json"


@creating("vexutopia.requests.json", source=HEADERS, when=_is_json)
def json_body(service: Service) -> None:
    """A body is JSON, declared as `application/json`."""
    email = service.email()
    assert record_of(service.create_customer(email=email).expect(200, 201)).get("email") == email


@creating("vexutopia.requests.no-forms", source=HEADERS, statuses=(400,), when=negated(_is_json))
def no_forms(service: Service) -> None:
    """A form as body is refused."""
    email = service.email()
    error_of(service.post_customer(form={"email": email}).expect(400))
    assert service.slice(email=email)["data"] == []


@creating(
    "vexutopia.requests.content-type",
    source=HEADERS,
    statuses=(400,),
    when=negated(_is_json),
    only_with={"vexutopia.content-type": "required"},
)
def content_type(service: Service) -> None:
    """A body that is not declared as `application/json` is refused."""
    for declared in ("text/plain", None):
        body = f'{{"email": "{service.email()}"}}'.encode()
        error_of(service.post_customer(body=body, headers={"content-type": declared}).expect(400))


# Errors


def _some_refusals(service: Service) -> list[ApiResponse]:
    """Return refusals for six reasons: key, field, value, body or id."""
    api = service.api
    return [
        api.call("GET", CUSTOMERS, headers={"authorization": None}).expect(401),
        api.call("GET", CUSTOMERS, headers={"authorization": "Bearer unknown"}).expect(401),
        service.post_customer(json={}).expect(400),
        api.call("GET", CUSTOMERS, query={"limit": "many"}).expect(400),
        service.post_customer(body=b"{", headers={"content-type": "application/json"}).expect(400),
        api.call("GET", UNKNOWN_CUSTOMER).expect(404),
    ]


@creating("vexutopia.errors.structure", source=STRUCTURE, exercised=failed)
def structure(service: Service) -> None:
    """An error is an object under `error` with code, message and at most param and doc_url."""
    for answer in _some_refusals(service):
        error = error_of(answer)
        assert answer.json.keys() == {"error"}, f"{answer.request} answered more than an error: {answer.json}"
        assert error.keys() <= {"code", "message", "param", "doc_url"}, f"{answer.request} answered {sorted(error)}"
        texts = [error.get("code"), error.get("message")]
        assert all(text and isinstance(text, str) for text in texts), f"{answer.request} answered {texts}"


@creating("vexutopia.errors.codes", source="Errors page, codes", exercised=failed)
def codes(service: Service) -> None:
    """The code of an error is one of the eleven that the page lists."""
    found = {error_of(answer).get("code") for answer in _some_refusals(service)}
    assert found <= CODES, f"unlisted codes: {found - CODES}"


@creating("vexutopia.errors.doc-url", source=STRUCTURE, exercised=failed_with("doc_url"))
def doc_url(service: Service) -> None:
    """The doc_url of an error is the errors page's address with the code after the hash."""
    for answer in _some_refusals(service)[2:]:  # the samples of the first two, on another page, have none
        error = error_of(answer)
        assert error.get("doc_url") == f"{DOC_URL}{error.get('code')}", f"{error.get('code')} points to {error.get('doc_url')}"


@creating("vexutopia.errors.param-names-the-culprit", source=STRUCTURE, exercised=failed_with("param"))
def param_names_the_culprit(service: Service) -> None:
    """An error that is caused by one parameter names it as param."""
    refusals = {
        "email": service.post_customer(json={"name": "Jane Smith"}),
        "name": service.post_customer(json={"email": service.email(), "name": ["Jane"]}),
        "offset": service.api.call("GET", CUSTOMERS, query={"offset": "first"}),
    }
    for name, answer in refusals.items():
        blamed = error_of(answer.expect(400)).get("param")
        assert blamed == name, f"{answer.request} blames {blamed}, not {name}"


@creating(
    "vexutopia.errors.param-only-if-applicable",
    source=STRUCTURE,
    exercised=lambda exchange: failed(exchange) and "param" not in refusal_of(exchange),
)
def param_only_if_applicable(service: Service) -> None:
    """An error that is not caused by one parameter has no param."""
    no_key, _, _, _, broken, unknown = _some_refusals(service)
    for answer in (no_key, broken, unknown):
        assert "param" not in error_of(answer), f"{answer.request} blames {error_of(answer)['param']}"


@creating("vexutopia.errors.missing-field", source="Errors page, example", statuses=(400,), when=blames("email"))
def missing_field(service: Service) -> None:
    """The error for a missing field says that the field is required, in the words of the page's example."""
    error = error_of(service.post_customer(json={}).expect(400))
    assert error.get("message") == "The email field is required", f"the error says {error.get('message')}"
    assert error.get("code") in ("missing_parameter", "invalid_request"), f"the code is {error.get('code')}"


@listing("vexutopia.errors.invalid-parameter", source="Errors page, statuses and codes", exercised=refused("invalid_parameter"))
def invalid_parameter(service: Service) -> None:
    """A parameter with a wrong value returns 400 and the code `invalid_parameter`."""
    refusals = [
        service.api.call("GET", CUSTOMERS, query={"limit": "many"}),
        service.api.call("GET", CUSTOMERS, query={"offset": "first"}),
        service.post_customer(json={"email": 7}),
        service.post_customer(json={"email": service.email(), "metadata": "none"}),
    ]
    for answer in refusals:
        code = error_of(answer.expect(400)).get("code")
        assert code == "invalid_parameter", f"{answer.request} answered {code}"


@creating(
    "vexutopia.errors.invalid-body",
    source="Errors page, statuses and codes",
    statuses=(400,),
    when=lambda exchange: refusal_of(exchange).get("code") == "invalid_request",
)
def invalid_body(service: Service) -> None:
    """An unreadable body returns 400 and the code `invalid_request`."""
    for body in (b"{", b'{"email": "jane@example.com",}', b"[]"):
        answer = service.post_customer(body=body, headers={"content-type": "application/json"}).expect(400)
        code = error_of(answer).get("code")
        assert code == "invalid_request", f"the body {body!r} is answered {code}"
