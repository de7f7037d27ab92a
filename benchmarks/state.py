"""What records cost as they become many: calls in process, forks, resets and first writes."""

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx

from mockserver.app import asgi_app
from mockserver.client.transport import MockTransport
from mockserver.documents import Document
from mockserver.http.app import App
from mockserver.http.in_process import call
from mockserver.state.sandbox import Sandbox

SPOONITY = (b"authorization", b"Bearer any")
KEY = (b"authorization", b"Bearer vex_test_your_api_key")
JSON = (b"content-type", b"application/json")


def app_with(count: int) -> App:
    """Return an application whose default sandbox holds so many customers at Vexutopia, the oldest with a known address."""
    app = asgi_app(fixture=(), clock="frozen")
    customers: list[Any] = [{"id": "cus_abc123def456", "email": "jane@example.com"}, {"generate": count - 1}]
    document = {"now": "2026-02-02T13:48:05.683Z", "vexutopia": {"customers": customers}}
    app.mock.sandboxes.replace_initial_state(app.mock.fixtures.build([Document(document, "", "growth")], checked=False))
    return app


def growth(sizes: list[int]) -> list[str]:
    """Return the rows of a Markdown table: microseconds per call in process, and the ratio to the smallest size."""
    apps = {size: app_with(size) for size in sizes}
    emails = itertools.count()
    rows = []
    for name in ("get", "first page", "deep page", "e-mail filter", "create"):
        medians = [_best(_operation(app, name, size, emails), 300) for size, app in apps.items()]
        rows.append(_row(name, medians))
    apps.clear()
    deep = "deep page after a deletion (Spoonity)"
    rows.append(_row(deep, [_best(_deep_after_deletion(size), 300) for size in sizes]))
    header = " | ".join(f"{size:,}" for size in sizes)
    return [f"| µs per call (× first) | {header} |", "|---|" + "---|" * len(sizes), *rows]


def _row(name: str, medians: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.1f} ({value / medians[0]:.2f})' for value in medians)} |"


def _deep_after_deletion(size: int) -> Callable[[], object]:
    """Return a call for a page from the middle of so many of Spoonity's customers, of which one was deleted."""
    app = asgi_app(fixture=(), clock="frozen")
    customers: list[Any] = [{"id": "cust_175a9abec1882d12"}, {"generate": size - 1}]
    document = {"now": "2026-02-02T13:48:05.683Z", "spoonity": {"customers": customers}}
    app.mock.sandboxes.replace_initial_state(app.mock.fixtures.build([Document(document, "", "growth")], checked=False))
    if call(app, "DELETE", "/customers/cust_175a9abec1882d12", headers=[SPOONITY]).status != 200:
        raise SystemExit("no customer could be deleted")
    return lambda: call(app, "GET", f"/customers?limit=25&page={size // 50}", headers=[SPOONITY])


def _operation(app: App, name: str, size: int, emails: "itertools.count[int]") -> Callable[[], object]:
    targets = {
        "get": "/v1/customers/cus_abc123def456",
        "first page": "/v1/customers?limit=25",
        "deep page": f"/v1/customers?limit=25&offset={size // 2}",
        "e-mail filter": "/v1/customers?email=jane@example.com",
    }
    if name == "create":
        return lambda: call(
            app, "POST", "/v1/customers", headers=[KEY, JSON], body=b'{"email":"new%d@example.com"}' % next(emails)
        )
    return lambda: call(app, "GET", targets[name], headers=[KEY])


def sandboxes(sizes: list[int]) -> list[str]:
    """Return the rows of a Markdown table: microseconds of a fork, a reset, and a first write with its copies."""
    rows = []
    for size in sizes:
        app = app_with(size)
        sandbox = app.mock.sandboxes.get("default")
        fork = _best(lambda sandbox=sandbox: sandbox.state.fork(), 2_000)  # type: ignore[misc]
        reset = _best(lambda sandbox=sandbox: sandbox.reset(), 2_000)  # type: ignore[misc]
        first = _best(lambda app=app, sandbox=sandbox: _reset_and_write(app, sandbox), 60)  # type: ignore[misc]
        rows.append(f"| {size:,} | {fork:.1f} | {reset:.1f} | {first:.0f} |")
    return [
        "| records | fork, µs (aim ≤ 10) | reset, µs (aim ≤ 20 at 1,000) | reset and the first create, µs |",
        "|---|---|---|---|",
        *rows,
    ]


def _reset_and_write(app: App, sandbox: Sandbox) -> None:
    sandbox.reset()
    call(app, "POST", "/v1/customers", headers=[KEY, JSON], body=b'{"email":"new@example.com"}')


def in_process() -> list[str]:
    """Return the rows of a Markdown table: microseconds of one GET without a socket."""
    app = app_with(1_000)
    client = httpx.Client(transport=MockTransport(app), headers={"Authorization": "Bearer vex_test_your_api_key"})
    floor = httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(200, content=b"{}")))
    url = "http://mock.localhost/v1/customers/cus_abc123def456"
    timings = {
        "the application called directly": _best(lambda: call(app, "GET", url, headers=[KEY]), 3_000),
        "httpx with the mock's transport": _best(lambda: client.get(url), 1_000),
        "httpx with its own MockTransport (the floor of httpx)": _best(lambda: floor.get(url), 1_000),
    }
    return ["| one GET in process | µs |", "|---|---|", *(f"| {name} | {value:.0f} |" for name, value in timings.items())]


def _best(operation: Callable[[], object], count: int, repeats: int = 5) -> float:
    """Return the median over repeats of the mean time of a call, in microseconds of CPU."""
    means = []
    for _ in range(repeats):
        began = time.process_time()
        for _ in range(count):
            operation()
        means.append((time.process_time() - began) / count * 1e6)
    return statistics.median(means)
