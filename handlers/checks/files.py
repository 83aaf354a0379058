"""I16: each attached file is there and whole, and none that was taken away or whose person was erased."""

from collections.abc import Callable, Mapping

from events.facts.attachments import FileAttached, FileDestroyed, FileRetracted
from events.facts.erasure import ErasureCompleted, ErasureReplayed
from handlers.checks.check_results import InvariantCheck, ObservedEvent, WalkEnd, sees

Stored = Callable[[], Mapping[str, str]]  # names in the store, each with the hash of what really lies there


class FilesCheck(InvariantCheck):
    """I16: the store holds what the log says, by hash; a thief of the folder changes nothing unnoticed."""

    name, title = "I16", "each attached file is there and whole"

    def __init__(self, stored: Stored | None) -> None:
        super().__init__()
        self._stored = stored
        self._digests: dict[str, str] = {}  # file to the name it lies under
        self._persons: dict[str, set[str]] = {}
        self._retracted: set[str] = set()
        self._over: set[str] = set()  # what the log says is out of the store

    @sees(FileAttached)
    def _on_file(self, fact: FileAttached, _seen: ObservedEvent) -> None:
        self.count("files")
        self._digests[fact.file_id] = fact.digest
        self._persons.setdefault(fact.person_id, set()).add(fact.digest)

    @sees(FileRetracted)
    def _on_retraction(self, fact: FileRetracted, seen: ObservedEvent) -> None:
        known = self._digests.get(fact.file_id) == fact.digest
        self.demand(known, f"{seen.at}: takes a file away that was never attached")
        self._retracted.add(fact.digest)

    @sees(FileDestroyed)
    def _on_destruction(self, fact: FileDestroyed, seen: ObservedEvent) -> None:
        digest = self._digests.get(fact.file_id, "")
        self.demand(digest in self._retracted, f"{seen.at}: a file was destroyed that nobody had taken away")
        self._over.add(digest)

    @sees(ErasureCompleted, ErasureReplayed)
    def _on_erasure(self, fact: ErasureCompleted | ErasureReplayed, _seen: ObservedEvent) -> None:
        self._over |= self._persons.get(fact.person_id, set())

    def end(self, end: WalkEnd) -> None:
        """Hold what lies in the store to what was attached; asked last, so that what was told is there by then."""
        self.count("events", end.report.events)
        if self._stored is None:
            return
        found = self._stored()
        named = {digest: file_id for file_id, digest in self._digests.items()}
        for digest, file_id in named.items():
            if digest in self._over:
                gone = digest not in found
                self.demand(gone, f"{file_id}: is still in the store; remove it with: wayhome files sweep")
            elif digest not in self._retracted:
                self.demand(digest in found, f"{file_id}: is not in the store; put it back from a copy")
                whole = found.get(digest, digest) == digest
                self.demand(whole, f"{file_id}: is not what was attached; put it back from a copy")
        self.count("files nobody names", len(found.keys() - named.keys()))
