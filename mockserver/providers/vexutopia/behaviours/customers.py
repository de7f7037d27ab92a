"""Customers page: the customer object, create, retrieve, update, delete."""

from mockserver.catalogue.traffic import negated
from mockserver.providers.vexutopia.behaviours.exercised import blames, sends, shows
from mockserver.providers.vexutopia.behaviours.service import (
    CUSTOMER_ID,
    TIMESTAMP,
    UNKNOWN_CUSTOMER,
    Service,
    creating,
    customer_path,
    deleting,
    error_of,
    ids,
    member,
    paying,
    record_of,
    retrieving,
    updating,
)

ATTRIBUTES = {"id", "object", "email", "name", "phone", "metadata", "created_at", "updated_at"}

# The customer object


@retrieving("vexutopia.customer.attributes", source="Customers page, the customer object", when=shows("email"))
def attributes(service: Service) -> None:
    """A customer has eight attributes: id, object, email, name, phone, metadata, created_at and updated_at."""
    created = service.full_customer()
    for customer in (created, service.customer(created), service.update_customer(created, name="Jane Doe")):
        assert customer.keys() == ATTRIBUTES, f"a customer has {sorted(customer)}"
        for name in ATTRIBUTES - {"metadata"}:
            member(customer, name, str)
        member(customer, "metadata", dict)


@creating("vexutopia.customer.object-marker", source="Customers page, attributes")
def object_marker(service: Service) -> None:
    """The attribute object of a customer is always `customer`."""
    customer = service.new_customer()
    listed = service.slice(email=customer["email"])["data"]
    shown = [customer, service.customer(customer), service.update_customer(customer, name="Jane Doe"), *listed]
    assert listed
    assert {each.get("object") for each in shown} == {"customer"}, "a customer has another object marker"


@creating("vexutopia.customer.id-form", source="Customers page, the customer object")
def id_form(service: Service) -> None:
    """The id of a customer is `cus_` and twelve lower-case letters or digits."""
    identity = service.new_customer()["id"]
    assert CUSTOMER_ID.fullmatch(identity), f"a customer has the id {identity}"


@creating("vexutopia.customer.id-unique", source="Customers page, attributes")
def id_unique(service: Service) -> None:
    """The id identifies one customer and no other."""
    first, second = service.new_customers(2)
    assert first["id"] != second["id"]
    assert [service.customer(each).get("email") for each in (first, second)] == [first["email"], second["email"]]


@creating("vexutopia.customer.timestamp-form", source="Customers page, the customer object")
def timestamp_form(service: Service) -> None:
    """Timestamps of a customer are ISO 8601 in UTC and whole seconds, such as `2026-01-19T10:30:00Z`."""
    created = service.new_customer()
    for customer in (created, service.update_customer(created, name="Jane Doe")):
        for name in ("created_at", "updated_at"):
            text = member(customer, name, str)
            assert TIMESTAMP.fullmatch(text), f"{name} is {text}"


@updating("vexutopia.customer.created-at", source="Customers page, attributes")
def created_at(service: Service) -> None:
    """The attribute created_at is the time of creation, and an update does not change it."""
    older = service.new_customer()
    customer = service.new_customer()
    younger = service.new_customer()
    updated = service.update_customer(customer, name="Jane Doe")
    times = [member(each, "created_at", str) for each in (older, customer, younger)]
    assert times == sorted(times), f"customers created one after the other have {times}"
    assert updated.get("created_at") == times[1], f"an update moved created_at from {times[1]} to {updated.get('created_at')}"


@updating("vexutopia.customer.updated-at", source="Customers page, attributes")
def updated_at(service: Service) -> None:
    """The attribute updated_at is the time of the last update."""
    customer = service.new_customer()
    before = service.new_customer()
    updated = service.update_customer(customer, name="Jane Doe")
    after = service.new_customer()
    assert service.customer(customer).get("updated_at") == updated.get("updated_at"), "updated_at is not kept"
    times = [member(before, "created_at", str), member(updated, "updated_at", str), member(after, "created_at", str)]
    assert times == sorted(times), f"an update between {times[0]} and {times[2]} is dated {times[1]}"


# Create


@creating("vexutopia.create.status-201", source="Errors page, statuses", statuses=(201,))
def create_status(service: Service) -> None:
    """Creating a customer returns 201."""
    service.create_customer().expect(201)


@creating("vexutopia.create.fields-as-sent", source="Customers page, create", when=sends("email", "name", "phone", "metadata"))
def create_fields(service: Service) -> None:
    """A new customer has the email, name, phone and metadata that were sent."""
    sent = {
        "email": service.email(),
        "name": "Jané Smith-O'Neil",
        "phone": "+1 555 123 4567",
        "metadata": {"user_id": "12345", "plan": "gold"},
    }
    customer = service.new_customer(**sent)
    assert {name: customer.get(name) for name in sent} == sent


@creating("vexutopia.create.is-kept", source="Customers page, create")
def create_is_kept(service: Service) -> None:
    """A creation returns the customer as it can be retrieved afterwards."""
    customer = service.full_customer()
    assert service.customer(customer) == customer


@creating("vexutopia.create.email-required", source="Customers page, create", statuses=(400,), when=blames("email"))
def create_email_required(service: Service) -> None:
    """A customer cannot be created without an e-mail address; the error names the parameter email."""
    error = error_of(service.post_customer(json={"name": service.api.unique("nameless")}).expect(400))
    assert error.get("param") == "email", f"the error names {error.get('param')}"


@creating("vexutopia.create.email-suffices", source="Customers page, create", when=negated(sends("name", "phone", "metadata")))
def create_email_suffices(service: Service) -> None:
    """A customer can be created from an e-mail address alone; name, phone and metadata are optional."""
    email = service.email()
    assert service.new_customer(email=email).get("email") == email


# Retrieve


@retrieving("vexutopia.retrieve.bare-customer", source="Customers page, retrieve", when=shows("email"))
def retrieve_bare(service: Service) -> None:
    """A customer is retrieved by its id, and returned without a wrapper."""
    customer, _other = service.full_customer(), service.new_customer()
    assert service.customer(customer) == customer


@retrieving("vexutopia.retrieve.unknown-id", source="Errors page, statuses and codes", statuses=(404,))
def retrieve_unknown(service: Service) -> None:
    """Retrieving a customer that does not exist returns 404 and the code `resource_not_found`."""
    assert error_of(service.api.call("GET", UNKNOWN_CUSTOMER).expect(404)).get("code") == "resource_not_found"


# Update


@updating(
    "vexutopia.update.sets-what-is-sent",
    source="Customers page, update",
    when=lambda exchange: sends("name")(exchange) or sends("phone")(exchange),
)
def update_sets(service: Service) -> None:
    """A PATCH sets the fields that are sent, and returns the updated customer."""
    customer = service.full_customer()
    sent = {"name": service.api.unique("renamed"), "phone": "+1 555 987 6543"}
    updated = service.update_customer(customer, **sent)
    assert updated["id"] == customer["id"]
    assert {name: updated.get(name) for name in sent} == sent


@updating("vexutopia.update.keeps-the-rest", source="Customers page, update")
def update_keeps(service: Service) -> None:
    """A PATCH does not change fields that are not sent."""
    customer = service.full_customer()
    renamed = service.update_customer(customer, name="Jane Doe")
    for name in ("id", "object", "email", "phone", "metadata", "created_at"):
        assert renamed.get(name) == customer[name], f"{name} went from {customer[name]} to {renamed.get(name)}"
    called = service.update_customer(customer, phone="+1 555 987 6543")
    assert called.get("name") == "Jane Doe", f"the name went to {called.get('name')}"


@updating("vexutopia.update.is-kept", source="Customers page, update")
def update_is_kept(service: Service) -> None:
    """An update is stored as its reply shows it. The same update again returns 200 and the same customer."""
    customer, other = service.full_customer(), service.full_customer()
    sent = {"name": service.api.unique("renamed"), "phone": "+1 555 987 6543"}
    updated = service.update_customer(customer, **sent)
    assert updated != customer
    assert service.customer(customer) == updated
    again = service.update_customer(customer, **sent)
    assert {**again, "updated_at": ""} == {**updated, "updated_at": ""}
    assert service.customer(other) == other, "the update of one customer changed another"


@updating("vexutopia.update.unknown-id", source="Errors page, statuses and codes", statuses=(404,))
def update_unknown(service: Service) -> None:
    """Updating a customer that does not exist returns 404 and the code `resource_not_found`."""
    answer = service.api.call("PATCH", UNKNOWN_CUSTOMER, json={"name": "Jane Doe"}).expect(404)
    assert error_of(answer).get("code") == "resource_not_found"


# Delete


@deleting("vexutopia.delete.receipt", source="Customers page, delete")
def delete_receipt(service: Service) -> None:
    """A deletion returns 200 with exactly the id, object `customer` and deleted `true`."""
    customer = service.new_customer()
    receipt = service.delete_customer(customer).json
    assert receipt == {"id": customer["id"], "object": "customer", "deleted": True}, f"the receipt is {receipt}"


@deleting("vexutopia.delete.permanent", source="Customers page, delete")
def delete_permanent(service: Service) -> None:
    """A deleted customer cannot be retrieved, and an update does not restore it."""
    customer, other = service.full_customer(), service.full_customer()
    service.delete_customer(customer)
    service.assert_gone(customer)
    service.api.call("PATCH", customer_path(customer), json={"name": "Jane Doe"}).expect(404)
    service.assert_gone(customer)
    assert service.customer(other) == other, "the deletion of one customer changed another"


@deleting("vexutopia.delete.unlisted", source="Customers page, delete")
def delete_unlisted(service: Service) -> None:
    """A deleted customer is in no list."""
    customer, other = service.new_customers(2)
    assert ids(service.slice(email=customer["email"])["data"]) == [customer["id"]]
    service.delete_customer(customer)
    assert service.slice(email=customer["email"])["data"] == []
    assert customer["id"] not in ids(list(service.walk()))
    assert ids(service.slice(email=other["email"])["data"]) == [other["id"]]


@deleting("vexutopia.delete.unknown-id", source="Errors page, statuses and codes", statuses=(404,))
def delete_unknown(service: Service) -> None:
    """Deleting a customer that does not exist, or no longer exists, returns 404 and `resource_not_found`."""
    customer = service.new_customer()
    service.delete_customer(customer)
    for path in (UNKNOWN_CUSTOMER, customer_path(customer)):
        assert error_of(service.api.call("DELETE", path).expect(404)).get("code") == "resource_not_found"


@deleting("vexutopia.delete.payments-keep-reference", source="Customers page, delete")
def delete_payments_keep_reference(service: Service) -> None:
    """Payments of a deleted customer keep its id."""
    customer = service.new_customer()
    payment = service.new_payment(customer_id=customer["id"])
    service.delete_customer(customer)
    service.assert_gone(customer)
    kept = service.payment(payment)
    assert kept.get("customer_id") == customer["id"], f"the payment names {kept.get('customer_id')}"


# Customers and payments


@paying(
    "vexutopia.payments.create.links-customer", source="Customers page, using customers with payments", when=sends("customer_id")
)
def payment_links_customer(service: Service) -> None:
    """A payment that is created with a customer's id refers to this customer."""
    customer = service.new_customer()
    answer = service.create_payment(customer_id=customer["id"]).expect(200, 201)
    payment = record_of(answer)
    assert payment.get("customer_id") == customer["id"], f"the payment names {payment.get('customer_id')}"
    assert service.payment(payment).get("customer_id") == customer["id"]
