"""A receiver of webhooks behind a socket, whose answers a test decides."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from msgspec import Struct


class Received(Struct, frozen=True):
    """One delivery as it arrived."""

    headers: Message
    body: bytes

    @property
    def event(self) -> Any:
        """What the body says."""
        return msgspec.json.decode(self.body)


class Receiver:
    """Keeps what arrives.

    Attributes:
        answer: (delivery) → status; may block.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[Received], int] = lambda _delivery: 200
        self.url = ""

    @property
    def types(self) -> list[str]:
        """The types of the events that arrived, in order."""
        return [each.event["type"] for each in self.received]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver for as long as the context lasts."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            delivery = Received(self.headers, self.rfile.read(int(self.headers["content-length"])))
            receiver.received.append(delivery)
            self.send_response(receiver.answer(delivery))
            self.send_header("location", receiver.url)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
