"""What it is to create a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.providers.spoonity.behaviours.exercised import CREATE, answering, attributes_of, form_of, sending, success_of
from mockserver.providers.spoonity.behaviours.service import PROPERTIES, Service, behaviour, customer_in, object_in

ATTRIBUTES = "Customer page, create, optional attributes"
SAMPLE = "Customer page, the sample of a create"


@behaviour(
    "spoonity.create.name",
    says="A create sets the customer's name.",
    source=ATTRIBUTES,
    operation=CREATE,
    exercised=sending(CREATE, "name"),
)
def name(service: Service) -> None:
    """The name that was sent is answered, and stored."""
    wanted = f"John {service.api.unique('name')}"
    customer = service.create(name=wanted)
    assert (customer.name, service.retrieve(customer.id).name) == (wanted, wanted)


@behaviour(
    "spoonity.create.email",
    says="A create sets the customer's e-mail address.",
    source=ATTRIBUTES,
    operation=CREATE,
    exercised=sending(CREATE, "email"),
)
def email(service: Service) -> None:
    """The address that was sent is answered, and stored."""
    wanted = f"{service.api.unique('email')}@example.com"
    customer = service.create(email=wanted)
    assert (customer.email, service.retrieve(customer.id).email) == (wanted, wanted)


@behaviour(
    "spoonity.create.nothing-is-required",
    says="Name and e-mail address are optional, so either, both or none may be left out.",
    source=ATTRIBUTES,
    operation=CREATE,
    exercised=lambda exchange: success_of(CREATE)(exchange) and not {"name", "email"} <= attributes_of(exchange).keys(),
)
def nothing_is_required(service: Service) -> None:
    """Creates with one attribute or none succeed."""
    word = service.api.unique("optional")
    for form in ({"name": word}, {"email": f"{word}@example.com"}, None):
        created = object_in(service.send_create(form=form).expect(200, 201))
        assert created.get("id"), f"a create of {form} answered {created}"


@behaviour(
    "spoonity.create.answers-customer",
    says="A create returns the whole new customer.",
    source=SAMPLE,
    operation=CREATE,
    exercised=success_of(CREATE),
)
def answers_customer(service: Service) -> None:
    """The answer has all properties and is what a retrieve answers from then on."""
    form = {"name": service.api.unique("whole"), "email": f"{service.api.unique('whole')}@example.com"}
    answer = service.send_create(form=form).expect(200, 201)
    assert object_in(answer).keys() == set(PROPERTIES), f"a create answers {sorted(object_in(answer))}"
    customer = customer_in(answer)
    assert customer == service.retrieve(customer.id)


@behaviour(
    "spoonity.create.active",
    says="A new customer is ACTIVE.",
    source=SAMPLE,
    operation=CREATE,
    exercised=answering(CREATE, "status"),
)
def active(service: Service) -> None:
    """Without any word on the status."""
    assert service.create().status == "ACTIVE"


@behaviour(
    "spoonity.create.verified",
    says="A new customer is verified.",
    source=SAMPLE,
    operation=CREATE,
    exercised=answering(CREATE, "is_verified"),
    only_with={"spoonity.new-customer-verified": "yes"},
)
def verified(service: Service) -> None:
    """As the sample shows."""
    assert service.create().is_verified is True


@behaviour(
    "spoonity.create.dates-are-equal",
    says="A new customer has the same date of creation and of last update.",
    source=SAMPLE,
    operation=CREATE,
    exercised=success_of(CREATE),
)
def dates_are_equal(service: Service) -> None:
    """Both dates are the same to the millisecond."""
    customer = service.create()
    assert customer.date_created == customer.date_updated


@behaviour(
    "spoonity.create.each-is-new",
    says="Each create adds a new customer to the list.",
    source="Customer page, create",
    operation=CREATE,
    exercised=success_of(CREATE),
)
def each_is_new(service: Service) -> None:
    """Two creates with one name make two customers."""
    first, second = service.create_namesakes(2)
    assert service.found(f"n:{first.name}") == [second.id, first.id]


@behaviour(
    "spoonity.create.form",
    says="The attributes are sent as form fields.",
    source=SAMPLE,
    operation=CREATE,
    exercised=lambda exchange: success_of(CREATE)(exchange) and bool({"name", "email"} & form_of(exchange).keys()),
)
def form(service: Service) -> None:
    """What a form has to encode arrives as it was."""
    wanted = f"Zoë O'Neil & 100% + {service.api.unique('form')} = Ж"
    customer = service.create(name=wanted)
    assert service.retrieve(customer.id).name == wanted


@behaviour(
    "spoonity.create.sets-name-and-email-only",
    says="A create can set only name and e-mail address, not status or verification.",
    source=ATTRIBUTES,
    operation=CREATE,
    exercised=lambda exchange: success_of(CREATE)(exchange) and not {"status", "is_verified"} & attributes_of(exchange).keys(),
)
def sets_name_and_email_only(service: Service) -> None:
    """A create that asks for more is refused or creates a customer as any other."""
    ordinary = service.create()
    more = {"name": service.api.unique("more"), "status": "ARCHIVED", "is_verified": str(not ordinary.is_verified).lower()}
    answer = service.send_create(form=more).expect(200, 201, 400, 422)
    if answer.status in (200, 201):
        customer = customer_in(answer)
        assert (customer.status, customer.is_verified) == (ordinary.status, ordinary.is_verified)
