"""Spoonity's assumptions: questions that its customer page leaves open."""

from mockserver.catalogue import Assumption, declared_in, move, remove, update
from mockserver.providers.spoonity.operations import CREATE, DELETE, LIST, RETRIEVE, UPDATE

EMAIL_PATTERN = "^[^@]+@[^@]+$"
"""Text, an @, text: the rule of EMAIL_SYNTAX's choice `checked`."""

_CREATE = "/paths/~1customers/post"
_UPDATE = "/paths/~1customers~1{id}/put"
_SCHEMAS = "/components/schemas"
_BODIES = ("SpoonityCustomerCreate", "SpoonityCustomerCreateForm", "SpoonityCustomerUpdate", "SpoonityCustomerUpdateForm")
_JSON_BODIES = ("SpoonityCustomerCreate", "SpoonityCustomerUpdate")

CREATE_STATUS = Assumption(
    "spoonity.create-status",
    operations=(CREATE,),
    question="Which status does a successful create return?",
    choices={"200": "200, like any other success", "201": "201, as HTTP suggests for a new resource"},
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
    evidence="The create sample shows true. But the field's description says that verification is a process, which a new "
    "customer has not completed yet.",
)

DELETED_CUSTOMER = Assumption(
    "spoonity.deleted-customer",
    operations=(DELETE, RETRIEVE, LIST, UPDATE),
    question="What happens to a customer when it is deleted?",
    choices={
        "anonymised": "it still returns 200 and stays in lists, with name and email null, not verified, ARCHIVED",
        "gone": "404 for every later call with its id, and it is in no list",
    },
    default="anonymised",
    evidence="The page says that a deletion anonymises, so a record should survive, but prints none. The vendor's library "
    "keeps deleted rows, and its newer version hides them.",
)

UPDATE_OF_DELETED = Assumption(
    "spoonity.update-of-deleted",
    operations=(UPDATE,),
    question="What does an update of an anonymised customer return?",
    choices={"conflict": "409", "not-found": "404"},
    default="conflict",
    evidence="The documents do not say. Filling an anonymised record would undo the deletion, and the vendor's library uses 409.",
    overlays={"not-found": (remove(f"{_UPDATE}/responses/409"),)},
)

SORT_DIRECTION = Assumption(
    "spoonity.sort-direction",
    operations=(LIST,),
    question="In which direction is a list sorted by `sort` without `order`?",
    choices={"ascending": "smallest value first", "descending": "largest value first"},
    default="ascending",
    evidence="The shared page on sorting says that the order is optional. Its text about the default could not be obtained. "
    "SQL and most APIs sort ascending.",
)

NEXT_LINK = Assumption(
    "spoonity.next-link",
    operations=(LIST,),
    question="When does a page have a link to the next page?",
    choices={
        "when-more": "if another customer follows",
        "when-full": "if the page is full, so a full last page links to an empty page",
    },
    default="when-more",
    evidence="The sample shows one customer and a link, so it is abridged and proves nothing. The vendor's library links "
    "whenever a page is full.",
)

BAD_PAGING = Assumption(
    "spoonity.bad-paging",
    operations=(LIST,),
    question="What happens to a limit or page that is zero, negative or not an integer?",
    choices={"rejected": "400", "defaulted": "the default is used instead"},
    default="rejected",
    evidence="The errors page counts invalid parameters among the caller's mistakes, but does not say which.",
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
    evidence="The shared page says that `n:` matches a part of the name and ignores case. It says nothing about `e:`.",
)

UNKNOWN_FILTER = Assumption(
    "spoonity.unknown-filter",
    operations=(LIST,),
    question="What happens to an unknown filter key, or to a word that is not a key:value pair?",
    choices={"ignored": "it has no effect", "rejected": "400"},
    default="ignored",
    evidence="The vendor's library skips unknown parts of a search string.",
)

EMAIL_UNIQUE = Assumption(
    "spoonity.email-unique",
    operations=(CREATE, UPDATE),
    question="Must e-mail addresses be unique?",
    choices={"no": "two customers may share one", "yes": "the second customer gets 409"},
    default="no",
    evidence="The documents do not say. The address is optional, and the printed sample would fail when run twice. But the "
    "platform's older registration returns 409.",
    overlays={"yes": (update(f"{_CREATE}/responses/409", {"$ref": "#/components/responses/SpoonityConflict"}),)},
)

EMAIL_SYNTAX = Assumption(
    "spoonity.email-syntax",
    operations=(CREATE, UPDATE),
    question="Must an e-mail address look like one?",
    choices={"unchecked": "any text is accepted", "checked": "400 unless it is text, an @, text"},
    default="unchecked",
    evidence="The page says only that it is a string.",
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
    choices={"clears": "it sets the attribute to null", "rejected": "400"},
    default="clears",
    evidence="The page says that both are strings and optional. Anonymised customers show that they can be null.",
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
    question="Do tokens from the token endpoint expire after `expires_in`?",
    choices={"ignored": "they stay valid", "enforced": "401 once that many seconds have passed on the sandbox's clock"},
    default="ignored",
    evidence="The page shows 60 seconds, the vendor's library has an hour. If tokens expired, a client that ignores this "
    "would fail only sometimes.",
)

UNKNOWN_TOKEN = Assumption(
    "spoonity.unknown-token",
    operations=(LIST, CREATE, RETRIEVE, UPDATE, DELETE),
    question="Which bearer tokens are accepted?",
    choices={"accepted": "any that is not empty", "rejected": "only those issued by the mock, else 401"},
    default="accepted",
    evidence="The form of a key is not documented, so a wrong token cannot be recognised.",
)

WRONG_METHOD = Assumption(
    "spoonity.wrong-method",
    question="What does an unknown method on a known path return?",
    choices={"method-not-allowed": "405 with Allow", "not-found": "404"},
    default="method-not-allowed",
    evidence="Only 401 and 500 are documented. HTTP has 405 for this case.",
)

ASSUMPTIONS = declared_in(Assumption, vars())
