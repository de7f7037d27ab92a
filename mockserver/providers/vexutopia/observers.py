"""Find out which choice of each assumption a Vexutopia service follows."""

import msgspec

from mockserver.catalogue.catalogue import NotObserved, Observation, Unobservable, by_status, observers_of
from mockserver.providers.vexutopia import assumptions as known
from mockserver.providers.vexutopia.behaviours.service import CUSTOMERS, PAYMENTS, Service, customer_path, error_of, ids
from mockserver.providers.vexutopia.records import TEST_PREFIX

SETTLEMENT_LOOKS = 8
"""Looks at a pending payment, a second apart, before `never` is observed."""


def _missing_parameter_code(service: Service) -> Observation:
    code = error_of(service.post_customer(json={})).get("code")
    return Observation(code if code in known.MISSING_PARAMETER_CODE.choices else None, f"the code was {code}")


def _limit_over_maximum(service: Service) -> Observation:
    answer = service.api.call("GET", CUSTOMERS, query="limit=101")
    if answer.status != 200:
        return by_status(answer, {400: "rejected"})
    used = service.slice(limit=101).get("limit")
    return Observation("clamped" if used == 100 else None, f"a limit of 101 was echoed as {used}")


def _list_order(service: Service) -> Observation:
    email = service.email()
    older, newer = service.new_customer(email=email), service.new_customer(email=email)
    order = ids(service.slice(email=email)["data"])
    rising = [older["id"], newer["id"]]
    choice = "oldest-first" if order == rising else "newest-first" if order == rising[::-1] else None
    return Observation(choice, f"an older and a newer customer were listed as {order}")


def _email_filter(service: Service) -> Observation:
    customer = service.new_customer()
    if ids(service.slice(email=customer["email"])["data"]) != [customer["id"]]:
        return Observation(None, "an e-mail address did not find its customer")
    found = ids(service.slice(email=customer["email"].upper())["data"])
    return Observation("ignores-case" if found else "exact", f"the address in upper case found {len(found)} customers")


def _deleted_customer(service: Service) -> Observation:
    customer = service.new_customer()
    receipt = service.delete_customer(customer)
    answer = service.api.call("GET", customer_path(customer))
    if answer.status == 200 and answer.json == receipt.json:
        return Observation("stub", "a GET of a deleted customer answered the receipt of its deletion")
    return by_status(answer, {404: "not-found"})


def _payment_for_unknown_customer(service: Service) -> Observation:
    customer = service.new_customer()
    service.delete_customer(customer)
    answer = service.create_payment(customer_id=customer["id"])
    return by_status(answer, {400: "invalid-parameter", 404: "not-found"})


def _metadata_update(service: Service) -> Observation:
    customer = service.update_customer(service.new_customer(), metadata={"kept": "1", "changed": "2"})
    sent = {"changed": "3", "added": "4"}
    metadata = service.update_customer(customer, metadata=sent)["metadata"]
    choice = "merged" if metadata == {"kept": "1"} | sent else "replaced" if metadata == sent else None
    return Observation(choice, f"two keys, updated with a new value for one and with a third, became {metadata}")


def _unset_fields(service: Service) -> Observation:
    shown = service.new_customer()
    unset = {name: shown[name] for name in ("name", "phone", "metadata") if name in shown}
    is_null = unset == {"name": None, "phone": None, "metadata": {}}
    choice = "null" if is_null else None if unset else "absent"
    return Observation(choice, f"what was never set shows as {unset}")


def _email_syntax(service: Service) -> Observation:
    answer = service.post_customer(json={"email": service.api.unique("no-address")})
    return by_status(answer, {200: "unchecked", 201: "unchecked", 400: "checked"})


def _content_type(service: Service) -> Observation:
    body = msgspec.json.encode({"email": service.email()})
    answer = service.post_customer(body=body, headers={"content-type": "text/plain"})
    return by_status(answer, {200: "ignored", 201: "ignored", 400: "required"})


def _payment_settlement(service: Service) -> Observation:
    payment = service.new_payment()
    if payment["status"] != "pending":
        return Observation(None, f"a new payment was {payment['status']}, not pending")
    for seconds in range(SETTLEMENT_LOOKS):
        status = service.payment(payment)["status"]
        if status != "pending":
            choice = "at-once" if seconds == 0 else "after-five-seconds"
            return Observation(choice if status == "succeeded" else None, f"a payment was {status} after {seconds} s")
        service.api.pause(1)
    return Observation("never", f"a payment was still pending after {SETTLEMENT_LOOKS} s")


def _wrong_method(service: Service) -> Observation:
    answer = service.api.call("PUT", CUSTOMERS)
    return by_status(answer, {404: "not-found", 405: "method-not-allowed"})


def _unknown_key(service: Service) -> Observation:
    if not service.api.token.startswith(TEST_PREFIX):
        raise NotObserved("only a made-up test key is tried, and only where the run has a test key itself")
    key = f"{TEST_PREFIX}mockserver_check_of_an_unknown_key"
    answer = service.api.call("GET", PAYMENTS, headers={"authorization": f"Bearer {key}"})
    if answer.status == 401 and error_of(answer).get("code") != "invalid_api_key":
        return Observation(None, f"{answer.request} answered 401, but blamed no invalid key")
    return by_status(answer, {200: "accepted", 401: "rejected"})


OBSERVERS = observers_of(known.ASSUMPTIONS, vars(), view=Service)

UNOBSERVABLE = (
    Unobservable(known.SIGNATURE_FORM, "only a receiver of webhooks sees a signature, and no request registers one"),
    Unobservable(known.WEBHOOK_RETRIES, "only a receiver of webhooks sees a retry, and no request registers one"),
    Unobservable(known.TEST_AND_LIVE_DATA, "a run has one key, and a live key is not to be tried for this"),
)
