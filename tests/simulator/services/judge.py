"""What the services of a year are judged by: what was acknowledged is what is shown, and whole.

Files are I16's, places in houses I6's and letters the ledgers'; here is what no check of the product asks for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_OID, uuid5

import orjson
from sqlalchemy import select

from console.container import Container
from console.views.opening import record_opening, values_in_force
from console.views.together import for_each
from events.facts.referrals import ProviderPlaceFreed, ProviderPlaceTaken
from events.ids import CaseId
from events.log import Log
from handlers.projections.tables import tasks
from tests.simulator.services.families import TogetherAct
from tests.simulator.services.paper import Entry
from tests.simulator.services.partners import ANSWERS
from tests.simulator.services.services import Services
from workflow.case.erasure import is_erased
from workflow.case.retraction import records_of
from workflow.case.state import Case
from workflow.command import RetractRecord
from workflow.programme.programme import Programme
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.attachments.commands import AttachFile, RetractFile
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.corrections.commands import CorrectCitizenships, CorrectDetails, CorrectIdentity

if TYPE_CHECKING:
    from tests.simulator.year import Simulation

Broken = Iterator[tuple[str, str]]
_SHOWN: Final = ("gender", "language", "citizenships")
_SEALED: Final = ("name", "phone", "birth_date")
_TOLD_ONCE: Final = ("send_referral", "revoke_referral")


def of_services(world: Simulation) -> Broken:
    """Yield which promise was broken about a service, and how; nothing in a year without them."""
    services = world.staff.services
    if services is None:
        return
    container = world.alive.container
    yield from _corrections(services, container)
    yield from _retracted(services, container)
    yield from _files(services, container)
    yield from _places(container)
    yield from _letters(container)
    yield from _families(services, container)


# -- what was put right ----------------------------------------------------------------------------------------------


def _corrections(services: Services, container: Container) -> Broken:
    said: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in services.paper.carried_out(CorrectDetails, CorrectCitizenships, CorrectIdentity):
        emptied = {"phone": None} if getattr(one.command, "no_phone", False) else {}
        said[_case_of(one)] |= {name: value for name, value in one.command if value not in (None, ())} | emptied
    for case in _cases(container, said):
        right = said[case.case_id]
        for name in _SHOWN:
            if name in right and getattr(case, name) != right[name]:
                yield "lost", f"{case.case_id}: {name} was corrected to {right[name]}, and is {getattr(case, name)}"
        if any(name in right for name in _SEALED):
            yield from _sealed(case, right, container)


def _sealed(case: Case, right: dict[str, Any], container: Container) -> Broken:
    """Look who somebody is, as a supervisor would: by the door that records it first."""
    asked, who = uuid5(NAMESPACE_OID, f"judge/{case.case_id}"), ("staff:boris", "supervisor")
    record_opening(container, asked, CaseId(case.case_id), who, ("identity", "contact"), "is it as was said")
    found = values_in_force(container.log, case.case_id, asked)
    for name in _SEALED:
        if name in right and found.get(name) != (str(right[name]) if right[name] is not None else None):
            yield "lost", f"{case.case_id}: its {name} was corrected, and another is shown"


def _retracted(services: Services, container: Container) -> Broken:
    back: dict[str, set[int]] = defaultdict(set)
    for one in services.paper.carried_out(RetractRecord):
        if isinstance(one.command, RetractRecord):
            back[_case_of(one)].add(one.command.record)
    for case in _cases(container, back):
        for record in back[case.case_id] - records_of(case).retracted:
            yield "lost", f"{case.case_id}: record {record} was taken back, and counts"


# -- files -----------------------------------------------------------------------------------------------------------


def _files(services: Services, container: Container) -> Broken:
    attached: dict[str, set[str]] = defaultdict(set)
    back: dict[str, set[str]] = defaultdict(set)
    for one in services.paper.carried_out(AttachFile, RetractFile):
        kept = attached if isinstance(one.command, AttachFile) else back
        kept[_case_of(one)].add(one.command.file_id)  # type: ignore[attr-defined]
    for case in _cases(container, attached):
        files = attachments_of(case).files
        for file_id in attached[case.case_id]:
            if file_id not in files:
                yield "lost", f"{case.case_id}: {file_id} was attached, and is not there"
            elif bool(files[file_id].retracted) != (file_id in back[case.case_id]):
                yield "lost", f"{case.case_id}: {file_id} was attached or taken away, and is not so"


# -- providers -------------------------------------------------------------------------------------------------------


def _places(container: Container) -> Broken:
    """Hold each provider's places to its room, at every moment of the history."""
    taken: Counter[str] = Counter()
    rooms = {one.id: one.capacity for one in _programme(container).providers if one.capacity is not None}
    for event in (one for page in container.log.pages() for one in page):
        provider = event.envelope.stream.partition(":")[2]
        if event.envelope.type == ProviderPlaceTaken.__name__:
            taken[provider] += 1
        elif event.envelope.type == ProviderPlaceFreed.__name__:
            taken[provider] -= 1
        if taken[provider] > rooms.get(provider, taken[provider]):
            yield "overbooked", f"{provider} has promised {taken[provider]} places of {rooms[provider]}"


def _letters(container: Container) -> Broken:
    """Find a provider that was written to twice about one referral, or told twice that it is over."""
    done = select(tasks.c.kind, tasks.c.subject).where(tasks.c.kind.in_(_TOLD_ONCE), tasks.c.status == "done")
    with container.database.reading() as connection:
        rows = connection.execute(done).all()
    for (kind, referral), times in Counter(
        (row.kind, orjson.loads(row.subject)["referral_id"]) for row in rows
    ).items():
        if times > 1:
            yield "doubled", f"{kind} of {referral} was done {times} times"


# -- families --------------------------------------------------------------------------------------------------------


def _families(services: Services, container: Container) -> Broken:
    """Find what was done for some of a family and not for the others."""
    for act in services.families.asked.values():
        for words in _ways(act):
            ids = [str(one.command_id) for one in for_each(act.command, act.said, container.service, words)]
            known = [bool(container.log.of_command(one)) for one in ids]
            if any(known) and not all(known):
                kind = type(act.command).__name__
                yield "lost", f"{kind} was done for {sum(known)} of {len(known)}: {', '.join(act.members)}"


def _ways(act: TogetherAct) -> list[str]:
    """Return the words the ids are made with: of a bed the house it was asked in."""
    houses = [one.id for one in act.programme.beds_facilities]
    return houses if isinstance(act.command, HoldBed) else [""]


def _case_of(entry: Entry) -> str:
    return str(getattr(entry.command, "case_id", ""))


def _cases(container: Container, case_ids: Any) -> list[Case]:
    """Return the cases as they stand, without those whose person was erased."""
    return [one.case for one in container.cases.at_many(sorted(case_ids)) if not is_erased(one.case)]


def _programme(container: Container) -> Programme:
    found = container.service.definitions.current("moscow")
    assert found is not None, "the programme was published"
    return found.programme


def numbers_of_services(world: Simulation) -> dict[str, int]:
    """Return how often the services were used; nothing of a year without them."""
    services = world.staff.services
    if services is None:
        return {}
    count = services.paper.count
    return {
        "corrected": count(CorrectDetails, CorrectCitizenships, CorrectIdentity),
        "retracted": count(RetractRecord),
        "attached": count(AttachFile),
        "taken_away": count(RetractFile),
        "families": len({act.members for act in services.families.asked.values()}),
        "together": len(services.families.asked),
        "answers": count(*ANSWERS),
    }


def given_in(log: Log) -> frozenset[str]:
    """Return the kinds of commands that something in a history came from."""
    causes = (event.envelope.cause.partition(":") for page in log.pages() for event in page)
    return frozenset(kind for word, _, kind in causes if word == "command")
