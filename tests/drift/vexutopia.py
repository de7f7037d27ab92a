"""Points in which a service may drift from what Vexutopia documents; chosen from its pages, operation by operation."""

import re

from msgspec.structs import replace

from mockserver.catalogue.client import ApiResponse
from tests.drift.meddling import (
    Change,
    Forward,
    Mutation,
    Sent,
    body,
    drop,
    each,
    edit,
    every_error,
    fields,
    ignored,
    is_,
    put,
    query,
    rows,
    status,
    with_key,
)

LIST, CREATE = "GET /v1/customers", "POST /v1/customers"
READ, CHANGE, DELETE = "GET /v1/customers/*", "PATCH /v1/customers/*", "DELETE /v1/customers/*"
PAYMENTS, PAY, PAYMENT = "GET /v1/payments", "POST /v1/payments", "GET /v1/payments/*"
KEY = "vex_test_your_api_key"


def _error(**members: object) -> Change:
    return edit("error", lambda error: {**error, **members})


def _one_more_left_out(sent: Sent, forward: Forward) -> ApiResponse:
    def more(found: re.Match[str]) -> str:
        return f"offset={int(found[1]) + 1}"

    return forward(replace(sent, url=re.sub(r"offset=([1-9]\d*)", more, sent.url)) if is_(LIST)(sent) else sent)


def _takes_101(sent: Sent, forward: Forward) -> ApiResponse:
    if not is_(LIST)(sent) or "limit=101" not in sent.query:
        return forward(sent)
    return body(LIST, put(limit=101))(replace(sent, url=sent.url.replace("limit=101", "limit=100")), forward)


def _named(found: list[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row in found if row["name"]]


def _slower(text: str) -> str:
    return re.sub(r"Z$", ".000Z", text)


def _created_if_the_same(sent: Sent, forward: Forward) -> ApiResponse:
    """Answer an update that changes nothing as if it had created something."""
    if not is_(CHANGE)(sent):
        return forward(sent)
    before = forward(Sent("GET", sent.url, sent.headers, b""))
    answer = forward(sent)
    return replace(answer, status=201) if answer.json == before.json else answer


MUTATIONS = (
    # The customer
    Mutation("a customer lacks its phone", "vexutopia.customer.attributes", body(READ, drop("phone"))),
    Mutation("a customer has a status", "vexutopia.customer.attributes", body(READ, put(status="active"))),
    Mutation("a customer's object is Customer", "vexutopia.customer.object-marker", body(READ, put(object="Customer"))),
    Mutation("an id has eleven characters", "vexutopia.customer.id-form", body(CREATE, edit("id", lambda text: text[:-1]))),
    Mutation(
        "the prefix of ids is cust_", "vexutopia.customer.id-form", body(CREATE, edit("id", lambda text: f"cust_{text[4:]}"))
    ),
    Mutation("all customers have one id", "vexutopia.customer.id-unique", body(CREATE, put(id="cus_abc123def456"))),
    Mutation("timestamps have milliseconds", "vexutopia.customer.timestamp-form", body(CREATE, edit("created_at", _slower))),
    Mutation(
        "timestamps have an offset",
        "vexutopia.customer.timestamp-form",
        body(CREATE, edit("updated_at", lambda t: t[:-1] + "+00:00")),
    ),
    Mutation("an update moves created_at", "vexutopia.customer.created-at", body(CHANGE, put(created_at="2030-01-01T00:00:00Z"))),
    Mutation(
        "updated_at lies before created_at", "vexutopia.customer.updated-at", body(READ, put(updated_at="2020-01-01T00:00:00Z"))
    ),
    # Create, retrieve, update, delete
    Mutation("a create answers 200", "vexutopia.create.status-201", status(CREATE, 201, 200)),
    Mutation("a create forgets the name", "vexutopia.create.fields-as-sent", fields(CREATE, drop("name"))),
    Mutation("a create forgets the phone", "vexutopia.create.fields-as-sent", body(CREATE, put(phone=None))),
    Mutation("a create turns metadata into text", "vexutopia.create.fields-as-sent", body(CREATE, edit("metadata", str))),
    Mutation("a create stores another e-mail address", "vexutopia.create.is-kept", body(READ, put(email="other@example.com"))),
    Mutation(
        "no e-mail address is needed",
        "vexutopia.create.email-required",
        fields(CREATE, lambda value: {"email": "a@example.com", **value}),
    ),
    Mutation(
        "a create needs a name",
        "vexutopia.create.email-suffices",
        lambda s, f: ApiResponse(400, {}, b'{"error":{}}') if is_(CREATE)(s) and b'"name"' not in s.body else f(s),
    ),
    Mutation("a customer is wrapped", "vexutopia.retrieve.bare-customer", body(READ, lambda value: {"customer": value})),
    Mutation("an unknown customer is 400", "vexutopia.retrieve.unknown-id", status(READ, 404, 400)),
    Mutation(
        "an unknown customer has the code not_found",
        "vexutopia.retrieve.unknown-id",
        body(READ, _error(code="not_found"), status=404),
    ),
    Mutation("an update forgets the phone", "vexutopia.update.sets-what-is-sent", fields(CHANGE, drop("phone"))),
    Mutation("an update empties the metadata", "vexutopia.update.keeps-the-rest", body(CHANGE, put(metadata={}))),
    Mutation("an update is not kept", "vexutopia.update.is-kept", body(READ, put(name="Old Name"))),
    Mutation("an update that changes nothing answers 201", "vexutopia.update.is-kept", _created_if_the_same),
    Mutation("an update of nobody succeeds", "vexutopia.update.unknown-id", status(CHANGE, 404, 200)),
    Mutation("a delete answers 204", "vexutopia.delete.receipt", status(DELETE, 200, 204)),
    Mutation("a delete does not say deleted", "vexutopia.delete.receipt", body(DELETE, drop("deleted"))),
    Mutation(
        "a delete does nothing",
        "vexutopia.delete.permanent",
        ignored(DELETE, {"id": "cus_abc123def456", "object": "customer", "deleted": True}),
    ),
    Mutation(
        "a deleted customer is still listed",
        "vexutopia.delete.unlisted",
        ignored(DELETE, {"id": "cus_abc123def456", "object": "customer", "deleted": True}),
    ),
    Mutation("a second delete succeeds", "vexutopia.delete.unknown-id", status(DELETE, 404, 200)),
    Mutation(
        "payments forget a deleted customer", "vexutopia.delete.payments-keep-reference", body(PAYMENT, put(customer_id=None))
    ),
    # List
    Mutation("a list lacks its total", "vexutopia.list.envelope", body(LIST, drop("total"))),
    Mutation("a list has a url", "vexutopia.list.envelope", body(LIST, put(url="/v1/customers"))),
    Mutation("a list's object is collection", "vexutopia.list.object-marker", body(LIST, put(object="collection"))),
    Mutation("rows lack their metadata", "vexutopia.list.whole-customers", body(LIST, each("data", drop("metadata")))),
    Mutation("one row more is left out than the offset says", "vexutopia.list.offset", _one_more_left_out),
    Mutation(
        "a list without a filter has the named customers only", "vexutopia.list.all-customers", body(LIST, rows("data", _named))
    ),
    Mutation("the default limit is 20", "vexutopia.list.default-limit", query(LIST, r"^((?!limit).)*$", "limit=20")),
    Mutation("the limit is ignored", "vexutopia.list.limit", query(LIST, r"limit=\d+", "limit=10")),
    Mutation("the maximum limit is 50", "vexutopia.list.maximum-limit", query(LIST, r"limit=100(?=&|$)", "limit=101")),
    Mutation("a limit of 101 is taken", "vexutopia.list.no-more-than-maximum", _takes_101),
    Mutation("the offset is ignored", "vexutopia.list.offset", query(LIST, r"offset=\d+", "offset=0")),
    Mutation("the offset counts from 1", "vexutopia.list.offset", query(LIST, r"offset=1(?=&|$)", "offset=0")),
    Mutation("the default offset is 1", "vexutopia.list.default-offset", query(LIST, r"^((?!offset).)*$", r"\g<0>&offset=1")),
    Mutation("a list names no limit", "vexutopia.list.names-its-slice", body(LIST, put(limit=10))),
    Mutation(
        "the total counts the slice", "vexutopia.list.total", body(LIST, lambda value: {**value, "total": len(value["data"])})
    ),
    Mutation("the total is one too many", "vexutopia.list.total", body(LIST, edit("total", lambda count: count + 1))),
    Mutation(
        "has_more is false at the edge",
        "vexutopia.list.has-more",
        body(LIST, lambda v: {**v, "has_more": v["offset"] + len(v["data"]) < v["total"] - 1}),
    ),
    Mutation(
        "has_more is true at the end",
        "vexutopia.list.has-more",
        body(LIST, lambda v: {**v, "has_more": v["offset"] + len(v["data"]) <= v["total"]}),
    ),
    Mutation(
        "rows show metadata that were never set as null",
        "vexutopia.list.whole-customers",
        body(LIST, each("data", lambda row: {**row, "metadata": row["metadata"] or None})),
    ),
    Mutation(
        "the e-mail filter looks for small letters in what has capital ones",
        "vexutopia.list.email-filter",
        query(LIST, r"email=J", "email=j-"),
    ),
    Mutation("the e-mail filter is ignored", "vexutopia.list.email-filter", query(LIST, r"email=[^&]*", "")),
    # Payments
    Mutation("a payment lacks its provider", "vexutopia.payment.attributes", body(PAYMENT, drop("provider"))),
    Mutation("a payment's object is charge", "vexutopia.payment.object-marker", body(PAYMENT, put(object="charge"))),
    Mutation(
        "a payment's id has nine digits",
        "vexutopia.payment.id-form",
        body(PAYMENTS, each("data", edit("id", lambda text: text[:-1]))),
    ),
    Mutation("a payment can be cancelled with two l", "vexutopia.payment.status", body(PAYMENT, put(status="cancelled"))),
    Mutation(
        "currencies are in upper case",
        "vexutopia.payment.currency-form",
        body(PAYMENTS, each("data", edit("currency", str.upper))),
    ),
    Mutation(
        "a payment's times have milliseconds",
        "vexutopia.payment.timestamp-form",
        body(PAYMENTS, each("data", edit("created_at", _slower))),
    ),
    Mutation("a payment is created with 200", "vexutopia.payments.create.status-201", status(PAY, 201, 200)),
    Mutation("an amount is text", "vexutopia.payments.create.fields-as-sent", body(PAY, edit("amount", str))),
    Mutation(
        "an amount is in whole dollars",
        "vexutopia.payments.create.fields-as-sent",
        body(PAY, edit("amount", lambda cents: cents // 100)),
    ),
    Mutation("a payment forgets its customer", "vexutopia.payments.create.links-customer", body(PAY, put(customer_id=None))),
    Mutation(
        "no amount is needed", "vexutopia.payments.create.amount-required", fields(PAY, lambda value: {"amount": 1, **value})
    ),
    Mutation(
        "no currency is needed",
        "vexutopia.payments.create.currency-required",
        fields(PAY, lambda value: {"currency": "usd", **value}),
    ),
    Mutation(
        "fractions of a cent are taken",
        "vexutopia.payments.create.amount-is-integer",
        fields(PAY, edit("amount", lambda amount: int(float(amount)) if not isinstance(amount, int) else amount)),
    ),
    Mutation("no provider is chosen", "vexutopia.payments.create.provider-chosen", body(PAY, put(provider=None))),
    Mutation("the provider is ignored", "vexutopia.payments.create.provider-as-sent", body(PAY, put(provider="stripe"))),
    Mutation("a payment may name nobody", "vexutopia.payments.create.customer-exists", fields(PAY, drop("customer_id"))),
    Mutation(
        "a payment for nobody is put down to its amount",
        "vexutopia.payments.create.customer-exists",
        body(PAY, _error(param="amount"), status=400),
    ),
    Mutation("a payment is wrapped", "vexutopia.payments.retrieve.bare-payment", body(PAYMENT, lambda value: {"payment": value})),
    Mutation("an unknown payment is 400", "vexutopia.payments.retrieve.unknown-id", status(PAYMENT, 404, 400)),
    Mutation(
        "payments are listed as rows",
        "vexutopia.payments.list.payments",
        body(PAYMENTS, rows("data", lambda found: [{"id": row["id"]} for row in found])),
    ),
    Mutation("a payment can be deleted", "vexutopia.payments.no-changes", ignored("DELETE /v1/payments/*", {"deleted": True})),
    # Credentials, requests, errors
    Mutation(
        "a bearer key is refused",
        "vexutopia.auth.bearer-key",
        lambda s, f: ApiResponse(401, {}, b'{"error":{"code":"invalid_api_key"}}') if is_(LIST)(s) else f(s),
    ),
    Mutation("nobody needs a key", "vexutopia.auth.every-operation", with_key(KEY)),
    Mutation("no key is 403", "vexutopia.auth.no-key", status(LIST, 401, 403)),
    Mutation(
        "no key has the code invalid_api_key", "vexutopia.auth.no-key", body(LIST, _error(code="invalid_api_key"), status=401)
    ),
    Mutation(
        "a key without Bearer is invalid",
        "vexutopia.auth.malformed-header",
        body(LIST, _error(code="invalid_api_key"), status=401),
    ),
    Mutation("any key is taken", "vexutopia.auth.unknown-key", with_key(KEY)),
    Mutation("a JSON body is not read as it came", "vexutopia.requests.json", fields(CREATE, put(email="other@example.com"))),
    Mutation(
        "forms are taken",
        "vexutopia.requests.no-forms",
        lambda s, f: ApiResponse(201, {}, b'{"id":"cus_abc123def456"}') if "form" in s.headers.get("content-type", "") else f(s),
    ),
    Mutation(
        "any content type is taken",
        "vexutopia.requests.content-type",
        lambda s, f: f(type(s)(s.method, s.url, {**s.headers, "content-type": "application/json"}, s.body)),
    ),
    Mutation("errors are flat", "vexutopia.errors.structure", every_error(lambda value: value["error"])),
    Mutation("errors have a type", "vexutopia.errors.structure", every_error(_error(type="x"))),
    Mutation(
        "codes are in upper case",
        "vexutopia.errors.codes",
        every_error(lambda v: {"error": {**v["error"], "code": v["error"]["code"].upper()}}),
    ),
    Mutation("doc_url leads elsewhere", "vexutopia.errors.doc-url", every_error(_error(doc_url="https://vexutopia.com/docs"))),
    Mutation(
        "errors never name the parameter", "vexutopia.errors.param-names-the-culprit", every_error(edit("error", drop("param")))
    ),
    Mutation("errors always name a parameter", "vexutopia.errors.param-only-if-applicable", every_error(_error(param="id"))),
    Mutation(
        "a missing field has other words", "vexutopia.errors.missing-field", every_error(_error(message="email is missing"))
    ),
    Mutation(
        "a wrong value has the code invalid_request",
        "vexutopia.errors.invalid-parameter",
        every_error(_error(code="invalid_request")),
    ),
    Mutation("a broken body is 422", "vexutopia.errors.invalid-body", status(CREATE, 400, 422)),
)
