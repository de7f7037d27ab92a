"""What Spoonity's customer page leaves open and a sandbox can choose."""

from mockserver.catalogue import Assumption, move, remove, update
from mockserver.providers.spoonity.operations import CREATE, DELETE, LIST, RETRIEVE, UPDATE

EMAIL_PATTERN = "^[^@]+@[^@]+$"
"""Text, an @, text: what the choice `checked` of the e-mail's syntax asks for."""

_CREATE = "/paths/~1customers/post"
_UPDATE = "/paths/~1customers~1{id}/put"
_SCHEMAS = "/components/schemas"
_BODIES = ("SpoonityCustomerCreate", "SpoonityCustomerCreateForm", "SpoonityCustomerUpdate", "SpoonityCustomerUpdateForm")
_JSON_BODIES = ("SpoonityCustomerCreate", "SpoonityCustomerUpdate")

CREATE_STATUS = Assumption(
    "spoonity.create-status",
    operations=(CREATE,),
    question="With which status does a successful create answer?",
    choices={"200": "200, as any other success", "201": "201, as HTTP suggests for a new resource"},
    default="200",
    evidence="The page prints no status. The vendor's public server library answers 200 unless told otherwise, and its own "
    "clients take 201 for a failure.",
    overlays={"201": move(f"{_CREATE}/responses/200", f"{_CREATE}/responses/201")},
)

NEW_CUSTOMER_VERIFIED = Assumption(
    "spoonity.new-customer-verified",
    operations=(CREATE,),
    question="Is a customer verified right after its creation?",
    choices={"yes": "is_verified is true", "no": "is_verified is false"},
    default="yes",
    evidence="The create sample answers true. Against it stands the field's own description: verification is a process "
    "that a new customer has yet to go through.",
)

DELETED_CUSTOMER = Assumption(
    "spoonity.deleted-customer",
    operations=(DELETE, RETRIEVE, LIST, UPDATE),
    question="What becomes of a customer after its deletion?",
    choices={
        "anonymised": "it still answers 200 and stays in lists: name and email null, not verified, ARCHIVED",
        "gone": "404 for every later call with its id, and no list has it",
    },
    default="anonymised",
    evidence="The page says that deletion anonymises, which means little unless a record survives; it prints none. The "
    "vendor's library keeps deleted rows, and its newer version hides them.",
)

UPDATE_OF_DELETED = Assumption(
    "spoonity.update-of-deleted",
    operations=(UPDATE,),
    question="What does an update of an anonymised customer answer?",
    choices={"conflict": "409", "not-found": "404"},
    default="conflict",
    evidence="Nothing is printed. Filling an anonymised record again would undo the deletion, and 409 is a status that the "
    "vendor's library uses.",
    overlays={"not-found": (remove(f"{_UPDATE}/responses/409"),)},
)

SORT_DIRECTION = Assumption(
    "spoonity.sort-direction",
    operations=(LIST,),
    question="Which way does a list run when `sort` comes without `order`?",
    choices={"ascending": "from the smallest value up", "descending": "from the largest value down"},
    default="ascending",
    evidence="The shared page on sorting says that the order is optional; where it names the default, the text that could "
    "be read ends. Ascending is what SQL and most APIs do.",
)

NEXT_LINK = Assumption(
    "spoonity.next-link",
    operations=(LIST,),
    question="When does a page carry a link to the next one?",
    choices={
        "when-more": "when another customer follows",
        "when-full": "when the page is full, so that a full last page links to an empty one",
    },
    default="when-more",
    evidence="The sample shows one customer and a link, so it is abridged and decides nothing. The vendor's library links "
    "whenever a page is full.",
)

BAD_PAGING = Assumption(
    "spoonity.bad-paging",
    operations=(LIST,),
    question="What happens to a limit or page that is zero, negative or no integer?",
    choices={"rejected": "400", "defaulted": "the default is used instead"},
    default="rejected",
    evidence="The errors page counts invalid parameters among the caller's mistakes, without saying which.",
    overlays={
        "defaulted": tuple(
            remove(f"/components/parameters/Spoonity{name}/schema/{keyword}")
            for name in ("Limit", "Page")
            for keyword in ("type", "minimum", "maximum")
        )
    },
)

EMAIL_FILTER = Assumption(
    "spoonity.email-filter",
    operations=(LIST,),
    question="How does the filter `e:` compare, apart from ignoring case?",
    choices={"contains": "the e-mail address contains the value", "equals": "the e-mail address is the value"},
    default="contains",
    evidence="For `n:` the shared page describes a case-insensitive part of the name; for `e:` it says nothing.",
)

UNKNOWN_FILTER = Assumption(
    "spoonity.unknown-filter",
    operations=(LIST,),
    question="What happens to a filter key that is unknown, or a word that is no key:value pair?",
    choices={"ignored": "it has no effect", "rejected": "400"},
    default="ignored",
    evidence="The vendor's library skips what it does not understand in a search string.",
)

EMAIL_UNIQUE = Assumption(
    "spoonity.email-unique",
    operations=(CREATE, UPDATE),
    question="May two customers have the same e-mail address?",
    choices={"no": "yes, addresses need not be unique", "yes": "no, the second one gets 409"},
    default="no",
    evidence="Not stated; the address is optional, and the printed sample would fail when run twice. The platform's older "
    "registration does answer 409.",
    overlays={"yes": (update(f"{_CREATE}/responses/409", {"$ref": "#/components/responses/SpoonityConflict"}),)},
)

EMAIL_SYNTAX = Assumption(
    "spoonity.email-syntax",
    operations=(CREATE, UPDATE),
    question="Must an e-mail address look like one?",
    choices={"unchecked": "any text is taken", "checked": "400 unless it is text, an @, text"},
    default="unchecked",
    evidence="The page types it as a string and says no more.",
    overlays={
        "checked": (
            *(update(f"{_SCHEMAS}/{name}/properties/email", {"pattern": EMAIL_PATTERN}) for name in _BODIES),
            update("/components/parameters/SpoonityEmail/schema", {"pattern": EMAIL_PATTERN}),
        )
    },
)

NULL_VALUE = Assumption(
    "spoonity.null-value",
    operations=(CREATE, UPDATE),
    question="What does a JSON null for name or email do?",
    choices={"clears": "the attribute is null from then on", "rejected": "400"},
    default="clears",
    evidence="The page types both as strings but prints them as optional, and anonymised customers show that null is a "
    "value that they can have.",
    overlays={
        "rejected": tuple(
            update(f"{_SCHEMAS}/{schema}/properties/{name}", {"type": "string"})
            for schema in _JSON_BODIES
            for name in ("name", "email")
        )
    },
)

TOKEN_LIFETIME = Assumption(
    "spoonity.token-lifetime",
    operations=(LIST, CREATE, RETRIEVE, UPDATE, DELETE),
    question="Do tokens from the token endpoint end after their `expires_in`?",
    choices={"ignored": "they stay valid", "enforced": "401 once that many seconds have passed on the sandbox's clock"},
    default="ignored",
    evidence="The page prints 60 seconds where the vendor's library has an hour, and a client that ignored it would fail "
    "only now and then.",
)

UNKNOWN_TOKEN = Assumption(
    "spoonity.unknown-token",
    operations=(LIST, CREATE, RETRIEVE, UPDATE, DELETE),
    question="Which bearer tokens are accepted?",
    choices={"accepted": "any that is not empty", "rejected": "only those issued by the mock, else 401"},
    default="accepted",
    evidence="No form of a key is documented, so no token can be told from a wrong one.",
)

WRONG_METHOD = Assumption(
    "spoonity.wrong-method",
    question="What does a method answer that a known path does not have?",
    choices={"method-not-allowed": "405 with Allow", "not-found": "404"},
    default="method-not-allowed",
    evidence="No status is documented beyond 401 and 500; 405 is what HTTP has for it.",
)

ASSUMPTIONS = (
    CREATE_STATUS,
    NEW_CUSTOMER_VERIFIED,
    DELETED_CUSTOMER,
    UPDATE_OF_DELETED,
    SORT_DIRECTION,
    NEXT_LINK,
    BAD_PAGING,
    EMAIL_FILTER,
    UNKNOWN_FILTER,
    EMAIL_UNIQUE,
    EMAIL_SYNTAX,
    NULL_VALUE,
    TOKEN_LIFETIME,
    UNKNOWN_TOKEN,
    WRONG_METHOD,
)
