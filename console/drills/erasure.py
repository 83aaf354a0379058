"""The drill of an erasure: words are planted by real commands, the person is erased, and every word is searched for.

A word is searched for in every form in which it could lie somewhere: as text in three encodings, in base64 whichever
byte it begins at, in hexadecimal, folded as names are compared, and hashed. So that a search that finds nothing means
something, a word is planted where nothing erases it, and has to be found.
"""

import base64
import hashlib
import hmac
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from console.container import Container
from console.papers.access_report import access_report
from console.papers.certificate import certificate
from console.settings import Settings
from console.simulation.demo_accounts import DATA_PROTECTION
from console.simulation.managed_case import ANNA, BORIS
from console.simulation.year import Rehearsal, Year
from console.words.translation import Words
from events.backup import copy_file
from events.catalogue import COMPARTMENTS, Fact
from events.ids import CaseId, case_stream
from events.receipts import Opening
from events.world import ManualClock
from handlers.commanding.answers import Accepted
from handlers.projections.board import list_cases
from handlers.projections.person_search import search_key
from handlers.queries.access_log import accesses_of_case
from handlers.queries.erasure_record import erasure_record
from workers.running.sweeper import SweepSettings
from workers.running.worker_pool import WorkerSettings
from workflow.case.erasure import erasure_of
from workflow.command import AdvanceCase, Command, ConfirmDecision
from workflow.subjects.erasure.commands import ErasePerson, RequestErasure
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote
from workflow.two_people import proposal_id_of
from workflow.values.name_matching import folded_parts

_CONSONANTS, _VOWELS = "bcdfghjklmnprstvz", "aeiou"
_WORD: Final = re.compile(r"(?=\d*[^\W\d_])[^\W_]{6,}")  # of a made-up number like 0000000 there are many
_IN_A_NOTE: Final = 10  # words
_SYLLABLES: Final = 5
CONTROL: Final = "control.txt"  # where nothing erases


class _ReadByTheDrill(NamedTuple):
    """What is opened of people who were made up; nobody has to be told who read it."""

    @property
    def rests_on_history(self) -> bool:
        """Return that it does not."""
        return False

    def covers(self, connection: Connection, opening: Opening) -> bool:
        """Tell that whatever is asked for may be opened."""
        return True


class DrillResult(NamedTuple):
    """What was planted, where it was looked for, and how often it was found."""

    words: int
    forms: int
    places: int
    bytes: int
    hits: int
    control_hits: int  # of the word that is planted where nothing erases: found in so many forms
    erased_s: float  # from the second person's word until all of it was gone
    seconds: float
    found: tuple[str, ...]  # where, and in which form; never the word

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found, by a search that finds."""
        return self.hits == 0 and self.control_hits == self.forms

    @property
    def line(self) -> str:
        """Return the one line of numbers."""
        numbers = {name: value for name, value in self._asdict().items() if name != "found"}
        said = (
            f"{name}={value:.1f}" if isinstance(value, float) else f"{name}={value}" for name, value in numbers.items()
        )
        return f"drill erase {' '.join(said)}"


def erasure_drill(folder: Path, container: Container, clock: ManualClock, year: Year, planted: int) -> DrillResult:
    """Rehearse, plant, back up, erase, and search everything below the folder; the container is closed afterwards."""
    began = time.monotonic()
    definition = container.service.definitions.current("moscow")
    assert definition is not None, "the programme was published"
    Rehearsal(container, clock, definition, year).run(lambda _at, _arrived: None)
    case_id = _paid_case(container)
    words = _plant(container, case_id, planted)
    hashed = TokenKey(search_key(container.keys))
    _back_up(container, folder)
    erased_s = _erase(container, case_id)
    _export(container, case_id, folder / "exports")
    container.close()
    dumped = _opened_again(folder, container.settings)
    wanted = dict(forms(words[1], hashed))
    (folder / "exports" / CONTROL).write_bytes(b"\n".join(wanted.values()))
    found = list(search(folder, words, hashed))
    control = [one for one in found if one.place.endswith(CONTROL)]
    hits = [one for one in found if one not in control]
    hits += [Hit("an older copy, opened with today's keys", "text") for word in words if word in dumped]
    files = [path for path in _files(folder) if path.name != CONTROL]
    return DrillResult(
        words=len(words), forms=len(wanted), places=len(files),
        bytes=sum(path.stat().st_size for path in files), hits=len(hits),
        control_hits=len({one.form for one in control}), erased_s=erased_s,
        seconds=time.monotonic() - began, found=tuple(sorted({f"{one.place}: {one.form}" for one in hits})),
    )  # fmt: skip


# -- planting ---------------------------------------------------------------------------------------------------------


def _paid_case(container: Container) -> CaseId:
    """Return a case of which a part of a grant was paid: of that person most lies outside the database."""
    with container.database.reading() as connection:
        numbers = [CaseId(row["case_id"]) for row in list_cases(connection, limit=5000)]
    for snapshot in container.cases.at_many(numbers):
        grants = grants_of(snapshot.case).grants.values()
        if any(grant.paid for grant in grants) and not any(grant.at_the_bank for grant in grants):
            return CaseId(snapshot.case.case_id)
    raise AssertionError("nobody was paid in this rehearsal; let more days pass")


def _plant(container: Container, case_id: CaseId, planted: int) -> list[str]:
    """Write words down by commands as people do, and return them with all that is sealed of this person alone."""
    words = [_number(container) if n % _IN_A_NOTE == 0 else _word(container) for n in range(planted)]
    for start in range(0, len(words), _IN_A_NOTE):
        _done(container, ANNA, AddNote, case_id=case_id, note=" ".join(words[start : start + _IN_A_NOTE]))
    return words + sorted(_sealed_words(container, case_id) - {*words} - _others_words(container, case_id))


def _word(container: Container) -> str:
    random = container.chance.bytes(2 * _SYLLABLES)
    pairs = zip(random[::2], random[1::2], strict=True)
    return "".join(_CONSONANTS[a % len(_CONSONANTS)] + _VOWELS[b % len(_VOWELS)] for a, b in pairs)


def _number(container: Container) -> str:
    """Return a number nobody else has: of a passport, or a telephone."""
    return str(10**11 + int.from_bytes(container.chance.bytes(4)))


def _sealed_words(container: Container, case_id: str) -> set[str]:
    found = container.log.opened_of(case_stream(case_id), COMPARTMENTS, _ReadByTheDrill())
    return {word for _, fact in found for word in _words_of(container, fact)}


def _words_of(container: Container, fact: Fact) -> Iterator[str]:
    for name in container.log.catalogue.shape_of(fact).hidden:
        value = getattr(fact, name)
        yield from _WORD.findall(value) if isinstance(value, str) else ()


def _others_words(container: Container, case_id: str) -> set[str]:
    """Return what is sealed of others too: a family name is many people's, and theirs stays."""
    with container.database.reading() as connection:
        others = [row["case_id"] for row in list_cases(connection, limit=5000) if row["case_id"] != case_id]
    return {word for other in others for word in _sealed_words(container, other)} | {"Rehearsed", "Person", "rehearsal"}


# -- copying, erasing, exporting --------------------------------------------------------------------------------------


def _back_up(container: Container, folder: Path) -> None:
    """Copy the log as it is before the erasure."""
    (folder / "backup").mkdir(mode=0o700)
    copy_file(container.settings.log_file, folder / "backup" / "log.sqlite")


def _erase(container: Container, case_id: CaseId) -> float:
    """End the case, have the person erased by two, and return how long it took until all was gone."""
    pool = container.pool(WorkerSettings(threads=2, rhythm=SweepSettings(ring_again_s=0.0)))
    pool.start(sweeping=False)
    try:
        _done(container, ANNA, AdvanceCase, case_id=case_id, trigger="withdraw", reason="declined")
        pool.settle()
        _done(container, BORIS, RequestErasure, case_id=case_id, mandate="supervisor", paper="118/2026")
        asked = _command(container, BORIS, ErasePerson, case_id=case_id, mandate="supervisor")
        _accepted(container, asked)
        began, second = time.monotonic(), {"case_id": case_id, "mandate": "data_protection"}
        proposal = proposal_id_of(asked.command_id)
        _done(container, DATA_PROTECTION, ConfirmDecision, proposal_id=proposal, **second)
        pool.settle()
        return time.monotonic() - began
    finally:
        pool.stop()


def _export(container: Container, case_id: CaseId, folder: Path) -> None:
    """Save the papers that anybody would hand over afterwards."""
    folder.mkdir(mode=0o700)
    snapshot = container.cases.at(case_id)
    assert snapshot is not None
    assert erasure_of(snapshot.case).completed_at, "the erasure is over"
    programme, words = snapshot.definition.programme, Words("en")
    record = erasure_record(container.log, case_id)
    assert record is not None
    (folder / "certificate.txt").write_text(certificate(container.log, record, programme, words), encoding="utf-8")
    paper = access_report(case_id, accesses_of_case(container.log, case_id), {}, programme, words, named=True)
    (folder / "access.txt").write_text(paper, encoding="utf-8")
    told = "\n".join(event.envelope.body for event in container.log.stream(case_stream(case_id)))
    (folder / "history.json").write_text(told, encoding="utf-8")


def _opened_again(folder: Path, house: Settings) -> str:
    """Open the copy from before the erasure with today's keys, and return everything that can be read of it."""
    restored = folder / "restored"
    (restored / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy(folder / "backup" / "log.sqlite", restored / "log.sqlite")
    copy_file(house.key_file, restored / "keys" / "keys.sqlite")
    shutil.rmtree(folder / "backup")  # its ciphertexts are those of the copy, which is what is searched
    here = Settings(data=restored, kek_file=str(house.kek_path))
    container = Container(here, accept_older=True)
    try:
        with container.database.reading() as connection:
            numbers = [row["case_id"] for row in list_cases(connection, limit=5000)]
        return " ".join(word for number in numbers for word in _sealed_words(container, number))
    finally:
        container.close()


def _done(container: Container, actor: str, kind: type[Command], **fields: Any) -> None:
    _accepted(container, _command(container, actor, kind, **fields))


def _command(container: Container, actor: str, kind: type[Command], **fields: Any) -> Command:
    return kind.model_validate({"command_id": container.chance.uuid(), "actor": actor} | fields)


def _accepted(container: Container, command: Command) -> None:
    answer = container.service.submit(command)
    assert isinstance(answer, Accepted), answer


# -- searching --------------------------------------------------------------------------------------------------------


class Hit(NamedTuple):
    """That a word was found: where, and in which form."""

    place: str
    form: str


class TokenKey(NamedTuple):
    """The key of the hashes by which a person is found: whoever has the key file could make them too."""

    key: bytes


def search(folder: Path, words: Sequence[str], hashed: TokenKey) -> Iterator[Hit]:
    """Yield where a word lies in a file below the folder, or in the name of one."""
    needles = [(name, needle) for word in words for name, needle in forms(word, hashed)]
    for path in _files(folder):
        data = path.read_bytes() + path.name.encode()
        yield from (Hit(str(path.relative_to(folder)), name) for name, needle in needles if needle in data)


def forms(word: str, hashed: TokenKey) -> Iterator[tuple[str, bytes]]:
    """Yield every form in which a word could lie somewhere, each with its name."""
    for name, said in (("as written", word), ("lower", word.lower()), ("upper", word.upper()), ("title", word.title())):
        yield f"utf-8, {name}", said.encode()
        yield f"utf-16-le, {name}", said.encode("utf-16-le")
        yield f"utf-16-be, {name}", said.encode("utf-16-be")
    yield from ((f"base64, from byte {start}", needle) for start, needle in enumerate(in_base64(word.encode())))
    yield "hex", word.encode().hex().encode()
    yield "hex, upper", word.encode().hex().upper().encode()
    for part in folded_parts(word):
        yield "folded", part.encode()
        token = hmac.new(hashed.key, f"name|{part}".encode(), hashlib.sha256).hexdigest()[:32]
        yield "keyed hash", token.encode()
    for name in ("sha256", "sha1", "md5"):
        digest = hashlib.new(name, word.encode(), usedforsecurity=False)
        yield f"{name}, hex", digest.hexdigest().encode()
        yield f"{name}, bytes", digest.digest()


def in_base64(data: bytes) -> Iterator[bytes]:
    """Yield what of the word is sure to stand in base64, whichever of three bytes it begins at."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data)
        first, last = (8 * before + 5) // 6, (8 * (before + len(data))) // 6
        yield encoded[first:last]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
