"""Everything that can go wrong with the log, as one small tree.

EventsError
├── UnknownFact          a stored or given fact the catalogue does not know
├── CommandReused        a command id came back with another body
├── StreamMoved          another process wrote first; the caller decides again
├── TooNew               the data was written by a newer version of this program
├── StreamForged         a history holds what no command of ours stored
├── ClockBehind          the clock says an earlier time than the newest event: it was set back
├── LogMissing           the log is empty or is not the one these keys belong to
├── NotRecorded          something was to be opened of which it is not recorded that anybody opens it
├── PersonErased         a key was asked for whose person was erased
├── ErasureRefused       sealed parts are not let go: the gate of the database is not that of these keys
├── KeysMissing          the key file is gone or is not the one this data was sealed with
├── ContentAltered       a stored file is gone, or is not the one that was attached
├── KeysLocked           somebody locked the keys: nothing is opened or sealed until they are unlocked
├── BackupRefused        a copy of the log or of its keys was not made
├── NoteRefused          what was given is no checkpoint, signature or key, or not written as one is
├── TreeBehind           nobody has sealed the log so far yet
├── TreeAltered          the stored tree is not that of the log's events
├── SealRefused          a checkpoint would contradict one that was signed before, or may not be signed here
├── OwnerLogin           the application's login owns the tables, or may change what happened
├── SchemaBehind         the tables are older than this program, and only their owner may change them
└── StoreProblem         the database did not do it
    ├── StoreUnavailable it is down or unreachable: try again
    ├── StoreReadOnly    it may not be written
    └── StoreFull        there is no room left

A broken history is not an exception: ``events.verify`` returns what it found.
"""

import sqlite3

from sqlalchemy import exc


class EventsError(Exception):
    """The log could not do what was asked; the message says what to do next."""


class UnknownFact(EventsError):
    """The catalogue knows no such fact; a newer version of Wayhome may."""


class CommandReused(EventsError):
    """A command id was used before with other content; make a new id for a new command."""


class StreamMoved(EventsError):
    """Another process wrote to the stream first; load again and decide again."""


class StreamForged(EventsError):
    """A history holds what no command of ours stored, or lacks what one did: nothing is added to it.

    `wayhome fsck` says which; ``stream`` is kept out of the text, because it may name an account.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(
            "a history needed for this holds what no command of Wayhome stored, or lacks what one did: nothing was "
            "recorded; tell the auditor: `wayhome fsck` says which history, and what is to be done"
        )
        self.stream = stream


class TooNew(EventsError):
    """The data was written by a newer version of Wayhome; install that version to open it."""


class KeysMissing(EventsError):
    """The keys of this data are not where they should be; restore the key file from its own backup."""


class NotRecorded(EventsError):
    """Nothing was opened: it is not recorded who opens it and why. Ask for it again; that records it first."""


class ContentAltered(EventsError):
    """The stored file is gone, or is not the one that was attached: tell the auditor; `wayhome verify` names it."""


class KeysLocked(EventsError):
    """The keys are locked: nothing is opened or sealed until whoever has the key-encryption key unlocks them."""


class PersonErased(EventsError):
    """The person was erased: nothing can be sealed or opened for them any more, and no key is made again."""


class ErasureRefused(EventsError):
    """Nothing sealed was let go: the gate of the database is not that of these keys; the message says what to do."""


class ClockBehind(EventsError):
    """The clock was set back behind the newest event; set it right before anything is recorded."""


class LogMissing(EventsError):
    """The log is empty, or is not the one its keys were made for; find the setting that leads to the right one."""


class LogBehind(EventsError):
    """The log is an older copy than the one its keys were last used with; the message says how to go on."""


class KeysBehind(EventsError):
    """The keys are an older copy than those the log was last used with; the message says how to go on."""


class BackupRefused(EventsError):
    """No copy was made, and nothing was written over; the message says what stands in the way."""


class NoteRefused(EventsError):
    """What was given is no checkpoint, signature or key; ask whoever gave it for the whole text again."""


class TreeBehind(EventsError):
    """The tree over the log does not reach so far yet; seal the log first."""


class TreeAltered(EventsError):
    """The stored tree is not that of the log's events; nothing is signed until somebody has found out why."""


class SealRefused(EventsError):
    """Nothing was signed: it would contradict what was signed before, or this is not the place to sign."""


class OwnerLogin(EventsError):
    """The login of the application could change what happened; give it one that cannot."""


class SchemaBehind(EventsError):
    """The tables are older than this version of Wayhome; their owner brings them up to date."""


class StoreProblem(EventsError):
    """The database did not do it."""


class StoreUnavailable(StoreProblem):
    """The database is down or cannot be reached; nothing was acknowledged, try again."""


class StoreReadOnly(StoreProblem):
    """The database may not be written; check the file's permissions or whether this is a replica."""


class StoreFull(StoreProblem):
    """The database has no room left; free some disk space, nothing acknowledged was lost."""


# What PostgreSQL calls these situations (SQLSTATE), https://www.postgresql.org/docs/current/errcodes-appendix.html
_SQLSTATE: dict[str, type[EventsError]] = {
    "25006": StoreReadOnly,
    "42501": StoreReadOnly,
    "53100": StoreFull,
    "40001": StreamMoved,
    "40P01": StreamMoved,
    "23505": StreamMoved,
}
_SQLITE: tuple[tuple[str, type[EventsError]], ...] = (
    ("readonly database", StoreReadOnly),
    ("unable to open database", StoreReadOnly),
    ("disk is full", StoreFull),
    ("unique constraint failed", StreamMoved),
    ("database is locked", StoreUnavailable),
)


def as_store_problem(error: Exception) -> EventsError:
    """Return the error of this tree that says what the driver's error means for the caller.

    Only the first line of the driver's text goes into it: the following ones may quote what was stored.
    """
    origin = error.orig if isinstance(error, exc.DBAPIError) else error
    first_line = str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
    kind = _kind_of(error, first_line.lower())
    assert kind.__doc__
    return kind(f"{kind.__doc__.strip()} ({first_line})")


def _kind_of(error: Exception, message: str) -> type[EventsError]:
    origin = error.orig if isinstance(error, exc.DBAPIError) else error
    state = getattr(origin, "sqlstate", None)
    if state in _SQLSTATE:
        return _SQLSTATE[state]
    for words, kind in _SQLITE:
        if words in message:
            return kind
    # Whether the server or the way to it failed; every driver calls that so (PEP 249).
    operational = any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)
    if getattr(error, "connection_invalidated", False) or (operational and not isinstance(error, sqlite3.Error)):
        return StoreUnavailable
    return StoreProblem
