"""What Spoonity's documents leave open and what has one answer here.

Keys are grouped as the behaviours are: the request, the customer, its operations, lists, access, errors.
"""

from mockserver.catalogue import Decision
from mockserver.providers.spoonity.operations import CREATE, DELETE, LIST, RETRIEVE, TOKEN, UPDATE

_REQUESTS = (
    Decision(
        "spoonity.create-method",
        operations=(LIST, CREATE),
        question="With which method is a customer created?",
        answer="With POST on `/customers`; a GET with attributes in its query is a list that ignores them.",
        evidence="The printed command has no method and would be a GET on the path of the list. The vendor's pages on its "
        "older API create with POST.",
    ),
    Decision(
        "spoonity.request-encodings",
        operations=(CREATE, UPDATE),
        question="In which form may the attributes of a create or an update come?",
        answer="As a form, as JSON or in the query string.",
        evidence="The samples give them with `-d`, which is a form; with the printed `-G` curl moves them into the query; the "
        "vendor's library reads JSON.",
    ),
    Decision(
        "spoonity.attribute-given-twice",
        operations=(CREATE, UPDATE),
        question="What counts if an attribute stands both in the query and in the body?",
        answer="The body, attribute by attribute; but a value in the query that could not stand alone is refused even so.",
        evidence="No document has such a request; a body is the more deliberate place.",
    ),
    Decision(
        "spoonity.repeated-name",
        operations=(LIST, CREATE, UPDATE, TOKEN),
        question="What counts if a query parameter, a form field or a JSON property is there twice?",
        answer="The last one.",
        evidence="Nothing is said; this is what JavaScript does with JSON and most servers do with forms.",
    ),
    Decision(
        "spoonity.content-type",
        operations=(CREATE, UPDATE, TOKEN),
        question="What happens to a body whose content type is neither form nor JSON, or that has none?",
        answer="400 `Bad request`; a request without a body needs no content type.",
        evidence="The documents name no type and no status for it; to guess would hide a mistake of the client.",
    ),
    Decision(
        "spoonity.unreadable-body",
        operations=(CREATE, UPDATE, TOKEN),
        question="What happens to a body that is not what its content type says, or to a broken percent-encoding?",
        answer="400 `Bad request`; JSON must be one object, of UTF-8 text, nested no deeper than 64 levels, without NaN.",
        evidence="The errors page counts invalid parameters among the caller's mistakes; the depth is a limit of the mock.",
    ),
    Decision(
        "spoonity.unknown-fields",
        question="What happens to attributes and parameters that are not documented?",
        answer="They are ignored: `status` on create, `id`, `is_verified` and both dates, too. The mock's own header names them.",
        evidence="Only listed attributes can be written, and the vendor's library passes over all others.",
    ),
    Decision(
        "spoonity.empty-text",
        operations=(CREATE, UPDATE),
        question="What is an empty value in a form or a query, and what is the text `null`?",
        answer="An empty name or address is the empty text, and `null` in a form is four letters; only JSON has a null.",
        evidence="Nothing is said; a form has no other way to tell the two apart.",
    ),
    Decision(
        "spoonity.text-values",
        operations=(CREATE, UPDATE),
        question="How long may a name or an address be, and which characters may it have?",
        answer="Any text is taken and answered as it came, up to the size that the mock allows for a whole body.",
        evidence="No limit is documented.",
    ),
)

_CUSTOMERS = (
    Decision(
        "spoonity.status-values",
        operations=(UPDATE,),
        question="Which statuses are there, when the text names two and the sample writes a third?",
        answer="ACTIVE, ARCHIVED and INACTIVE, in capitals, stored and answered as sent; anything else is 400 with the list.",
        evidence="The printed update has to work, and its reply repeats INACTIVE; the vendor's own words include one for it.",
    ),
    Decision(
        "spoonity.name-type",
        operations=(CREATE, UPDATE),
        question="Is the name of an update an object, as its table says?",
        answer="No, a text as everywhere else; an object, list, number or boolean is 400 `Invalid field value for name`.",
        evidence="The model, the create and all samples have a text, and no form of an object is shown.",
    ),
    Decision(
        "spoonity.unset-attributes",
        operations=(CREATE, RETRIEVE, LIST, UPDATE),
        question="What does a customer show who was created without name or address?",
        answer="`null` in their place.",
        evidence="Nothing is required, so there are such customers; the vendor's library emits null for what is unset.",
    ),
    Decision(
        "spoonity.new-id",
        operations=(CREATE,),
        question="What are the sixteen digits of an id?",
        answer="Made from the sandbox's seed and the number of ids before, so that the same calls give the same ids.",
        evidence="The samples show one id, and nothing says how it comes about.",
    ),
    Decision(
        "spoonity.date-updated",
        operations=(UPDATE,),
        question="Does the date of the last update move, though the sample of an update shows it unmoved?",
        answer="It moves with every update that changes something.",
        evidence="The description of the property is plain, and the samples all repeat one and the same customer.",
    ),
    Decision(
        "spoonity.update-without-change",
        operations=(UPDATE,),
        question="What does an update do that names no attribute, or only values that are there already?",
        answer="It answers 200 with the customer; the date of the last update stays.",
        evidence="All attributes are optional, so it is no mistake, and nothing was updated.",
    ),
    Decision(
        "spoonity.anonymised-fields",
        operations=(DELETE, RETRIEVE, LIST),
        question="What is left of a customer who is anonymised?",
        answer="Id and date of creation; name and address are null, it is not verified, ARCHIVED, and updated at that moment.",
        evidence="Name and address identify a person, and of the documented statuses only ARCHIVED fits one who left.",
    ),
    Decision(
        "spoonity.second-deletion",
        operations=(DELETE,),
        question="What does a second deletion answer while the anonymised customer still is there?",
        answer="200 and an empty object again; nothing moves.",
        evidence="The record exists, and what is asked for is the case already.",
    ),
    Decision(
        "spoonity.archived-customers",
        operations=(LIST,),
        question="Are customers who are not ACTIVE listed?",
        answer="Yes, as all others.",
        evidence="No document says that a status hides anyone, and the filter by status would be without use.",
    ),
    Decision(
        "spoonity.email-comparison",
        operations=(CREATE, UPDATE),
        question="When are two e-mail addresses the same, where the sandbox wants them to be unique?",
        answer="When they differ in nothing but case; an address that nobody has any more is free again.",
        evidence="Nothing is said; people do not tell addresses apart by case.",
    ),
    Decision(
        "spoonity.success-status",
        operations=(LIST, RETRIEVE, UPDATE, DELETE, TOKEN),
        question="Which status has a success, create aside?",
        answer="200.",
        evidence="No page prints one; every success has a body, so 204 is out, and the vendor's library answers 200.",
    ),
)

_LISTS = (
    Decision(
        "spoonity.page-number",
        operations=(LIST,),
        question="Is `page` an offset in rows, as its description says?",
        answer="No, it counts pages from 1, and skips as many customers as the pages before it could hold.",
        evidence="The sample's link from the first page of 25 is `limit=25&page=2`; the vendor's library counts so too.",
    ),
    Decision(
        "spoonity.no-largest-limit",
        operations=(LIST,),
        question="What is the largest limit?",
        answer="There is none; a limit beyond the number of customers answers them all. Beyond 9223372036854775807, which is as "
        "far as 64 bits count, a limit or page is a wrong value.",
        evidence="The page says that the limit is the largest number of entries and gives no largest limit.",
    ),
    Decision(
        "spoonity.page-past-the-end",
        operations=(LIST,),
        question="What does a page past the end answer?",
        answer="200 with no items, null as the next link and the page before it as the previous one.",
        evidence="Nothing is said; an empty page is what a client that counts pages itself can best deal with.",
    ),
    Decision(
        "spoonity.links-at-the-top",
        operations=(LIST,),
        question="Do the links stand at the top of a list or in a paging object, of which the shared page speaks?",
        answer="At the top, as `next` and `prev`.",
        evidence="The customer page shows them there, and it is the page about this list.",
    ),
    Decision(
        "spoonity.link-parameters",
        operations=(LIST,),
        question="Which parameters of a request do its links keep?",
        answer="Limit and page first, then query, sort and order if the request had them, percent-encoded; no others.",
        evidence="Without them a client that follows a link would leave the list it asked for; the vendor's library keeps them.",
    ),
    Decision(
        "spoonity.link-address",
        operations=(LIST,),
        question="With which address do links begin?",
        answer="With the one that the client called, a sandbox's prefix included, or the mock's public address if it has one.",
        evidence="The sample names the real service, where a client that follows it would leave the mock.",
    ),
    Decision(
        "spoonity.sortable-properties",
        operations=(LIST,),
        question="By which properties can customers be sorted?",
        answer="By all seven, named exactly; another one is 400 with the list.",
        evidence="The shared page shows `name`, and says that each API lists its own; the customer page lists none.",
    ),
    Decision(
        "spoonity.order-values",
        operations=(LIST,),
        question="Which values has `order`, and what is it without `sort`?",
        answer="ASC and DESC in any case, else 400; without `sort` it is about the date of creation.",
        evidence="The shared page has the two words; the vendor's library takes any case and refuses anything else.",
    ),
    Decision(
        "spoonity.sort-comparison",
        operations=(LIST,),
        question="How are values compared when a list is sorted?",
        answer="Text without regard to case, character by character; false before true; null last in either direction.",
        evidence="Nothing is said; a list of people should not put all small letters behind all capitals.",
    ),
    Decision(
        "spoonity.sort-ties",
        operations=(LIST,),
        question="In which order stand customers with the same value?",
        answer="By creation, in the list's own direction: ascending the oldest first, descending the newest first.",
        evidence="Nothing is said, but paging needs an order without ties; a list by date of creation then runs the same way.",
    ),
    Decision(
        "spoonity.order-of-one-instant",
        operations=(LIST,),
        question="In which order stand customers who were created in the same millisecond?",
        answer="In the order of their creation, the latest first unless the list ascends.",
        evidence="Paging needs an order without ties, and calls have one even where the clock stands.",
    ),
    Decision(
        "spoonity.filter-keys",
        operations=(LIST,),
        question="Does the case of a filter's key matter?",
        answer="Yes, the keys are `n`, `e` and `s`; `N` is a key that nobody knows.",
        evidence="The page prints them in small letters, and says of values only that case does not matter.",
    ),
    Decision(
        "spoonity.filter-status",
        operations=(LIST,),
        question="How does the filter `s:` compare?",
        answer="With the whole status, without regard to case; a status that there is not finds nobody.",
        evidence="Of the name it is said that case does not matter; a part of an enum's value means nothing.",
    ),
    Decision(
        "spoonity.filter-words",
        operations=(LIST,),
        question="What separates criteria, and how can a value have a space?",
        answer="White space, sent as `%20` or `+`, separates; double quotes hold a value together; a lone quote is a letter.",
        evidence="The page separates by a space. Quotes are how the vendor's library reads such strings.",
    ),
    Decision(
        "spoonity.filter-colon",
        operations=(LIST,),
        question="What is a word with no colon, or with several?",
        answer="No criterion, as one with an unknown key; within double quotes colons do not count.",
        evidence="The vendor's library passes over whatever has not exactly one colon.",
    ),
    Decision(
        "spoonity.filter-repeated-key",
        operations=(LIST,),
        question="What does a key mean that is given twice?",
        answer="Both criteria must be met.",
        evidence="The page says that all criteria must be, and makes no exception.",
    ),
    Decision(
        "spoonity.filter-empty-value",
        operations=(LIST,),
        question="What does a criterion without a value find?",
        answer="`n:` and `e:` find whoever has a name or address at all, `s:` finds nobody.",
        evidence="Nothing is said; every text includes the empty one, and no status is empty.",
    ),
)

_ACCESS = (
    Decision(
        "spoonity.authentication-first",
        question="What is judged first: the credential, the request, or whether the customer exists?",
        answer="The path and method, then the credential, then parameters and body, then the customer.",
        evidence="Nothing is said; services let nobody find out what exists before they know who asks.",
    ),
    Decision(
        "spoonity.bearer-form",
        operations=(LIST, CREATE, RETRIEVE, UPDATE, DELETE),
        question="Which headers count as a bearer token?",
        answer="The word Bearer in any case, a space and a token; anything else, an empty token too, is 401.",
        evidence="The pages print this form; HTTP does not tell the case of a scheme.",
    ),
    Decision(
        "spoonity.token-request",
        operations=(TOKEN,),
        question="Which requests for a token are granted?",
        answer="Any with the four documented fields, sent as a form, whose grant_type is `authorization_code`; else 400.",
        evidence="The page shows these four and no other grant. Which clients and codes are real, a mock cannot know.",
    ),
    Decision(
        "spoonity.token-lifetime-seconds",
        operations=(TOKEN,),
        question="How long does a token live?",
        answer="60 seconds, said as `expires_in`; an API key does not end.",
        evidence="The page's sample has 60, where the vendor's library has an hour.",
    ),
    Decision(
        "spoonity.token-scopes",
        operations=(LIST, CREATE, RETRIEVE, UPDATE, DELETE),
        question="Is any token refused for what it may not do?",
        answer="No, every token may do everything.",
        evidence="The page speaks of scopes and names none.",
    ),
    Decision(
        "spoonity.cors",
        question="May a browser page of another origin call the API?",
        answer="Yes, any: its origin is repeated, with credentials; Authorization, Content-Type, Prefer, Mock-Sandbox and the "
        "methods of the contract are allowed, and preflights, those from public to private networks too, are answered.",
        evidence="Not documented; a browser application by partners calls the real host, whose library allows every origin.",
    ),
)

_ERRORS = (
    Decision(
        "spoonity.error-envelope",
        question="Is an error flat or nested?",
        answer="Flat, with exactly internal_code and message.",
        evidence="The errors page shows it so for this very path; the nested forms belong to the older API and to the library.",
    ),
    Decision(
        "spoonity.internal-code",
        question="What is internal_code when there is none, and what does it look like when there is one?",
        answer="It is there and null for the caller's mistakes; for the service's failures it is eight hexadecimal digits.",
        evidence="The text says that mistakes do not include it, but the sample shows null; no code is printed anywhere.",
    ),
    Decision(
        "spoonity.error-json",
        question="Is the sample's comma after the last property meant?",
        answer="No, errors are valid JSON.",
        evidence="With the comma no client could read it.",
    ),
    Decision(
        "spoonity.error-messages",
        question="What do messages say?",
        answer="What the vendor's library says: `Missing … field`, `Invalid field value for …`, `Customer not found`, "
        "`Conflict`, `This Customer already exists`, `Unauthorized`, and for a failure `An unexpected error occurred`, "
        "with a full stop.",
        evidence="The errors page prints one message and says that samples are not literal, so no client may compare them.",
    ),
    Decision(
        "spoonity.error-language",
        question="In which language are messages?",
        answer="In English, whatever the request asks for.",
        evidence="The page leaves it to a setting of the dashboard, not to the request; a mock has no dashboard.",
    ),
    Decision(
        "spoonity.first-mistake",
        question="Which mistake does an error name if a request has several?",
        answer="The first in the order of the contract: the query before the body, and in either what is missing first.",
        evidence="An error has one message.",
    ),
    Decision(
        "spoonity.unknown-id",
        operations=(RETRIEVE, UPDATE, DELETE),
        question="What does an id answer that nobody has?",
        answer="404 `Customer not found`, whatever the id looks like.",
        evidence="No page prints it; the status is what HTTP has for it, the words are the vendor's library's.",
    ),
    Decision(
        "spoonity.unknown-path",
        question="What does a path below `/customers` or `/oauth` answer that the API does not have?",
        answer="404 `Not found` in the API's own error form, with or without a credential; a slash at the end makes a new path.",
        evidence="Nothing is said; the form is that of all errors.",
    ),
    Decision(
        "spoonity.oversized-request",
        question="What does a request answer that is larger than the mock takes?",
        answer="413, 414 or 431 in the API's own error form, with a message that names the limit.",
        evidence="No limit is documented; those of the mock keep it from growing without bound.",
    ),
    Decision(
        "spoonity.full-sandbox",
        operations=(CREATE,),
        question="What does a create answer when the sandbox holds as many records as it may?",
        answer="503 in the API's own error form, with a message that says how to make room.",
        evidence="No such limit is documented; it is the mock's own, and none of the caller's mistakes.",
    ),
    Decision(
        "spoonity.failures-on-purpose",
        question="What does a failure say that somebody asks for?",
        answer="The words that the vendor uses for the status where any are known, else `Bad request` or `An unexpected error "
        "occurred.`; an internal code comes with the statuses from 500.",
        evidence="The page promises an internal code for failures of the service; messages are said not to be literal.",
    ),
    Decision(
        "spoonity.rate-limit",
        question="How many calls are allowed?",
        answer="Any number, unless a limit is asked for; beyond it 429 with `Retry-After`.",
        evidence="No limit and no 429 are documented.",
    ),
    Decision(
        "spoonity.events",
        operations=(CREATE, UPDATE, DELETE),
        question="Which webhooks does a customer's change send?",
        answer="None.",
        evidence="A page on webhooks is linked, but what it says could not be had.",
    ),
)

DECISIONS = (*_REQUESTS, *_CUSTOMERS, *_LISTS, *_ACCESS, *_ERRORS)
