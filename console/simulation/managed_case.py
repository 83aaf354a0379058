"""A made-up person's case: how they come, what happens to them, and how the case manager of a rehearsal has it in hand.

What happens is drawn from the case number, so the same case always fares the same.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from events.ids import CaseId
from handlers.states.case_reader import CaseSnapshot
from workflow.case.state import Case
from workflow.command import AdvanceCase, CaseCommand, Command
from workflow.guard_context import GuardContext
from workflow.subjects.access.state import access_of
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.commands import OpenCase

# A made-up mix; the programme's documents name source and transit countries but publish no shares.
_CITIZENSHIPS = ("RU", "RU", "RU", "UZ", "MD", "UA", "KG", "TJ", "BY", "AM", "KZ", "GE")
_LANGUAGES = {
    "RU": "ru", "UZ": "uz", "MD": "ro", "UA": "uk", "KG": "ky",
    "TJ": "tg", "BY": "be", "AM": "hy", "KZ": "kk", "GE": "ka",
}  # fmt: skip
_SOURCES = (
    "ngo", "law_enforcement", "hotline", "health", "government", "international_organisation", "self", "social_support",
)  # fmt: skip
_GIVEN = ("Мария", "Анна", "Gulnora", "Ion", "Оксана", "Бакыт", "ნინო", "Farrukh", "Ольга", "Արամ", "Aigerim", "Денис")
_FAMILY = ("Иванова", "Petrescu", "Каримова", "Шевченко", "Асанов", "Qodirov", "ბერიძე", "Ковалёва", "Սարգսյան", "Ким")


class Fate(NamedTuple):
    """The turns one person's journey takes."""

    withdraws_in: str  # the stage in which the person has had enough, or ""
    lost_in: str
    is_victim: bool
    stays: bool
    escort: str
    decides_early: bool
    escort_declines: bool
    danger: str  # the level of risk found
    misses_once: bool  # does not come to the first talk
    has_passport: bool
    late_consulate: bool
    is_late: bool  # arrives later than planned
    is_missed: bool  # comes only when somebody looks for them
    misses_departure: bool
    changes: bool  # travels with a change
    host_declines: bool


# Who comes with others fares as they do.
TOGETHER: Final = Fate(
    withdraws_in="", lost_in="", is_victim=True, stays=False, escort="none", decides_early=True, escort_declines=False,
    danger="low", misses_once=False, has_passport=True, late_consulate=False, is_late=False, is_missed=False,
    misses_departure=False, changes=False, host_declines=False,
)  # fmt: skip


def fate_of(case_id: str) -> Fate:
    """Return a person's fate."""
    draw = hashlib.sha256(f"wayhome/fate/{case_id}".encode()).digest()
    return Fate(
        withdraws_in=("care", "documents", "returning", "reintegration")[draw[1] % 4] if draw[0] < 10 else "",
        lost_in="follow_up" if draw[2] < 10 else "",
        is_victim=draw[3] >= 5,
        stays=draw[4] < 38,
        escort=("medical" if draw[5] < 25 else "operational" if draw[5] < 45 else "none"),
        decides_early=draw[6] < 150,
        escort_declines=draw[7] < 20,
        danger=("high" if draw[8] < 15 else "medium" if draw[8] < 55 else "low"),
        misses_once=draw[9] < 40,
        has_passport=draw[20] < 90,
        late_consulate=draw[21] < 40,
        is_late=draw[22] < 40,
        is_missed=draw[23] < 10,
        misses_departure=draw[24] < 15,
        changes=draw[25] < 60,
        host_declines=draw[26] < 20,
    )


def arrival(number: int, seed: int, today: date, programme: str) -> OpenCase:
    """Return the referral of the n-th person of a rehearsal."""
    digest = hashlib.sha256(f"wayhome/rehearsal/{seed}/{number}".encode()).digest()
    citizenship = _CITIZENSHIPS[digest[16] % len(_CITIZENSHIPS)]
    years = 14 + digest[17] % 40
    known_age = digest[18] >= 12
    return OpenCase(
        command_id=UUID(bytes=digest[:16], version=4),
        actor="staff:anna" if digest[25] % 4 else "staff:gleb",
        programme=programme,
        source=_SOURCES[digest[19] % len(_SOURCES)],  # type: ignore[arg-type]
        citizenships=(citizenship,),
        gender="female" if digest[20] < 180 else "male",
        language=_LANGUAGES[citizenship],
        exploitation=("SexualExploitation",) if digest[21] < 140 else ("ForcedLabour",),
        name=f"{_GIVEN[digest[22] % len(_GIVEN)]} {_FAMILY[digest[23] % len(_FAMILY)]}",
        birth_date=today - timedelta(days=365 * years + digest[24]) if known_age else None,
        story="A made-up person of a rehearsal.",
    )


ANNA: Final = "staff:anna"
BORIS: Final = "staff:boris"
CLARA: Final = "staff:clara"
DORA: Final = "staff:dora"
Steps = Iterator[Command]


class ManagedCase:
    """One look at one case: what is seen, when, and the commands made of it."""

    def __init__(self, snapshot: CaseSnapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.case: Case = snapshot.case
        self.programme = snapshot.definition.programme
        self.now = now
        self.asked = GuardContext(self.case, self.programme, now)
        self.is_together = bool(belonging_of(snapshot.case).group_id)
        self.fate: Fate = TOGETHER if self.is_together else fate_of(snapshot.case.case_id)
        self.number = sum(self.case.case_id.encode())  # the same for a person at each look: they always fare the same

    @property
    def is_child(self) -> bool:
        """Tell whether the person is to be treated as a child today."""
        return self.case.is_child(self.today)

    @property
    def today(self) -> date:
        """Return the programme's day."""
        return self.programme.day(self.now)

    def make(self, wanted: type[CaseCommand], by: str = "", /, **fields: Any) -> CaseCommand:
        """Return a command, of the person's own case manager; looking twice at one version makes the same command."""
        look = f"{self.case.case_id}/{self.snapshot.version}"
        seed = f"wayhome/rehearsal/{look}/{wanted.__name__}/{sorted(fields.items())}"
        actor, case_id = by or access_of(self.case).owner or ANNA, CaseId(self.case.case_id)
        return wanted(command_id=uuid5(NAMESPACE_OID, seed), actor=actor, case_id=case_id, **fields)

    def advance(self, trigger: str, reason: str = "") -> CaseCommand:
        """Return the command that moves the person on."""
        return self.make(AdvanceCase, trigger=trigger, reason=reason)
