"""An account at one provider, called as a client would, whose clock, snapshots and beginning a model can move."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from mockserver.http.app import App
from mockserver.http.in_process import Response, call
from tests.conftest import check_headers, sandbox_of

FEW = Path(__file__).with_name("few.yaml")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Account:
    """One sandbox and a key for it."""

    def __init__(self, app: App, provider: str, name: str) -> None:
        self.sandbox = sandbox_of(app, name)
        self._app = app
        self._name = name
        self._key = self.sandbox.keys[provider]

    def ask(self, method: str, path: str, *, json: Any = ..., form: Any = ..., **query: Any) -> Response:
        """Send a request with at most one kind of body, and return the answer."""
        headers, body = [(b"authorization", f"Bearer {self._key}".encode())], b""
        if json is not ...:
            headers, body = [*headers, (b"content-type", JSON.encode())], msgspec.json.encode(json)
        elif form is not ...:
            headers, body = [*headers, (b"content-type", FORM.encode())], urlencode(form).encode()
        url = f"{path}?{urlencode(query)}" if query else path
        answer = call(self._app, method, url, headers=headers, body=body)
        check_headers(answer.headers)
        return answer

    def pass_time(self, milliseconds: int) -> None:
        """Move the account's clock; it may go back."""
        self.sandbox.state.clock = self.sandbox.state.clock.advanced(milliseconds)

    def close(self) -> None:
        """Forget the account."""
        self._app.mock.sandboxes.drop(self._name)
