"""After a restore two officers say what each thing outside was; only then does anything leave the house again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from events.catalogue import Fact
from events.facts.restore import LogRestored, OrphanFound, OrphanSettled, QuarantineLifted
from events.ids import RESTORE
from events.money import Money
from events.writing import EventMetadata
from handlers.commanding.answers import Accepted, Answer
from handlers.queries.quarantine import is_quarantined, quarantine_of
from tests.kit.officers import ROOT, by_two
from tests.kit.offices import Office, open_office
from tests.kit.people import TAMARA
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan

PAYMENT = OrphanFound(
    orphan_id="O-1",
    kind="payment",
    reference="W-7K3P9QXM2D7K3P9Q",
    about="T-7K3P9QXM2D7K3P9Q",
    amount=Money.parse("EUR 50"),
)
LETTER = OrphanFound(orphan_id="O-2", kind="letter", reference="W-7K3P9QXM2D7K3P9R")
SAID: dict[str, Any] = {"orphan_id": "O-1", "outcome": "not_ours", "reason": "the bank knows no such payment"}


@pytest.fixture
def office(office_url: str) -> Iterator[Office]:
    with open_office(office_url) as office:
        office.has_account(TAMARA)
        yield office


def found(office: Office, *facts: Fact) -> None:
    """Record what whoever accepted an older copy was told."""
    with office.service.log.writing() as writing:
        writing.lock([RESTORE])
        who = EventMetadata(str(office.uuid()), "staff:operator", OPERATOR, "command:AcceptCopy", writing.now, "")
        for fact in facts:
            writing.append(RESTORE, fact, who)
        writing.remember(who.command_id, "", "{}")


def quarantined(office: Office) -> None:
    found(office, LogRestored(size=8, mark=12, cause="older_log"), PAYMENT, LETTER)


def settled(office: Office) -> None:
    for orphan in ("O-1", "O-2"):
        office.by_two(SettleOrphan, **SAID | {"orphan_id": orphan})


def said(office: Office, kind: type[Any], actor: str = ROOT, **fields: Any) -> Answer:
    return office.submit(kind, actor=actor, **fields)


def codes(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def on(office: Office) -> bool:
    with office.database.reading() as connection:
        return is_quarantined(office.service.log, connection)


def test_the_quarantine_lasts_until_two_officers_have_settled_everything_and_lift_it(office: Office) -> None:
    assert not on(office)
    quarantined(office)
    assert (on(office), len(quarantine_of(office.service.log).open)) == (True, 2)
    assert codes(said(office, LiftQuarantine, reason="asked")) == ("everything_is_settled",)
    settled(office)
    assert on(office), "settling alone lets nothing out"
    office.by_two(LiftQuarantine, reason="bank and partners asked")
    assert not on(office)
    assert quarantine_of(office.service.log).orphans["O-1"].outcome == "not_ours", "it stays known"


def test_one_officer_alone_settles_nothing(office: Office) -> None:
    quarantined(office)
    answer = said(office, SettleOrphan, **SAID)
    assert isinstance(answer, Accepted)
    assert answer.proposal
    assert len(quarantine_of(office.service.log).open) == 2
    assert codes(said(office, SettleOrphan, actor="staff:operator", mandate=OPERATOR, **SAID))


def test_two_acts_of_two_officers_stand_behind_what_was_settled(office: Office) -> None:
    quarantined(office)
    answer = office.by_two(SettleOrphan, **SAID)
    told = [office.service.log.fact(event) for event in office.service.log.of_command(answer.command_id)]
    (fact,) = [one for one in told if isinstance(one, OrphanSettled)]
    assert (fact.second, bool(fact.proposal)) == (ROOT, True)


@pytest.mark.parametrize(("fields", "why"), [
    ({"orphan_id": "O-9"}, "orphan_is_listed"),
    ({"grant_id": "G-1"}, "only_payments_count"),
    ({"orphan_id": "O-2", "outcome": "counted", "grant_id": "G-1"}, "only_payments_count"),
])  # fmt: skip
def test_what_is_not_so_is_not_settled_so(office: Office, fields: dict[str, str], why: str) -> None:
    quarantined(office)
    assert why in codes(said(office, SettleOrphan, **SAID | fields))


def test_what_is_settled_is_not_settled_another_way(office: Office) -> None:
    quarantined(office)
    office.by_two(SettleOrphan, **SAID)
    assert "orphan_is_open" in codes(said(office, SettleOrphan, **SAID | {"outcome": "lost"}))
    again = said(office, SettleOrphan, **SAID)
    assert isinstance(again, Accepted)
    assert again.facts == (), "saying the same again changes nothing"


def test_without_a_quarantine_there_is_nothing_to_settle_or_lift(office: Office) -> None:
    assert codes(said(office, LiftQuarantine, reason="x")) == ("quarantine_is_on",)
    assert "quarantine_is_on" in codes(said(office, SettleOrphan, **SAID))


def test_a_second_restore_begins_a_new_quarantine_and_forgets_nothing_settled(office: Office) -> None:
    quarantined(office)
    settled(office)
    office.by_two(LiftQuarantine, reason="asked")
    found(office, LogRestored(size=20, mark=25, cause="older_log"))
    assert on(office)
    assert quarantine_of(office.service.log).open == {}


def test_no_case_manager_stands_behind_it(office: Office) -> None:
    quarantined(office)
    office.by_two(OpenAccount, account="staff:eva", roles=("case_manager",), programmes=("moscow",))
    *_, answer = office.service.submit_many(
        by_two(office.service, office.uuid, SettleOrphan, second="staff:eva", **SAID)
    )
    assert "second_person_may" in codes(answer)
    assert len(quarantine_of(office.service.log).open) == 2


def test_where_there_were_never_two_officers_the_operator_lifts_it_alone(office_url: str) -> None:
    office = Office(office_url, has_tables=True)
    quarantined(office)
    for orphan in ("O-1", "O-2"):
        told = said(office, SettleOrphan, "staff:operator", mandate=OPERATOR, **SAID | {"orphan_id": orphan})
        assert isinstance(told, Accepted)
    answer = said(office, LiftQuarantine, "staff:operator", mandate=OPERATOR, reason="nobody else is here")
    assert isinstance(answer, Accepted)
    assert answer.facts == (QuarantineLifted.__name__,)
    office.close()
