"""The measure of all things here: an ASGI application that answers every request with the same bytes."""

import asyncio
import sys

import uvicorn

BODY = (
    b'{"id":"cust_175a9abec1882d12","name":"John Smith","email":"john.smith@example.com","is_verified":true,'
    b'"date_created":"2026-02-02T13:48:05.683Z","date_updated":"2026-02-02T13:48:05.683Z","status":"ACTIVE"}'
)
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))],
}
REST = {"type": "http.response.body", "body": BODY}


async def app(_scope, _receive, send):  # type: ignore[no-untyped-def]
    await send(START)
    await send(REST)


def main() -> None:
    config = uvicorn.Config(
        app,
        port=int(sys.argv[1]),
        http="httptools",
        loop="auto",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
