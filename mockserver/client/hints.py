"""Translate hints of the control API into Python calls."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.errors import MockServerError

_WORDS = (
    (r"^body\.", ""),
    (r"allow it with --allow-webhook-host \S+", "register a URL of this machine, or connect(app)"),
    (r"DELETE /_mock/webhooks/ID removes one", "reset() removes all"),
    (r"POST /_mock/webhooks adds one", "call collect(), connect(app) or register(url) first"),
    (r"PATCH /_mock/webhooks/(\S+) .*rotates it", r'rotate("\1", "whsec_new") gives it another'),
    (r"GET /_mock/webhooks/deliveries lists those", "`deliveries` has those"),
    (r"GET /_mock/webhooks lists them", "collect(), connect(app) and register(url) make them"),
    (r"PATCH /_mock/assumptions chooses", "assume(key, choice) chooses"),
    (r"see POST /_mock/faults in /_mock/control.json", "docs/faults.md says which kind takes what"),
    (r"DELETE /_mock/faults removes all", "faults.clear() removes all"),
    (r"DELETE /_mock/snapshots/NAME drops one", "one of the same name takes the place of the older"),
    (r"GET /_mock/snapshots lists them", "snapshot(name) makes one"),
    (r"DELETE /_mock/sandboxes/NAME drops one, .*", "drop() those that are over, or make them by `with`"),
    (r"DELETE /_mock/sandboxes/\S+ drops it", "choose another name, or none"),
)


def in_python(text: str) -> str:
    """Return a hint with Python calls in place of requests."""
    for pattern, words in _WORDS:
        text = re.sub(pattern, words, text)
    return text


@contextmanager
def hints_in_python() -> Iterator[None]:
    """Translate the hints of errors that are raised within."""
    try:
        yield
    except MockServerError as error:
        error.hint = error.hint and in_python(error.hint)
        error.where = error.where and in_python(error.where)
        raise
