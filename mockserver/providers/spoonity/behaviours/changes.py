"""Creating, updating and deleting a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.catalogue.traffic import asks, negated
from mockserver.providers.spoonity.behaviours.exercised import attributes_of, form_of, sends, sends_all, sends_none, shows
from mockserver.providers.spoonity.behaviours.service import (
    PROPERTIES,
    Service,
    creating,
    customer_in,
    deleting,
    object_in,
    updating,
)

CREATE_ATTRIBUTES = "Customer page, create, optional attributes"
CREATE_SAMPLE = "Customer page, the sample of a create"
UPDATE_ATTRIBUTES = "Customer page, update, optional attributes"
UPDATE_SAMPLE = "Customer page, the sample of an update"
MODEL = "Customer page, the customer model"
DELETES = "Customer page, delete"


# Create


@creating("spoonity.create.name", source=CREATE_ATTRIBUTES, when=sends("name"))
def create_name(service: Service) -> None:
    """A create sets the customer's name."""
    wanted = f"John {service.api.unique('name')}"
    customer = service.create(name=wanted)
    assert (customer.name, service.retrieve(customer.id).name) == (wanted, wanted)


@creating("spoonity.create.email", source=CREATE_ATTRIBUTES, when=sends("email"))
def create_email(service: Service) -> None:
    """A create sets the customer's e-mail address."""
    wanted = f"{service.api.unique('email')}@example.com"
    customer = service.create(email=wanted)
    assert (customer.email, service.retrieve(customer.id).email) == (wanted, wanted)


@creating("spoonity.create.nothing-is-required", source=CREATE_ATTRIBUTES, when=negated(sends_all("name", "email")))
def create_nothing_is_required(service: Service) -> None:
    """Name and e-mail address are optional, so either, both or none may be left out."""
    word = service.api.unique("optional")
    for form in ({"name": word}, {"email": f"{word}@example.com"}, None):
        created = object_in(service.send_create(form=form).expect(200, 201))
        assert created.get("id"), f"a create of {form} answered {created}"


@creating("spoonity.create.answers-customer", source=CREATE_SAMPLE)
def create_answers_customer(service: Service) -> None:
    """A create returns the whole new customer."""
    form = {"name": service.api.unique("whole"), "email": f"{service.api.unique('whole')}@example.com"}
    answer = service.send_create(form=form).expect(200, 201)
    assert object_in(answer).keys() == set(PROPERTIES), f"a create answers {sorted(object_in(answer))}"
    customer = customer_in(answer)
    assert customer == service.retrieve(customer.id)


@creating("spoonity.create.active", source=CREATE_SAMPLE, when=shows("status"))
def create_active(service: Service) -> None:
    """A new customer is ACTIVE."""
    assert service.create().status == "ACTIVE"


@creating(
    "spoonity.create.verified",
    source=CREATE_SAMPLE,
    when=shows("is_verified"),
    only_with={"spoonity.new-customer-verified": "yes"},
)
def create_verified(service: Service) -> None:
    """A new customer is verified."""
    assert service.create().is_verified is True


@creating("spoonity.create.dates-are-equal", source=CREATE_SAMPLE)
def create_dates_are_equal(service: Service) -> None:
    """A new customer has the same date of creation and of last update."""
    customer = service.create()
    assert customer.date_created == customer.date_updated


@creating("spoonity.create.each-is-new", source="Customer page, create")
def create_each_is_new(service: Service) -> None:
    """Each create adds a new customer to the list."""
    first, second = service.create_namesakes(2)
    assert service.found(f"n:{first.name}") == [second.id, first.id]


@creating("spoonity.create.form", source=CREATE_SAMPLE, when=lambda exchange: bool({"name", "email"} & form_of(exchange).keys()))
def create_form(service: Service) -> None:
    """The attributes are sent as form fields."""
    wanted = f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    customer = service.create(name=wanted)
    assert service.retrieve(customer.id).name == wanted


@creating("spoonity.create.sets-name-and-email-only", source=CREATE_ATTRIBUTES, when=sends_none("status", "is_verified"))
def create_sets_name_and_email_only(service: Service) -> None:
    """A create can set only name and e-mail address, not status or verification."""
    ordinary = service.create()
    more = {"name": service.api.unique("more"), "status": "ARCHIVED", "is_verified": str(not ordinary.is_verified).lower()}
    answer = service.send_create(form=more).expect(200, 201, 400, 422)
    if answer.status in (200, 201):
        customer = customer_in(answer)
        assert (customer.status, customer.is_verified) == (ordinary.status, ordinary.is_verified)


# Update


@updating("spoonity.update.name", source=UPDATE_ATTRIBUTES, when=sends("name"))
def update_name(service: Service) -> None:
    """An update changes the name."""
    customer, wanted = service.create(), service.api.unique("renamed")
    assert service.update(customer.id, name=wanted).name == wanted
    assert service.retrieve(customer.id).name == wanted
    assert (service.found(f"n:{wanted}"), service.found(f"n:{customer.name}")) == ([customer.id], [])


@updating("spoonity.update.email", source=UPDATE_ATTRIBUTES, when=sends("email"))
def update_email(service: Service) -> None:
    """An update changes the e-mail address."""
    customer, wanted = service.create(), f"{service.api.unique('moved')}@example.com"
    assert service.update(customer.id, email=wanted).email == wanted
    assert service.retrieve(customer.id).email == wanted
    assert (service.found(f"e:{wanted}"), service.found(f"e:{customer.email}")) == ([customer.id], [])


@updating("spoonity.update.status", source=UPDATE_ATTRIBUTES, when=sends("status", "ACTIVE", "ARCHIVED"))
def update_status(service: Service) -> None:
    """An update sets the status to ACTIVE or ARCHIVED."""
    customer = service.create()
    for wanted in ("ARCHIVED", "ACTIVE"):
        assert service.update(customer.id, status=wanted).status == wanted
        assert service.retrieve(customer.id).status == wanted


@updating("spoonity.update.inactive", source=UPDATE_SAMPLE, when=sends("status", "INACTIVE"))
def update_inactive(service: Service) -> None:
    """An update sets the status to INACTIVE, and returns it as sent."""
    # The status of the sample, which the text does not name.
    customer = service.create()
    assert service.update(customer.id, status="INACTIVE").status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@updating("spoonity.update.partial", source=UPDATE_SAMPLE, when=negated(sends_all("name", "email", "status")))
def update_partial(service: Service) -> None:
    """An update does not change attributes that it does not name."""
    customer = service.create()
    word = service.api.unique("partial")
    changes = {"status": "INACTIVE", "name": word, "email": f"{word}@example.com"}
    expected = {"name": customer.name, "email": customer.email, "status": customer.status}
    for attribute, value in changes.items():
        expected[attribute] = value
        for shown in (service.update(customer.id, **{attribute: value}), service.retrieve(customer.id)):
            assert {"name": shown.name, "email": shown.email, "status": shown.status} == expected


@updating("spoonity.update.nothing-is-required", source=UPDATE_ATTRIBUTES, when=sends_none("name", "email", "status"))
def update_nothing_is_required(service: Service) -> None:
    """All attributes of an update are optional."""
    customer = service.create()
    shown = customer_in(service.api.call("PUT", f"/customers/{customer.id}").expect(200))
    assert (shown.id, shown.name, shown.email, shown.status) == (customer.id, customer.name, customer.email, customer.status)


@updating("spoonity.update.answers-customer", source=UPDATE_SAMPLE)
def update_answers_customer(service: Service) -> None:
    """An update returns the whole updated customer."""
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", form={"status": "ARCHIVED"}).expect(200)
    assert object_in(answer).keys() == set(PROPERTIES), f"an update answers {sorted(object_in(answer))}"
    assert customer_in(answer) == service.retrieve(customer.id)


@updating("spoonity.update.one-customer", source="Customer page, update, path parameters")
def update_one_customer(service: Service) -> None:
    """An update affects only the customer with the id in the path."""
    changed, other = service.create_namesakes(2)
    assert service.update(changed.id, name=service.api.unique("changed")).id == changed.id
    assert service.retrieve(other.id) == other


@updating("spoonity.update.form", source=UPDATE_SAMPLE, when=lambda exchange: bool(form_of(exchange)))
def update_form(service: Service) -> None:
    """The attributes are sent as form fields."""
    customer, wanted = service.create(), f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    assert service.update(customer.id, name=wanted).name == wanted


@updating("spoonity.update.query", source=UPDATE_SAMPLE, when=asks("status"))
def update_query(service: Service) -> None:
    """The printed command works as curl sends it: with the attribute in the query and without a body."""
    # `-G` moves what `-d` gives into the query.
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", query="status=INACTIVE")
    assert customer_in(answer.expect(200)).status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@updating("spoonity.update.moves-date-updated", source=MODEL, when=lambda exchange: bool(attributes_of(exchange)))
def update_moves_date_updated(service: Service) -> None:
    """An update sets the date of the last update."""
    customer, later = service.create(), service.create()
    shown = service.update(customer.id, name=service.api.unique("later"))
    assert shown.date_updated >= later.date_created, f"updated after {later.date_created}, it says {shown.date_updated}"


@updating("spoonity.update.keeps-date-created", source=MODEL)
def update_keeps_date_created(service: Service) -> None:
    """An update does not change the date of creation."""
    customer, _later = service.create(), service.create()
    word = service.api.unique("keeps")
    shown = service.update(customer.id, name=word, email=f"{word}@example.com", status="ARCHIVED")
    assert shown.date_created == customer.date_created


@updating("spoonity.update.keeps-verification", source=UPDATE_ATTRIBUTES)
def update_keeps_verification(service: Service) -> None:
    """An update does not change whether a customer is verified."""
    customer = service.create()
    shown = service.update(customer.id, email=f"{service.api.unique('verified')}@example.com")
    assert shown.is_verified == customer.is_verified
    opposite = {"is_verified": str(not customer.is_verified).lower()}
    service.api.call("PUT", f"/customers/{customer.id}", form=opposite).expect(200, 400, 422)
    assert service.retrieve(customer.id).is_verified == customer.is_verified


# Delete


@deleting("spoonity.delete.answers-empty-object", source="Customer page, the sample of a delete")
def delete_answers_empty_object(service: Service) -> None:
    """A delete returns an empty object."""
    customer = service.create()
    answer = service.api.call("DELETE", f"/customers/{customer.id}").expect(200)
    assert answer.json == {}, f"a delete answers {answer.body!r}"


@deleting("spoonity.delete.anonymises", source=DELETES)
def delete_anonymises(service: Service) -> None:
    """A deletion removes the data that identify the person."""
    customer = service.create()
    service.delete(customer.id)
    answer = service.api.call("GET", f"/customers/{customer.id}").expect(200, 404, 410)
    for value in (str(customer.name), str(customer.email)):
        assert value.encode() not in answer.body, f"{answer.request} still answers {value}"


@deleting("spoonity.delete.is-found-no-more", source=DELETES)
def delete_is_found_no_more(service: Service) -> None:
    """A deleted customer cannot be found by its former name or e-mail address."""
    customer = service.create()
    assert service.found(f"n:{customer.name}") == [customer.id]
    service.delete(customer.id)
    assert (service.found(f"n:{customer.name}"), service.found(f"e:{customer.email}")) == ([], [])
    shown = {text for each in service.page().items for text in (each.name, each.email)}
    assert shown.isdisjoint({customer.name, customer.email})


@deleting("spoonity.delete.one-customer", source="Customer page, delete, path parameters")
def delete_one_customer(service: Service) -> None:
    """A delete affects only the customer with the id in the path."""
    deleted, other = service.create_namesakes(2)
    service.delete(deleted.id)
    assert service.found(f"n:{other.name}") == [other.id]
    assert service.retrieve(other.id) == other
