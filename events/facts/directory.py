"""Facts of the directory: who was listed, changed, ended, stopped and resumed; whom people can be reached by is sealed.

An entry is a provider, a host, an escort, somebody who meets arrivals, a house, a course, or the office itself.
"""

from events.catalogue import Contact, Fact, Identity


class EntryListed(Fact):
    """An entry is in the directory; ``record`` holds it as a programme file would, in JSON, without what is sealed."""

    kind: str
    entry: str
    record: str
    holds: tuple[str, ...] = ()  # which of the sealed fields are filled in
    source: str = "console"  # or the file
    second: str = ""  # who proposed it, and under which id: what is sealed of it lies with the proposal
    proposal: str = ""
    person_id: str
    name: Identity = None
    email: Contact = None
    address: Contact = None


class EntryChanged(Fact):
    """An entry is another from now on, for every case; what is sealed is named only where it changed."""

    kind: str
    entry: str
    record: str
    holds: tuple[str, ...] = ()
    changed: tuple[str, ...]  # the keys that are others now
    source: str = "console"
    second: str = ""
    proposal: str = ""
    person_id: str
    name: Identity = None
    email: Contact = None
    address: Contact = None


class EntryEnded(Fact):
    """An entry is chosen for nothing new; what it was chosen for goes on."""

    kind: str
    entry: str
    reason: str
    source: str = "console"


class EntryStopped(Fact):
    """Nothing is sent to an entry and nobody from there sees anything, from this moment on."""

    kind: str
    entry: str
    reason: str


class ResumptionProposed(Fact):
    """Somebody says that an entry that was stopped may be used again; older versions told it so."""

    kind: str
    entry: str
    reason: str


class EntryResumed(Fact):
    """Two people said that an entry that was stopped may be used again."""

    kind: str
    entry: str
    proposer: str = ""  # where an older version told who proposed it
    second: str = ""
    proposal: str = ""


class FileEntriesLeft(Fact):
    """A programme file said something else of these entries than the console had recorded; the console's holds."""

    entries: tuple[str, ...]  # provider:harbour
