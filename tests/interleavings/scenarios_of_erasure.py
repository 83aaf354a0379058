"""Somebody is erased while others still look at them, attach to them, or pay them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from console.attachments.attaching import GivenFile, Sender, attach
from console.views.opening import sealed_values
from events.errors import NotRecorded, PersonErased
from events.file_stores import MemoryFiles
from handlers.commanding.answers import Accepted
from handlers.commanding.service import CommandService
from handlers.erasing.stores import ErasureSubject, left_of, shred
from tests.interleavings.stage import Transaction
from tests.interleavings.theatre import Play, Scenario, Theatre
from tests.kit.erasures import DINA, asked_for, ended, proposed, with_officers
from tests.kit.papers import SCAN
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bank_says, bring, grant, release
from tests.kit.story import Story
from workers.effects.erasure import OUTSIDE_STORES
from workflow.command import Command, ConfirmDecision, FinishTask
from workflow.subjects.erasure.commands import ErasePerson
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import OpenSealed

NAME: Final = "Nino Test"


def _subject(case: Story) -> ErasureSubject:
    return ErasureSubject(case.case.person_id, (case.case_id,))


def _confirming(case: Story) -> Command:
    confirms = {"actor": DINA, "mandate": "data_protection", "proposal_id": proposed(case)}
    return case.command(ConfirmDecision, **confirms)


def _erases(service: CommandService, confirm: Command, who: ErasureSubject, files: MemoryFiles) -> bool:
    """Confirm the erasure and carry it out, as the worker does: in the database, then of the files."""
    answer = service.submit(confirm)
    shred(service.log, who, service.log.now())
    outside: Any = SimpleNamespace(log=service.log, files=files)
    (store,) = (one for one in OUTSIDE_STORES if one.name == "files")
    store.erase(who, outside)
    return isinstance(answer, Accepted)


def erased_while_looked_at(theatre: Theatre) -> Play:
    """A colleague opens the name on a page while it is destroyed: they see it by a recorded look, or nothing."""
    case = ended(theatre.office, name=NAME)
    who, files = _subject(case), MemoryFiles()
    erase = partial(_erases, theatre.services[0], _confirming(case), who, files)
    looks = theatre.services[1]
    opening = case.command(OpenSealed, actor=ANNA, compartments=("identity",), why="a call", mandate="case_manager")

    def opens() -> list[str]:
        return _seen(looks, case, opening.command_id) if isinstance(looks.submit(opening), Accepted) else []

    def judge(cast: Sequence[Transaction]) -> None:
        assert cast[0].result, "the erasure was not decided"
        assert left_of(looks.log, who) == 0, "something of who was erased is there"
        told = [one.envelope.type for one in looks.log.stream(f"case:{case.case_id}")]
        looked = "SealedOpened" in told and told.index("SealedOpened") < told.index("PersonErased")
        assert looked or NAME not in cast[1].result, "a name was shown without a look that stands before the erasure"
        assert _seen(looks, case, opening.command_id) == [], "a look from before still opens what was destroyed"

    return Play([erase, opens], judge)


def _seen(service: CommandService, case: Story, command_id: UUID) -> list[str]:
    """Return the names that an opening shows; none where the keys are gone, or where it was never recorded."""
    try:
        shown = sealed_values(service.log, case.case_id, ("identity",), command_id)
    except (PersonErased, NotRecorded):
        return []
    return [one.value for one in shown if one.value == NAME]


def erased_while_attached_to(theatre: Theatre) -> Play:
    """A colleague attaches a paper while the person is erased: nothing of it lies anywhere afterwards."""
    case, files = ended(theatre.office, name=NAME), MemoryFiles()
    who, looked_at, service = _subject(case), case.case, theatre.services[1]
    erase = partial(_erases, theatre.services[0], _confirming(case), who, files)
    container: Any = SimpleNamespace(log=service.log, files=files)
    sender, paper = Sender(theatre.office.uuid(), ANNA, "case_manager"), GivenFile(SCAN, "scan.pdf", "other")

    def attaches() -> bool:
        try:
            return isinstance(attach(container, looked_at, sender, paper, service.submit), Accepted)
        except PersonErased:
            return False

    def judge(cast: Sequence[Transaction]) -> None:
        assert cast[0].result, "the erasure was not decided"
        assert left_of(service.log, who) == 0, "something of who was erased is there"
        assert list(files.listed()) == [], "a paper of who was erased lies there"
        assert cast[1].result == bool(theatre.facts(case, "FileAttached")), "what was answered is not there"

    return Play([erase, attaches], judge)


def erased_while_paid(theatre: Theatre) -> Play:
    """A worker reports that the payment went out while somebody proposes the erasure: money at the bank holds it up."""
    case = bring(Story(with_officers(theatre.office)), "follow_up")
    grant_id = grant(case, "reinstallation", "EUR 150")
    part = release(case, grant_id)
    task_id = case.task(kind="disburse_grant", tranche_id=part)
    epoch = theatre.office.claim(task_id)
    case.ends("withdraw", reason="declined")
    asked_for(case)
    report = {"task_id": task_id, "epoch": epoch, "outcome": "done", "reference": "file-1"}
    machine = {"actor": "worker:bank", "mandate": "worker", "command_id": theatre.office.id_for("worker:bank")}
    pays = case.command(FinishTask, **machine, **report)
    erases = case.command(ErasePerson, actor=BORIS, mandate="supervisor")

    def judge(cast: Sequence[Transaction]) -> None:
        assert isinstance(cast[0].result, Accepted), "a payment that went out is not on record"
        assert not isinstance(cast[1].result, Accepted), "somebody is to be erased whose money is at the bank"
        assert grants_of(case.case).grants[grant_id].tranches[part].status == "instructed"
        bank_says(case, grant_id, part, "paid").accepted()
        case.does(ErasePerson, actor=BORIS, mandate="supervisor")  # what was paid keeps nobody from being erased

    does = zip(theatre.services, (pays, erases), strict=False)
    return Play([partial(service.submit, command) for service, command in does], judge)


OF_ERASURE: Final[Mapping[str, Scenario]] = {
    "erased while looked at": erased_while_looked_at,
    "erased while attached to": erased_while_attached_to,
    "erased while paid": erased_while_paid,
}
