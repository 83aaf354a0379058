"""Documents renewed step by step, chased when they are late, and never travelled without (rows 13 and 25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts.documents import DocumentCollected, DocumentRanOut
from events.facts.tasks import Escalated, ServiceProvided, TimerSet
from events.ids import CaseId, case_stream
from events.instants import instant
from handlers.projections.work_items import list_work
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA
from tests.kit.reading import READ_BY_A_TEST
from tests.kit.roads import bring, consents
from tests.kit.story import Story, present, story, trip
from tests.kit.workshop import Workshop
from tests.kit.world import moscow
from workflow.subjects.documents.commands import (
    AppealDocument,
    RecordDocumentLoss,
    RecordDocumentStep,
    RecordTravelDocument,
    RefuseDocument,
    StartDocument,
    WithdrawDocument,
)
from workflow.subjects.documents.definition import DocumentPath
from workflow.subjects.documents.state import Document, Paper, documents_of
from workflow.subjects.intake.commands import WithdrawConsent
from workflow.subjects.travel.commands import DeclareReturn, PlanTrip

UZBEK = "uzbek-return-certificate"
APPLIED, DUE = date(2007, 3, 5), date(2007, 3, 23)  # 12 working days; 8 and 21 March are holidays in Uzbekistan


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    """The office with its workers and a folder for letters."""
    shop = Workshop(office, tmp_path / "shop")
    yield shop
    shop.close()


def from_uzbekistan(office: Office, **opening: Any) -> Story:
    fields = {"citizenships": ("UZ",), "name": "Gulnora Oʻrinboyeva", "language": "uz"} | opening
    return consents(story(office, **fields), "assistance")


def started(case: Story, **fields: Any) -> str:
    """Set about a document and return its id."""
    case.does(StartDocument, **fields)
    return list(documents_of(case.case).papers)[-1]


def paper_of(case: Story, document_id: str) -> Paper:
    return documents_of(case.case).papers[document_id]


def step(case: Story, document_id: str, name: str, on: date | str = APPLIED, **fields: Any) -> Story:
    return case.when(RecordDocumentStep, document_id=document_id, step=name, on=on, **fields)


def applied(case: Story, **fields: Any) -> str:
    """Bring a document as far as the authority."""
    document_id = started(case, **fields)
    for name in ("police_report", "photos", "application"):
        step(case, document_id, name).accepted()
    return document_id


def issued(case: Story, document_id: str, on: date) -> Story:
    case.later(days=(on - case.place.now.date()).days)
    for name in ("identity_check", "issue"):
        step(case, document_id, name, on).accepted()
    return case


def items(office: Office, case: Story) -> dict[str, str]:
    return {row["item"]: row["kind"] for row in office.rows("work_items", case_id=case.case_id)}


# -- row 25: renewal of documents ----------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_an_uzbek_return_certificate_is_due_twelve_working_days_after_the_application(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    paper = documents_of(case.case).papers[document_id]
    assert (paper.path, paper.step, paper.waits_for) == (UZBEK, "identity_check", "authority")
    assert paper.due_on == DUE
    (timer,) = office.rows("timers", case_id=case.case_id, kind="document_due")
    assert timer["due_at"] == "2007-03-23T21:00:00.000000Z"  # when the day is over in Moscow
    step(case.later(days=14), document_id, "identity_check", "2007-03-19").accepted()
    assert documents_of(case.case).papers[document_id].due_on == DUE  # what was promised is for all its steps


def test_the_working_days_are_those_of_the_office_that_works(office: Office) -> None:
    russian = consents(story(office, citizenships=("RU",)), "assistance")
    document_id = applied(russian)
    assert documents_of(russian.case).papers[document_id].kind == "identity_card"
    assert documents_of(russian.case).papers[document_id].due_on == date(
        2007, 3, 20
    )  # 10 days of a Russian office: 21 March is one


def test_nobody_else_collects_the_certificate(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    issued(case, document_id, date(2007, 3, 20))
    step(case, document_id, "collection", "2007-03-20", by="other").then_refused("collected_in_person")
    assert documents_of(case.case).document is None
    step(case, document_id, "collection", "2007-03-20", number="AA № 0012345").accepted()
    case.then_among_others(DocumentCollected, ServiceProvided)
    assert documents_of(case.case).document == Document("return_certificate", date(2007, 6, 20), "UZ")
    assert "document_renewal" in case.case.provided
    assert not documents_of(case.case).papers
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")


def test_the_number_of_a_document_and_what_a_consulate_said_are_sealed(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    case.does(RefuseDocument, document_id=document_id, reason="identity_unknown", note="ნინო ბერიძე is unknown")
    case.does(AppealDocument, document_id=document_id, reason="new_evidence")
    issued(case, document_id, date(2007, 3, 20))
    step(case, document_id, "collection", "2007-03-20", number="AA 0012345").accepted()
    log = office.service.log
    bodies = [event.envelope.body for event in log.stream(case_stream(CaseId(case.case_id)))]
    assert not any("0012345" in body or "ბერიძე" in body or "Gulnora" in body for body in bodies)
    opened = [
        log.opened(event, ("identity", "legal"), READ_BY_A_TEST)
        for event in log.stream(case_stream(CaseId(case.case_id)))
    ]
    assert "AA 0012345" in {getattr(fact, "number", None) for fact in opened}
    assert "ნინო ბერიძე is unknown" in {getattr(fact, "note", None) for fact in opened}


def test_steps_are_taken_in_their_order_and_on_days_that_can_be(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = started(case)
    step(case, document_id, "application").then_refused("step_is_next")
    step(case, document_id, "police_report", "2007-03-07").then_refused("step_is_done")
    step(case, document_id, "police_report", "2006-11-30").then_refused("programme_is_running")
    step(case, document_id, "police_report", by="other").then_refused("done_in_person")
    step(case, document_id, "police_report", "2007-03-02").accepted()
    step(case, document_id, "photos", "2007-03-01").then_refused("step_comes_after")
    step(case, document_id, "photos", number="12").then_refused("document_is_collected")
    step(case, document_id, "collection", "2006-01-01", by="other").then_refused(
        "step_is_next", "step_comes_after", "programme_is_running", "collected_in_person"
    )
    step(case, "D-0", "photos").then_refused("document_is_under_way")
    assert documents_of(case.case).papers[document_id].step == "photos"


def test_a_certificate_that_has_run_out_when_it_is_collected_is_no_document(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    issued(case, document_id, date(2007, 3, 20)).later(days=93)
    step(case, document_id, "collection", "2007-06-21").then_refused("document_is_valid")
    step(case, document_id, "collection", "2007-06-21", valid_until="2007-06-21").accepted()


def test_a_late_consulate_is_written_to_again_and_again_until_it_answers(office: Office, shop: Workshop) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    hand = shop.worker()
    case.later(days=18, hours=12).fires("document_due").then_among_others(Escalated, TimerSet)
    assert items(office, case)["escalation:document_late"] == "escalation"
    hand.performer.perform([case.task(kind="chase_consulate")])
    (letter,) = shop.mails()
    assert letter["To"] == "Consulate of Uzbekistan <consular@uz-consulate.example.org>"
    text = str(letter)
    assert document_id in text
    assert case.case_id not in text
    assert "Gulnora" not in letter.get_content()
    assert "Срок рассмотрения" in letter.get_content()
    assert not case.tasks(kind="chase_consulate")
    (again,) = office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    assert again["due_at"] == "2007-03-30T20:00:00.000000Z"  # five working days later, by Moscow's summer time
    case.later(days=7).fires("document_due")
    hand.performer.perform([case.task(kind="chase_consulate")])
    assert len(shop.mails()) == 2
    step(case, document_id, "identity_check", "2007-03-30").accepted()
    step(case, document_id, "issue", "2007-03-30").accepted()
    assert "document_late" not in case.case.escalations
    assert not case.tasks(kind="chase_consulate")


def test_a_letter_not_yet_sent_is_called_off_when_the_consulate_answers(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    case.later(days=19).fires("document_due")
    case.does(RefuseDocument, document_id=document_id, reason="identity_unknown")
    assert not case.case.tasks
    assert "document_late" not in case.case.escalations


def test_a_refusal_is_appealed_and_the_authority_has_its_days_once_more(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    case.when(AppealDocument, document_id=document_id, reason="mistake").then_refused("document_is_refused")
    case.later(days=14).does(RefuseDocument, document_id=document_id, reason="identity_unknown")
    assert items(office, case)[f"document:{document_id}"] == "document_refused"
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    step(case, document_id, "identity_check").then_refused("document_is_not_refused")
    case.when(RefuseDocument, document_id=document_id, reason="again").then_refused("authority_has_it")
    case.does(AppealDocument, document_id=document_id, reason="new_evidence")
    paper = documents_of(case.case).papers[document_id]
    assert (paper.step, paper.waits_for) == ("identity_check", "authority")
    assert paper.due_on == date(2007, 4, 5)  # twelve Uzbek working days after 19 March
    issued(case, document_id, date(2007, 3, 28))


def test_a_document_not_sought_any_more_is_chased_no_more(office: Office) -> None:
    case = from_uzbekistan(office)
    document_id = applied(case)
    case.does(WithdrawDocument, document_id=document_id, reason="found_again")
    assert not documents_of(case.case).papers
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    case.when(WithdrawDocument, document_id=document_id, reason="again").then_refused("document_is_under_way")


def test_withdrawing_consent_stops_the_chasing_and_giving_it_again_resumes_it(office: Office) -> None:
    case = from_uzbekistan(office)
    applied(case)
    case.later(days=19).fires("document_due")
    case.does(WithdrawConsent, purpose="assistance")
    assert not case.case.tasks
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    consents(case, "assistance").fires("document_due")
    assert case.tasks(kind="chase_consulate")


@ON_BOTH_DATABASES
def test_withdrawing_from_the_programme_stops_the_chasing_until_the_person_is_back_and_agrees(office: Office) -> None:
    case = from_uzbekistan(office)
    applied(case)
    case.later(days=19).fires("document_due").goes("withdraw")
    assert not case.case.tasks
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    case.advance("reopen", reason="came_back").confirmed()
    assert not office.rows("timers", case_id=case.case_id, kind="document_due", status="set")
    consents(case, "assistance").fires("document_due")
    assert case.tasks(kind="chase_consulate")


def test_without_consent_no_office_is_asked_for_a_document(office: Office) -> None:
    case = story(office, citizenships=("UZ",))
    case.when(StartDocument).then_refused("consent_to_assistance")


def test_for_a_child_a_guardian_is_there_before_a_document_is_sought(office: Office) -> None:
    case = story(office, citizenships=("UZ",), age_band="9-17", name="فرزانه رحیمی")
    case.when(StartDocument)
    assert {"consent_to_assistance", "guardian_is_appointed"} <= codes(case)
    consents(case, "assistance").does(StartDocument)  # a guardian is appointed and agrees with the child


def test_the_path_is_that_of_the_citizenship_and_who_has_two_chooses(office: Office) -> None:
    moldovan = consents(story(office, citizenships=("MD",), name="Иван Петреску"), "assistance")
    assert paper_of(moldovan, started(moldovan)).path == "return-certificate"
    moldovan.when(StartDocument).then_refused("document_is_new")
    moldovan.when(StartDocument, path=UZBEK).then_refused("document_path_fits")
    moldovan.when(StartDocument, path="magic-carpet").then_refused("document_path_is_known")
    both = consents(story(office, citizenships=("RU", "UZ"), name="ნინო ბერიძე"), "assistance")
    both.when(StartDocument).then_refused("document_is_chosen")
    assert paper_of(both, started(both, country="UZ")).path == UZBEK
    assert paper_of(both, started(both, path="russian-identity-card")).country == "RU"
    two = consents(story(office, citizenships=("MD", "UA")), "assistance")
    two.when(StartDocument, path="return-certificate").then_refused("document_is_chosen")
    assert paper_of(two, started(two, country="UA")).country == "UA"
    nobody_knows = consents(story(office, citizenships=()), "assistance")
    assert paper_of(nobody_knows, started(nobody_knows)).path == "return-certificate"


def test_a_document_about_to_run_out_is_escalated_and_once_over_is_no_document(office: Office) -> None:
    case = bring(story(office), "documents")
    case.does(RecordTravelDocument, kind="passport", valid_until=case.place.now.date() + timedelta(days=90))
    case.later(days=29)
    assert "document_expiring" not in case.case.escalations
    case.later(days=1).fires("document_expires")
    assert "document_expiring" in case.case.escalations
    case.later(days=61).fires("document_over").then_among_others(DocumentRanOut)
    assert documents_of(case.case).document is None
    assert items(office, case)["document"] == "document_to_start"
    assert "document_expiring" not in case.case.escalations


def test_a_certificate_of_a_month_is_warned_of_half_way_and_not_at_once(office: Office) -> None:
    case = story(office)
    case.does(RecordTravelDocument, kind="return_certificate", valid_until=case.place.now.date() + timedelta(days=30))
    assert not case.case.escalations
    (timer,) = office.rows("timers", case_id=case.case_id, kind="document_expires", status="set")
    assert timer["due_at"][:10] == str(case.place.now.date() + timedelta(days=15))


def test_a_newer_document_takes_over_the_reminder_and_an_identity_card_does_not_replace_a_passport(
    office: Office,
) -> None:
    case = story(office)
    today = case.place.now.date()
    case.does(RecordTravelDocument, kind="passport", valid_until=today + timedelta(days=70))
    case.does(RecordTravelDocument, kind="identity_card", valid_until=today + timedelta(days=900))
    assert documents_of(case.case).document == Document("passport", today + timedelta(days=70))
    case.does(RecordTravelDocument, kind="passport", valid_until=today + timedelta(days=900))
    (timer,) = office.rows("timers", case_id=case.case_id, kind="document_expires", status="set")
    assert office.definition.programme.day(instant(timer["due_at"])) == today + timedelta(days=840)


# -- the work list: nobody is written to before a person has chosen ------------------------------------------


@ON_BOTH_DATABASES
def test_who_has_no_document_is_on_the_list_until_one_is_under_way(office: Office) -> None:
    case = bring(story(office, citizenships=("UZ",)), "documents")
    assert not case.tasks(service="document_renewal")
    assert items(office, case)["document"] == "document_to_start"
    with office.database.reading() as connection:
        assert [row["case_id"] for row in list_work(connection, kind="document_to_start")] == [case.case_id]
    started(case)
    assert "document" not in items(office, case)


def test_who_has_a_passport_needs_no_renewal(office: Office) -> None:
    case = bring(story(office), "documents")
    case.does(RecordTravelDocument, kind="passport", valid_until="2010-01-01")
    assert "document" not in items(office, case)
    assert "document_renewal" not in case.case.provided
    case.advance("depart")
    assert "travel_papers_are_in_order" not in codes(case)


# -- row 13: nobody books international travel on a missing or expired document ------------------------------


def codes(case: Story) -> set[str]:
    return set(getattr(case.last, "codes", ()))


def planned(case: Story, **times: float) -> Story:
    return case.when(PlanTrip, **trip(case.place.now, **times))


def test_without_a_live_document_nothing_international_is_booked_and_every_reason_is_told(office: Office) -> None:
    case = story(office, citizenships=("UZ",), age_band="9-17")
    planned(case)
    assert codes(case) >= {"consent_to_travel", "guardian_is_appointed", "travel_papers_are_in_order"}
    case = consents(story(office, citizenships=("UZ",)), "travel")
    planned(case)
    assert "travel_papers_are_in_order" in codes(case)
    case.does(RecordTravelDocument, kind="passport", valid_until=case.place.now.date() + timedelta(days=2))
    planned(case)  # it runs out on the way
    assert "travel_papers_are_in_order" in codes(case)
    case.does(RecordTravelDocument, kind="identity_card", valid_until="2010-01-01")
    planned(case)
    assert "travel_papers_are_in_order" in codes(case)
    case.does(RecordTravelDocument, kind="passport", valid_until=case.place.now.date() + timedelta(days=4))
    planned(case)
    assert "travel_papers_are_in_order" not in codes(case)


def test_a_document_that_was_lost_or_kept_by_somebody_carries_nobody(office: Office) -> None:
    case = consents(story(office), "travel", "assistance")
    case.when(RecordDocumentLoss, how="withheld").then_refused("document_is_in_hand")
    case.does(RecordTravelDocument, kind="passport", valid_until="2010-01-01")
    case.does(RecordDocumentLoss, how="stolen")
    assert not case.case.timers or all(kind not in ("document_expires", "document_over")
                                       for kind, _ in case.case.timers.values())  # fmt: skip
    planned(case)
    assert "travel_papers_are_in_order" in codes(case)


def test_inside_the_country_a_trip_is_booked_without_and_begun_with_an_identity_document(office: Office) -> None:
    case = bring(story(office, citizenships=("RU",), name="Мария Иванова"), "documents")
    case.does(DeclareReturn, destination="RU", signed_on=case.place.now.date())
    planned(case)
    assert "travel_papers_are_in_order" not in codes(case)
    case.advance("depart")
    assert "travel_papers_are_in_order" in codes(case)
    case.does(RecordTravelDocument, kind="identity_card", valid_until="2010-01-01")
    case.advance("depart")
    assert "travel_papers_are_in_order" not in codes(case)


def test_a_return_certificate_leads_to_the_country_that_issued_it(office: Office) -> None:
    case = consents(story(office, citizenships=("MD", "UZ")), "travel", "assistance")
    fields = {"kind": "return_certificate", "valid_until": "2007-06-01", "country": "UZ"}
    case.does(RecordTravelDocument, **fields).does(DeclareReturn, destination="MD", signed_on=APPLIED)
    planned(case)
    assert "travel_papers_are_in_order" in codes(case)
    case.does(DeclareReturn, destination="UZ", signed_on=APPLIED)
    planned(case)
    assert "travel_papers_are_in_order" not in codes(case)


def test_a_dual_citizen_chooses_where_home_is_and_which_document_leads_there(office: Office) -> None:
    case = consents(story(office, citizenships=("RU", "UZ")), "travel", "assistance")
    case.does(DeclareReturn, destination="RU", signed_on=APPLIED)
    planned(case)
    assert "travel_papers_are_in_order" not in codes(case)
    case.does(DeclareReturn, destination="UZ", signed_on=APPLIED)
    planned(case)
    assert "travel_papers_are_in_order" in codes(case)


# -- the programme's own data --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", moscow().programme.documents, ids=lambda path: path.id)
def test_every_path_of_the_programme_leads_to_a_document_in_hand(office: Office, path: DocumentPath) -> None:
    own = path.nationalities[:1] or ("GE",)
    case = consents(story(office, citizenships=own, name="გიორგი ჯავახიშვილი"), "assistance")
    document_id = started(case)
    assert paper_of(case, document_id).path == path.id
    assert "photos_35x45_2" in path.needs
    for one in path.steps:
        case.later(days=30)
        step(case, document_id, one.id, case.place.now.date(), actor=ANNA).accepted()
        if office.rows("timers", case_id=case.case_id, kind="document_due", status="set"):
            case.fires("document_due")
    assert documents_of(case.case).document is not None
    assert present(documents_of(case.case).document).kind == path.kind
    assert not documents_of(case.case).papers


@given(st.dates(date(2007, 1, 1), date(2035, 12, 31)))
def test_a_document_is_valid_as_many_months_as_its_path_says(issued_on: date) -> None:
    for path in moscow().programme.documents:
        until = path.valid_until(issued_on)
        assert until is not None
        assert path.valid_months is not None
        assert (until.year - issued_on.year) * 12 + until.month - issued_on.month == path.valid_months
        assert until.day <= issued_on.day
