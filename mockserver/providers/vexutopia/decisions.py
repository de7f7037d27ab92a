"""What Vexutopia's documents leave open and what has one answer here."""

from mockserver.catalogue import Decision
from mockserver.providers.vexutopia.operations import (
    CREATE,
    DELETE,
    EVENTS,
    LIST,
    LIST_PAYMENTS,
    ON_CUSTOMER_DELETED,
    ON_PAYMENT_FAILED,
    ON_PAYMENT_REFUNDED,
    PAY,
    RETRIEVE,
    RETRIEVE_PAYMENT,
    UPDATE,
)

_CUSTOMERS = (
    Decision(
        "vexutopia.create-status",
        question="Which status does a creation answer, and which everything else that succeeds?",
        answer="A new customer or payment is answered with 201, everything else with 200.",
        evidence="The errors page lists both and explains 201 as created; the deletion has a body, so it is not 204.",
    ),
    Decision(
        "vexutopia.email-uniqueness",
        operations=(CREATE, LIST),
        question="May two customers have the same e-mail address?",
        answer="They may, and the filter for the address finds both.",
        evidence="Neither a status nor an error code for a conflict is listed, and a filter answers a list.",
    ),
    Decision(
        "vexutopia.updatable-fields",
        operations=(UPDATE,),
        question="Which fields can an update change?",
        answer="It can change those of a creation: email, name, phone and metadata.",
        evidence="The page prints no list for the update; its sample sends two fields of the creation.",
    ),
    Decision(
        "vexutopia.required-email",
        operations=(CREATE, UPDATE),
        question="What does an e-mail address answer that is null or empty?",
        answer="It is a wrong value, not a missing one, at a creation and at an update: 400 `invalid_parameter`.",
        evidence="The attribute is required, and there is a code for values that are not allowed.",
    ),
    Decision(
        "vexutopia.null-values",
        operations=(CREATE, UPDATE, PAY),
        question="What does null mean for a field that is not required?",
        answer="At a creation it is the same as not sending the field, but for a payment's provider, where it is refused; at an "
        "update it clears name and phone, as if never set.",
        evidence="An update that sets single fields needs a way to clear one, and null is what such interfaces use.",
    ),
    Decision(
        "vexutopia.large-numbers",
        operations=(PAY, LIST, LIST_PAYMENTS),
        question="How large may an amount or offset be?",
        answer="Up to 9223372036854775807; beyond 64 bits it is a wrong value. Numbers in metadata have no such limit.",
        evidence="No maximum is documented, and hardly a service counts further.",
    ),
    Decision(
        "vexutopia.empty-text",
        operations=(CREATE, UPDATE, PAY, LIST, LIST_PAYMENTS),
        question="Is the empty string a value?",
        answer="It is one, for name, phone and description as for the filters; only null is null.",
        evidence="Nothing in the documents treats it in another way.",
    ),
    Decision(
        "vexutopia.text-limits",
        operations=(CREATE, UPDATE, PAY),
        question="How long may texts be, and which form has a phone number?",
        answer="Any text goes, within what a body may have in all.",
        evidence="No limits are documented, and the sample's phone number is free text with blanks.",
    ),
    Decision(
        "vexutopia.metadata-values",
        operations=(CREATE, UPDATE, PAY),
        question="What may metadata hold?",
        answer="An object with any JSON values, without limits of its own.",
        evidence="It is called key-value pairs for the account's own use; samples have strings, but no rule says so.",
    ),
    Decision(
        "vexutopia.metadata-nulls",
        operations=(UPDATE,),
        question="What do null and an empty object do to metadata in an update?",
        answer="Null as a whole clears it, a key that is null is removed; where updates merge, an empty object changes nothing.",
        evidence="This is how a merge of JSON is commonly defined; where updates replace, the new object stands as it came.",
    ),
    Decision(
        "vexutopia.unchanged-update",
        operations=(UPDATE,),
        question="What does an update do that changes nothing?",
        answer="It answers 200 with the customer as it was: updated_at stays and no event is announced.",
        evidence="The attribute is the time of the last update, and an event tells that something happened.",
    ),
    Decision(
        "vexutopia.sameness",
        operations=(UPDATE,),
        question="When is a value in an update the same as the one that is there?",
        answer="True and 1 differ, the order of keys does not count, nor does no metadata against empty metadata.",
        evidence="This is what a client can tell apart under the default choices.",
    ),
    Decision(
        "vexutopia.second-deletion",
        operations=(UPDATE, DELETE),
        question="What does a second deletion of a customer answer?",
        answer="It answers 404 `resource_not_found`, as an update does.",
        evidence="The deletion is permanent, so there is nothing left to delete.",
    ),
    Decision(
        "vexutopia.saved-payment-methods",
        operations=(RETRIEVE,),
        question="Where are the saved payment methods that the customers page promises?",
        answer="They are nowhere: nothing of them is played.",
        evidence="No endpoint and no attribute for them is documented.",
    ),
    Decision(
        "vexutopia.id-forms",
        question="Which form do ids have, given that samples differ in length?",
        answer="They are `cus_` and twelve letters or digits, `pay_` and ten digits, `evt_` and ten digits.",
        evidence="Each page prints its own objects like this; only references to objects of other pages are shorter.",
    ),
    Decision(
        "vexutopia.timestamps",
        question="What becomes of fractions of a second?",
        answer="They are cut off, and never rounded.",
        evidence="All samples have whole seconds, and no time of an object should lie in the future.",
    ),
)

_LISTS = (
    Decision(
        "vexutopia.list-ties",
        operations=(LIST, LIST_PAYMENTS),
        question="In which order are records listed that were created in the same second?",
        answer="The order in which they were created decides.",
        evidence="Slices only fit together if the order is total, and nothing else is known of two such records.",
    ),
    Decision(
        "vexutopia.has-more",
        operations=(LIST, LIST_PAYMENTS),
        question="When is has_more true?",
        answer="It is true when offset and rows of the slice together are less than the total.",
        evidence="The sample has ten of 150 rows and says true.",
    ),
    Decision(
        "vexutopia.offset-past-end",
        operations=(LIST, LIST_PAYMENTS),
        question="What does an offset at or behind the end answer?",
        answer="It answers 200 with no rows and the same total.",
        evidence="The offset counts rows to skip, and nothing forbids to skip all of them.",
    ),
    Decision(
        "vexutopia.paging-limits",
        operations=(LIST, LIST_PAYMENTS),
        question="What do a limit below 1, a negative offset and numbers with a fraction answer?",
        answer="They answer 400 `invalid_parameter` that names the parameter.",
        evidence="Both are documented as integers, and there is a code for values that are not allowed.",
    ),
    Decision(
        "vexutopia.email-filter-match",
        operations=(LIST,),
        question="What does the filter for an e-mail address compare, and what do total and has_more count then?",
        answer="It compares whole addresses, and both describe the rows that match.",
        evidence="The page says that it filters by address; a match of parts would be a search.",
    ),
    Decision(
        "vexutopia.repeated-parameters",
        operations=(LIST, LIST_PAYMENTS),
        question="What if a query parameter comes twice, or one that is not documented?",
        answer="The last value counts, and unknown parameters are ignored.",
        evidence="Nothing is documented; unknown fields of bodies are tolerated, too.",
    ),
)

_PAYMENTS = (
    Decision(
        "vexutopia.payments-list-parameters",
        operations=(LIST_PAYMENTS,),
        question="Which parameters does the list of payments take?",
        answer="It takes limit and offset as the list of customers does, and customer_id.",
        evidence="The endpoint is documented, its parameters could not be read; purchase histories are said to be possible.",
    ),
    Decision(
        "vexutopia.payments-of-deleted-customers",
        operations=(DELETE, LIST_PAYMENTS, RETRIEVE_PAYMENT),
        question="Can the payments of a deleted customer still be found by its id?",
        answer="They can, for their customer_id stays as it is.",
        evidence="The page says that payments retain the reference.",
    ),
    Decision(
        "vexutopia.amount",
        operations=(PAY,),
        question="Which amounts are allowed?",
        answer="Whole numbers from 1 of any size, also when written as 2000.0; anything else is `invalid_parameter`.",
        evidence="It is an integer in the smallest unit; JSON does not tell 2000.0 from 2000, and nothing can be paid with 0.",
    ),
    Decision(
        "vexutopia.currency",
        operations=(PAY,),
        question="Which currencies are allowed, and how are they shown?",
        answer="Any three letters in any case, shown in lower case; anything else is `invalid_parameter`.",
        evidence="The page asks for three letters of ISO 4217, and its samples are in lower case.",
    ),
    Decision(
        "vexutopia.payment-provider",
        operations=(PAY,),
        question="Which provider processes a payment for which none is named?",
        answer="It is `stripe`; any other name is taken as it comes, but null and the empty string are refused.",
        evidence="The choice is called smart and not explained; the sample payment went through stripe.",
    ),
    Decision(
        "vexutopia.provider-payment-id",
        operations=(PAY,),
        question="What does provider_payment_id look like?",
        answer="It is `pi_` and six letters or digits, whoever the provider is.",
        evidence="The only sample is `pi_xyz789`.",
    ),
    Decision(
        "vexutopia.initial-payment-status",
        operations=(PAY,),
        question="Which status has a new payment, and what changes when it settles?",
        answer="It is `pending`; settling makes it `succeeded` and moves updated_at to that moment.",
        evidence="It is the first status of the list, a creation has an event, and the sample was updated five seconds later.",
    ),
    Decision(
        "vexutopia.unset-payment-fields",
        operations=(PAY, LIST_PAYMENTS, RETRIEVE_PAYMENT),
        question="How do optional fields of a payment look that were never set?",
        answer="Description and customer_id are null and always there; metadata follows `vexutopia.unset-fields`.",
        evidence="The page calls only customer_id optional, and prints a payment that has all of them.",
    ),
    Decision(
        "vexutopia.declines",
        operations=(PAY, ON_PAYMENT_FAILED),
        question="How does a payment fail?",
        answer="Only on purpose: it is created and ends as `failed`, or its creation is refused with 400 and one of three codes.",
        evidence="The codes are listed without a status; 402 is not listed at all.",
    ),
    Decision(
        "vexutopia.refunds",
        operations=(RETRIEVE_PAYMENT, ON_PAYMENT_REFUNDED),
        question="How is a payment refunded or canceled?",
        answer="Only on purpose: the event payment.refunded leaves the status alone, and `canceled` is spelled with one l.",
        evidence="There is an event but no status and no endpoint; newer clients of another interface spell it with two.",
    ),
    Decision(
        "vexutopia.payments-and-key-kind",
        operations=(PAY,),
        question="Can a payment of a test key name a customer of a live key?",
        answer="It cannot while both kinds of key have data of their own: such a customer does not exist for it.",
        evidence="Whoever sees no customer cannot refer to it.",
    ),
)

_REQUESTS = (
    Decision(
        "vexutopia.key-form",
        question="What is a known form of key?",
        answer="One of the two prefixes with something behind it; any other bearer token is `invalid_api_key`.",
        evidence="The prefixes are the only rule that is documented.",
    ),
    Decision(
        "vexutopia.keys-of-other-sandboxes",
        question="Is a key known that was issued for another sandbox?",
        answer="It is not, where only issued keys are accepted.",
        evidence="A sandbox stands for an account, and keys belong to accounts.",
    ),
    Decision(
        "vexutopia.order-of-checks",
        question="What is refused first?",
        answer="First a key that is not accepted, then what is wrong with the request, then a record that is not there.",
        evidence="The key is required on every request, and a request must be understood before a record is looked for.",
    ),
    Decision(
        "vexutopia.order-of-blame",
        question="Which parameter does an error name when several are wrong?",
        answer="The first missing one in the order of the documents, else the first wrong one in that order.",
        evidence="An error has room for one parameter only.",
    ),
    Decision(
        "vexutopia.unknown-fields",
        question="What becomes of fields that are not documented or cannot be written?",
        answer="They are ignored.",
        evidence="A public client sends undocumented ones, and nothing says that they are refused.",
    ),
    Decision(
        "vexutopia.content-type-parameters",
        operations=(CREATE, UPDATE, PAY),
        question="Do letter case and parameters of the content type matter?",
        answer="They do not: any charset may be named, and the body is read as UTF-8.",
        evidence="HTTP defines media types without regard to case, and JSON is UTF-8.",
    ),
    Decision(
        "vexutopia.missing-body",
        operations=(CREATE, UPDATE, PAY),
        question="What does a creation or update without a body answer?",
        answer="It answers 400 `invalid_request` that names no parameter; an empty object is a body.",
        evidence="What cannot be read at all is an invalid request; no one field is to blame.",
    ),
    Decision(
        "vexutopia.unasked-body",
        operations=(RETRIEVE, LIST, DELETE, LIST_PAYMENTS, RETRIEVE_PAYMENT),
        question="What if a GET or DELETE has a body?",
        answer="It is not read.",
        evidence="No such body is documented.",
    ),
    Decision(
        "vexutopia.duplicate-keys",
        operations=(CREATE, UPDATE, PAY),
        question="What if a key stands twice in a JSON object?",
        answer="The last one counts.",
        evidence="This is what JavaScript does, in which the pages' samples are written.",
    ),
    Decision(
        "vexutopia.unknown-routes",
        question="What does a path or method answer that the pages do not have?",
        answer="A path answers 404 `resource_not_found` even without a key, as does one with a slash at the end.",
        evidence="It is the only listed code for something that is not there.",
    ),
    Decision(
        "vexutopia.cross-origin",
        question="May pages of other origins call the service from a browser?",
        answer="Any origin may, with credentials, and with the headers that a call needs.",
        evidence="Nothing is documented, and a mock that refuses browsers is of no use to them.",
    ),
    Decision(
        "vexutopia.newer-api",
        question="Is the newer API played, at another address, that public clients use today?",
        answer="It is not.",
        evidence="It has other keys, errors and payments, and it shows no customers; the documents describe this one.",
    ),
)

_ERRORS = (
    Decision(
        "vexutopia.error-members",
        question="Which members does an error have, given that the samples of two pages differ?",
        answer="It always has code, message and doc_url, in this order with param before the last if one is to blame.",
        evidence="The errors page has all errors follow its structure and makes only param conditional.",
    ),
    Decision(
        "vexutopia.unreadable-request",
        operations=(CREATE, UPDATE, PAY, LIST, LIST_PAYMENTS),
        question="Which code has a request that cannot be read?",
        answer="It is `invalid_request` without a param, for broken JSON, for a body that is no object and for a broken query.",
        evidence="The other two codes for bad requests are about parameters.",
    ),
    Decision(
        "vexutopia.error-messages",
        question="What do messages say that the pages do not print?",
        answer="They are ours, and name what is to blame; no program should read them.",
        evidence="Three messages are printed, and these are used as they stand.",
    ),
    Decision(
        "vexutopia.forbidden",
        question="When is a request answered with 403, and with which code?",
        answer="Never by itself; where it is sent on purpose, the code is `forbidden`.",
        evidence="The status is listed and no code for it; nothing tells which key lacks which permission.",
    ),
    Decision(
        "vexutopia.failures-on-purpose",
        question="With which code is a failure answered that somebody asks for?",
        answer="With the one that is asked for; else 401 with `invalid_api_key`, 403 with `forbidden`, 404 with "
        "`resource_not_found`, 429 with `rate_limit_exceeded`, other mistakes with `invalid_request`, failures of the service "
        "with `internal_error`. `Retry-After` is there if it was asked for, and with a rate limit.",
        evidence="The pages list statuses and codes, but print no table of both, and no header of a rate limit.",
    ),
    Decision(
        "vexutopia.transport-errors",
        question="What is answered to requests that are too large, or when the mock has no room?",
        answer="The statuses 413, 414 and 431 with `invalid_request`, and 503 with `internal_error`.",
        evidence="The pages have no code for them; these are the nearest ones.",
    ),
)

_EVENTS = (
    Decision(
        "vexutopia.deleted-event",
        operations=(ON_CUSTOMER_DELETED,),
        question="Which object does the event for a deletion hold?",
        answer="It holds the customer as it was last.",
        evidence="The page promises the full object that an event is about.",
    ),
    Decision(
        "vexutopia.event-time",
        operations=EVENTS,
        question="Which time does an event have?",
        answer="It has that of what it announces, the due moment for a payment that settled.",
        evidence="The attribute has the name that all objects use for the time of their creation.",
    ),
    Decision(
        "vexutopia.events-and-key-kind",
        operations=EVENTS,
        question="Does an endpoint get events of test data, of live data or of both?",
        answer="It gets both, and nothing in the body tells them apart.",
        evidence="The event object has no attribute for it; to tell customers apart, both kinds take ids from one series.",
    ),
    Decision(
        "vexutopia.taken-events",
        operations=EVENTS,
        question="Which answers of a receiver say that it took an event?",
        answer="Those from 200 to 299; a redirect is not followed and counts as any other answer.",
        evidence="The page asks for 200. A receiver that answers 204 has understood it as much.",
    ),
    Decision(
        "vexutopia.order-of-events",
        operations=EVENTS,
        question="In which order do events arrive?",
        answer="Those of one object in their order, each after the answer to the one before; what is tried again comes later.",
        evidence="Nothing is said of it; other orders can be asked for by `POST /_mock/events`.",
    ),
)

DECISIONS = (*_CUSTOMERS, *_LISTS, *_PAYMENTS, *_REQUESTS, *_ERRORS, *_EVENTS)
