"""What it is to update a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.providers.spoonity.behaviours.exercised import (
    UPDATE,
    asking,
    attributes_of,
    form_of,
    sending,
    success_of,
)
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, Service, behaviour, customer_in, object_in

ATTRIBUTES = "Customer page, update, optional attributes"
SAMPLE = "Customer page, the sample of an update"
MODEL = "Customer page, the customer model"


@behaviour(
    "spoonity.update.name",
    says="An update changes the name.",
    source=ATTRIBUTES,
    operation=UPDATE,
    exercised=sending(UPDATE, "name"),
)
def name(service: Service) -> None:
    """The new name is answered and stored, and the customer is found by it and no longer by the old one."""
    customer, wanted = service.create(), service.api.unique("renamed")
    assert service.update(customer.id, name=wanted).name == wanted
    assert service.retrieve(customer.id).name == wanted
    assert (service.found(f"n:{wanted}"), service.found(f"n:{customer.name}")) == ([customer.id], [])


@behaviour(
    "spoonity.update.email",
    says="An update changes the e-mail address.",
    source=ATTRIBUTES,
    operation=UPDATE,
    exercised=sending(UPDATE, "email"),
)
def email(service: Service) -> None:
    """The new address is answered and stored, and the customer is found by it and no longer by the old one."""
    customer, wanted = service.create(), f"{service.api.unique('moved')}@example.com"
    assert service.update(customer.id, email=wanted).email == wanted
    assert service.retrieve(customer.id).email == wanted
    assert (service.found(f"e:{wanted}"), service.found(f"e:{customer.email}")) == ([customer.id], [])


@behaviour(
    "spoonity.update.status",
    says="An update sets the status to ACTIVE or ARCHIVED.",
    source=ATTRIBUTES,
    operation=UPDATE,
    exercised=sending(UPDATE, "status", "ACTIVE", "ARCHIVED"),
)
def status(service: Service) -> None:
    """From one to the other and back again."""
    customer = service.create()
    for wanted in ("ARCHIVED", "ACTIVE"):
        assert service.update(customer.id, status=wanted).status == wanted
        assert service.retrieve(customer.id).status == wanted


@behaviour(
    "spoonity.update.inactive",
    says="An update sets the status to INACTIVE, and returns it as sent.",
    source=SAMPLE,
    operation=UPDATE,
    exercised=sending(UPDATE, "status", "INACTIVE"),
)
def inactive(service: Service) -> None:
    """The status of the sample, which the text does not name."""
    customer = service.create()
    assert service.update(customer.id, status="INACTIVE").status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@behaviour(
    "spoonity.update.partial",
    says="An update does not change attributes that it does not name.",
    source=SAMPLE,
    operation=UPDATE,
    exercised=lambda exchange: success_of(UPDATE)(exchange) and not {"name", "email", "status"} <= attributes_of(exchange).keys(),
)
def partial(service: Service) -> None:
    """Each attribute alone leaves the two others."""
    customer = service.create()
    word = service.api.unique("partial")
    changes = {"status": "INACTIVE", "name": word, "email": f"{word}@example.com"}
    expected = {"name": customer.name, "email": customer.email, "status": customer.status}
    for attribute, value in changes.items():
        expected[attribute] = value
        for shown in (service.update(customer.id, **{attribute: value}), service.retrieve(customer.id)):
            assert {"name": shown.name, "email": shown.email, "status": shown.status} == expected


@behaviour(
    "spoonity.update.nothing-is-required",
    says="All attributes of an update are optional.",
    source=ATTRIBUTES,
    operation=UPDATE,
    exercised=lambda exchange: success_of(UPDATE)(exchange) and not {"name", "email", "status"} & attributes_of(exchange).keys(),
)
def nothing_is_required(service: Service) -> None:
    """An update with none of them succeeds and leaves all as it was."""
    customer = service.create()
    shown = customer_in(service.api.call("PUT", f"/customers/{customer.id}").expect(200))
    assert (shown.id, shown.name, shown.email, shown.status) == (customer.id, customer.name, customer.email, customer.status)


@behaviour(
    "spoonity.update.answers-customer",
    says="An update returns the whole updated customer.",
    source=SAMPLE,
    operation=UPDATE,
    exercised=success_of(UPDATE),
)
def answers_customer(service: Service) -> None:
    """The answer has all properties and is what a retrieve answers from then on."""
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", form={"status": "ARCHIVED"}).expect(200)
    assert object_in(answer).keys() == set(PROPERTIES), f"an update answers {sorted(object_in(answer))}"
    assert customer_in(answer) == service.retrieve(customer.id)


@behaviour(
    "spoonity.update.one-customer",
    says="An update affects only the customer with the id in the path.",
    source="Customer page, update, path parameters",
    operation=UPDATE,
    exercised=success_of(UPDATE),
)
def one_customer(service: Service) -> None:
    """A namesake stays as it was."""
    changed, other = service.create_namesakes(2)
    assert service.update(changed.id, name=service.api.unique("changed")).id == changed.id
    assert service.retrieve(other.id) == other


@behaviour(
    "spoonity.update.form",
    says="The attributes are sent as form fields.",
    source=SAMPLE,
    operation=UPDATE,
    exercised=lambda exchange: success_of(UPDATE)(exchange) and bool(form_of(exchange)),
)
def form(service: Service) -> None:
    """What a form has to encode arrives as it was."""
    customer, wanted = service.create(), f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    assert service.update(customer.id, name=wanted).name == wanted


@behaviour(
    "spoonity.update.query",
    says="The printed command works as curl sends it: with the attribute in the query and without a body.",
    source=SAMPLE,
    operation=UPDATE,
    exercised=asking(UPDATE, "status"),
)
def query(service: Service) -> None:
    """`-G` moves what `-d` gives into the query."""
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", query="status=INACTIVE")
    assert customer_in(answer.expect(200)).status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@behaviour(
    "spoonity.update.moves-date-updated",
    says="An update sets the date of the last update.",
    source=MODEL,
    operation=UPDATE,
    exercised=lambda exchange: success_of(UPDATE)(exchange) and bool(attributes_of(exchange)),
)
def moves_date_updated(service: Service) -> None:
    """A customer that was updated after another one's creation says so."""
    customer, later = service.create(), service.create()
    shown = service.update(customer.id, name=service.api.unique("later"))
    assert shown.date_updated >= later.date_created, f"updated after {later.date_created}, it says {shown.date_updated}"


@behaviour(
    "spoonity.update.keeps-date-created",
    says="An update does not change the date of creation.",
    source=MODEL,
    operation=UPDATE,
    exercised=success_of(UPDATE),
)
def keeps_date_created(service: Service) -> None:
    """After some time and a change of every attribute."""
    customer, _later = service.create(), service.create()
    word = service.api.unique("keeps")
    shown = service.update(customer.id, name=word, email=f"{word}@example.com", status="ARCHIVED")
    assert shown.date_created == customer.date_created


@behaviour(
    "spoonity.update.keeps-verification",
    says="An update does not change whether a customer is verified.",
    source=ATTRIBUTES,
    operation=UPDATE,
    exercised=success_of(UPDATE),
)
def keeps_verification(service: Service) -> None:
    """Neither a change of the e-mail address nor one that asks for it."""
    customer = service.create()
    shown = service.update(customer.id, email=f"{service.api.unique('verified')}@example.com")
    assert shown.is_verified == customer.is_verified
    opposite = {"is_verified": str(not customer.is_verified).lower()}
    service.api.call("PUT", f"/customers/{customer.id}", form=opposite).expect(200, 400, 422)
    assert service.retrieve(customer.id).is_verified == customer.is_verified
