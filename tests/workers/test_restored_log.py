"""An older log put in place: what went out before is not sent again, and nothing at all before somebody looked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from events.facts.restore import LogRestored, OrphanFound
from events.high_water import accept_end, raise_mark
from events.ids import RESTORE
from events.writing import EventMetadata
from handlers.projections.tables import metadata
from handlers.queries.quarantine import orphans_beside_the_keys
from tests.kit.officers import by_two
from tests.kit.older import Older
from tests.kit.people import CLARA
from tests.kit.roads import bring, grant, release
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workers.iso20022.sent_payments import pays_the_same, read_sent
from workers.running.orphans import orphans_outside
from workflow.subjects.grants.commands import ReleaseTranche
from workflow.subjects.grants.state import grants_of
from workflow.subjects.restore.commands import SettleOrphan

PAYEE = rb"<CdtrAcct>.*?</CdtrAcct>"
OTHER_PAYEE = b"<CdtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></CdtrAcct>"


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return a file with something in it changed."""
    found, times = re.subn(old, new, data)
    assert times
    return found


class Restored:
    """A case whose grant was approved; what came after can be undone as an older backup does it."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.case = bring(story(shop.office), "reintegration")
        self.grant_id = grant(self.case, "reinstallation", "EUR 200")
        log = shop.office.service.log
        raise_mark(log)
        self._older = Older(log, *metadata.sorted_tables)

    def paid(self) -> tuple[str, Path]:
        """Let the first part go to the bank, and return its task and its file, which the bank has fetched."""
        release(self.case, self.grant_id)
        task_id = self.case.task(kind="disburse_grant")
        self.shop.worker().performer.perform([task_id])
        (file,) = self.shop.payments()
        return task_id, Path(shutil.move(file, self.shop.folders.bank_sent))

    def put_back(self) -> None:
        """Put the older log in place; caches of running processes go with it, as with a new start."""
        self._older.put_back()
        self.shop.office.service.folds.forget()

    def accepted(self, *found: OrphanFound) -> None:
        """Begin the quarantine, as `wayhome restore accept` does."""
        log = self.shop.office.service.log
        with log.writing() as writing:
            writing.lock([RESTORE])
            who = EventMetadata(
                str(self.shop.office.uuid()), "staff:root", "operator", "command:Accept", writing.now, ""
            )
            for fact in (LogRestored(size=log.size(), mark=0, cause="older_log"), *found):
                writing.append(RESTORE, fact, who)
            writing.remember(who.command_id, "", "{}")
        accept_end(log)

    def outside(self) -> list[OrphanFound]:
        return orphans_outside(
            self.shop.office.service.log, self.shop.folders, self.shop.folder / "post", self.shop.orders.known()
        )


@pytest.fixture
def restored(shop: Workshop) -> Restored:
    return Restored(shop)


def done_anew(restored: Restored, **how: Any) -> Story:
    """Release the first part once more, as people do who find it unreleased: with a new command."""
    return restored.case.does(ReleaseTranche, actor=CLARA, grant_id=restored.grant_id, **how)


def test_no_worker_sends_anything_from_a_log_that_was_put_back_under_it(restored: Restored) -> None:
    restored.paid()
    restored.put_back()
    done_anew(restored)
    task_id = restored.case.task(kind="disburse_grant")
    restored.shop.worker("late").performer.perform([task_id])
    row = restored.shop.row(task_id)
    assert (row["status"], row["epoch"]) == ("waiting", 0), "it is not even begun"
    assert len(restored.shop.payments()) == 1


def test_a_release_the_older_log_lost_is_recorded_anew_and_paid_once(restored: Restored) -> None:
    task_id, file = restored.paid()
    before = file.read_bytes()
    restored.put_back()
    accept_end(restored.shop.office.service.log)
    done_anew(restored)
    again = restored.case.task(kind="disburse_grant")
    assert again == task_id, "the task is named after what it pays, not after who asked"
    restored.shop.worker("new").performer.perform([again])
    assert restored.shop.status(again) == "done"
    assert [one.read_bytes() for one in restored.shop.payments()] == [before]


def test_a_file_the_bank_has_not_fetched_is_not_written_again_either(restored: Restored) -> None:
    _, file = restored.paid()
    shutil.move(file, restored.shop.folders.bank_out)
    restored.put_back()
    accept_end(restored.shop.office.service.log)
    done_anew(restored)
    task_id = restored.case.task(kind="disburse_grant")
    restored.shop.worker("new").performer.perform([task_id])
    assert restored.shop.status(task_id) == "done"
    assert len(restored.shop.payments()) == 1


def test_another_payee_chosen_after_the_restore_is_not_taken_for_the_one_who_was_paid(restored: Restored) -> None:
    _, file = restored.paid()
    file.write_bytes(
        changed(file.read_bytes(), PAYEE, b"<CdtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></CdtrAcct>")
    )
    restored.put_back()
    accept_end(restored.shop.office.service.log)
    done_anew(restored)
    task_id = restored.case.task(kind="disburse_grant")
    restored.shop.worker("new").performer.perform([task_id])
    assert restored.shop.status(task_id) == "dead"
    assert restored.shop.row(task_id)["error"] == "Refused"
    assert len(restored.shop.payments()) == 1


def test_in_quarantine_nothing_is_sent_and_no_timer_runs_out_while_recording_goes_on(restored: Restored) -> None:
    restored.put_back()
    restored.accepted()
    done_anew(restored)
    hand = restored.shop.worker("new")
    hand.performer.perform([restored.case.task(kind="disburse_grant")])
    assert hand.sweeper.sweep().held == "quarantine"
    assert restored.shop.status(restored.case.task(kind="disburse_grant")) == "waiting"
    assert restored.shop.payments() == []


def test_what_went_out_is_listed_with_its_sum_and_nothing_that_is_known(restored: Restored) -> None:
    assert restored.outside() == []
    task_id, file = restored.paid()
    assert restored.outside() == [], "the log knows it"
    tranche = read_sent(file.read_bytes())[0].end_to_end_id
    restored.put_back()
    (found,) = restored.outside()
    assert (found.kind, found.reference, found.about, str(found.amount)) == ("payment", task_id, tranche, "200.00 EUR")
    file.rename(file.with_name("fetched-20300519.xml"))
    assert restored.outside() == [found], "a gateway that renames what it fetched hides nothing"


def test_other_peoples_files_beside_ours_are_none_of_our_business(restored: Restored) -> None:
    folder = Path(restored.shop.folders.bank_sent)
    (folder / "Ivanova Maria.xml").write_text("<letter/>")
    (folder / "payroll.xml").write_bytes(b"\xff\xfe not XML")
    (restored.shop.folder / "post").mkdir(exist_ok=True)
    (restored.shop.folder / "post" / "Ivanova Maria.eml").write_text("hello")
    assert restored.outside() == []


def test_a_file_of_ours_that_nobody_can_read_is_listed_all_the_same(restored: Restored) -> None:
    _, file = restored.paid()
    file.write_bytes(b"<torn")
    restored.put_back()
    (found,) = restored.outside()
    assert (found.kind, found.reference, found.amount) == ("payment", file.stem, None)


def test_a_lost_case_is_listed_by_its_person_s_number_alone(restored: Restored) -> None:
    lost = story(restored.shop.office, name="Nino Unmistakable").case
    restored.put_back()
    (found,) = orphans_beside_the_keys(restored.shop.office.service.log)
    assert (found.kind, found.reference) == ("person", lost.person_id)


def test_a_payment_counted_for_a_grant_made_anew_is_its_next_release(restored: Restored) -> None:
    task_id, _ = restored.paid()
    restored.put_back()
    (found,) = restored.outside()
    office = restored.shop.office
    restored.accepted(found)
    anew = grant(bring(story(office), "reintegration"), "reinstallation", "EUR 200")
    counted = {"orphan_id": found.orphan_id, "outcome": "counted", "reason": "the bank paid it", "grant_id": anew}
    for answer in office.service.submit_many(by_two(office.service, office.uuid, SettleOrphan, **counted)):
        assert not hasattr(answer, "reasons"), answer
    case_id = next(row["case_id"] for row in office.rows("case_board") if row["case_id"] != restored.case.case_id)
    told = office.submit(ReleaseTranche, actor=CLARA, case_id=case_id, grant_id=anew)
    assert "TrancheReleased" in told.facts  # type: ignore[union-attr]
    assert list(grants_of(office.case(case_id)).grants[anew].tranches) == [found.about]
    assert office.rows("tasks", kind="disburse_grant")[0]["task_id"] == task_id


def test_an_id_left_in_the_queue_by_the_lost_history_does_nothing(restored: Restored) -> None:
    task_id, _ = restored.paid()
    restored.put_back()
    accept_end(restored.shop.office.service.log)
    restored.shop.worker("new").performer.perform([task_id, "W-0000000000000000"])
    assert restored.shop.office.rows("tasks", kind="disburse_grant") == []
    assert len(restored.shop.payments()) == 1


def test_two_files_pay_the_same_only_when_sum_payee_and_part_are_the_same(restored: Restored) -> None:
    _, file = restored.paid()
    data = file.read_bytes()
    assert pays_the_same(data, data.replace(b"<CreDtTm>2", b"<CreDtTm>3"))
    for old, new in ((rb">200.00<", b">200.01<"), (rb'"EUR"', b'"USD"'), (PAYEE, b"<CdtrAcct/>"), (rb">T-", b">S-")):
        assert not pays_the_same(data, changed(data, old, new)), old
    assert not pays_the_same(b"<torn", b"<torn")
