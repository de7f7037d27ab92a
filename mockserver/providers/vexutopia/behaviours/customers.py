# ruff: noqa: D103 - what a check holds is said by the behaviour that it makes
"""What the customers page says of customers: their fields, and how to create, retrieve, update and delete them."""

from mockserver.catalogue.behaviour import behaviour
from mockserver.catalogue.client import Api
from mockserver.providers.vexutopia.behaviours.service import (
    CUSTOMER_ID,
    TIMESTAMP,
    UNKNOWN_CUSTOMER,
    Service,
    customer_path,
    error_of,
    ids,
    member,
    record_of,
)
from mockserver.providers.vexutopia.behaviours.traffic import answered, blames, body_of, sends

ATTRIBUTES = {"id", "object", "email", "name", "phone", "metadata", "created_at", "updated_at"}

# The customer object


@behaviour(
    "vexutopia.customer.attributes",
    says="A customer has eight attributes: id, object, email, name, phone, metadata, created_at and updated_at.",
    source="Customers page, the customer object",
    operation="vexutopia.retrieveCustomer",
    exercised=answered("retrieveCustomer", 200, when=lambda exchange: "email" in body_of(exchange)),
)
def attributes(api: Api) -> None:
    service = Service(api)
    created = service.full_customer()
    for customer in (created, service.customer(created), service.update_customer(created, name="Jane Doe")):
        assert customer.keys() == ATTRIBUTES, f"a customer has {sorted(customer)}"
        for name in ATTRIBUTES - {"metadata"}:
            member(customer, name, str)
        member(customer, "metadata", dict)


@behaviour(
    "vexutopia.customer.object-marker",
    says="The attribute object of a customer is always `customer`.",
    source="Customers page, attributes",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def object_marker(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    listed = service.slice(email=customer["email"])["data"]
    shown = [customer, service.customer(customer), service.update_customer(customer, name="Jane Doe"), *listed]
    assert listed
    assert {each.get("object") for each in shown} == {"customer"}, "a customer has another object marker"


@behaviour(
    "vexutopia.customer.id-form",
    says="The id of a customer is `cus_` and twelve lower-case letters or digits.",
    source="Customers page, the customer object",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def id_form(api: Api) -> None:
    identity = Service(api).new_customer()["id"]
    assert CUSTOMER_ID.fullmatch(identity), f"a customer has the id {identity}"


@behaviour(
    "vexutopia.customer.id-unique",
    says="The id identifies one customer and no other.",
    source="Customers page, attributes",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def id_unique(api: Api) -> None:
    service = Service(api)
    first, second = service.new_customer(), service.new_customer()
    assert first["id"] != second["id"]
    assert [service.customer(each).get("email") for each in (first, second)] == [first["email"], second["email"]]


@behaviour(
    "vexutopia.customer.timestamp-form",
    says="Timestamps of a customer are ISO 8601 in UTC and whole seconds, such as `2026-01-19T10:30:00Z`.",
    source="Customers page, the customer object",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def timestamp_form(api: Api) -> None:
    service = Service(api)
    created = service.new_customer()
    for customer in (created, service.update_customer(created, name="Jane Doe")):
        for name in ("created_at", "updated_at"):
            text = member(customer, name, str)
            assert TIMESTAMP.fullmatch(text), f"{name} is {text}"


@behaviour(
    "vexutopia.customer.created-at",
    says="The attribute created_at is the time of creation, and an update does not change it.",
    source="Customers page, attributes",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 200),
)
def created_at(api: Api) -> None:
    service = Service(api)
    older = service.new_customer()
    customer = service.new_customer()
    younger = service.new_customer()
    updated = service.update_customer(customer, name="Jane Doe")
    times = [member(each, "created_at", str) for each in (older, customer, younger)]
    assert times == sorted(times), f"customers created one after the other have {times}"
    assert updated.get("created_at") == times[1], f"an update moved created_at from {times[1]} to {updated.get('created_at')}"


@behaviour(
    "vexutopia.customer.updated-at",
    says="The attribute updated_at is the time of the last update.",
    source="Customers page, attributes",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 200),
)
def updated_at(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    before = service.new_customer()
    updated = service.update_customer(customer, name="Jane Doe")
    after = service.new_customer()
    assert service.customer(customer).get("updated_at") == updated.get("updated_at"), "updated_at is not kept"
    times = [member(before, "created_at", str), member(updated, "updated_at", str), member(after, "created_at", str)]
    assert times == sorted(times), f"an update between {times[0]} and {times[2]} is dated {times[1]}"


# Create


@behaviour(
    "vexutopia.create.status-201",
    says="Creating a customer returns 201.",
    source="Errors page, statuses",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def create_status(api: Api) -> None:
    Service(api).create_customer().expect(201)


@behaviour(
    "vexutopia.create.fields-as-sent",
    says="A new customer has the email, name, phone and metadata that were sent.",
    source="Customers page, create",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201, when=sends("email", "name", "phone", "metadata")),
)
def create_fields(api: Api) -> None:
    service = Service(api)
    sent = {
        "email": service.email(),
        "name": "Jané Smith-O'Neil",
        "phone": "+1 555 123 4567",
        "metadata": {"user_id": "12345", "plan": "gold"},
    }
    customer = service.new_customer(**sent)
    assert {name: customer.get(name) for name in sent} == sent


@behaviour(
    "vexutopia.create.is-kept",
    says="A creation returns the customer as it can be retrieved afterwards.",
    source="Customers page, create",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201),
)
def create_is_kept(api: Api) -> None:
    service = Service(api)
    customer = service.full_customer()
    assert service.customer(customer) == customer


@behaviour(
    "vexutopia.create.email-required",
    says="A customer cannot be created without an e-mail address; the error names the parameter email.",
    source="Customers page, create",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 400, when=blames("email")),
)
def create_email_required(api: Api) -> None:
    error = error_of(Service(api).post_customer(json={"name": api.unique("nameless")}).expect(400))
    assert error.get("param") == "email", f"the error names {error.get('param')}"


@behaviour(
    "vexutopia.create.email-suffices",
    says="A customer can be created from an e-mail address alone; name, phone and metadata are optional.",
    source="Customers page, create",
    operation="vexutopia.createCustomer",
    exercised=answered("createCustomer", 201, when=lambda exchange: not sends("name", "phone", "metadata")(exchange)),
)
def create_email_suffices(api: Api) -> None:
    service = Service(api)
    email = service.email()
    assert service.new_customer(email=email).get("email") == email


# Retrieve


@behaviour(
    "vexutopia.retrieve.bare-customer",
    says="A customer is retrieved by its id, and returned without a wrapper.",
    source="Customers page, retrieve",
    operation="vexutopia.retrieveCustomer",
    exercised=answered("retrieveCustomer", 200, when=lambda exchange: "email" in body_of(exchange)),
)
def retrieve_bare(api: Api) -> None:
    service = Service(api)
    customer, _other = service.full_customer(), service.new_customer()
    assert service.customer(customer) == customer


@behaviour(
    "vexutopia.retrieve.unknown-id",
    says="Retrieving a customer that does not exist returns 404 and the code `resource_not_found`.",
    source="Errors page, statuses and codes",
    operation="vexutopia.retrieveCustomer",
    exercised=answered("retrieveCustomer", 404),
)
def retrieve_unknown(api: Api) -> None:
    assert error_of(api.call("GET", UNKNOWN_CUSTOMER).expect(404)).get("code") == "resource_not_found"


# Update


@behaviour(
    "vexutopia.update.sets-what-is-sent",
    says="A PATCH sets the fields that are sent, and returns the updated customer.",
    source="Customers page, update",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 200, when=lambda exchange: sends("name")(exchange) or sends("phone")(exchange)),
)
def update_sets(api: Api) -> None:
    service = Service(api)
    customer = service.full_customer()
    sent = {"name": api.unique("renamed"), "phone": "+1 555 987 6543"}
    updated = service.update_customer(customer, **sent)
    assert updated["id"] == customer["id"]
    assert {name: updated.get(name) for name in sent} == sent


@behaviour(
    "vexutopia.update.keeps-the-rest",
    says="A PATCH does not change fields that are not sent.",
    source="Customers page, update",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 200),
)
def update_keeps(api: Api) -> None:
    service = Service(api)
    customer = service.full_customer()
    renamed = service.update_customer(customer, name="Jane Doe")
    for name in ("id", "object", "email", "phone", "metadata", "created_at"):
        assert renamed.get(name) == customer[name], f"{name} went from {customer[name]} to {renamed.get(name)}"
    called = service.update_customer(customer, phone="+1 555 987 6543")
    assert called.get("name") == "Jane Doe", f"the name went to {called.get('name')}"


@behaviour(
    "vexutopia.update.is-kept",
    says="An update is stored as its reply shows it. The same update again returns 200 and the same customer.",
    source="Customers page, update",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 200),
)
def update_is_kept(api: Api) -> None:
    service = Service(api)
    customer, other = service.full_customer(), service.full_customer()
    sent = {"name": api.unique("renamed"), "phone": "+1 555 987 6543"}
    updated = service.update_customer(customer, **sent)
    assert updated != customer
    assert service.customer(customer) == updated
    again = service.update_customer(customer, **sent)
    assert {**again, "updated_at": ""} == {**updated, "updated_at": ""}
    assert service.customer(other) == other, "the update of one customer changed another"


@behaviour(
    "vexutopia.update.unknown-id",
    says="Updating a customer that does not exist returns 404 and the code `resource_not_found`.",
    source="Errors page, statuses and codes",
    operation="vexutopia.updateCustomer",
    exercised=answered("updateCustomer", 404),
)
def update_unknown(api: Api) -> None:
    answer = api.call("PATCH", UNKNOWN_CUSTOMER, json={"name": "Jane Doe"}).expect(404)
    assert error_of(answer).get("code") == "resource_not_found"


# Delete


@behaviour(
    "vexutopia.delete.receipt",
    says="A deletion returns 200 with exactly the id, object `customer` and deleted `true`.",
    source="Customers page, delete",
    operation="vexutopia.deleteCustomer",
    exercised=answered("deleteCustomer", 200),
)
def delete_receipt(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    receipt = service.delete_customer(customer).json
    assert receipt == {"id": customer["id"], "object": "customer", "deleted": True}, f"the receipt is {receipt}"


@behaviour(
    "vexutopia.delete.permanent",
    says="A deleted customer cannot be retrieved, and an update does not restore it.",
    source="Customers page, delete",
    operation="vexutopia.deleteCustomer",
    exercised=answered("deleteCustomer", 200),
)
def delete_permanent(api: Api) -> None:
    service = Service(api)
    customer, other = service.full_customer(), service.full_customer()
    service.delete_customer(customer)
    service.assert_gone(customer)
    api.call("PATCH", customer_path(customer), json={"name": "Jane Doe"}).expect(404)
    service.assert_gone(customer)
    assert service.customer(other) == other, "the deletion of one customer changed another"


@behaviour(
    "vexutopia.delete.unlisted",
    says="A deleted customer is in no list.",
    source="Customers page, delete",
    operation="vexutopia.deleteCustomer",
    exercised=answered("deleteCustomer", 200),
)
def delete_unlisted(api: Api) -> None:
    service = Service(api)
    customer, other = service.new_customer(), service.new_customer()
    assert ids(service.slice(email=customer["email"])["data"]) == [customer["id"]]
    service.delete_customer(customer)
    assert service.slice(email=customer["email"])["data"] == []
    assert customer["id"] not in ids(list(service.walk()))
    assert ids(service.slice(email=other["email"])["data"]) == [other["id"]]


@behaviour(
    "vexutopia.delete.unknown-id",
    says="Deleting a customer that does not exist, or no longer exists, returns 404 and `resource_not_found`.",
    source="Errors page, statuses and codes",
    operation="vexutopia.deleteCustomer",
    exercised=answered("deleteCustomer", 404),
)
def delete_unknown(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    service.delete_customer(customer)
    for path in (UNKNOWN_CUSTOMER, customer_path(customer)):
        assert error_of(api.call("DELETE", path).expect(404)).get("code") == "resource_not_found"


@behaviour(
    "vexutopia.delete.payments-keep-reference",
    says="Payments of a deleted customer keep its id.",
    source="Customers page, delete",
    operation="vexutopia.deleteCustomer",
    exercised=answered("deleteCustomer", 200),
)
def delete_payments_keep_reference(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    payment = service.new_payment(customer_id=customer["id"])
    service.delete_customer(customer)
    service.assert_gone(customer)
    kept = service.payment(payment)
    assert kept.get("customer_id") == customer["id"], f"the payment names {kept.get('customer_id')}"


# Customers and payments


@behaviour(
    "vexutopia.payments.create.links-customer",
    says="A payment that is created with a customer's id refers to this customer.",
    source="Customers page, using customers with payments",
    operation="vexutopia.createPayment",
    exercised=answered("createPayment", 201, when=sends("customer_id")),
)
def payment_links_customer(api: Api) -> None:
    service = Service(api)
    customer = service.new_customer()
    answer = service.create_payment(customer_id=customer["id"]).expect(200, 201)
    payment = record_of(answer)
    assert payment.get("customer_id") == customer["id"], f"the payment names {payment.get('customer_id')}"
    assert service.payment(payment).get("customer_id") == customer["id"]
