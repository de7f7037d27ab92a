"""Find out which choice of each assumption a Spoonity service follows."""

from mockserver.catalogue.catalogue import NotObserved, Observation, Unobservable, by_status, observers_of
from mockserver.providers.spoonity import assumptions as known
from mockserver.providers.spoonity.behaviours.service import Service, customer_in, page_in
from mockserver.providers.spoonity.records import ANONYMISED_FIELDS


def _create_status(service: Service) -> Observation:
    name = service.api.unique("status")
    return by_status(service.send_create(form={"name": name}), {200: "200", 201: "201"})


def _new_customer_verified(service: Service) -> Observation:
    verified = service.create().is_verified
    return Observation("yes" if verified else "no", f"is_verified was {str(verified).lower()}")


def _deleted_customer(service: Service) -> Observation:
    customer = service.create()
    service.delete(customer.id)
    answer = service.api.call("GET", f"/customers/{customer.id}")
    if answer.status == 404:
        return Observation("gone", "a GET of a deleted customer answered 404")
    left = answer.json if answer.status == 200 and isinstance(answer.json, dict) else {}
    is_anonymised = ANONYMISED_FIELDS.items() <= left.items()
    return Observation("anonymised" if is_anonymised else None, f"a GET of a deleted customer answered {answer.status}: {left}")


def _update_of_deleted(service: Service) -> Observation:
    customer = service.create()
    service.delete(customer.id)
    if service.api.call("GET", f"/customers/{customer.id}").status == 404:
        raise NotObserved("deleted customers are hidden, so there is no anonymised one to update")
    answer = service.api.call("PUT", f"/customers/{customer.id}", form={"status": "ACTIVE"})
    return by_status(answer, {409: "conflict", 404: "not-found"})


def _sort_direction(service: Service) -> Observation:
    name = service.api.unique("sorted")
    first, second = service.create(name=f"{name}a"), service.create(name=f"{name}b")
    order = service.page({"query": f"n:{name}", "sort": "name"}).ids
    rising = [first.id, second.id]
    choice = "ascending" if order == rising else "descending" if order == rising[::-1] else None
    return Observation(choice, f"two names, a before b, were listed as {order}")


def _next_link(service: Service) -> Observation:
    name = service.create_namesakes(2)[0].name
    page = service.page({"query": f"n:{name}", "limit": 2})
    if len(page.items) != 2:
        return Observation(None, f"a search for two customers found {len(page.items)}")
    return Observation("when-more" if page.next is None else "when-full", f"a full last page links to {page.next}")


def _bad_paging(service: Service) -> Observation:
    asked = ("limit=0", "limit=-1", "limit=abc", "page=0", "page=-1", "page=abc")
    statuses = {query: service.api.call("GET", "/customers", query=query).status for query in asked}
    choice = {frozenset({400}): "rejected", frozenset({200}): "defaulted"}.get(frozenset(statuses.values()))
    return Observation(choice, ", ".join(f"{query} answered {status}" for query, status in statuses.items()))


def _email_filter(service: Service) -> Observation:
    customer = service.create()
    part = str(customer.email).partition("@")[0]
    if customer.id in service.found(f"e:{part}"):
        return Observation("contains", "a part of an e-mail address found its customer")
    found = customer.id in service.found(f"e:{customer.email}")
    seen = f"a part found nothing, the whole address {'the' if found else 'no'} customer"
    return Observation("equals" if found else None, seen)


def _unknown_filter(service: Service) -> Observation:
    customer = service.create()
    answer = service.api.call("GET", "/customers", query={"query": f"n:{customer.name} zz:nothing nothing"})
    if answer.status != 200:
        return by_status(answer, {400: "rejected"})
    found = customer.id in page_in(answer).ids
    seen = f"words that are no filter kept a customer {'in' if found else 'out of'} the list"
    return Observation("ignored" if found else None, seen)


def _email_unique(service: Service) -> Observation:
    email = str(service.create().email)
    return by_status(service.send_create(form={"email": email}), {200: "no", 201: "no", 409: "yes"})


def _email_syntax(service: Service) -> Observation:
    answer = service.send_create(form={"email": service.api.unique("no-address")})
    return by_status(answer, {200: "unchecked", 201: "unchecked", 400: "checked"})


def _null_value(service: Service) -> Observation:
    customer = service.create()
    answer = service.api.call("PUT", f"/customers/{customer.id}", json={"email": None})
    if answer.status != 200:
        return by_status(answer, {400: "rejected"})
    changed = customer_in(answer)
    return Observation("clears" if changed.email is None else None, f"the e-mail address was {changed.email} after a null")


def _unknown_token(service: Service) -> Observation:
    answer = service.api.call("GET", "/customers", headers={"authorization": "Bearer mockserver-check-of-an-unknown-token"})
    return by_status(answer, {200: "accepted", 401: "rejected"})


def _wrong_method(service: Service) -> Observation:
    answer = service.api.call("PATCH", "/customers")
    if answer.status == 405 and "allow" not in answer.headers:
        return Observation(None, "a wrong method answered 405 without Allow")
    return by_status(answer, {405: "method-not-allowed", 404: "not-found"})


OBSERVERS = observers_of(known.ASSUMPTIONS, vars(), view=Service)

UNOBSERVABLE = (
    Unobservable(
        known.TOKEN_LIFETIME,
        "a token is only issued for an authorization code, which a run lacks; waiting for it to expire would take too long",
    ),
)
