"""Erasing a person for good, and the letters that ask partners to destroy what they were told.

Safe to repeat at any point: it is done again until nothing is left, also after this process died in the middle. What
lies outside the database is registered in ``OUTSIDE_STORES``: a test fails for a folder that is in no list.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from events.facts.erasure import PersonErased
from events.facts.grants import TrancheReleased
from events.ids import case_stream
from handlers.erasing.decided import decided_erasure
from handlers.erasing.stores import ErasureSubject, shred
from handlers.queries.attached_files import files_of
from handlers.states.case_reader import CaseSnapshot
from workers.errors import NotDecided, Refused
from workers.iso20022.redaction import redact_folder
from workers.mail.letters import Letter, letter_effect
from workers.running.jobs import Adapters, Effect, Job, offer_again, one_by_one
from workflow.subjects.erasure.decisions import ErasedPerson, RecallLetter

_ATTEMPTS_MAX: Final = 100_000  # it is never given up: every hour, for as long as it takes
_RECALL_EN: Final = (
    "What you were told about referral {reference} is to be destroyed: the person asked for it. Please destroy every "
    "copy, on paper too, and write to us that you did. Please quote the reference and name nobody."
)
_RECALL_RU: Final = (
    "Сведения, полученные вами по направлению {reference}, подлежат уничтожению по просьбе обратившегося лица. "
    "Пожалуйста, уничтожьте все копии, в том числе бумажные, и письменно сообщите нам об этом. "
    "Укажите номер направления и не называйте имён."
)


class OutsideStore(NamedTuple):
    """A place outside the database that holds something of a person, and how it is taken out; returns how much was."""

    name: str
    erase: Callable[[ErasureSubject, Adapters], int]


def _bank_files(who: ErasureSubject, outside: Adapters) -> int:
    """Take payee and account out of every payment file and every file of the bank's that names these payments."""
    paid = _payments(who, outside)
    folders = {Path(folder) for folder in outside.folders}
    return sum(redact_folder(folder, paid) for folder in sorted(folders)) if paid else 0


def _payments(who: ErasureSubject, outside: Adapters) -> frozenset[str]:
    log = outside.log
    released = [log.fact(e) for one in who.cases for e in log.of_types(case_stream(one), ("TrancheReleased",))]
    return frozenset(fact.tranche_id for fact in released if isinstance(fact, TrancheReleased))


def _attached_files(who: ErasureSubject, outside: Adapters) -> int:
    """Remove the ciphertext of every file that was attached to the person's cases; their key is destroyed already."""
    names = {file.digest for file in files_of(outside.log, who.cases)}
    for name in sorted(names):
        outside.files.delete(name)
    return len(names)


OUTSIDE_STORES: Final[Sequence[OutsideStore]] = (
    OutsideStore("bank", _bank_files),
    OutsideStore("files", _attached_files),
)
# By the names of the data folder's files and folders.
NOTHING_PERSONAL: Final[Mapping[str, str]] = {
    "log.sqlite": "the database; what is erased there is in handlers.erasing.stores",
    "keys": "the keys; destroyed by the key store itself",
    "kek": "the key-encryption key, or where it lies; it opens no name by itself, and each erasure takes a new one",
    "orders.sqlite": "orders by task and case number; whoever takes an order is told nobody's name",
    "post": "letters to partners: a reference, a service, a day; whoever writes one may name nobody",
    "settings.toml": "addresses of servers",
    "witnesses.policy": "which partners sign the history",
    ".restoring": "copies that are being put in place; gone when that is done, or when the data are opened",
    "signed-in": "what proves that somebody signed in on this machine",
}


def shred_person(job: Job[ErasedPerson], outside: Adapters) -> str:
    """Destroy everything by which a person can be known, and return how much of what was destroyed."""
    log, about = outside.log, job.about
    who = ErasureSubject(about.person_id, tuple(about.cases.split()))
    if not log.of_types(case_stream(job.case_id), (PersonErased.__name__,)):
        raise Refused("nobody decided this erasure; look at who asked for the task")
    decided = decided_erasure(log, job.case_id)
    if decided is None or decided[1].person_id != who.person_id or decided[1].cases != who.cases:
        raise NotDecided("no two people decided this erasure; nothing is destroyed before somebody has looked into it")
    counted = shred(log, who, decided[0].envelope.recorded_at)
    counted |= {store.name: store.erase(who, outside) for store in OUTSIDE_STORES}
    return " ".join(f"{name}={number}" for name, number in counted.items())


def recall_letter(job: Job[RecallLetter], seen: CaseSnapshot) -> Letter:
    """Return the letter that asks a provider to destroy what it was told."""
    provider = seen.definition.programme.provider_of[job.about.provider]
    said = {"reference": job.about.referral_id}
    lines = (_RECALL_EN.format(**said), _RECALL_RU.format(**said))
    return Letter(provider.name, provider.email, f"Please destroy: referral {job.about.referral_id}", lines)


EFFECTS: Final = (
    Effect("shred_person", "erasure", one_by_one(shred_person), offer_again, attempts_max=_ATTEMPTS_MAX),
    letter_effect("recall_referral", recall_letter),
)
