"""A case's page begins with now: how far the journey has come, the next step with its deadline, what is in its way."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console.subjects import ALL
from console.views.empty_panels import empty_panels
from console.views.road import road_of
from tests.kit.erasures import ended, erased
from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.roads import STAGES, bring, close, grant, met, plan_trip, ready_to_travel, referred
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.statements import reading
from tests.kit.world import moscow
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.care.commands import AgreeCarePlan, BookAppointment, CertifyFitness
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.safety.commands import AssessRisk


@pytest.fixture
def anna(house: WebHouse) -> Person:
    return house.sign_in()


def now_on(person: Person, case: Story) -> str:
    """Return the strip at the head of a case's page."""
    page = person.get(f"/cases/{case.case_id}").text
    found = re.search(r'(?s)<section class="sheet now" id="now".*?</section>', page)
    assert found, "the page begins with it"
    return found[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def step_in(strip: str) -> tuple[str, str]:
    """Return what the next step is called, and where its button leads."""
    title = re.search(r'(?s)<h2 id="step-title">(.*?)</h2>', strip)
    deed = re.search(r'class="now-deed"><a id="next-deed" class="button main-deed" href="([^"]+)"', strip)
    assert title, strip
    return words(title[1]), deed[1].replace("&amp;", "&") if deed else ""


# -- the next step --------------------------------------------------------------------------------------------------


def test_the_first_thing_is_what_the_way_on_lacks_and_the_form_that_helps(office: Office, anna: Person) -> None:
    case = story(office)
    strip = now_on(anna, case)
    title, deed = step_in(strip)
    assert title == "Next: Record consent"
    assert deed == f"/cases/{case.case_id}/do/GiveConsent?purpose=assistance"
    assert "Also in the way of “Reception”: There is no risk assessment." in words(strip)
    assert words(strip).count("There is no consent in force: Assistance.") == 1, "what is the step is not said again"


def test_a_danger_comes_before_everything_and_says_by_when(office: Office, anna: Person) -> None:
    case = bring(story(office), "care").does(AssessRisk, level="high", safe_to_return=False).later(hours=25)
    strip = now_on(anna, case)
    title, deed = step_in(strip)
    assert title == "Next: Agree on a safety plan"
    assert '<span class="tag bad">! High risk without a plan</span>' in strip
    assert deed == f"/cases/{case.case_id}/do/AgreeSafetyPlan"
    assert 'class="late"' in strip
    assert re.search(r"by \d+ \w+ \d{4}, \d\d:\d\d \(Moscow\)", words(strip))
    assert "▲ High risk" in strip


def test_what_takes_place_today_is_told_with_its_hour(office: Office, anna: Person) -> None:
    case = bring(story(office), "care")
    case.does(BookAppointment, service="medical_exam", at=office.now + timedelta(hours=3))
    strip = now_on(anna, case)
    title, deed = step_in(strip)
    assert title == "Next: Record a session"
    assert "Next: Record a session Appointment · Medical examination" in words(strip)
    assert "/do/RecordSession?appointment=" in deed
    assert re.search(r"<time datetime=[^>]+>[^<]+\(Moscow\)</time> <small>\(in 3 hours\)", strip)


def test_a_session_is_not_asked_for_by_the_hour_of_another_appointment(office: Office, anna: Person) -> None:
    case = bring(story(office), "care").does(GiveConsent, purpose="medical_care")
    for days, service in ((4, "counselling"), (7, "legal_advice"), (8, "medical_exam")):
        case.does(BookAppointment, service=service, at=office.now + timedelta(days=days))
    said = words(now_on(anna, case))
    assert "Next: Record a session Not provided yet: Medical examination." in said
    assert "by 13 Mar" in said, "on its own day, and not on the first, when somebody else is seen"


def test_a_step_without_a_day_says_which_day_is_next(office: Office, anna: Person) -> None:
    case = bring(story(office), "care")
    said = words(now_on(anna, case))
    assert "Next: Book an appointment Medical examination" in said
    assert re.search(r"No date is set for this. Next date: \d+ \w+ \d{4}", said)


def test_the_next_step_is_the_step_on_where_nothing_is_in_its_way(office: Office, anna: Person) -> None:
    case = met(bring(story(office), "reception"))
    case.does(HoldBed, facility="moscow-centre")
    title, deed = step_in(now_on(anna, case))
    assert title == "Next: Accommodate"
    assert deed == f"/cases/{case.case_id}/do/AdvanceCase?trigger=accommodate"
    assert ">Accommodate</a></p>" in now_on(anna, case), "the button has the step's own name"


def test_what_was_proposed_is_not_asked_for_once_more(office: Office, anna: Person) -> None:
    case = bring(story(office), "care").later(days=15)
    assert step_in(now_on(anna, case))[0] == "Next: Agree on the care plan"
    case.does(AgreeCarePlan)
    assert "/do/AgreeCarePlan" not in step_in(now_on(anna, case))[1]


def test_a_second_person_finds_what_waits_for_their_yes(office: Office, house: WebHouse) -> None:
    case = bring(story(office), "care")
    case.does(AgreeCarePlan)
    boris = house.sign_in(BORIS, ["supervisor"])
    title, deed = step_in(now_on(boris, case))
    assert title == "Next: Confirm"
    assert "Agree on the care plan · Anna" in words(now_on(boris, case))
    assert re.fullmatch(rf"/cases/{case.case_id}/decisions/[\w-]+", deed)


def test_a_case_that_has_ended_says_so_and_asks_for_nothing(office: Office, anna: Person) -> None:
    over = close(bring(story(office), "follow_up"))
    strip = now_on(anna, over)
    assert step_in(strip) == ("This case has ended.", "")
    assert 'class="now-deed"' not in strip
    assert 'aria-current="step"' in strip


def test_a_doctor_finds_the_certificate_that_is_asked_for_and_nothing_of_the_journey(
    office: Office, house: WebHouse
) -> None:
    case = plan_trip(ready_to_travel(bring(story(office), "documents")))
    day = office.definition.programme.day(office.now)
    case.does(CertifyFitness, valid_until=day, escort="none", mandate="medical")
    case.does(AssignCase, owner="staff:maria")
    strip = now_on(house.sign_in("staff:maria", ["medical"]), case)
    _, deed = step_in(strip)
    assert "Certify that the person may travel" in words(strip)
    assert deed.endswith("/do/CertifyFitness")
    assert "stepper" not in strip
    assert "In the way of" not in strip


def test_a_bed_that_is_held_is_marked_with_its_end(office: Office, anna: Person) -> None:
    case = bring(story(office), "reception")
    case.does(HoldBed, facility="moscow-centre")
    assert re.search(r"◷ Bed held until \d+ \w+ \d{4}", now_on(anna, case))


def test_a_person_who_was_erased_is_marked_and_nothing_is_to_be_recorded(office: Office, house: WebHouse) -> None:
    case = erased(ended(office))
    strip = now_on(house.sign_in(BORIS, ["supervisor"]), case)
    assert "✗ Erased on" in strip
    assert "/do" not in strip
    assert step_in(strip) == ("This case has ended.", "")


def test_a_team_is_called_by_its_name(office: Office, house: WebHouse) -> None:
    page = house.sign_in(team="night").get(f"/cases/{Story(office, team='night').case_id}").text
    assert page.count("Night watch") == 2, "at the head, and where it says who sees the case"
    assert "team night" not in page


def test_the_strip_is_there_in_russian(office: Office, house: WebHouse) -> None:
    boris = house.sign_in(BORIS, ["supervisor"], language="ru")
    for stage in STAGES:
        case = bring(story(office), stage)
        said = words(now_on(boris, case)).replace(case.case_id, "")
        said = re.sub(r"^.*? · ", "", said, count=1)  # the handle is in words of its own language
        assert not re.search(r"\b(?!Anna|Wayhome)[A-Za-z]{4,}", said), (stage, said)


# -- the stages -----------------------------------------------------------------------------------------------------


def test_what_was_walked_is_done_and_the_rest_is_ahead_and_the_end_stands_apart() -> None:
    road = road_of(moscow().programme, "care", ("referral", "reception", "accommodation", "care"))
    assert [stop.mark for stop in road.stops] == ["done", "done", "done", "here", *["ahead"] * 4]
    assert (road.end, road.ended, road.aside) == ("closed", False, "")


def test_a_stage_that_was_left_out_is_not_called_done() -> None:
    road = road_of(moscow().programme, "reintegration", ("referral", "reception", "care", "documents", "reintegration"))
    marks = {stop.stage: stop.mark for stop in road.stops}
    assert (marks["accommodation"], marks["returning"], marks["documents"]) == ("passed", "passed", "done")


def test_who_is_beside_the_line_stands_behind_where_they_came_from() -> None:
    road = road_of(moscow().programme, "reassessment", ("referral", "reception", "accommodation", "reassessment"))
    assert road.aside == "reassessment"
    assert [stop.stage for stop in road.stops if stop.mark == "done"] == ["referral", "reception", "accommodation"]


def test_a_journey_that_ended_on_the_way_shows_where_and_what_was_not_walked() -> None:
    road = road_of(moscow().programme, "withdrawn", ("referral", "reception", "withdrawn"))
    assert (road.end, road.ended) == ("withdrawn", True)
    assert [stop.mark for stop in road.stops][:3] == ["done", "done", "passed"]


def test_the_stages_say_in_words_what_their_colours_say(office: Office, anna: Person) -> None:
    said = words(now_on(anna, bring(story(office), "care")))
    assert "done: Accommodation" in said
    assert "here: Care" in said
    assert "ahead: Documents" in said
    assert "Closed (the end of the case)" in said


# -- the rest of the page -------------------------------------------------------------------------------------------


def test_the_picture_is_folded_below_and_opens_without_a_script(office: Office, anna: Person) -> None:
    page = anna.get(f"/cases/{bring(story(office), 'care').case_id}").text
    folded = re.search(r'(?s)<details class="sheet picture" id="journey">\s*<summary>(.*?)</summary>', page)
    assert folded
    assert "The journey as a picture" in folded[1]
    assert page.index('id="now"') < page.index('id="next"') < page.index('id="journey"')
    assert '<details class="sheet picture" id="journey" open' not in page


def test_a_card_that_holds_nothing_is_one_line_with_what_can_be_recorded(office: Office, anna: Person) -> None:
    case = story(office)
    page = anna.get(f"/cases/{case.case_id}").text
    line = re.search(r'(?s)<section class="sheet line" id="place".*?</section>', page)
    assert line
    assert words(line[0]) == "Bed nothing yet Hold a bed Put on the waiting list"
    assert page.index('id="person"') < page.index('id="place"'), "what is recorded comes first"
    bring(case, "accommodation")
    assert '<section class="sheet" id="place"' in anna.get(f"/cases/{case.case_id}").text


def test_every_card_is_on_the_page_once_whether_it_holds_something_or_not(office: Office, anna: Person) -> None:
    life = bring(story(office), "reintegration")
    referred(life)
    grant(life)
    for case in (story(office), life, close(bring(story(office), "follow_up"))):
        page = anna.get(f"/cases/{case.case_id}").text
        assert [page.count(f'id="{panel}"') for panel in ALL] == [1] * len(ALL)


def test_a_child_is_never_without_a_card_of_safety(office: Office) -> None:
    assert "safety" in empty_panels(story(office).case._replace(child=False), None, ())
    assert "safety" not in empty_panels(story(office, age_band="9-17").case, None, ())


def test_a_partner_is_called_by_its_name(office: Office, anna: Person) -> None:
    case = bring(story(office), "reintegration")
    referred(case)
    access = re.search(r'(?s)id="access".*?</section>', anna.get(f"/cases/{case.case_id}").text)
    assert access
    assert "partner New Start" in words(access[0])
    assert "newstart" not in words(access[0])


def test_what_happened_is_told_in_words_and_not_in_keys(office: Office, house: WebHouse) -> None:
    over = close(bring(story(office), "follow_up"))
    for language in ("en", "ru"):
        person = house.sign_in(BORIS, ["supervisor"], language=language)
        for path in (f"/cases/{over.case_id}", f"/cases/{over.case_id}/history"):
            said = words(re.sub(r"(?s)<(script|style)\b.*?</\1>", "", person.get(path).text))
            assert not re.search(r"\b(outcome|reason|status|goals|level)\.[a-z]", said), (language, path)
            assert not re.search(r"\b[a-z]+_[a-z_]+\b", said), (language, path)
            assert not re.search(r"\bstaff:", said), (language, path)


# -- what is likely to be recorded ----------------------------------------------------------------------------------


def likely_in(person: Person, case: Story) -> list[str]:
    page = person.get(f"/cases/{case.case_id}/do").text
    found = re.search(r'(?s)<section class="sheet likely".*?</section>', page)
    return [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', found[0])] if found else []


def test_the_few_things_that_are_likely_stand_first(office: Office, anna: Person) -> None:
    case = story(office)
    do = f"/cases/{case.case_id}/do"
    assert likely_in(anna, case)[:3] == [
        f"{do}/GiveConsent?purpose=assistance",
        f"{do}/AssessRisk",
        f"{do}/PlanArrival",
    ]
    page = anna.get(do).text
    assert page.index("Likely now") < page.index('id="intake"')
    assert "There is no risk assessment." in page, "and says why"


def test_what_is_likely_follows_the_case_and_is_never_long(office: Office, anna: Person) -> None:
    case = bring(story(office), "care")
    do = f"/cases/{case.case_id}/do"
    found = likely_in(anna, case)
    assert found[0] == f"{do}/BookAppointment?service=medical_exam", "what waits comes before what is in the way"
    assert f"{do}/AgreeCarePlan" in found
    assert 0 < len(found) <= 6
    assert len({one.partition("?")[0] for one in found}) == len(found), "each once"


def test_nothing_is_likely_of_a_case_that_has_ended(office: Office, anna: Person) -> None:
    assert likely_in(anna, close(bring(story(office), "follow_up"))) == []


def test_who_may_not_see_a_case_is_told_nothing_by_what_is_likely(office: Office, house: WebHouse) -> None:
    case = bring(story(office), "reintegration")
    grant_id = grant(case)
    finance = house.sign_in("staff:fedor", ["finance_approve"])
    for one in likely_in(finance, case):
        assert f"grant_id={grant_id}" in one, one
    assert "reintegration plan" not in finance.get(f"/cases/{case.case_id}/do").text, "what the way on lacks"


def test_without_a_script_everything_is_a_plain_list_and_nothing_typed_gets_into_an_address(
    office: Office, anna: Person
) -> None:
    page = anna.get(f"/cases/{story(office).case_id}/do").text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert re.search(r'<div class="field" data-filter hidden>', main), "shown by the script that makes it work"
    assert "<form" not in main
    assert len(re.findall(r'<li><a href="/cases/[^"]+/do/\w+', main)) > 20


def test_what_is_likely_asks_the_database_nothing(office: Office, house: WebHouse) -> None:
    case, anna = bring(story(office), "care"), house.sign_in()
    path = f"/cases/{case.case_id}/do"
    anna.get(path)
    with reading(office) as statements:
        assert "Likely now" in anna.get(path).text
    assert len(statements) <= 8, statements
