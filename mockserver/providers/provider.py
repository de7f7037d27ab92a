"""The extension surface: a provider is one value."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockserver.catalogue import Assumption, Catalogue
from mockserver.contract import Contract
from mockserver.contract.merging import load_contract
from mockserver.errors import ConfigurationError
from mockserver.exchange import Call, ChoiceReader, Page, Problem, RawHeaders, Reply, Request, Violation
from mockserver.providers.defaults import refuse_first, render_problem, require_bearer
from mockserver.state import Kind, Sandbox, Task

Handler = Callable[[Sandbox, Call], Reply | Page]


@dataclass(frozen=True, kw_only=True)
class WebhookFormat:
    """Format, signature and retries of a provider's webhooks.

    Attributes:
        types: the event types that its documents name.
        encode: the bytes of an event's body, exactly as they are signed and sent.
        sign: (chooser, secret, body, time in milliseconds since 1970) → the headers that a delivery carries for its signature.
        retry_after_ms: (chooser, attempts so far) → how long after the last attempt's due time the next one is due; None:
            there is no other.
        trigger: (sandbox, event type, id of an object or None for a new one) makes the thing happen that the type is about,
            and announces it; raises NotFound, or Conflict where this cannot happen to the object.
        remove: (sandbox, event type, id of an object) deletes the object of such an event as the API would, and announces
            it; raises NotFound, or Conflict for what is never deleted.
        timeout_s: how long a receiver may take, in seconds of real time.
    """

    types: Sequence[str]
    encode: Callable[[Mapping[str, Any]], bytes]
    sign: Callable[[ChoiceReader, str, bytes, int], RawHeaders]
    retry_after_ms: Callable[[ChoiceReader, int], int | None]
    trigger: Callable[[Sandbox, str, str | None], None]
    remove: Callable[[Sandbox, str, str], None]
    timeout_s: float = 10


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A documented API that is played.

    Attributes:
        name: what operations, kinds, assumptions and fixtures of this provider begin with.
        origin: the base URL of the real service, which the mock's takes the place of.
        handlers: a function for each operation of the contract, named as the operation in snake_case.
        kinds: the records that it keeps.
        contract: its OpenAPI file; None: the `openapi.yaml` in the folder of its handlers.
        fixtures: its folder of scenarios; None: the `fixtures` in the folder of its handlers, if there are any.
        authenticate: raises Unauthenticated unless the call may go on; comes before anything else is judged. The default wants
            a bearer token, and takes any.
        refuse: returns the Problem for which a call with these violations is refused, None if it is not; it may put
            another value in place of one that the sandbox's choices tolerate. The default refuses what the contract forbids.
        render_problem: puts a Problem into the provider's own form; the call is there even if no operation was found. The
            default answers `application/problem+json`.
        render_page: the body of a list reply, or the whole Reply where its headers tell of other pages.
        page_size: the query parameter of lists that says how many rows a page has.
        credential: the key that a request carries, to find the sandbox that it was issued for.
        key_prefixes: label → what API keys issued under that label begin with; empty: the name, and nothing.
        live_prefixes: what keys begin with that work on real money or real people; empty if no key tells.
        error_codes: the codes that its errors can have, for failures that somebody asks for.
        webhooks: None: it announces nothing.
        task_handlers: `PROVIDER.verb` → what does due work of that name.
        catalogue: loads what its documents say and leave open; nothing that serving needs, so nothing that serving loads.
        account: `MODULE:CLASS` of its accounts as tests see them; empty: the common ones. It is a name, as what tests use stands
            above the providers.
        example: the arguments of a curl call that works on a fresh mock, `{url}` standing for the mock's address.
    """

    name: str
    title: str
    origin: str
    handlers: Sequence[Handler]
    kinds: Sequence[Kind]
    contract: Path | None = None
    fixtures: Path | None = None
    authenticate: Callable[[Sandbox, Call], None] = require_bearer
    render_problem: Callable[[Problem, Call], Reply] = render_problem
    refuse: Callable[[Call, Sequence[Violation]], Problem | None] = refuse_first
    render_page: Callable[[Call, Page], Any] = lambda _call, page: page.records
    page_size: str = "limit"
    credential: Callable[[Request], str | None] = lambda request: request.bearer
    key_prefixes: Mapping[str, str] = field(default_factory=dict)
    live_prefixes: Sequence[str] = ()
    error_codes: Sequence[str] = ()
    webhooks: WebhookFormat | None = None
    task_handlers: Mapping[str, Callable[[Sandbox, Task], None]] = field(default_factory=dict)
    assumptions: Sequence[Assumption] = ()
    catalogue: Callable[[], Catalogue] = Catalogue
    account: str = ""
    example: str = ""

    @property
    def contract_file(self) -> Path:
        """Its OpenAPI file.

        Raises: ConfigurationError if there is none.
        """
        found = self.contract or self._beside("openapi.yaml")
        if found is None:
            hint = "put openapi.yaml into the folder of its handlers, or give it as Provider(contract=…)"
            raise ConfigurationError("has no OpenAPI file", where=f"provider {self.name}", hint=hint)
        return found

    @property
    def fixtures_folder(self) -> Path | None:
        """Its folder of scenarios; None: it has none."""
        return self.fixtures or self._beside("fixtures")

    @property
    def labels(self) -> Mapping[str, str]:
        """Label → prefix of API keys issued under it; the name first."""
        return self.key_prefixes or {self.name: ""}

    def _beside(self, name: str) -> Path | None:
        """Return the file or folder beside the handlers; None: there is none."""
        module = sys.modules.get(getattr(self.handlers[0], "__module__", "")) if self.handlers else None
        file = getattr(module, "__file__", None)  # none in a console
        found = Path(file).with_name(name) if file else None
        return found if found is not None and found.exists() else None

    def operation_of(self, handler: Handler) -> str:
        """Return the id of the handler's operation."""
        words = getattr(handler, "__name__", "").split("_")
        return f"{self.name}.{words[0]}{''.join(word.capitalize() for word in words[1:])}"

    def handler_name(self, operation: str) -> str:
        """Return the name of the operation's handler."""
        return re.sub(r"(?<!^)([A-Z])", r"_\1", operation.partition(".")[2]).lower()


def contract_of(providers: Iterable[Provider]) -> Contract:
    """Read the contract of the providers played.

    Raises: ConfigurationError, DocumentError, ContractError for a path of two providers.
    """
    return load_contract({each.name: each.contract_file for each in providers})
