"""Takes back what a run created, looks for what it may have created, and says what stays."""

from collections.abc import Callable

from mockserver.catalogue import Cleanup, NotCheckable
from mockserver.catalogue.client import Api
from mockserver.verify.checking import UNREADABLE
from mockserver.verify.created import CreatedRecord, Places
from mockserver.verify.outcome import Remains
from mockserver.verify.target import ServiceClient, Unanswered

REFUSALS = (AssertionError, NotCheckable, *UNREADABLE)
"""What can go wrong with a clean-up although the service answers."""


class Cleaner:
    """The clean-up of one run."""

    def __init__(self, target: ServiceClient, places: Places, cleanup: Cleanup) -> None:
        self._target = target
        self._places = places
        self._cleanup = cleanup
        self._survivors: dict[str, str] = {}
        self._doubt = ""

    def after_check(self, api: Api) -> None:
        """Do what the check handed over to be done at its end, then delete what it forgot."""
        with self._target.cleaning():
            _close(api)
            self._delete_noted()

    def at_the_end(self, api: Api) -> None:
        """Try once more to delete what is left, and look whether anything still shows the mark of the run."""
        if not self._target.ledger.entries:
            return
        with self._target.cleaning():
            self._attempt(self._find_unknown, api)
            self._delete_noted()
            self._attempt(self._search, api)

    def remains(self) -> Remains:
        """Return what lies in the account, as far as is known."""
        ledger = self._target.ledger
        left = self._survivors | {each.url: each.why or "nobody deleted it" for each in ledger.deletable()}
        kept = [each for each in ledger.entries if each.url and each.url not in left]
        return Remains(
            left=left,
            unknown={_wording(each): each.why or "nobody waited for the reply" for each in ledger.unknown()},
            for_good={each.url: reason for each in kept if (reason := self._reason(each))},
            doubt=self._doubt,
        )

    def _reason(self, entry: CreatedRecord) -> str:
        """Return why something of the record stays whatever one does; empty if nothing does."""
        collection = self._places.collection(entry.place) or ""
        return self._cleanup.remains.get(collection) or entry.why

    def _delete_noted(self) -> None:
        for entry in list(self._target.ledger.deletable()):
            try:
                answer = self._target.send("DELETE", entry.url, entry.headers, b"")
                entry.why = "" if entry.deleted else f"its deletion answers {answer.status}"
            except REFUSALS as error:
                entry.why = str(error)
            except Unanswered as silence:
                entry.why = f"its deletion got no reply: {silence.why}"
                return

    def _attempt(self, search: Callable[[Api], None], api: Api) -> None:
        try:
            search(api)
        except (Unanswered, *REFUSALS) as error:
            self._doubt = " ".join(str(error).split()) or type(error).__name__

    def _find_unknown(self, api: Api) -> None:
        """Look for the records of creations that got no reply, by what was sent."""
        for entry in self._target.ledger.unknown():
            found = [path for mark in entry.marks[:1] for path in self._cleanup.find(api, mark)]
            if found:
                entry.url = self._places.base + found[0]
            elif entry.marks:
                entry.why += "; no record shows what was sent"

    def _search(self, api: Api) -> None:
        """Delete what still shows the mark of the run, and note what shows it even then."""
        mark = f"{api.marker}-"
        found = list(self._cleanup.find(api, mark))
        for path in found:
            api.call("DELETE", path)
        if found:
            reason = "it shows the mark of this run even after its deletion"
            self._survivors = {self._places.base + path: reason for path in self._cleanup.find(api, mark)}


def _close(api: Api) -> None:
    while True:
        try:
            api.close()
        except Unanswered:
            return
        except REFUSALS:
            continue  # the book knows what was created; each turn does one thing less
        return


def _wording(entry: CreatedRecord) -> str:
    return f"POST {entry.place}" + (f" with {', '.join(entry.marks)}" if entry.marks else "")
