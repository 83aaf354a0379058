"""Lets a history that Wayhome did not write go on as it stands: what is believed then, and by whose word.

Whatever a forger put there is done by the next worker: a planted erasure destroys keys. So it takes two officers, and
what nobody left by a command is shown to them before.
"""

from typing import Final, NamedTuple

from events.envelope import RecordedEvent
from events.errors import StreamForged, StreamMoved
from events.facts.office import HistoryVouchedFor
from events.head_codes import code_log, coded_end, forged_streams, vouch_for_streams
from events.ids import LOG_REPAIRS, account_stream
from events.log import Log
from events.writing import DecidedBy
from handlers.projections.account_marks import vouch_for
from handlers.projections.row_macs import RowMacs
from handlers.projections.row_signing import code_proofs_of

SHOWN_AT_LEAST: Final = 10


class DoubtfulEvent(NamedTuple):
    """An event of a history somebody is about to vouch for, and whether a command left it, as far as is known."""

    event: RecordedEvent
    is_ours: bool


class VouchedFor(NamedTuple):
    """What came of vouching: at which version the history ends, and which others are left that are forged.

    Until none is, the end of the log stays in doubt.
    """

    version: int
    left: tuple[str, ...]


def about_to_be_believed(log: Log, stream: str) -> list[DoubtfulEvent]:
    """Return everything in a history that no command left, as far as the codes tell, and at least its last ten events.

    Empty for a stream that does not exist.
    """
    listed = log.stream(stream)
    with log.database.reading() as connection:
        known = coded_end(connection, log.codes, stream)
    unknown = sum(one.envelope.version > known for one in listed)
    shown = listed[-max(unknown, SHOWN_AT_LEAST) :]
    return [DoubtfulEvent(one, one.envelope.version <= known) for one in shown]


def vouch_for_history(log: Log, stream: str, leaf: bytes, by: DecidedBy) -> VouchedFor:
    """Let a history go on as it stands, and record who said so; the log's end only when no other history is forged.

    Raises StreamMoved when it does not end with this leaf, which is as far as it was read, and StreamForged when its
    row was taken away.
    """
    return _vouched(log, HistoryVouchedFor(history=stream, second=by.second), leaf, by)


def vouch_for_account(log: Log, account: str, leaf: bytes, by: DecidedBy, *, proofs: bool) -> VouchedFor:
    """Let an account count as its history says, with ``proofs`` its password and second factors as they lie there too.

    As ``vouch_for_history`` does, which it includes.
    """
    fact = HistoryVouchedFor(history=account_stream(account), second=by.second, proofs=proofs)
    return _vouched(log, fact, leaf, by, account)


def _vouched(log: Log, fact: HistoryVouchedFor, leaf: bytes, by: DecidedBy, account: str = "") -> VouchedFor:
    with log.writing() as writing:
        vouch_for_streams(writing.connection, log.codes, [fact.history])
        head = writing.lock([fact.history])[fact.history]
        if head.leaf is None:
            raise StreamForged(fact.history)
        if head.leaf != leaf:
            raise StreamMoved("something was written there while it was read; read it again")
        left = tuple(forged_streams(writing.connection, log.codes))
        if not left:
            code_log(writing.connection, log.codes)
        if account:
            macs = RowMacs(log.keys)
            vouch_for(log, writing.connection, macs, account)
            if fact.proofs:
                code_proofs_of(writing.connection, macs, account)
        writing.lock([LOG_REPAIRS])
        said = by.metadata("Fsck", writing.now)
        told = writing.append(LOG_REPAIRS, fact, said)
        writing.remember(said.command_id, "", f'{{"case":"","version":{told},"facts":["HistoryVouchedFor"]}}')
    return VouchedFor(head.version, left)
