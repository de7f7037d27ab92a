"""Remove credentials from everything that is shown of traffic."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote_plus

import msgspec

from mockserver.conversion import NOT_JSON
from mockserver.exchange import Exchange, RawHeaders, Request
from mockserver.providers.provider import Provider

HIDDEN = "[key]"

FORM = "application/x-www-form-urlencoded"

_NAME = (
    r"(?:x[-_])?(?:(?:access|api|auth|bearer|client|id|oauth|refresh|session|user)[-_]?)?(?:key|secret|token)"
    r"|auth|authorization|bearer|credentials?|jwt|passwd|password|pwd"
)
_STEMS = (b"key", b"secret", b"token", b"auth", b"bearer", b"credential", b"jwt", b"passw", b"pwd")
"""Parts of all such names; looking for them first is faster."""

_SECRET = re.compile(_NAME, re.IGNORECASE)
_MEMBER = re.compile(rf'("(?:{_NAME})"\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\w.+-]*)', re.IGNORECASE)
_OPEN_MEMBER = re.compile(rf'("(?:{_NAME})"\s*:\s*)"(?:[^"\\]|\\.)*\\?\Z', re.IGNORECASE)
"""A member whose value does not end."""

_PART = re.compile(
    rf'([;\s]name="?(?:{_NAME})"?(?=[;\s])[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n)(.+?)(?=\r?\n--|\Z)', re.IGNORECASE | re.DOTALL
)
"""A field of a form in parts (multipart/form-data), from its name on."""

_GRANT = frozenset({"assertion", "code", "code_verifier"})
"""Further secrets in a form with a `grant_type`."""

_SECRET_HEADERS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"})
_NOTHING = r"(?!)"
FEW = 32
"""Credentials up to which a search for each is faster."""

_LONG = 8
"""Shorter credentials are hidden under a secret name only."""


def is_secret(name: str) -> bool:
    """Return whether a field or header of this name is a credential."""
    return _SECRET.fullmatch(name) is not None


class Redaction:
    """Credentials of some traffic, and how to hide them."""

    def __init__(self, providers: Iterable[Provider], exchanges: Iterable[Exchange] = ()) -> None:
        self._providers = tuple(providers)
        self._values: set[str] = set()
        self._keys: set[str] = set()
        for exchange in exchanges:
            self._learn(exchange)
        prefixes = {prefix for each in self._providers for prefix in (*each.labels.values(), *each.live_prefixes) if prefix}
        self._look = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(prefixes)))})[\w.-]+" if prefixes else _NOTHING)
        self._prepare()

    def learn(self, exchange: Exchange) -> None:
        """Add the credentials of one more exchange."""
        known = len(self._values)
        self._learn(exchange)
        if len(self._values) > known:
            self._prepare()

    def is_key(self, value: str) -> bool:
        """Return whether the value is a credential or has a key's prefix."""
        return (len(value) >= _LONG and value in self._keys) or self._look.fullmatch(value) is not None

    def text(self, text: str) -> str:
        """Return a message without credentials; short ones are replaced as whole words."""
        return self._short.sub(HIDDEN, self._without_long(text))

    def path(self, request: Request) -> str:
        """Return the request's path and query without any credential."""
        return self.segments(request.path) + (f"?{self.query(request.query)}" if request.query else "")

    def segments(self, path: str) -> str:
        """Return a path without any credential."""
        return "/".join(map(self._part, path.split("/")))

    def query(self, query: bytes) -> str:
        """Return a query without any credential."""
        return self._pairs(query.decode("utf-8", "replace"))

    def headers(self, headers: RawHeaders) -> list[tuple[str, str]]:
        """Return headers as text without any credential; of `Authorization` the scheme stays."""
        return [(name.decode("latin-1"), self._header(name, value.decode("latin-1"))) for name, value in headers]

    def body(self, body: bytes, content_type: str, *, is_cut: bool = False) -> bytes:
        """Return a body without credentials; other bytes stay.

        is_cut: the body may end within a credential.
        """
        text = body.decode("utf-8", "surrogateescape")
        is_form = content_type.partition(";")[0].strip().lower() == FORM
        named = _without_named(text) if not is_form and _may_name_a_secret(body) else text
        shown = self._pairs(text) if is_form else self._without_long(named)
        if is_cut:
            shown = self._without_tail(_OPEN_MEMBER.sub(rf'\1"{HIDDEN}', shown))
        return shown.encode("utf-8", "surrogateescape")

    def _header(self, name: bytes, value: str) -> str:
        scheme, space, _ = value.partition(" ")
        if name.endswith(b"authorization") and space:
            return f"{scheme} {HIDDEN}"
        return HIDDEN if _is_secret_header(name) else self._without_long(value)

    def _without_long(self, text: str) -> str:
        for value in self._long if len(self._long) <= FEW else self._in(text):
            text = text.replace(value, HIDDEN)
        return self._look.sub(HIDDEN, text)

    def _in(self, text: str) -> list[str]:
        """Return the long credentials that may be in the text, longest first."""
        beginnings = {text[at : at + _LONG] for at in range(len(text) - _LONG + 1)} & self._beginnings.keys()
        return _longest_first(value for each in beginnings for value in self._beginnings[each])

    def _without_tail(self, text: str) -> str:
        """Return a cut text without a partial credential at its end."""
        for value in self._long:
            for length in range(len(value) - 1, _LONG - 1, -1):
                if text.endswith(value[:length]):
                    return text[:-length] + HIDDEN
        return text

    def _pairs(self, text: str) -> str:
        secrets = dict(_secrets(text))
        return "&".join(f"{part.partition('=')[0]}={HIDDEN}" if part in secrets else self._part(part) for part in text.split("&"))

    def _part(self, part: str) -> str:
        """Return a part of a URL or form without encoded credentials."""
        shown, plain = self._without_long(part), unquote_plus(part)
        return HIDDEN if shown == part and self._without_long(plain) != plain else shown

    def _prepare(self) -> None:
        self._long = _spelled(value for value in self._values if len(value) >= _LONG)
        self._beginnings: dict[str, list[str]] = {}
        for value in self._long:
            self._beginnings.setdefault(value[:_LONG], []).append(value)
        self._short = _words(value for value in self._values if len(value) < _LONG)

    def _learn(self, exchange: Exchange) -> None:
        request = exchange.request
        keys = {value for name, value in request.raw_headers if _is_secret_header(name)}
        known = {_without_scheme(value.decode("latin-1")) for value in keys}
        known |= {value for each in self._providers if (value := each.credential(request))}
        self._keys |= known
        self._values |= known | set(_values(exchange))


def _is_secret_header(name: bytes) -> bool:
    return name in _SECRET_HEADERS or is_secret(name.decode("latin-1"))


def _without_scheme(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    return rest.strip() or scheme


def _values(exchange: Exchange) -> Iterator[str]:
    """Yield the values of secret parameters and members of bodies."""
    request = exchange.request
    for text in (request.query, request.body or b""):
        yield from dict(_secrets(text.decode("utf-8", "replace"))).values()
    for body in filter(_may_name_a_secret, (request.body or b"", exchange.body)):
        for _, value in _MEMBER.findall(body.decode("utf-8", "replace")):
            yield value.strip('"')
            yield _unescaped(value)
        for _, value in _PART.findall(body.decode("utf-8", "replace")):
            yield value


def _without_named(text: str) -> str:
    return _PART.sub(rf"\1{HIDDEN}", _MEMBER.sub(rf'\1"{HIDDEN}"', text))


def _may_name_a_secret(body: bytes) -> bool:
    lower = body.lower()
    return any(stem in lower for stem in _STEMS)


def _secrets(pairs: str) -> Iterator[tuple[str, str]]:
    """Yield the secret parts of a query or form with their values."""
    names = _GRANT if "grant_type=" in pairs else ()
    for part in pairs.split("&"):
        name, _, value = part.partition("=")
        plain = unquote_plus(name)
        if value and (is_secret(plain) or plain in names):
            yield part, unquote_plus(value)


def _unescaped(value: str) -> str:
    try:
        return str(msgspec.json.decode(value))
    except NOT_JSON:
        return ""


def _spelled(values: Iterable[str]) -> list[str]:
    """Return the values plain and URL-encoded, longest first."""
    return _longest_first({spelled for value in values for spelled in (value, quote(value, safe=""), quote_plus(value))})


def _longest_first(values: Iterable[str]) -> list[str]:
    return sorted(values, key=lambda each: (-len(each), each))


def _words(values: Iterable[str]) -> re.Pattern[str]:
    """Match the values as whole words."""
    return re.compile("|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in _spelled(filter(None, values))) or _NOTHING)
