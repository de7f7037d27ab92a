"""How one delivery is sent over HTTP, whatever the receiver does."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from mockserver.http.webhook_requests import MAX_ANSWER, Deadline, DeliveryResult, send

HEADERS = [(b"content-type", b"application/json"), (b"x-signature", b"abc")]
BODY = b'{"a":1}'
TIMEOUT_S = 20

Serve = Callable[[socket.socket], None]


@contextmanager
def receiver(serve: Serve) -> Iterator[str]:
    """Run a receiver for one connection, and give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _ = listener.accept()
            with connection:
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(TIMEOUT_S)


def answering(answer: bytes, received: list[bytes] | None = None) -> Serve:
    def serve(connection: socket.socket) -> None:
        sent = b""
        while not sent.endswith(BODY):
            sent += connection.recv(65_536)
        if received is not None:
            received.append(sent)
        connection.sendall(answer)

    return serve


def test_delivery_is_one_post_with_the_headers_and_the_body() -> None:
    received: list[bytes] = []
    with receiver(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", received)) as url:
        outcome = send(f"{url}/hook/é?a=1&b= 2#part", HEADERS, BODY, TIMEOUT_S)
    assert outcome == DeliveryResult(200, b"ok")
    host = url.removeprefix("http://")
    assert received == [
        f"POST /hook/%C3%A9?a=1&b=%202 HTTP/1.1\r\nhost: {host}\r\n".encode()
        + b"content-type: application/json\r\nx-signature: abc\r\ncontent-length: 7\r\nconnection: close\r\n\r\n"
        + BODY
    ]


def test_address_without_a_path_is_asked_for_its_root() -> None:
    received: list[bytes] = []
    with receiver(answering(b"HTTP/1.1 204 No Content\r\n\r\n", received)) as url:
        assert send(url, HEADERS, BODY, TIMEOUT_S).status == 204
    assert received[0].startswith(b"POST / HTTP/1.1\r\n")


def test_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiver(answering(b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")) as url:
        assert send(url, HEADERS, BODY, TIMEOUT_S) == DeliveryResult(307)


def test_long_answer_is_cut() -> None:
    with receiver(answering(b"HTTP/1.1 500 Oh\r\ncontent-length: 9000\r\n\r\n" + b"x" * 9_000)) as url:
        assert send(url, HEADERS, BODY, TIMEOUT_S) == DeliveryResult(500, b"x" * MAX_ANSWER)


def test_names_below_localhost_are_this_machine() -> None:
    received: list[bytes] = []
    with receiver(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", received)) as url:
        port = url.rpartition(":")[2]
        assert send(f"http://user:word@Hooks.localhost:{port}/", HEADERS, BODY, TIMEOUT_S).status == 200
    assert f"host: Hooks.localhost:{port}\r\n".encode() in received[0]


def test_receiver_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/", HEADERS, BODY, TIMEOUT_S) == DeliveryResult(error="Connection refused")


@pytest.mark.parametrize("answer", [b"", b"what?\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with receiver(answering(answer)) as url:
        outcome = send(url, HEADERS, BODY, TIMEOUT_S)
    assert outcome.status == 0
    assert outcome.error != ""


def test_receiver_that_says_nothing_is_given_up() -> None:
    released = threading.Event()

    def wait(_connection: socket.socket) -> None:
        released.wait(TIMEOUT_S)

    with receiver(wait) as url:
        outcome = send(url, HEADERS, BODY, 0.05)
        released.set()
    assert outcome == DeliveryResult(error="no answer came within 0.05 s")


def test_receiver_that_drips_gets_no_more_time() -> None:
    released = threading.Event()

    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            while not released.wait(0.01):
                connection.sendall(b"H")

    with receiver(drip) as url:
        outcome = send(url, HEADERS, BODY, 0.1)
        released.set()
    assert outcome == DeliveryResult(error="no answer came within 0.1 s")


def test_host_that_is_none_is_told() -> None:
    assert send("http://127.0.0.999/", HEADERS, BODY, TIMEOUT_S).error != ""


def test_deadline_that_is_over_leaves_no_time() -> None:
    with pytest.raises(TimeoutError):
        Deadline(0).left_s()
