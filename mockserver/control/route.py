"""What a route of the control API is, and what its function is given."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mockserver.edge.app import MEGABYTE, App
from mockserver.exchange import Reply
from mockserver.mock import Mock
from mockserver.state import Sandbox


class Nothing(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request that has nothing to say."""


class ControlCall(Struct, frozen=True, kw_only=True):
    """What the function of a route is given.

    Attributes:
        routes: all routes of the control API.
        name: the sandbox that is meant; it need not exist yet.
        origin: the mock's base URL as this client sees it, without a sandbox.
        url: the base URL of the sandbox that is meant.
        path: names in the path.
        body: an instance of the route's `body`.
    """

    app: App
    routes: Sequence["Route"]
    name: str
    origin: str
    url: str
    path: Mapping[str, str]
    body: Any

    @property
    def mock(self) -> Mock:
        """The mock that is controlled."""
        return self.app.mock

    def sandbox(self) -> Sandbox:
        """Return the sandbox, made now if it is not there, after the work that has fallen due.

        Raises: LimitError if there are too many.
        """
        sandbox = self.mock.sandboxes.get(self.name)
        sandbox.run_due()
        return sandbox

    def url_of(self, name: str) -> str:
        """Return the base URL of a sandbox."""
        return f"{self.origin}/@{name}"


class Route(Struct, frozen=True, kw_only=True):
    """One thing that can be asked of the control API.

    Attributes:
        run: does it; the first line of its docstring, and what follows up to `Raises:`, are in the API's own document.
        replies: status → what the reply's body is an instance of, None for no body.
        body: what the request's body becomes; only what is declared there is understood.
        errors: status → when it is refused so, beside what any request may be refused for.
        max_body: bytes.
    """

    method: str
    path: str
    run: Callable[[ControlCall], Reply]
    replies: Mapping[int, Any]
    body: Any = Nothing
    errors: Mapping[int, str] = {}
    max_body: int = MEGABYTE

    @property
    def needs_body(self) -> bool:
        """Whether a request without a body is refused; what can be created from nothing needs none."""
        return self.body is not Nothing and self.method != "POST"
