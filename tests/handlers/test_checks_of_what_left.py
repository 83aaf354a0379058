"""I13: what left the house is what was asked for."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from events.facts.restore import LogRestored, OrphanFound, OrphanSettled
from events.ids import RESTORE
from handlers.checks.check_results import OutsideRecords, SentOutside
from handlers.projections.tables import tasks
from handlers.queries.quarantine import orphan
from tests.kit.histories import Witnessed
from tests.kit.spoilt import Spoilt, money


@pytest.mark.parametrize(("change", "why"), [
    ({}, ""),
    ({"task_id": "W-7K3P9QXM2D7K3P9Q"}, "went out that nobody here asked for"),
    ({"amount": money("EUR 150.01")}, "150.01 EUR went to the bank, 150.00 EUR was released"),
    ({"amount": None}, "went to the bank"),
])  # fmt: skip
def test_i13_a_payment_file_is_one_that_was_asked_for_with_its_sum(
    spoilt: Spoilt, change: dict[str, Any], why: str
) -> None:
    office, _ = spoilt
    checked = {one.name: one for one in office.checked(effects=OutsideRecords(sent=[_paid(office)._replace(**change)]))}
    assert {name for name, one in checked.items() if not one.ok} == ({"I13"} if why else set())
    assert why in "".join(checked["I13"].faults)


def test_i13_one_part_in_two_files_is_found(spoilt: Spoilt) -> None:
    office, _ = spoilt
    sent = _paid(office)
    with office.log.database.reading() as connection:
        other = connection.execute(select(tasks.c.task_id).where(tasks.c.task_id != sent.task_id)).scalars().first()
    twice = [sent, sent._replace(task_id=str(other))]
    (check,) = [one for one in office.checked(effects=OutsideRecords(sent=twice)) if one.name == "I13"]
    assert "went to the bank in 2 files" in check.faults[0]


def test_i13_what_two_people_settled_after_a_restore_is_accounted_for(spoilt: Spoilt) -> None:
    office, _ = spoilt
    strange = SentOutside("letter", "W-7K3P9QXM2D7K3P9Q")
    assert office.failing(effects=OutsideRecords(sent=[strange])) == {"I13"}
    _settled(office, orphan("letter", strange.task_id), "lost")
    failing = office.failing(effects=OutsideRecords(sent=[strange]))
    assert failing == {"I12"}, "nobody stood behind it, and it is known"


@pytest.mark.parametrize(("outcome", "failing"), [("stopped", {"I12"}), ("counted", {"I12", "I13"})])
def test_i13_a_file_that_was_taken_back_outside_may_be_of_another_sum_than_the_part_released_anew(
    spoilt: Spoilt, outcome: str, failing: set[str]
) -> None:
    office, _ = spoilt
    sent = _paid(office)._replace(amount=money("EUR 90"))
    _settled(office, orphan("payment", sent.task_id, sent.about, sent.amount), outcome)
    assert office.failing(effects=OutsideRecords(sent=[sent])) == failing, "nobody stood behind it"


@pytest.mark.parametrize(("outcome", "failing"), [
    ("lost", {"I12"}), ("counted", {"I12"}), ("stopped", {"I5", "I12"}), ("not_ours", {"I5", "I12"}),
])  # fmt: skip
def test_i5_a_payment_two_people_said_holds_though_its_record_is_lost_is_no_strange_one(
    spoilt: Spoilt, outcome: str, failing: set[str]
) -> None:
    office, _ = spoilt
    lost = orphan("payment", "W-7K3P9QXM2D7K3P9Q", "T-7K3P9QXM2D7K3P9Q", money("EUR 90"))
    _settled(office, lost, outcome)
    statement = office.statement | {lost.about: money("EUR 90")}
    assert office.failing(effects=OutsideRecords(statement)) == failing, "nobody stood behind it"
    assert office.failing(effects=OutsideRecords(office.statement | {lost.about: money("EUR 91")})) >= {"I5"}


def _settled(office: Witnessed, found: OrphanFound, outcome: str) -> None:
    settled = OrphanSettled(orphan_id=found.orphan_id, outcome=outcome, reason="asked")
    office.forge((RESTORE, LogRestored(size=1, mark=2, cause="older_log")), (RESTORE, found), (RESTORE, settled))


def _paid(office: Witnessed) -> SentOutside:
    """Return the healthy history's one payment as its file says it."""
    (payment,) = office.sent()
    return payment
