"""The same traffic as different recorders write it down: each function returns HAR entries in one of their shapes."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from mockserver.judge.recordings.har import Recording

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
STARTED = "2026-02-02T13:48:05.683Z"
STARTED_MS = 1_770_040_085_683


class Sent(Struct, frozen=True):
    """A request and its reply, before anybody records them; a status of 0 stands for no reply."""

    method: str
    url: str
    body: str = ""
    content_type: str = ""
    status: int = 200
    reply: bytes = b"{}"
    token: str = "a-token-for-tests"
    reply_type: str = JSON


Recorder = Callable[[Sent], dict[str, Any]]


def pairs(**headers: str) -> list[dict[str, str]]:
    return [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items() if value]


def chrome(sent: Sent) -> dict[str, Any]:
    """HTTP/2 with pseudo headers, without Authorization and cookies, as "export sanitized" leaves them out."""
    parts = urlsplit(sent.url)
    pseudo = {":authority": parts.netloc, ":method": sent.method, ":path": parts.path, ":scheme": parts.scheme}
    headers = [{"name": name, "value": value} for name, value in pseudo.items()]
    request: dict[str, Any] = {
        "method": sent.method,
        "url": sent.url,
        "httpVersion": "h2",
        "headers": headers + pairs(accept="*/*", content_type=sent.content_type),
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(sent.body.encode()),
    }
    if sent.body:
        request["postData"] = {"mimeType": sent.content_type, "text": sent.body}
    if sent.content_type == FORM:
        fields = (part.split("=") for part in sent.body.split("&"))
        request["postData"]["params"] = [{"name": name, "value": value} for name, value in fields]
    text = {"text": sent.reply.decode()} if sent.reply else {}
    return {
        "_initiator": {"type": "script", "stack": {"callFrames": [], "parent": {"callFrames": []}}},
        "_priority": "High",
        "_resourceType": "fetch",
        "cache": {},
        "request": request,
        "response": {
            "status": sent.status,
            "headers": pairs(content_type=f"{sent.reply_type}; charset=utf-8") if sent.status else [],
            "content": {"size": len(sent.reply), "mimeType": sent.reply_type or "x-unknown", "compression": 0, **text},
            "bodySize": -1,
            "_error": None if sent.status else "net::ERR_ABORTED",
        },
        "startedDateTime": STARTED,
        "time": 12.5,
        "timings": {"send": 0, "wait": 12, "receive": 0.5},
    }


def firefox(sent: Sent) -> dict[str, Any]:
    """Headers in their own case, form fields decoded beside the text, a comment here and there."""
    post = {"mimeType": sent.content_type, "params": parameters(sent), "text": sent.body}
    return {
        "pageref": "page_1",
        "startedDateTime": "2026-02-02T14:48:05.683+01:00",
        "request": {
            "bodySize": len(sent.body),
            "method": sent.method,
            "url": sent.url,
            "httpVersion": "HTTP/1.1",
            "headers": pairs(Host="x", Authorization=f"Bearer {sent.token}", Content_Type=sent.content_type),
            "cookies": [],
            **({"postData": post} if sent.body else {}),
        },
        "response": {
            "status": sent.status,
            "headers": pairs(Content_Type=f"{sent.reply_type};charset=UTF-8"),
            "content": {"mimeType": f"{sent.reply_type}; charset=utf-8", "size": len(sent.reply), "text": sent.reply.decode()},
            "bodySize": len(sent.reply),
        },
        "cache": {},
        "timings": {"blocked": 0, "dns": 0, "connect": 0, "ssl": 0, "send": 0, "wait": 1, "receive": 0},
        "time": 12,
    }


def playwright(sent: Sent) -> dict[str, Any]:
    """No page, sizes of -1, the body of a form twice; a request that failed has the status -1."""
    post = {"mimeType": sent.content_type, "text": sent.body, "params": parameters(sent)}
    text = {"text": b64encode(sent.reply).decode(), "encoding": "base64"}
    return {
        "startedDateTime": STARTED,
        "time": 12.483,
        "request": {
            "method": sent.method,
            "url": sent.url,
            "headers": pairs(authorization=f"Bearer {sent.token}", content_type=sent.content_type),
            "headersSize": -1,
            "bodySize": -1,
            **({"postData": post} if sent.body else {}),
        },
        "response": {
            "status": sent.status or -1,
            "headers": pairs(content_type=sent.reply_type),
            "content": {"size": len(sent.reply), "mimeType": sent.reply_type, **text},
            "bodySize": -1,
            "_transferSize": -1,
        },
        "cache": {},
        "timings": {"send": -1, "wait": -1, "receive": -1},
    }


def mitmproxy(sent: Sent) -> dict[str, Any]:
    """A body for every method that may have one, sizes as they were compressed, timings that are null."""
    post = {"mimeType": sent.content_type, "text": sent.body, "params": parameters(sent)}
    content = {"size": 1, "compression": len(sent.reply) - 1, "mimeType": sent.reply_type, "text": sent.reply.decode()}
    reply = {"status": sent.status, "headers": pairs(**{"Content-Type": sent.reply_type}), "content": content, "bodySize": 1}
    failure = {"status": 0, "headers": [], "content": {}, "headersSize": -1, "bodySize": -1, "_error": "gone"}
    return {
        "startedDateTime": "2026-02-02T13:48:05.683000+00:00",
        "time": 12.483,
        "request": {
            "method": sent.method,
            "url": sent.url,
            "headers": pairs(Authorization=f"Bearer {sent.token}", **{"Content-Type": sent.content_type}),
            "bodySize": len(sent.body.encode()),
            **({"postData": post} if sent.method in ("POST", "PUT", "PATCH") else {}),
        },
        "response": reply if sent.status else failure,
        "cache": {},
        "timings": {"connect": -1.0, "ssl": None, "send": 1, "receive": 0, "wait": 11},
    }


def sparse(sent: Sent) -> dict[str, Any]:
    """What a hook around a client library writes: hardly more than the four things that matter."""
    post = {"postData": {"mimeType": sent.content_type, "text": sent.body}} if sent.body else {}
    sizes = {"content-length": len(sent.body.encode())} if sent.body else {}
    headers = {"authorization": f"Bearer {sent.token}", "content-type": sent.content_type, **sizes}
    return {
        "startedDateTime": STARTED,
        "request": {
            "method": sent.method,
            "url": sent.url,
            "headers": [{"name": name, "value": value} for name, value in headers.items() if value],
            **post,
        },
        "response": {
            "status": str(sent.status),
            "headers": pairs(content_type=sent.reply_type),
            "content": {"size": len(sent.reply), "text": sent.reply.decode()},
        },
    }


def parameters(sent: Sent) -> list[dict[str, str]]:
    fields = parse_qsl(sent.body) if sent.content_type == FORM else []
    return [{"name": name, "value": value} for name, value in fields]


RECORDERS: tuple[Recorder, ...] = (chrome, firefox, playwright, mitmproxy, sparse)


def har(entries: Iterable[dict[str, Any]]) -> bytes:
    """Return the file that has these entries."""
    return msgspec.json.encode({"log": {"version": "1.2", "creator": {"name": "tests"}, "entries": list(entries)}})


def recording(*entries: dict[str, Any]) -> Recording:
    """Return the recording that has these entries."""
    return Recording.parse(har(entries), "traffic.har")
