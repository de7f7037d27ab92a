"""What it is to delete a customer. Checks https://developers.spoonity.com/customer."""

from mockserver.providers.spoonity.behaviours.service import Service, deleting

DELETES = "Customer page, delete"


@deleting("spoonity.delete.answers-empty-object", source="Customer page, the sample of a delete")
def answers_empty_object(service: Service) -> None:
    """A delete returns an empty object."""
    customer = service.create()
    answer = service.api.call("DELETE", f"/customers/{customer.id}").expect(200)
    assert answer.json == {}, f"a delete answers {answer.body!r}"


@deleting("spoonity.delete.anonymises", source=DELETES)
def anonymises(service: Service) -> None:
    """A deletion removes the data that identify the person."""
    customer = service.create()
    service.delete(customer.id)
    answer = service.api.call("GET", f"/customers/{customer.id}").expect(200, 404, 410)
    for value in (str(customer.name), str(customer.email)):
        assert value.encode() not in answer.body, f"{answer.request} still answers {value}"


@deleting("spoonity.delete.is-found-no-more", source=DELETES)
def is_found_no_more(service: Service) -> None:
    """A deleted customer cannot be found by its former name or e-mail address."""
    customer = service.create()
    assert service.found(f"n:{customer.name}") == [customer.id]
    service.delete(customer.id)
    assert (service.found(f"n:{customer.name}"), service.found(f"e:{customer.email}")) == ([], [])
    shown = {text for each in service.page().items for text in (each.name, each.email)}
    assert shown.isdisjoint({customer.name, customer.email})


@deleting("spoonity.delete.one-customer", source="Customer page, delete, path parameters")
def one_customer(service: Service) -> None:
    """A delete affects only the customer with the id in the path."""
    deleted, other = service.create_namesakes(2)
    service.delete(deleted.id)
    assert service.found(f"n:{other.name}") == [other.id]
    assert service.retrieve(other.id) == other
