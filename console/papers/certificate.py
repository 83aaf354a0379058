"""The certificate of an erasure: the act and the extract of the journal, as order 179 of Roskomnadzor asks for both.

It names no person: a case number, the number of the paper, who decided, what was destroyed and when. It is signed with
this installation's own key for certificates; ``signer_of`` is the one place that says with which.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

from console.errors import CertificateRefused
from console.words.translation import Words
from events.instants import instant
from events.keys import Keys
from events.log import Log
from events.notes import LOG, SigningKey, signed
from handlers.erasing.decided import ErasureDoubt, doubt_of
from handlers.queries.erasure_record import ErasureRecord
from workflow.programme.programme import Programme

_NAME: Final = "wayhome/certificates"


def signer_of(keys: Keys) -> SigningKey:
    """Return who signs certificates here: made from the key file, so that nobody signs without it."""
    seed = hmac.new(keys.secret("certificates"), b"wayhome/certificates/ed25519", hashlib.sha256).digest()
    return SigningKey(_NAME, LOG, seed)


def certificate(log: Log, record: ErasureRecord, programme: Programme, words: Words) -> str:
    """Return the certificate of an erasure that is over, signed; the same erasure always gives the same bytes.

    Raises CertificateRefused, in the language of the paper, when what the log says of it does not stand.
    """
    assert record.completed_at, "an erasure under way has no certificate"
    doubt = doubt_of(log, record.case_id)
    if doubt is not None:
        raise CertificateRefused(_said(doubt, words))
    return str(signed("\n".join(_lines(record, programme, words)) + "\n", signer_of(log.keys)))


def _said(doubt: ErasureDoubt, words: Words) -> str:
    """Return why nothing is signed, and what to do."""
    if doubt == "forged":
        return words.gettext(
            "Nothing is signed: the history of this case holds what Wayhome did not write, or lacks what it did. Tell "
            "the auditor."
        )
    if doubt == "not_decided":
        return words.gettext(
            "Nothing is signed: no two people decided this erasure, as the history of the case tells it. Tell the "
            "auditor."
        )
    return words.gettext(
        "Nothing is signed: keys or sealed parts of the person are still there. Let the workers finish the erasure, or "
        "tell the auditor."
    )


def _lines(record: ErasureRecord, programme: Programme, words: Words) -> Iterator[str]:
    yield words.gettext("CERTIFICATE OF ERASURE OF PERSONAL DATA")
    yield ""
    yield from _act(record, programme, words)
    yield ""
    yield words.gettext("WHAT WAS DESTROYED")
    yield ""
    yield from (f"  {words.label('erased_store', name)}: {number}" for name, number in record.destroyed)
    yield words.gettext(
        "  How: keys overwritten and forgotten for ever; ciphertexts and rows deleted; files overwritten."
    )
    yield ""
    yield words.gettext("EXTRACT OF THE JOURNAL")
    yield words.gettext("Each line ends in the SHA-256 hash by which the journal commits to the whole event.")
    yield ""
    for line in record.journal:
        yield f"  {line.position}  {line.recorded_at}  {words.label('fact', line.type)} [{line.type}]"
        yield f"    {line.actor} ({words.label('mandate', line.mandate)})"
        yield f"    {line.leaf}"
    yield ""
    yield words.gettext("What stays: case number, kinds and times of events, none of which names anybody.")
    yield words.gettext("To check this paper: wayhome erasure check FILE --key KEY (the office gives out the key).")


def _act(record: ErasureRecord, programme: Programme, words: Words) -> Iterator[str]:
    own = programme.organisation
    organisation = getattr(own.name, words.language) if own else programme.office.name
    at = {name: words.moment(instant(text), programme.time_zone)
          for name, text in (("decided", record.decided_at), ("completed", record.completed_at))}  # fmt: skip
    facts = (
        (words.gettext("Organisation"), str(organisation)),
        (words.gettext("Cases"), ", ".join(record.cases)),
        (words.gettext("Asked for by"), words.label("choice", f"RequestErasure.asked_by.{record.asked_by}")),
        (words.gettext("Paper no."), record.paper),
        (words.gettext("Received on"), record.received_on),
        (words.gettext("Proposed by"), record.proposer),
        (words.gettext("Confirmed by"), record.confirmer),
        (words.gettext("Decided"), at["decided"]),
        (words.gettext("Destroyed"), at["completed"]),
        (words.gettext("Partners asked to destroy what they were told"), ", ".join(record.recalled) or "—"),
    )
    yield from (f"{name}: {value}" for name, value in facts)
