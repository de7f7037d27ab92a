"""Requests that are wrong or strange, and what each provider answers: refused without a trace, or taken by a decision."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

Headers = tuple[tuple[bytes, bytes], ...]

JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
MAX_BODY = 300_000
"""The limit of the applications that get these requests."""


class Place(Struct, frozen=True):
    """Where a provider keeps its customers, how it updates one, and a key that it takes."""

    provider: str
    customers: bytes
    customer: bytes
    update: str
    key: bytes


PLACES = (
    Place("spoonity", b"/customers", b"/customers/cust_175a9abec1882d12", "PUT", b"any-token"),
    Place("vexutopia", b"/v1/customers", b"/v1/customers/cus_abc123def456", "PATCH", b"vex_test_your_api_key"),
)


class Hostile(Struct, frozen=True, kw_only=True):
    """One request, and the status that it is answered with.

    Attributes:
        target: path and query as they are sent; `CUSTOMERS` and `CUSTOMER` stand for the provider's.
        host: the Host headers; one, as it should be, unless that is the point.
    """

    name: str
    provider: str
    status: int
    method: str = "GET"
    target: bytes = b"CUSTOMERS"
    headers: Headers = ()
    body: bytes = b""
    host: tuple[bytes, ...] = (b"mock.localhost",)


def _each(name: str, statuses: int | tuple[int, int], **request: Any) -> Iterator[Hostile]:
    """Go through the request to each provider; two statuses are Spoonity's and Vexutopia's."""
    pair = statuses if isinstance(statuses, tuple) else (statuses, statuses)
    for place, status in zip(PLACES, pair, strict=True):
        request_here = {"headers": ((b"authorization", b"Bearer " + place.key),), **request}
        target = request_here.get("target", b"CUSTOMERS")
        request_here["target"] = target.replace(b"CUSTOMERS", place.customers).replace(b"CUSTOMER", place.customer)
        yield Hostile(name=name, provider=place.provider, status=status, **request_here)


def _with_body(
    name: str, body: bytes, statuses: int | tuple[int, int], content_type: tuple[bytes, bytes] | None = JSON
) -> Iterator[Hostile]:
    """Go through creating and updating with the body."""
    for index, place in enumerate(PLACES):
        status = statuses if isinstance(statuses, int) else statuses[index]
        headers = [(b"authorization", b"Bearer " + place.key), *([content_type] if content_type else [])]
        for verb, method, target in (("create", "POST", place.customers), ("update", place.update, place.customer)):
            yield Hostile(
                name=f"{name}, {verb}",
                provider=place.provider,
                status=status,
                method=method,
                target=target,
                headers=tuple(headers),
                body=body,
            )


def _nested(levels: int, opening: bytes = b'{"a":', closing: bytes = b"}") -> bytes:
    return opening * levels + b"1" + closing * levels


def _member(value: bytes, name: bytes = b"metadata") -> bytes:
    return b'{"email":"a@example.com","%s":%s}' % (name, value)


NO_JSON = {
    "nothing but space": b" ",
    "an open brace": b"{",
    "no value": b'{"email":',
    "a comma too many": b'{"email":"a@example.com",}',
    "no quotes": b"{email: 1}",
    "single quotes": b"{'email': 'a@example.com'}",
    "something after the end": b'{"email":"a@example.com"} x',
    "two documents": b'{"email":"a@example.com"}{}',
    "a comment": b'{"email":"a@example.com"/**/}',
    "a NUL": b"\x00",
    "a NUL after the end": b'{"email":"a@example.com"}\x00',
    "a byte order mark": b'\xef\xbb\xbf{"email":"a@example.com"}',
    "UTF-16": '{"email":"a@example.com"}'.encode("utf-16"),
    "text that is not UTF-8": b'{"email":"a@example.com","name":"\xff"}',
    "an overlong NUL": b'{"email":"a@example.com","name":"\xc0\x80"}',
    "a surrogate in UTF-8": b'{"email":"a@example.com","name":"\xed\xa0\x80"}',
    "a name that is not UTF-8": b'{"email":"a@example.com","\xff":1}',
    "a lone high surrogate": b'{"email":"a@example.com","name":"\\ud800"}',
    "a lone high surrogate before text": b'{"email":"a@example.com","name":"\\ud800x"}',
    "a lone low surrogate": b'{"email":"a@example.com","name":"\\udc00"}',
    "surrogates the wrong way round": b'{"email":"a@example.com","name":"\\udc00\\ud800"}',
    "a raw line break": b'{"email":"a@example.com","name":"\n"}',
    "a raw NUL": b'{"email":"a@example.com","name":"\x00"}',
    "a raw unit separator": b'{"email":"a@example.com","name":"\x1f"}',
    "an unknown escape": b'{"email":"a@example.com","name":"\\x41"}',
    "half an escape": b'{"email":"a@example.com","name":"\\u00"}',
    "NaN": _member(b"NaN", b"name"),
    "NaN inside": _member(b'{"a":NaN}'),
    "Infinity": _member(b"Infinity", b"name"),
    "minus Infinity": _member(b'{"a":-Infinity}'),
    "a number beyond all doubles": _member(b'{"a":1e400}'),
    "a number with a leading zero": _member(b'{"a":01}'),
    "a number with a plus": _member(b'{"a":+1}'),
    "a hexadecimal number": _member(b'{"a":0x10}'),
    "a number of 5,000 digits": _member(b'{"a":' + b"9" * 5_000 + b"}"),
    "65 objects": _nested(65),
    "65 arrays": _nested(65, b"[", b"]"),
    "65 levels in a member": _member(_nested(64)),
    "65 levels of arrays in a member": _member(_nested(64, b"[", b"]")),
    "100,000 open objects": b'{"a":' * 50_000,
    "100,000 open arrays": b"[" * 100_000,
    "100,000 arrays": _nested(100_000, b"[", b"]"),
    "100,000 arrays in a member": _member(_nested(100_000, b"[", b"]")),
    "100,000 levels, mixed": b'[{"a":' * 25_000 + b"1" + b"}]" * 25_000,
}

NO_OBJECT = {
    "a list": b"[]",
    "a list of objects": b'[{"email":"a@example.com"}]',
    "text": b'"x"',
    "a number": b"1",
    "true": b"true",
    "null": b"null",
}

WRONG_MEMBERS = {
    "a number for an e-mail": b'{"email":1}',
    "a list for an e-mail": b'{"email":["a@example.com"]}',
    "an object for an e-mail": b'{"email":{"a":"b@example.com"}}',
    "a number for a name": _member(b"1", b"name"),
    "true for a name": _member(b"true", b"name"),
    "a list for a name": _member(b"[]", b"name"),
    "an object for a name": _member(b"{}", b"name"),
    "4,000 digits for a name": _member(b"9" * 4_000, b"name"),
    "minus 70 bits for a name": _member(b"-1180591620717411303424", b"name"),
}

WRONG_TYPES = {
    "plain text": b"text/plain",
    "XML": b"application/xml",
    "a form with parts": b"multipart/form-data; boundary=x",
    "nothing": b"",
    "a semicolon": b";",
    "a slash": b"/",
    "a relative of JSON": b"application/problem+json",
    "JSON with more letters": b"application/jsonp",
    "two types": b"application/json, text/plain",
    "bytes beyond ASCII": b"application/json\xff",
    "10 kB": b"a" * 10_000,
}

WRONG_QUERIES = {
    "an Arabic digit": b"limit=%D9%A3",
    "a raw Arabic digit": b"limit=\xd9\xa3",
    "an exponent": b"limit=1e3",
    "a fraction": b"limit=1.0",
    "nothing": b"limit=",
    "no equals sign": b"limit",
    "a plus": b"limit=+1",
    "an encoded plus": b"limit=%2B1",
    "an underscore": b"limit=1_0",
    "a hexadecimal number": b"limit=0x10",
    "a word": b"limit=null",
    "zero": b"limit=0",
    "minus zero": b"limit=-0",
    "minus one": b"limit=-1",
    "a wrong one after a right one": b"limit=1&limit=x",
    "a NUL": b"limit=%00",
    "a line break": b"limit=1%0a",
    "beyond 64 bits": b"limit=9223372036854775808",
    "1,001 digits": b"limit=" + b"9" * 1_001,
    "8,000 digits": b"limit=" + b"9" * 8_000,
    "half an escape": b"limit=1&a=%2",
    "an escape of no digits": b"limit=1&a=%zz",
    "a per cent sign": b"%",
    "an escape in a name": b"%zz=1",
    "text that is not UTF-8": b"a=%ff",
    "raw text that is not UTF-8": b"a=\xff",
    "a name that is not UTF-8": b"%ff=1",
    "a surrogate": b"a=%ed%a0%80",
}

UNKNOWN_IDS = {
    "a slash in it": b"a/b",
    "an encoded slash": b"a%2Fb",
    "a dot": b".",
    "two dots": b"..",
    "two encoded dots": b"%2e%2e",
    "a way up": b"../customers",
    "a NUL": b"%00",
    "a line break": b"%0d%0aSet-Cookie:%20a=b",
    "half an escape": b"%2",
    "an escape of no digits": b"%zz",
    "text that is not UTF-8": b"%ff",
    "raw text that is not UTF-8": b"\xff",
    "a space": b"%20",
    "a tilde": b"~",
    "the provider's own, in capitals": b"CUS_ABC123DEF456",
    "the provider's own, and a NUL": b"cus_abc123def456%00",
    "markup": b"%3Cscript%3E",
    "8,000 letters": b"a" * 8_000,
    "2,600 escapes": b"%41" * 2_600,
    "nothing": b"",
    "nothing, twice": b"/",
    "nothing before it": b"/a",
    "nothing after it": b"a/",
    "matrix parameters": b"a;b=c",
    "JSON": b"%7B%7D",
}

NO_PATHS = {
    "two slashes": b"/CUSTOMERS",
    "an at sign": b"/@CUSTOMERS",
    "an at sign and a slash": b"/@/CUSTOMERS",
    "nothing but an at sign": b"/@",
    "nothing but a sandbox": b"/@hostile",
    "a sandbox and a slash": b"/@hostile/",
    "the root": b"/",
    "an encoded slash": b"/%2FCUSTOMERS",
    "an asterisk": b"/*",
}
"""Paths that are no provider's, with or without the provider's own in them."""

ILLEGAL_NAMES = {
    "a space": b"a%20b",
    "a hyphen first": b"-a",
    "dots": b"..",
    "an encoded letter": b"%61",
    "a NUL": b"%00",
    "65 letters": b"a" * 65,
    "bytes beyond ASCII": b"\xc3\xa9",
    "an at sign": b"a@b",
}

METHODS = ("get", "GETT", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "M-SEARCH", "QUERY", "X" * 2_000, "!#$%&'*+-.^_`|~")

WRONG_KEYS = {
    "no scheme": b"any-token",
    "another scheme": b"Basic dXNlcjpwYXNz",
    "a scheme and nothing": b"Bearer",
    "a scheme and spaces": b"Bearer   ",
    "a tab": b"Bearer\tany-token",
    "nothing": b"",
    "bytes beyond ASCII": b"\xff\xfe",
    "10 kB": b"a" * 10_000,
    "a colon": b"Bearer:any-token",
}

KEYS = ((b"authorization", b"Bearer any-token"), (b"authorization", b"Bearer vex_test_your_api_key"))

INJECTED = b"a%0d%0aSet-Cookie:%20a%3Db%00%c3%a9"
"""What would end one header and begin another if it were sent back as it is."""

WRONG_HOSTS: dict[str, tuple[bytes, ...]] = {
    "none": (),
    "an empty one": (b"",),
    "two": (b"mock.localhost", b"mock.localhost"),
    "a space": (b"a b",),
    "a path": (b"a/b",),
    "a user": (b"user@a",),
    "a port of letters": (b"a:b",),
    "bytes beyond ASCII": (b"\xff",),
    "a list": (b"a, b",),
}


def refused() -> Iterator[Hostile]:
    """Go through what is refused."""
    yield from _bodies()
    yield from _targets()
    yield from _heads()


def _bodies() -> Iterator[Hostile]:
    """Go through what is refused for its body or the body's type."""
    for name, body in (NO_JSON | NO_OBJECT | WRONG_MEMBERS).items():
        yield from _with_body(f"body: {name}", body, 400)
    for name, content_type in WRONG_TYPES.items():
        yield from _with_body(f"content type: {name}", b'{"email":"a@example.com"}', 400, (b"content-type", content_type))
    yield from _with_body("content type: none", b'{"email":"a@example.com"}', 400, None)
    yield from _with_body("body: one byte too many", b" " * (MAX_BODY + 1), 413)


def _targets() -> Iterator[Hostile]:
    """Go through what is refused for its method, path or query."""
    for method in METHODS:
        yield from _each(f"method: {method}", (405, 404), method=method)
    for name, query in WRONG_QUERIES.items():
        yield from _each(f"query: {name}", 400, target=b"CUSTOMERS?" + query)
    for name, unknown in UNKNOWN_IDS.items():
        yield from _each(f"id: {name}", 404, target=b"CUSTOMERS/" + unknown)
    for name, path in NO_PATHS.items():
        yield from _each(f"path: {name}", 404, target=path)
    for name, illegal in ILLEGAL_NAMES.items():
        yield from _each(f"sandbox: {name}", 400, target=b"/@" + illegal + b"CUSTOMERS")
    yield from _each("target: 9,000 bytes of path", 414, target=b"CUSTOMERS/" + b"a" * 9_000)
    yield from _each("target: 9,000 bytes of query", 414, target=b"CUSTOMERS?" + b"a" * 9_000)


def _heads() -> Iterator[Hostile]:
    """Go through what is refused for its headers."""
    for name, key in WRONG_KEYS.items():
        yield from _each(f"key: {name}", 401, headers=((b"authorization", key),))
    yield from _each("key: none", 401, headers=())
    yield from _each("key: a wrong one after a right one", 401, headers=(*KEYS, (b"authorization", b"x")))
    yield from _each("headers: 200", 431, headers=((b"a", b"b"),) * 200)
    yield from _each("headers: 40 kB", 431, headers=((b"a", b"b" * 40_000),))
    for name, hosts in WRONG_HOSTS.items():
        yield from _each(f"host: {name}", 400, host=hosts)
    for sandbox in (b"a b", b"-a", b"..", b"a" * 65, b"\xff", b"a/b", b"%61"):
        yield from _each(f"sandbox header: {sandbox[:20]!r}", 400, headers=((b"mock-sandbox", sandbox),))


class Taken(Struct, frozen=True, kw_only=True):
    """A strange request that is taken, and some members of the reply's body."""

    request: Hostile
    members: dict[str, Any]


def taken() -> Iterator[Taken]:
    """Go through what is strange and taken all the same."""
    yield from _taken_by_both()
    yield from _taken_by_spoonity()
    yield from _taken_by_vexutopia()


STRANGE_BODIES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "an escaped NUL": (_member(b'"\\u0000"', b"name"), {"name": "\0"}),
    "escaped line breaks": (_member(b'"a\\r\\nb"', b"name"), {"name": "a\r\nb"}),
    "a raw DEL": (_member(b'"\x7f"', b"name"), {"name": "\x7f"}),
    "a pair of surrogates": (_member(b'"\\ud83d\\ude00"', b"name"), {"name": "\U0001f600"}),
    "the last character of all": (_member(b'"\xf4\x8f\xbf\xbf"', b"name"), {"name": "\U0010ffff"}),
    "100 kB of name": (_member(b'"' + b"a" * 100_000 + b'"', b"name"), {"name": "a" * 100_000}),
    "a name twice": (b'{"name":"A","name":"B","email":"a@example.com"}', {"name": "B"}),
    "space around it": (b' \t\r\n{"email":"a@example.com"} ', {"email": "a@example.com"}),
    "brackets in text": (_member(b'"' + b"[{" * 500 + b'"', b"name"), {"name": "[{" * 500}),
    "quotes and backslashes in text": (_member(b'"\\"[\\\\"', b"name"), {"name": '"[\\'}),
    "an unknown member that ends a header": (_member(b"1", b"a\\r\\nSet-Cookie: a=b"), {"email": "a@example.com"}),
    "an unknown member of 4,000 digits": (_member(b"9" * 4_000, b"what"), {"email": "a@example.com"}),
    "an unknown member of 63 levels": (_member(_nested(63), b"what"), {"email": "a@example.com"}),
    "a thousand unknown members": (
        b'{"email":"a@example.com",' + b",".join(b'"a%d":1' % number for number in range(1_000)) + b"}",
        {"email": "a@example.com"},
    ),
}

STRANGE_TYPES = (
    b"APPLICATION/JSON",
    b"application/json; charset=utf-8",
    b"application/json ;x",
    b"application/json;charset=utf-16",
)


STRANGE_QUERIES = (
    b"",
    b"&&&",
    b"=",
    b"limit[]=x&a=1",
    INJECTED + b"=1",
    b"a=" + INJECTED,
    b"limit=x&limit=25",
    b"limit=025",
    b"a" * 8_000,
)


def _taken_by_both() -> Iterator[Taken]:
    for name, (body, members) in STRANGE_BODIES.items():
        for create in list(_with_body(f"body: {name}", body, (200, 201)))[::2]:
            yield Taken(request=create, members=members)
    for value in STRANGE_TYPES:
        creates = list(_with_body(f"content type: {value!r}", _member(b'"A"', b"name"), (200, 201), (b"content-type", value)))[
            ::2
        ]
        yield from (Taken(request=create, members={"name": "A"}) for create in creates)
    for query in STRANGE_QUERIES:
        lists = _each(f"query: {query[:40]!r}", 200, target=b"CUSTOMERS?" + query)
        yield from (Taken(request=each, members={}) for each in lists)
    for place in PLACES:
        for scheme in (b"bearer ", b"BEARER   "):
            key = ((b"authorization", scheme + place.key),)
            request = Hostile(name=f"key: {scheme!r}", provider=place.provider, status=200, target=place.customer, headers=key)
            yield Taken(request=request, members={})


PAGE = "http://mock.localhost/customers"
QUOTED = "a%0D%0ASet-Cookie%3A%20a%3Db%00%C3%A9"
HUGE = 2**63 - 1


def _taken_by_spoonity() -> Iterator[Taken]:
    none: dict[str, Any] = {"items": [], "next": None}
    for name, query, members in (
        ("the largest limit", b"limit=%d" % HUGE, {"next": None, "prev": None}),
        ("the largest page", b"page=%d" % HUGE, none | {"prev": f"{PAGE}?limit=25&page={HUGE - 1}"}),
        ("a filter that ends a header", b"limit=1&page=2&query=" + INJECTED, {"prev": f"{PAGE}?limit=1&page=1&query={QUOTED}"}),
    ):
        yield Taken(request=next(_each(f"query: {name}", 200, target=b"CUSTOMERS?" + query)), members=members)
    for name, key in (("10 kB", b"a" * 10_000), ("bytes beyond ASCII", b"\xff\xfe"), ("spaces inside", b"a b")):
        yield Taken(request=next(_each(f"key: {name}", 200, headers=((b"authorization", b"Bearer " + key),))), members={})
    for name, body, members in (
        ("a NUL", b"name=%00", {"name": "\0"}),
        ("nothing for a name", b"name=&email", {"name": "", "email": ""}),
        ("no names", b"=a&=&&", {"name": None, "email": None}),
        ("a name twice", b"name=A&name=B", {"name": "B"}),
        ("JSON", b'{"name":"A"}', {"name": None}),
        ("a member that ends a header", INJECTED + b"=1", {"name": None}),
    ):
        yield Taken(request=next(_with_body(f"form: {name}", body, 200, FORM)), members=members)
    yield Taken(request=next(_with_body("body: none", b"", 200, None)), members={"name": None, "email": None})


def _taken_by_vexutopia() -> Iterator[Taken]:
    for name, query, members in (
        ("the largest offset", b"offset=%d" % HUGE, {"data": [], "total": 150, "offset": HUGE, "has_more": False}),
        ("an e-mail that ends a header", b"email=" + INJECTED, {"data": [], "total": 0}),
    ):
        yield Taken(request=list(_each(f"query: {name}", 200, target=b"CUSTOMERS?" + query))[1], members=members)
    for name, value, metadata in (
        ("4,000 digits", b'{"a":' + b"9" * 4_000 + b"}", {"a": int("9" * 4_000)}),
        ("more than 64 bits", b'{"a":[18446744073709551616,-9223372036854775809]}', {"a": [2**64, -(2**63) - 1]}),
        ("tiny and large numbers", b'{"a":[1e308,5e-324,1e-400,-0.0]}', {"a": [1e308, 5e-324, 0.0, -0.0]}),
        ("names that are empty or end a header", b'{"":1,"a\\r\\nb":2}', {"": 1, "a\r\nb": 2}),
        ("a prototype", b'{"__proto__":{"a":1},"constructor":null}', {"__proto__": {"a": 1}, "constructor": None}),
    ):
        request = list(_with_body(f"metadata: {name}", _member(value), (200, 201)))[2]
        yield Taken(request=request, members={"metadata": metadata})
    deep = list(_with_body("metadata: 64 levels", _member(_nested(63)), (200, 201)))[2]
    yield Taken(request=deep, members={"email": "a@example.com"})
