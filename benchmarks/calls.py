"""Answers how long calls in process take, one line for each that is asked: run by `against.py`, in each checkout."""

import gc
import itertools
import sys
import time
from collections.abc import Callable

import mockserver
from mockserver.app import asgi_app
from mockserver.documents import Document
from mockserver.http.in_process import call

Case = Callable[[], object]

KEY = (b"authorization", b"Bearer vex_test_your_api_key")
JSON = (b"content-type", b"application/json")
URL = "http://mock.localhost/v1/customers"
BODY = b'{"email":"user%d@example.com","name":"Jane Smith","phone":"+1 555 123 4567","metadata":{"n":"%d"}}'
COUNT = 300
WARM_UP = 1_200
"""Calls before the first that is measured: more than the journal keeps."""


def main() -> None:
    app = asgi_app(fixture=(), clock="real")
    customers = [{"id": "cus_abc123def456", "email": "jane@example.com"}, {"generate": 999}]
    document = {"now": "2026-02-02T13:48:05.683Z", "vexutopia": {"customers": customers}}
    app.mock.sandboxes.replace_initial_state(app.mock.fixtures.build([Document(document, "", "calls")], checked=False))
    numbers = itertools.count()
    cases: dict[str, Case] = {
        "GET one": lambda: call(app, "GET", f"{URL}/cus_abc123def456", headers=[KEY]),
        "list of 25": lambda: call(app, "GET", f"{URL}?limit=25", headers=[KEY]),
        "POST, validated": lambda: call(app, "POST", URL, headers=[KEY, JSON], body=BODY % ((next(numbers),) * 2)),
    }
    for case in cases.values():
        for _ in range(WARM_UP):
            case()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as `serve` has it
    print(mockserver.__file__, flush=True)
    for line in sys.stdin:
        case = cases[line.strip()]
        began = time.process_time()
        for _ in range(COUNT):
            case()
        print((time.process_time() - began) / COUNT * 1e6, flush=True)


if __name__ == "__main__":
    main()
