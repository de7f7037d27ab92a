"""What Spoonity's documents say and nobody can check from outside."""

from mockserver.catalogue import Unchecked

_ERRORS = "Handling errors page"
_AUTHENTICATION = "Authentication page"

UNCHECKED = (
    Unchecked(
        "spoonity.customer.verification",
        says="The verification mark says that the customer has gone through the verification process.",
        source="Customer page, the customer model",
        why="The process takes place outside of this API, and no operation of it starts or ends one.",
    ),
    Unchecked(
        "spoonity.customer.primary-email",
        says="The e-mail address of a customer is the primary one.",
        source="Customer page, the customer model",
        why="The API shows no other address that this one could be told from.",
    ),
    Unchecked(
        "spoonity.transport.address",
        says="The API stands at `https://api.spoonity.com`, without a version in its paths.",
        source="Customer page, all samples",
        why="A check is told the address of what it checks; that the paths begin there is part of every other check.",
    ),
    Unchecked(
        "spoonity.transport.older-api",
        says="An older API stands at the same address under other paths.",
        source="User page of the older API, and its other pages",
        why="It is another API, which these documents do not describe and the mock does not play.",
    ),
    Unchecked(
        "spoonity.transport.customers-only",
        says="The API has customers and nothing else: no payments and no events.",
        source="Customer page, and its siblings' navigation",
        why="It is a silence of the documents; that there is something nowhere cannot be asked.",
    ),
    Unchecked(
        "spoonity.auth.two-kinds-of-token",
        says="A token is either short-lived, from the token endpoint, or a long-lived API key from the dashboard.",
        source=_AUTHENTICATION,
        why="Which of the two a token is, and how long a key lives, shows only after more time than a check has.",
    ),
    Unchecked(
        "spoonity.auth.scopes",
        says="Scopes decide what a token may do: those of the user's role for a short-lived one, of its own role for a key.",
        source=_AUTHENTICATION,
        why="No scope is named, and a check has one token whose role it does not know.",
    ),
    Unchecked(
        "spoonity.auth.sdk",
        says="A library by the vendor takes the API key from an environment variable.",
        source=_AUTHENTICATION,
        why="It is a statement about a library; nothing of it shows on the wire.",
    ),
    Unchecked(
        "spoonity.errors.internal-code-for-failures",
        says="A failure of the service itself has status 500 and an internal code to quote to the support.",
        source=_ERRORS,
        why="Nothing that a client may send makes a sound service fail.",
    ),
    Unchecked(
        "spoonity.errors.message-texts",
        says="The messages of the samples are not literal.",
        source=_ERRORS,
        why="It promises nothing that could be compared.",
    ),
    Unchecked(
        "spoonity.errors.message-language",
        says="Messages are in the language that is set in the dashboard, whatever a request asks for.",
        source=_ERRORS,
        why="The dashboard is not part of the API, so a check cannot know the language or set another.",
    ),
    Unchecked(
        "spoonity.sort.listed-properties",
        says="Each API lists the properties that its lists can be sorted by.",
        source="Filtering, sorting and paging page, sorting",
        why="It is a statement about the documents, and the customer page lists none.",
    ),
)
