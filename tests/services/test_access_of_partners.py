"""Row 21: a partner runs a shelter of its own; its people see their cases, others only those sent to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from handlers.commanding.answers import Accepted
from handlers.states.case_reader import CaseReader
from tests.kit.offices import ON_BOTH_DATABASES, Office, open_office
from tests.kit.people import ANNA
from tests.kit.story import Story
from workflow.reasons import Refused
from workflow.rights.visibility import speaks_for
from workflow.subjects.closing.commands import CloseFacility
from workflow.subjects.intake.commands import AddNote, GiveConsent
from workflow.subjects.referrals.commands import AcceptReferral, RevokeReferral, SendReferral
from workflow.subjects.referrals.state import referrals_of

OLGA, IOM = "redcross:olga", "iom:irina"


@pytest.fixture
def shelter(office_url: str) -> Iterator[Office]:
    """The office of the St Petersburg shelter."""
    with open_office(office_url, programme="st-petersburg") as office:
        office.clock.advance(datetime(2013, 5, 6, 9, tzinfo=UTC) - office.now)  # the shelter is open for a week
        yield office


def _case(office: Office) -> Story:
    return Story(office, programme="st-petersburg", actor=OLGA).accepted()


@ON_BOTH_DATABASES
def test_red_cross_staff_work_on_their_case_and_others_are_told_there_is_none(shelter: Office) -> None:
    case = _case(shelter)
    case.when(GiveConsent, purpose="assistance", actor=OLGA).accepted()
    nobody = case.when(GiveConsent, purpose="travel", actor=ANNA).last
    missing = shelter.submit(GiveConsent, case_id="7K3P9-QXM2D", purpose="travel", actor=ANNA)
    case.then_refused("case_exists")
    assert nobody == missing  # "not yours" and "not there" look the same


def test_a_case_sent_to_another_organisation_is_seen_there_once_it_is_accepted(shelter: Office) -> None:
    case = _case(shelter)
    look = CaseReader(shelter.service.log, shelter.service.definitions)
    assert look.seen_by(OLGA, [case.case_id]) == {case.case_id}
    assert look.seen_by(IOM, [case.case_id]) == set()
    case.when(GiveConsent, purpose="assistance", actor=OLGA).accepted()
    case.when(GiveConsent, purpose="referral", recipient="iom-moscow", actor=OLGA).accepted()
    case.when(SendReferral, service="local_referral", provider="iom-moscow", actor=OLGA).accepted()
    assert look.seen_by(IOM, [case.case_id]) == set()
    (referral_id,) = referrals_of(case.case).referrals
    case.finish(case.task(kind="send_referral")).accepted()
    case.when(AcceptReferral, referral_id=referral_id, actor=OLGA).accepted()
    assert look.seen_by(IOM, [case.case_id]) == {case.case_id}
    case.when(AddNote, note="met her on Tuesday", actor=IOM).accepted()
    case.when(RevokeReferral, referral_id=referral_id, reason="other", actor=OLGA).accepted()
    assert look.seen_by(IOM, [case.case_id]) == set()


def test_the_shelter_is_the_red_cross_s_with_eight_places_since_its_day(shelter: Office) -> None:
    programme = shelter.definition.programme
    house = programme.facility_of["st-petersburg-shelter"]
    assert (house.capacity, str(house.opens), str(programme.runs.since)) == (8, "2013-04-30", "2013-04-30")
    assert programme.organisation is not None
    assert programme.organisation.id == "russian-red-cross"


def test_a_partner_s_house_is_closed_by_its_own_people_only(shelter: Office) -> None:
    close = {
        "programme": "st-petersburg",
        "facility": "st-petersburg-shelter",
        "on": shelter.now.date(),
        "reason": "over",
    }
    answer = shelter.submit(CloseFacility, **close, actor=ANNA)
    assert isinstance(answer, Refused)
    assert answer.codes == ("programme_is_yours",)
    assert isinstance(shelter.submit(CloseFacility, **close, actor=OLGA), Accepted)


def test_a_row_of_the_board_tells_who_speaks_for_its_office_and_one_without_an_office_is_nobody_s() -> None:
    offices = ("redcross:st-petersburg", ":moscow", "iom:moscow", "")
    assert [speaks_for(OLGA, office) for office in offices] == [True, True, False, False]
    assert [speaks_for("worker:mail", office) for office in offices] == [True, True, True, False]
