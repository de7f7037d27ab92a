"""What it is to update a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.catalogue.traffic import asks
from mockserver.providers.spoonity.behaviours.exercised import attributes_of, form_of, sends
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, Service, customer_in, object_in, updating

ATTRIBUTES = "Customer page, update, optional attributes"
SAMPLE = "Customer page, the sample of an update"
MODEL = "Customer page, the customer model"


@updating("spoonity.update.name", source=ATTRIBUTES, when=sends("name"))
def name(service: Service) -> None:
    """An update changes the name."""
    customer, wanted = service.create(), service.api.unique("renamed")
    assert service.update(customer.id, name=wanted).name == wanted
    assert service.retrieve(customer.id).name == wanted
    assert (service.found(f"n:{wanted}"), service.found(f"n:{customer.name}")) == ([customer.id], [])


@updating("spoonity.update.email", source=ATTRIBUTES, when=sends("email"))
def email(service: Service) -> None:
    """An update changes the e-mail address."""
    customer, wanted = service.create(), f"{service.api.unique('moved')}@example.com"
    assert service.update(customer.id, email=wanted).email == wanted
    assert service.retrieve(customer.id).email == wanted
    assert (service.found(f"e:{wanted}"), service.found(f"e:{customer.email}")) == ([customer.id], [])


@updating("spoonity.update.status", source=ATTRIBUTES, when=sends("status", "ACTIVE", "ARCHIVED"))
def status(service: Service) -> None:
    """An update sets the status to ACTIVE or ARCHIVED."""
    customer = service.create()
    for wanted in ("ARCHIVED", "ACTIVE"):
        assert service.update(customer.id, status=wanted).status == wanted
        assert service.retrieve(customer.id).status == wanted


@updating("spoonity.update.inactive", source=SAMPLE, when=sends("status", "INACTIVE"))
def inactive(service: Service) -> None:
    """An update sets the status to INACTIVE, and returns it as sent."""
    # The status of the sample, which the text does not name.
    customer = service.create()
    assert service.update(customer.id, status="INACTIVE").status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@updating(
    "spoonity.update.partial",
    source=SAMPLE,
    when=lambda exchange: not {"name", "email", "status"} <= attributes_of(exchange).keys(),
)
def partial(service: Service) -> None:
    """An update does not change attributes that it does not name."""
    customer = service.create()
    word = service.api.unique("partial")
    changes = {"status": "INACTIVE", "name": word, "email": f"{word}@example.com"}
    expected = {"name": customer.name, "email": customer.email, "status": customer.status}
    for attribute, value in changes.items():
        expected[attribute] = value
        for shown in (service.update(customer.id, **{attribute: value}), service.retrieve(customer.id)):
            assert {"name": shown.name, "email": shown.email, "status": shown.status} == expected


@updating(
    "spoonity.update.nothing-is-required",
    source=ATTRIBUTES,
    when=lambda exchange: not {"name", "email", "status"} & attributes_of(exchange).keys(),
)
def nothing_is_required(service: Service) -> None:
    """All attributes of an update are optional."""
    customer = service.create()
    shown = customer_in(service.api.call("PUT", f"/customers/{customer.id}").expect(200))
    assert (shown.id, shown.name, shown.email, shown.status) == (customer.id, customer.name, customer.email, customer.status)


@updating("spoonity.update.answers-customer", source=SAMPLE)
def answers_customer(service: Service) -> None:
    """An update returns the whole updated customer."""
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", form={"status": "ARCHIVED"}).expect(200)
    assert object_in(answer).keys() == set(PROPERTIES), f"an update answers {sorted(object_in(answer))}"
    assert customer_in(answer) == service.retrieve(customer.id)


@updating("spoonity.update.one-customer", source="Customer page, update, path parameters")
def one_customer(service: Service) -> None:
    """An update affects only the customer with the id in the path."""
    changed, other = service.create_namesakes(2)
    assert service.update(changed.id, name=service.api.unique("changed")).id == changed.id
    assert service.retrieve(other.id) == other


@updating("spoonity.update.form", source=SAMPLE, when=lambda exchange: bool(form_of(exchange)))
def form(service: Service) -> None:
    """The attributes are sent as form fields."""
    customer, wanted = service.create(), f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    assert service.update(customer.id, name=wanted).name == wanted


@updating("spoonity.update.query", source=SAMPLE, when=asks("status"))
def query(service: Service) -> None:
    """The printed command works as curl sends it: with the attribute in the query and without a body."""
    # `-G` moves what `-d` gives into the query.
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", query="status=INACTIVE")
    assert customer_in(answer.expect(200)).status == "INACTIVE"
    assert service.retrieve(customer.id).status == "INACTIVE"


@updating("spoonity.update.moves-date-updated", source=MODEL, when=lambda exchange: bool(attributes_of(exchange)))
def moves_date_updated(service: Service) -> None:
    """An update sets the date of the last update."""
    customer, later = service.create(), service.create()
    shown = service.update(customer.id, name=service.api.unique("later"))
    assert shown.date_updated >= later.date_created, f"updated after {later.date_created}, it says {shown.date_updated}"


@updating("spoonity.update.keeps-date-created", source=MODEL)
def keeps_date_created(service: Service) -> None:
    """An update does not change the date of creation."""
    customer, _later = service.create(), service.create()
    word = service.api.unique("keeps")
    shown = service.update(customer.id, name=word, email=f"{word}@example.com", status="ARCHIVED")
    assert shown.date_created == customer.date_created


@updating("spoonity.update.keeps-verification", source=ATTRIBUTES)
def keeps_verification(service: Service) -> None:
    """An update does not change whether a customer is verified."""
    customer = service.create()
    shown = service.update(customer.id, email=f"{service.api.unique('verified')}@example.com")
    assert shown.is_verified == customer.is_verified
    opposite = {"is_verified": str(not customer.is_verified).lower()}
    service.api.call("PUT", f"/customers/{customer.id}", form=opposite).expect(200, 400, 422)
    assert service.retrieve(customer.id).is_verified == customer.is_verified
