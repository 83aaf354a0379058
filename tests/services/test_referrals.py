"""Rows 17 and 19: referrals to local organisations, and the victim referral system of six kinds of agency."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from events.facts import catalogue
from events.facts.referrals import ReferralServed, ReferrerAnswered
from events.facts.tasks import ServiceProvided, TimerCancelled
from events.ids import case_stream
from handlers.queries.referrals import disclosed_fields
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.roads import agreed_to_be_told, consents, referred, served
from tests.kit.story import Story, story
from workflow.command import FireTimer
from workflow.programme.loading import load_definition, shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.intake.commands import GiveConsent, OpenCase, WithdrawConsent
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    DeclineReferral,
    DiscloseReferral,
    RecordReferralServed,
    SendReferral,
    WaitlistReferral,
)
from workflow.subjects.referrals.definition import AgencyKind, DisclosurePolicy
from workflow.subjects.referrals.disclosure import ORG_TYPES, SOURCES, parts_for
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.safety.commands import AppointGuardian, AssessRisk

KINDS: tuple[AgencyKind, ...] = get_args(AgencyKind)
NAMES = ("Мария Иванова", "ნინო ბერიძე", "محمد علي", "Gulnora O‘ktam qizi")
# The matrix of the shipped programme: what each kind of agency may see.
MATRIX: dict[str, str] = {
    "language": "glhsni", "gender": "hsni", "age_band": "hsni", "child": "glhsni", "citizenships": "glsi",
    "exploitation": "li", "country_of_exploitation": "li", "name": "glhsni", "birth_date": "glhsi", "phone": "hsn",
    "guardian": "glhsni", "document_number": "g", "medical": "h", "story": "l", "risk": "sni",
}  # fmt: skip
LETTER = dict(zip(KINDS, "glhsni", strict=True))
AGENCY: dict[str, str] = dict(
    zip(KINDS, ("ministry", "police-desk", "hospital", "social-house", "shelter-ngo", "mission"), strict=True)
)
AGENCIES = "\nproviders:\n" + "".join(
    f"  - {{id: {name}, name: {name}, kind: {kind}, services: [advice], languages: [ru], email: a@b.example.org}}\n"
    for kind, name in AGENCY.items()
)


def in_moscow(office: Office, **opening: Any) -> Story:
    case = story(office, **{"citizenships": ("RU",), "language": "ru"} | opening)
    return consents(case, "assistance")


def number(case: Story) -> str:
    return list(referrals_of(case.case).referrals)[-1]


def with_agencies(office: Office) -> None:
    """Put a programme into force whose directory has one agency of each kind."""
    office.publish(shipped_programme_text("moscow").replace("\nproviders:\n", AGENCIES, 1))


# -- row 17 ----------------------------------------------------------------------------------------------------------


def test_an_unanswered_referral_is_escalated_to_the_next_provider_after_three_working_days(office: Office) -> None:
    case = agreed_to_be_told(in_moscow(office), "new-start")
    first = referred(case, "harbour")
    (row,) = office.rows("timers", case_id=case.case_id, kind="referral_answer")
    timer = case.timer("referral_answer")
    case.when(FireTimer, timer_id=timer, due_at=office.now + timedelta(days=4)).then_refused("timer_is_due")
    assert row["due_at"][:10] == "2007-03-09", "Monday 5 March, a holiday on the 8th: due on Friday the 9th"
    case.later(days=5).fires("referral_answer").accepted()
    assert referrals_of(case.case).referrals[first].status == "passed_on"
    assert referrals_of(case.case).referrals[number(case)].provider == "new-start"
    assert case.tasks(kind="send_referral", provider="new-start")
    items = {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}
    assert "escalation" in items, "a supervisor sees it"


def test_the_next_provider_is_not_told_without_consent_and_the_work_list_asks_for_it(office: Office) -> None:
    case = in_moscow(office)
    referred(case, "harbour")
    case.later(days=8).fires("referral_answer").accepted()
    assert not case.tasks(kind="send_referral")
    assert "referral_consent_needed" in {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}


def test_a_referral_is_sent_acknowledged_accepted_served_and_closed_with_feedback(office: Office) -> None:
    case = in_moscow(office)
    referral_id = referred(case, "harbour")
    served(case, referral_id)
    assert referrals_of(case.case).referrals[referral_id].status == "closed"
    assert "local_referral" in case.case.provided
    facts = [event.envelope.type for event in office.service.log.stream(case_stream(case.case_id))]
    ways = [name for name in facts if name.startswith("Referral")]
    assert ways == ["ReferralMade", "ReferralSent", "ReferralAcknowledged", "ReferralAccepted", "ReferralServed",
                    "ReferralFeedback", "ReferralClosed"]  # fmt: skip


def test_answers_may_be_no_with_a_reason_or_a_waiting_list(office: Office) -> None:
    case = in_moscow(office)
    referral_id = referred(case, "harbour")
    case.does(WaitlistReferral, referral_id=referral_id)
    assert referrals_of(case.case).referrals[referral_id].status == "wait_listed"
    with pytest.raises(ValidationError):
        case.command(DeclineReferral, referral_id=referral_id)
    case.does(DeclineReferral, referral_id=referral_id, reason="no_staff")
    assert referrals_of(case.case).referrals[referral_id].status == "declined"
    assert "referral_to_send" in {row["kind"] for row in office.rows("work_items", case_id=case.case_id)}


@ON_BOTH_DATABASES
def test_consent_is_for_one_recipient_expires_and_is_taken_back_with_immediate_effect(office: Office) -> None:
    case = in_moscow(office)
    today = office.now.date()
    case.does(GiveConsent, purpose="referral", recipient="harbour", until=today)
    case.when(SendReferral, service="local_referral", provider="new-start").then_refused("consent_to_referral")
    case.does(SendReferral, service="local_referral", provider="harbour")
    case.does(WithdrawConsent, purpose="referral", recipient="harbour")
    assert (case.case.tasks, referrals_of(case.case).referrals[number(case)].status) == ({}, "revoked")
    assert [row["status"] for row in office.rows("tasks", case_id=case.case_id, kind="send_referral")] == ["cancelled"]
    case.does(GiveConsent, purpose="referral", recipient="harbour", until=today).later(days=2)
    case.when(SendReferral, service="local_referral", provider="harbour").then_refused("consent_to_referral")


def test_what_a_provider_may_see_is_recorded_first_and_stops_with_the_consent(office: Office) -> None:
    case = in_moscow(office, name=NAMES[0], phone="+79990000000", story="a cellar", birth_date="1990-01-01")
    case.does(AssessRisk, level="low", safe_to_return=True, note="knows the street")
    referral_id = referred(case, "harbour")
    show = case.command(DiscloseReferral, referral_id=referral_id, why="first meeting")
    case.when(show).accepted()
    shown = disclosed_fields(office.service.log, case.case_id, show.command_id)
    assert (shown["name"], shown["risk"], shown["phone"]) == (NAMES[0], "low", "+79990000000")
    assert not {"a cellar", "knows the street"} & {*shown.values()}, "story and notes are not the NGO's to read"
    case.does(WithdrawConsent, purpose="referral")
    again = case.command(DiscloseReferral, referral_id=referral_id, why="again")
    case.when(again).then_refused("consent_to_referral", "referral_is_open")
    with pytest.raises(LookupError):
        disclosed_fields(office.service.log, case.case_id, again.command_id)


@ON_BOTH_DATABASES
def test_ten_acceptances_at_once_leave_nobody_beyond_a_providers_room(office: Office) -> None:
    office.publish(shipped_programme_text("moscow").replace("capacity: 60", "capacity: 4", 1))
    cases = [in_moscow(office) for _ in range(10)]
    numbers = [referred(case, "harbour") for case in cases]
    accept = [case.command(AcceptReferral, referral_id=key) for case, key in zip(cases, numbers, strict=True)]
    services = [office.another_service() for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pair: services[pair[0] % 2].submit(pair[1]), enumerate(accept)))
    assert sum(not isinstance(answer, Refused) for answer in answers) == 4
    assert len(office.state("provider:harbour").referrals) == 4
    assert {code for answer in answers if isinstance(answer, Refused) for code in answer.codes} == {"provider_has_room"}


@pytest.mark.parametrize("bad", ["R-1", "harbour", "R-0000000000000000 OR 1=1", ""])
def test_a_reference_that_cannot_be_one_is_bad_input(office: Office, bad: str) -> None:
    with pytest.raises(ValidationError):
        in_moscow(office).command(AcceptReferral, referral_id=bad)


# -- row 19 ----------------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_agency_sees_its_row_of_the_matrix_and_nothing_else(office: Office, kind: AgencyKind) -> None:
    with_agencies(office)
    case = _told_everything(office)
    referral_id = referred(case, AGENCY[kind], "advice")
    show = case.command(DiscloseReferral, referral_id=referral_id, why="first meeting")
    case.when(show).accepted()
    shown = disclosed_fields(office.service.log, case.case_id, show.command_id)
    assert set(shown) == {part for part, kinds in MATRIX.items() if LETTER[kind] in kinds}
    assert ("a broken rib" in str(shown)) == (kind == "health")


def _told_everything(office: Office) -> Story:
    case = in_moscow(
        office, name=NAMES[3], phone="+79990000000", story="a cellar", birth_date="1990-01-01", gender="female",
        age_band="9-17", exploitation=("ForcedLabour",), country_of_exploitation="RU",
    )  # fmt: skip
    case.does(AppointGuardian, kind="state", name="Опекун")
    case.does(AssessRisk, level="low", safe_to_return=True, note="knows the street")
    valid = office.now.date() + timedelta(days=20)
    case.does(CertifyFitness, valid_until=valid, escort="none", note="a broken rib", mandate="medical")
    return case.does(RecordTravelDocument, kind="passport", valid_until=valid, number="AB 1234567")


def test_the_police_never_get_medical_data_whatever_a_programme_file_says() -> None:
    with pytest.raises(Exception, match="police never get medical data"):
        load_definition(
            shipped_programme_text("moscow").replace(
                "law_enforcement: [language", "law_enforcement: [medical, language", 1
            )
        )
    forged = DisclosurePolicy.model_construct(law_enforcement=("medical", *DisclosurePolicy().health))
    fields = {(s.fact, s.field) for part in parts_for("law_enforcement", forged) for s in SOURCES[part]}
    medical = {
        (shape.name, name)
        for shape in catalogue().shapes.values()
        for compartment, names in shape.sealed
        if compartment == "medical"
        for name in names
    }
    assert medical
    assert not fields & medical


@pytest.mark.parametrize(("kind", "name"), list(zip(KINDS, cycle(NAMES), strict=False)))
def test_each_kind_of_agency_sends_people_here(office: Office, kind: AgencyKind, name: str) -> None:
    with_agencies(office)
    case = consents(
        story(office, source=kind, referred_by=AGENCY[kind], reference="N-2007-17", name=name), "assistance"
    )
    assert (case.case.source, case.case.referred_by) == (kind, AGENCY[kind])
    agreed_to_be_told(case, AGENCY[kind])
    case.finish(case.task(kind="answer_referrer")).then(ReferrerAnswered)
    opened = office.service.log.stream(case_stream(case.case_id))[0]
    assert "N-2007-17" not in opened.envelope.body, "the agency's reference may be a name and is sealed"
    assert ORG_TYPES[kind]


def test_a_kind_that_is_not_the_agencys_and_a_reference_with_blanks_are_refused(office: Office) -> None:
    with_agencies(office)
    answer = office.submit(OpenCase, programme="moscow", source="health", referred_by="police-desk")
    assert isinstance(answer, Refused)
    assert answer.codes == ("source_is_the_agencys",)
    with pytest.raises(ValidationError):
        office.opening(reference="Anna Petrova, 12 May", actor=ANNA)


def test_a_served_referral_lets_the_person_go_on(office: Office) -> None:
    case = in_moscow(office)
    case.when(RecordReferralServed, referral_id=referred(case, "harbour")).then_refused("referral_may_become_served")
    case.does(AcceptReferral, referral_id=number(case))
    case.when(RecordReferralServed, referral_id=number(case)).then(
        ReferralServed, TimerCancelled,
        ServiceProvided(task_id="", service="local_referral", reference=number(case)),
    )  # fmt: skip
