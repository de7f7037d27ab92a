"""What it is to create a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.providers.spoonity.behaviours.exercised import attributes_of, form_of, sends, shows
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, Service, creating, customer_in, object_in

ATTRIBUTES = "Customer page, create, optional attributes"
SAMPLE = "Customer page, the sample of a create"


@creating("spoonity.create.name", source=ATTRIBUTES, when=sends("name"))
def name(service: Service) -> None:
    """A create sets the customer's name."""
    wanted = f"John {service.api.unique('name')}"
    customer = service.create(name=wanted)
    assert (customer.name, service.retrieve(customer.id).name) == (wanted, wanted)


@creating("spoonity.create.email", source=ATTRIBUTES, when=sends("email"))
def email(service: Service) -> None:
    """A create sets the customer's e-mail address."""
    wanted = f"{service.api.unique('email')}@example.com"
    customer = service.create(email=wanted)
    assert (customer.email, service.retrieve(customer.id).email) == (wanted, wanted)


@creating(
    "spoonity.create.nothing-is-required",
    source=ATTRIBUTES,
    when=lambda exchange: not {"name", "email"} <= attributes_of(exchange).keys(),
)
def nothing_is_required(service: Service) -> None:
    """Name and e-mail address are optional, so either, both or none may be left out."""
    word = service.api.unique("optional")
    for form in ({"name": word}, {"email": f"{word}@example.com"}, None):
        created = object_in(service.send_create(form=form).expect(200, 201))
        assert created.get("id"), f"a create of {form} answered {created}"


@creating("spoonity.create.answers-customer", source=SAMPLE)
def answers_customer(service: Service) -> None:
    """A create returns the whole new customer."""
    form = {"name": service.api.unique("whole"), "email": f"{service.api.unique('whole')}@example.com"}
    answer = service.send_create(form=form).expect(200, 201)
    assert object_in(answer).keys() == set(PROPERTIES), f"a create answers {sorted(object_in(answer))}"
    customer = customer_in(answer)
    assert customer == service.retrieve(customer.id)


@creating("spoonity.create.active", source=SAMPLE, when=shows("status"))
def active(service: Service) -> None:
    """A new customer is ACTIVE."""
    assert service.create().status == "ACTIVE"


@creating(
    "spoonity.create.verified", source=SAMPLE, when=shows("is_verified"), only_with={"spoonity.new-customer-verified": "yes"}
)
def verified(service: Service) -> None:
    """A new customer is verified."""
    assert service.create().is_verified is True


@creating("spoonity.create.dates-are-equal", source=SAMPLE)
def dates_are_equal(service: Service) -> None:
    """A new customer has the same date of creation and of last update."""
    customer = service.create()
    assert customer.date_created == customer.date_updated


@creating("spoonity.create.each-is-new", source="Customer page, create")
def each_is_new(service: Service) -> None:
    """Each create adds a new customer to the list."""
    first, second = service.create_namesakes(2)
    assert service.found(f"n:{first.name}") == [second.id, first.id]


@creating("spoonity.create.form", source=SAMPLE, when=lambda exchange: bool({"name", "email"} & form_of(exchange).keys()))
def form(service: Service) -> None:
    """The attributes are sent as form fields."""
    wanted = f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    customer = service.create(name=wanted)
    assert service.retrieve(customer.id).name == wanted


@creating(
    "spoonity.create.sets-name-and-email-only",
    source=ATTRIBUTES,
    when=lambda exchange: not {"status", "is_verified"} & attributes_of(exchange).keys(),
)
def sets_name_and_email_only(service: Service) -> None:
    """A create can set only name and e-mail address, not status or verification."""
    ordinary = service.create()
    more = {"name": service.api.unique("more"), "status": "ARCHIVED", "is_verified": str(not ordinary.is_verified).lower()}
    answer = service.send_create(form=more).expect(200, 201, 400, 422)
    if answer.status in (200, 201):
        customer = customer_in(answer)
        assert (customer.status, customer.is_verified) == (ordinary.status, ordinary.is_verified)
