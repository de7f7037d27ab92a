"""Delete what a run created, find unconfirmed creations, and list leftovers."""

from collections.abc import Callable

from mockserver.catalogue import Cleanup, NotCheckable
from mockserver.catalogue.client import Api
from mockserver.verify.checking import UNREADABLE
from mockserver.verify.created import CreatedRecord
from mockserver.verify.outcome import Leftovers
from mockserver.verify.target import ServiceClient, Unanswered

REFUSALS = (AssertionError, NotCheckable, *UNREADABLE)
"""Errors of a clean-up although the service answers."""


class Cleaner:
    """The clean-up of one run."""

    def __init__(self, service: ServiceClient, cleanup: Cleanup) -> None:
        self._service = service
        self._collections = service.collections
        self._cleanup = cleanup
        self._survivors: dict[str, str] = {}
        self._doubt = ""

    def after_check(self, api: Api) -> None:
        """Run the check's own cleanup, then delete what it forgot."""
        with self._service.cleaning():
            _close(api)
            self._delete_noted()

    def at_the_end(self, api: Api) -> None:
        """Retry failed deletions, then search for leftovers by the run's marker."""
        if not self._service.created.entries:
            return
        with self._service.cleaning():
            self._attempt(self._find_unknown, api)
            self._delete_noted()
            self._attempt(self._search, api)

    def leftovers(self) -> Leftovers:
        """Return the known leftovers."""
        created = self._service.created
        left = self._survivors | {each.url: each.why or "it was not deleted" for each in created.deletable()}
        kept = [each for each in created.entries if each.url and each.url not in left]
        return Leftovers(
            left=left,
            unknown={_wording(each): each.why or "the run ended before the reply" for each in created.unknown()},
            for_good={each.url: reason for each in kept if (reason := self._reason(each))},
            doubt=self._doubt,
        )

    def _reason(self, entry: CreatedRecord) -> str:
        """Return why a part of the record stays after deletion, if so."""
        return self._cleanup.remains.get(self._collections.collection(entry.place) or "") or entry.why

    def _delete_noted(self) -> None:
        for entry in list(self._service.created.deletable()):
            try:
                answer = self._service.send("DELETE", entry.url, entry.headers, b"")
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
        """Find the records of unanswered creations by what was sent."""
        for entry in self._service.created.unknown():
            found = [path for mark in entry.marks[:1] for path in self._cleanup.find(api, mark)]
            if found:
                entry.url = self._collections.base + found[0]
            elif entry.marks:
                entry.why += "; no record shows what was sent"

    def _search(self, api: Api) -> None:
        """Delete records that still have the run's marker; note those that survive."""
        mark = f"{api.marker}-"
        found = [*self._cleanup.find(api, mark)]
        for path in found:
            api.call("DELETE", path)
        if found:
            reason = "it shows the mark of this run even after its deletion"
            self._survivors = {self._collections.base + path: reason for path in self._cleanup.find(api, mark)}


def _close(api: Api) -> None:
    while True:
        try:
            api.close()
        except Unanswered:
            return
        except REFUSALS:
            continue  # what was created is recorded; each turn has one action less
        return


def _wording(entry: CreatedRecord) -> str:
    return f"POST {entry.place}" + (f" with {', '.join(entry.marks)}" if entry.marks else "")
