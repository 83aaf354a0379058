"""What is told about an office: its programme files, and the keys its log is sealed with."""

from datetime import datetime

from events.catalogue import Fact


class ProgrammePublished(Fact):
    """A programme file is in force; cases opened from now on run under it."""

    programme: str
    definition: str
    text: str
    second: str = ""  # who proposed it, and under which id
    proposal: str = ""


class ClockAccepted(Fact):
    """Somebody looked at the clock and says that it is right; ``newest`` is when the event before was recorded."""

    newest: datetime


class KeysChosen(Fact):
    """The first fact of a log: which key file it is sealed with, as a fingerprint that opens nothing."""

    fingerprint: str


class HeadsNoted(Fact):
    """Where every stream stood when the log held ``size`` events, as the root of a map (``events.heads_map``).

    The checkpoint after it commits to it; so a proof can show that nothing of a case was left out.
    """

    size: int
    root: str
    streams: int


class TablesRepaired(Fact):
    """Rows beside the log were made to say again what the log says: of each table how many values differed."""

    rows: tuple[tuple[str, int], ...]


class HistoryVouchedFor(Fact):
    """Two officers read a history that did not end as Wayhome wrote it, and let it go on as it stands.

    Without a ``second`` the operator alone did: fewer than two officers were open.
    """

    history: str  # the stream, as an auditor names it
    second: str = ""  # who stood behind it, by password and second factor
    proofs: bool = False  # of an account: its password and second factors too, as they lay there


class SigningKeyReplaced(Fact):
    """Somebody decided that the log goes on under a new name and key: the old key is lost, or an older copy is in use.

    ``before`` and ``log`` are the public keys; a checkpoint under the old name is held to nothing after it. Without a
    ``second`` the operator alone decided: fewer than two officers were open.
    """

    before: str
    log: str
    size: int
    second: str = ""  # who stood behind it, by password and second factor
