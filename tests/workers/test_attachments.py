"""A file on the wrong case goes, by one hand within a day and by two later; and with the person, whatever happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from console.attachments.attaching import GivenFile, Sender, attach
from events.errors import PersonErased, StoreUnavailable
from events.facts.attachments import FileAttached, FileRetracted
from events.file_stores import MemoryFiles, hashes_of
from events.ids import case_stream
from events.tables import streams
from handlers.checks.check_results import CheckResult, OutsideRecords
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted, Answer
from handlers.erasing.ledger import replay_erasures
from handlers.queries.attached_files import KnownFiles, known_files
from tests.kit.erasures import erased, with_officers
from tests.kit.offices import ON_BOTH_DATABASES
from tests.kit.papers import PHOTO, SCAN
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story, story
from tests.kit.web.houses import behind
from tests.kit.workshop import Workshop
from workers.effects.attachments import destroy_file
from workers.errors import Refused as NobodyAsked
from workers.running.jobs import Adapters, Job
from workflow.case.proposals import proposals_of
from workflow.command import ConfirmDecision
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.attachments.commands import RetractFile
from workflow.subjects.attachments.state import attachments_of

WRONG: dict[str, Any] = {"reason": "wrong_case"}


def sent(shop: Workshop, case: Story, data: bytes, command_id: UUID | None = None) -> Answer:
    container = behind(shop.office)
    container.files = shop.files
    sender = Sender(command_id or shop.office.uuid(), ANNA, "case_manager")
    return attach(container, case.case, sender, GivenFile(data, "scan.pdf", "declaration"), container.service.submit)


def attached(shop: Workshop, case: Story, data: bytes = SCAN) -> str:
    assert isinstance(sent(shop, case, data), Accepted)
    return list(attachments_of(case.case).live)[-1]


def stored(shop: Workshop) -> dict[str, bytes]:
    assert isinstance(shop.files, MemoryFiles)
    return shop.files.kept


def work(shop: Workshop) -> None:
    with shop.crew() as crew:
        crew.settle()


def i16(shop: Workshop) -> CheckResult:
    log = shop.office.service.log
    files = OutsideRecords(files=lambda: hashes_of(shop.files))
    return next(one for one in check_log(log, effects=files, now=shop.office.now) if one.name == "I16")


def case_of(shop: Workshop) -> Story:
    office = with_officers(shop.office)
    if not office.rows("accounts", account=ANNA):
        office.by_two(OpenAccount, account=ANNA, roles=("case_manager",), programmes=(office.programme,))
    return story(office)


# -- taken away -----------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_within_a_day_who_attached_it_takes_it_away_alone_and_its_content_is_destroyed(either_shop: Workshop) -> None:
    shop = either_shop
    case = case_of(shop)
    wrong, right = attached(shop, case), attached(shop, case, PHOTO)
    case.does(RetractFile, file_id=wrong, **WRONG)
    assert list(attachments_of(case.case).live) == [right]
    assert len(stored(shop)) == 2
    work(shop)
    assert {*stored(shop)} == {attachments_of(case.case).files[right].digest}
    assert attachments_of(case.case).files[wrong].destroyed
    assert i16(shop).ok, i16(shop).faults
    case.when(RetractFile, file_id=wrong, **WRONG).then_refused("file_is_there")
    attached(shop, case)  # the same paper may come again


def test_a_form_sent_again_does_not_bring_back_what_was_destroyed(shop: Workshop) -> None:
    case, command_id = case_of(shop), shop.office.uuid()
    sent(shop, case, SCAN, command_id)
    case.does(RetractFile, file_id=list(attachments_of(case.case).live)[-1], **WRONG)
    work(shop)
    again = sent(shop, case, SCAN, command_id)
    assert isinstance(again, Accepted)
    assert again.repeated
    assert not stored(shop)
    assert i16(shop).faults == ()


def test_later_or_of_a_colleague_two_people_take_it_away(shop: Workshop) -> None:
    case = case_of(shop)
    mine, theirs = attached(shop, case), attached(shop, case, PHOTO)
    case.does(RetractFile, file_id=theirs, actor=BORIS, mandate="supervisor", **WRONG)
    shop.office.pass_time(timedelta(days=1))
    case.does(RetractFile, file_id=mine, **WRONG)
    work(shop)
    assert len(attachments_of(case.case).live) == len(stored(shop)) == 2, "nothing happens before a second person"
    for key, one in proposals_of(case.case).pending.items():
        second = ("supervisor", BORIS) if one.proposer == ANNA else ("case_manager", ANNA)
        case.when(ConfirmDecision, actor=one.proposer, proposal_id=key).then_refused("second_person_agreed")
        case.does(ConfirmDecision, mandate=second[0], actor=second[1], proposal_id=key)
    work(shop)
    assert not stored(shop)
    told: list[Any] = shop.facts(case, "FileRetracted")
    assert [bool(fact.proposal) for fact in told] == [True, True]
    assert all(one.ok for one in check_log(shop.office.service.log, now=shop.office.now))


def test_a_name_that_was_only_typed_takes_nothing_away(shop: Workshop) -> None:
    case = case_of(shop)
    file_id = attached(shop, case)
    case.when(RetractFile, file_id=file_id, mandate=OPERATOR, **WRONG).then_refused("somebody_signed_in")


def test_nothing_is_swept_because_a_forged_history_says_that_it_was_taken_away(shop: Workshop) -> None:
    case, office = case_of(shop), shop.office
    file_id = attached(shop, case)
    digest = attachments_of(case.case).files[file_id].digest
    case.does(RetractFile, file_id=file_id, **WRONG)
    with office.database.writing() as connection:
        assert known_files(office.service.log, connection) == KnownFiles(frozenset(), frozenset({digest}))
        here = streams.c.stream == case_stream(case.case_id)
        connection.execute(update(streams).where(here).values(mac=bytes(32)))  # somebody wrote past the rules
        assert known_files(office.service.log, connection) == KnownFiles(frozenset({digest}), frozenset())


def test_a_task_that_nobody_asked_for_destroys_nothing(shop: Workshop) -> None:
    case = case_of(shop)
    file_id = attached(shop, case)
    digest = attachments_of(case.case).files[file_id].digest
    other = case_of(shop)
    told = FileRetracted(file_id=file_id, digest=digest, reason="wrong_case")
    assert told.digest in stored(shop)
    worker = shop.worker()
    outside: Adapters = worker.performer.outside
    for case_id in (case.case_id, other.case_id):
        about = {"file_id": file_id, "digest": digest}
        job: Job[Any] = Job("T", case_id, "destroy_file", about, 1, 1, shop.office.now)
        with pytest.raises(NobodyAsked):
            destroy_file(job, outside)
    assert digest in stored(shop)


# -- erased with the person -----------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_files_go_with_the_person_and_the_certificate_counts_them(either_shop: Workshop) -> None:
    shop = either_shop
    case, other = case_of(shop), case_of(shop)
    attached(shop, case), attached(shop, case, PHOTO)
    kept = attached(shop, other)
    case.ends("withdraw", reason="declined")
    erased(case)
    before = dict(stored(shop))
    assert isinstance(sent(shop, case, PHOTO), Refused), "a form that was open meanwhile"
    assert stored(shop) == before
    work(shop)
    with pytest.raises(PersonErased):
        sent(shop, case, PHOTO)
    assert {*stored(shop)} == {attachments_of(other.case).files[kept].digest}
    (over,) = shop.facts(case, "ErasureCompleted")
    assert dict(over.destroyed)["files"] == 2
    assert i16(shop).ok, i16(shop).faults


def test_a_store_that_does_not_answer_is_asked_until_the_files_are_gone(shop: Workshop) -> None:
    class Moody(MemoryFiles):
        down = True

        def delete(self, name: str) -> None:
            if self.down:
                raise StoreUnavailable("the store of files does not answer")
            super().delete(name)

    shop.files = moody = Moody()
    case = case_of(shop)
    attached(shop, case)
    case.ends("withdraw", reason="declined")
    erased(case)
    work(shop)
    assert not shop.facts(case, "ErasureCompleted"), "nobody says it is over before it is"
    moody.down = False
    shop.office.pass_time(timedelta(hours=2))
    work(shop)
    assert not moody.kept
    assert shop.told(case, "ErasureCompleted") == ["ErasureCompleted"]


def test_files_put_back_from_an_older_copy_are_told_and_open_with_no_key(shop: Workshop) -> None:
    case = case_of(shop)
    attached(shop, case)
    copied = dict(stored(shop))
    case.ends("withdraw", reason="declined")
    erased(case)
    work(shop)
    stored(shop).update(copied)
    assert "is still in the store" in i16(shop).faults[0]
    (fact,) = shop.facts(case, "FileAttached")
    assert isinstance(fact, FileAttached)
    assert not shop.office.keys.find([(fact.person_id, fact.compartment)])
    assert SCAN[:30] not in copied[fact.digest]


def test_in_an_older_copy_of_the_log_an_erased_persons_files_are_over(shop: Workshop) -> None:
    case = case_of(shop)
    attached(shop, case)
    shop.office.keys.destroy([case.case.person_id], shop.office.service.log.now())
    assert replay_erasures(shop.office.service) == [case.case_id]
    assert "is still in the store" in i16(shop).faults[0]
