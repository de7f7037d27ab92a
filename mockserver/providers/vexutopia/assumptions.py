"""Questions that Vexutopia's pages leave open, with the choices of a sandbox."""

from mockserver.catalogue import Assumption, declared_in, remove, update
from mockserver.providers.vexutopia.operations import (
    CREATE,
    EVENTS,
    LIST,
    LIST_PAYMENTS,
    ON_PAYMENT_SUCCEEDED,
    PAY,
    RETRIEVE,
    RETRIEVE_PAYMENT,
    UPDATE,
)

_SCHEMAS = "/components/schemas"

MISSING_PARAMETER_CODE = Assumption(
    "vexutopia.missing-parameter-code",
    operations=(CREATE, PAY),
    question="Which error code does a missing required field have?",
    choices={"missing_parameter": "the code in the table", "invalid_request": "the code in the sample"},
    default="missing_parameter",
    evidence="The errors page contradicts itself: its table has a code for this case, its sample shows another.",
)

LIMIT_OVER_MAXIMUM = Assumption(
    "vexutopia.limit-over-maximum",
    operations=(LIST, LIST_PAYMENTS),
    question="What happens to a `limit` above the maximum?",
    choices={"rejected": "400", "clamped": "the maximum is used, and returned in the reply"},
    default="rejected",
    evidence="The maximum and a code for wrong values are documented, but not what happens to larger values.",
    overlays={"clamped": (remove("/components/parameters/VexutopiaLimit/schema/maximum"),)},
)

LIST_ORDER = Assumption(
    "vexutopia.list-order",
    operations=(LIST, LIST_PAYMENTS),
    question="In which order are customers and payments listed?",
    choices={"newest-first": "the newest first", "oldest-first": "the oldest first"},
    default="newest-first",
    evidence="No order is documented, and no parameter for it. Similar APIs list the newest first.",
)

EMAIL_FILTER = Assumption(
    "vexutopia.email-filter",
    operations=(LIST,),
    question="How does the filter `email` compare?",
    choices={"ignores-case": "ignoring case", "exact": "exactly"},
    default="ignores-case",
    evidence="The page says that it filters by address. Mail systems usually ignore case.",
)

DELETED_CUSTOMER = Assumption(
    "vexutopia.deleted-customer",
    operations=(RETRIEVE,),
    question="What does a GET of a deleted customer return?",
    choices={"not-found": "404", "stub": "200 with the same reply as the deletion"},
    default="not-found",
    evidence="The page calls the deletion permanent. A similar API returns a stub.",
    overlays={
        "stub": (
            update(
                "/paths/~1v1~1customers~1{id}/get/responses/200/content/application~1json/schema",
                {
                    "$ref": None,
                    "anyOf": [
                        {"$ref": f"#{_SCHEMAS}/VexutopiaCustomer"},
                        {
                            "type": "object",
                            "required": ["id", "object", "deleted"],
                            "properties": {"id": {"type": "string"}, "object": {"const": "customer"}, "deleted": {"const": True}},
                            "additionalProperties": False,
                        },
                    ],
                },
            ),
            remove("/paths/~1v1~1customers~1{id}/get/responses/200/content/application~1json/schema/$ref"),
        )
    },
)

PAYMENT_FOR_UNKNOWN_CUSTOMER = Assumption(
    "vexutopia.payment-for-unknown-customer",
    operations=(PAY,),
    question="What does creating a payment for an unknown customer return?",
    choices={"invalid-parameter": "400 that names customer_id", "not-found": "404"},
    default="invalid-parameter",
    evidence="The field must name an existing customer, and the missing record is not the requested one. 404 is equally "
    "plausible.",
    overlays={
        "not-found": (update("/paths/~1v1~1payments/post/responses/404", {"$ref": "#/components/responses/VexutopiaNotFound"}),)
    },
)

METADATA_UPDATE = Assumption(
    "vexutopia.metadata-update",
    operations=(UPDATE,),
    question="What does an update do with existing metadata?",
    choices={"merged": "sets the keys that were sent, removes those sent as null", "replaced": "replaces the whole object"},
    default="merged",
    evidence="PATCH changes parts of a record. The page shows no update of metadata.",
)

UNSET_FIELDS = Assumption(
    "vexutopia.unset-fields",
    operations=(CREATE, RETRIEVE, LIST, UPDATE, PAY, LIST_PAYMENTS, RETRIEVE_PAYMENT, *EVENTS),
    question="How are name, phone and metadata returned if they were never set?",
    choices={"null": "name and phone are null, metadata is an empty object", "absent": "they are left out"},
    default="null",
    evidence="The table of attributes lists all of them, and marks none as optional.",
    overlays={
        "absent": (
            update(f"{_SCHEMAS}/VexutopiaCustomer/required", ["id", "object", "email", "created_at", "updated_at"]),
            update(
                f"{_SCHEMAS}/VexutopiaPayment/required",
                ["id", "object", "amount", "currency", "status", "provider", "provider_payment_id", "created_at", "updated_at"],
            ),
        )
    },
)

EMAIL_SYNTAX = Assumption(
    "vexutopia.email-syntax",
    operations=(CREATE, RETRIEVE, UPDATE, LIST),
    question="Must an e-mail address look like one?",
    choices={"checked": "400 unless it is text, an @, text", "unchecked": "any text that is not empty is accepted"},
    default="checked",
    evidence="The documents do not say. Such a weak check refuses no address on the page.",
    overlays={
        "unchecked": (remove(f"{_SCHEMAS}/VexutopiaEmail/pattern"), update(f"{_SCHEMAS}/VexutopiaEmail", {"minLength": 1}))
    },
)

CONTENT_TYPE = Assumption(
    "vexutopia.content-type",
    operations=(CREATE, UPDATE, PAY),
    question="What happens to a body with another content type than application/json?",
    choices={"required": "400", "ignored": "it is read as JSON anyway"},
    default="required",
    evidence="The header is documented as required, but not what happens without it. 415 is not among the listed statuses.",
)

PAYMENT_SETTLEMENT = Assumption(
    "vexutopia.payment-settlement",
    operations=(PAY, ON_PAYMENT_SUCCEEDED),
    question="When does a pending payment succeed?",
    choices={
        "after-five-seconds": "five seconds later on the sandbox's clock",
        "at-once": "right after its creation",
        "never": "only on request, by the control API",
    },
    default="after-five-seconds",
    evidence="The sample payment was updated five seconds after its creation. The documents do not say why.",
)

SIGNATURE_FORM = Assumption(
    "vexutopia.signature-form",
    operations=EVENTS,
    question="What does the webhook signature look like?",
    choices={
        "hex": "the HMAC of the body in hexadecimal",
        "timestamped": "`t=SECONDS,v1=HMAC`, over seconds, a dot and the body",
    },
    default="hex",
    evidence="The webhooks page verifies plain hexadecimal. Clients of a newer API expect the other form.",
    overlays={
        "timestamped": (
            update("/components/parameters/VexutopiaSignature/schema", {"pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$"}),
            remove("/components/parameters/VexutopiaSignature/example"),
        )
    },
)

TEST_AND_LIVE_DATA = Assumption(
    "vexutopia.test-and-live-data",
    question="Do test keys and live keys see the same data?",
    choices={"separate": "each kind of key has its own data", "shared": "both kinds see the data of test keys"},
    default="separate",
    evidence="The documents say only which prefixes exist, and that test keys move no money.",
)

WRONG_METHOD = Assumption(
    "vexutopia.wrong-method",
    question="What does an unknown method on a known path return?",
    choices={"not-found": "404", "method-not-allowed": "405 with Allow"},
    default="not-found",
    evidence="The errors page does not list 405.",
)

WEBHOOK_RETRIES = Assumption(
    "vexutopia.webhook-retries",
    operations=EVENTS,
    question="Is a delivery retried that gets no 2xx within ten seconds?",
    choices={"five": "after 1 minute, 5 minutes, 30 minutes, 2 hours and 24 hours", "none": "no"},
    default="five",
    evidence="The text on retries could not be obtained. Every similar service has retries.",
)

UNKNOWN_KEY = Assumption(
    "vexutopia.unknown-key",
    question="Which API keys are accepted?",
    choices={
        "accepted": "any that begins with vex_test_ or vex_live_",
        "rejected": "only those issued by the mock and the documents' own vex_test_your_api_key, else 401",
    },
    default="accepted",
    evidence="The prefixes are the only documented rule.",
)

ASSUMPTIONS = declared_in(Assumption, vars())
