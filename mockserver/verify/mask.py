"""Keeps keys out of everything that a run writes down."""

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

from mockserver.verify.outcome import Remains

MASKED = "[key]"

_ISSUED = re.compile(rb'"(?:access_token|refresh_token|session_key|api_key)"\s*:\s*"((?:[^"\\]|\\.)+)"')
_LONG = 8


class Mask:
    """Knows the keys of a run: the one that was given, and those that the service issued."""

    def __init__(self, *keys: str) -> None:
        self._forms: dict[str, re.Pattern[str]] = {}
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """Hide this key from here on, as it is and as URLs and JSON spell it."""
        forms = {key, quote(key), quote(key, safe=""), json.dumps(key)[1:-1]} - {""}
        known = self._forms | {form: _pattern(form) for form in forms}
        self._forms = dict(sorted(known.items(), key=lambda each: -len(each[0])))  # no key may hide a part of a longer one

    def learn(self, body: bytes) -> None:
        """Hide what the reply issues as a key."""
        for issued in _ISSUED.findall(body):
            self.add(issued.decode("utf-8", "replace"))

    def hide(self, text: str) -> str:
        """Return the text without any key."""
        for pattern in self._forms.values():
            text = pattern.sub(MASKED, text)
        return text

    def hide_in(self, remains: Remains) -> Remains:
        """Return what remains, told without any key."""
        told = {name: self._without_keys(getattr(remains, name)) for name in ("left", "unknown", "for_good")}
        return Remains(**told, doubt=self.hide(remains.doubt))

    def _without_keys(self, texts: Mapping[str, str]) -> dict[str, str]:
        return {self.hide(text): self.hide(why) for text, why in texts.items()}


def _pattern(form: str) -> re.Pattern[str]:
    """Match the key everywhere; a short one only as a word, since it may be part of many."""
    return re.compile(re.escape(form) if len(form) >= _LONG else rf"(?<!\w){re.escape(form)}(?!\w)")
