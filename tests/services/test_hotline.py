"""Rows 1, 27, 28 and 29: the organisation, the hotline, the consultation centres, and people at risk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from events.facts.hotline import CallBackExpired, CallBackMade, CallMissed, CallTaken, ConsultationConverted
from handlers.commanding.answers import Accepted, Answer
from handlers.queries.reports import consultation_report, hotline_state_of
from handlers.queries.suppression import K
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.world import moscow
from workflow.reasons import Refused
from workflow.subjects.hotline.commands import (
    MakeCallBack,
    PrintCaseCodes,
    RecordConsultation,
    RecordMissedCall,
    StrikeCallBacks,
    TakeCall,
)

MOSCOW = ZoneInfo("Europe/Moscow")
VLADIVOSTOK = "Asia/Vladivostok"
GROUPS = ("women_migrants", "unemployed_youth", "teenagers_from_troubled_families", "orphans",
          "irregular_labour_migrants", "former_convicts", "labour_migrants")  # fmt: skip


def goes_to(office: Office, *when: int) -> None:
    """Let it be a time by Moscow's clock."""
    office.pass_time(datetime(*when, tzinfo=MOSCOW) - office.now)  # type: ignore[arg-type, misc]


def calls(office: Office, **fields: Any) -> Answer:
    given = {"programme": "moscow", "language": "ru", "outcome": "advised", "topics": ("legal",)} | fields
    return office.submit(TakeCall, **given)


def consults(office: Office, **fields: Any) -> Answer:
    given = {"centre": "icc-moscow", "how": "visit", "language": "uz", "topics": ("wages",)} | fields
    return office.submit(RecordConsultation, programme="moscow", **given)


def facts(office: Office, answer: Answer) -> list[Any]:
    assert isinstance(answer, Accepted), answer
    return [office.service.log.fact(event) for event in office.service.log.of_command(answer.command_id)]


def refusal(answer: Answer) -> tuple[str, ...]:
    assert isinstance(answer, Refused), answer
    return answer.codes


def written(office: Office) -> str:
    """Return everything the database holds of what was said after the programme was published, as text."""
    query = text("SELECT * FROM events WHERE type <> 'ProgrammePublished'")
    with office.database.reading() as connection:
        return "\n".join(str(tuple(row)) for row in connection.execute(query))


def test_the_organisation_s_telephones_are_kept_as_e164(office: Office) -> None:
    programme = office.service.definitions.current("moscow")
    assert programme is not None
    assert programme.programme.organisation is not None
    assert programme.programme.hotline is not None
    assert "phones: [+7.495.797.8722]" in office.text
    assert "number: 8-800-333-00-16" in office.text
    assert programme.programme.organisation.id == "iom-moscow"
    assert programme.programme.organisation.name.ru == "МОМ Москва"
    assert programme.programme.organisation.phones == ("+74957978722",)
    assert programme.programme.hotline.number == "+78003330016"


def test_the_hotline_takes_calls_until_half_past_six_on_friday(office: Office) -> None:
    goes_to(office, 2007, 3, 16, 8, 29, 59)
    assert refusal(calls(office)) == ("hotline_is_open",)
    goes_to(office, 2007, 3, 16, 8, 30)
    assert isinstance(calls(office), Accepted)
    goes_to(office, 2007, 3, 16, 18, 29, 59)
    assert isinstance(calls(office), Accepted)
    goes_to(office, 2007, 3, 16, 18, 30)
    assert refusal(calls(office)) == ("hotline_is_open",)
    assert len(facts_of(office, CallTaken)) == 2


def test_the_hotline_is_closed_on_moved_days_off_at_the_end_of_the_year(office: Office) -> None:
    for day in ((2025, 12, 31), (2026, 1, 9)):
        goes_to(office, *day, 12)
        assert refusal(calls(office)) == ("hotline_is_open",)
    goes_to(office, 2026, 1, 12, 8, 30)
    assert isinstance(calls(office), Accepted)


def test_a_call_back_of_a_saturday_is_due_on_monday_at_half_past_eight(office: Office) -> None:
    goes_to(office, 2007, 3, 17, 15, 0)
    answer = office.submit(RecordMissedCall, programme="moscow", language="ru", wants_call_back=True)
    missed, promised = facts(office, answer)
    assert isinstance(missed, CallMissed)
    assert promised.due_at == datetime(2007, 3, 19, 8, 30, tzinfo=MOSCOW)
    goes_to(office, 2007, 3, 19, 8, 30)
    call = {"language": "ru", "outcome": "advised", "topics": ("legal",), "code": promised.code}
    made = facts(office, office.submit(MakeCallBack, programme="moscow", **call))
    assert [type(fact) for fact in made] == [CallTaken, CallBackMade]
    assert refusal(office.submit(MakeCallBack, programme="moscow", **call)) == ("call_back_is_promised",)


def test_a_call_back_nobody_makes_is_overdue_and_then_forgotten(office: Office) -> None:
    goes_to(office, 2007, 3, 17, 15, 0)
    office.submit(RecordMissedCall, programme="moscow", wants_call_back=True)
    hours = moscow().programme.hotline
    assert hours is not None
    desk = hotline_state_of(office.service.log, moscow().programme)
    assert len(desk.overdue(datetime(2007, 3, 19, 18, 30, tzinfo=MOSCOW), hours.hours)) == 1
    goes_to(office, 2007, 3, 26, 18, 30)
    (expired,) = facts(office, office.submit(StrikeCallBacks, programme="moscow"))
    assert isinstance(expired, CallBackExpired)
    assert hotline_state_of(office.service.log, moscow().programme).call_backs == {}


def test_a_caller_in_vladivostok_sees_half_past_three_to_half_past_one(office: Office) -> None:
    hotline = moscow().programme.hotline
    assert hotline is not None
    assert len(hotline.zones) == 11
    seen = hotline.hours.on(datetime(2026, 3, 6, tzinfo=UTC).date(), VLADIVOSTOK)
    assert seen is not None
    assert [f"{at:%H:%M}" for at in seen] == ["15:30", "01:30"]
    goes_to(office, 2026, 3, 6, 18, 0)  # one in the night there, and still open
    assert isinstance(calls(office, region="RU-PRI"), Accepted)


@ON_BOTH_DATABASES
def test_a_caller_s_number_is_stored_nowhere(office: Office) -> None:
    goes_to(office, 2007, 3, 16, 12, 0)
    for fields in ({"language": "+79161234567"}, {"region": "8-916-123-45-67"}, {"topics": ("t89161234567",)},
                   {"at_risk_groups": ("g79161234567",)}, {"mandate": "m79161234567"}, {"phone": "+79161234567"},
                   {"note": "call +7 916 123-45-67"}):  # fmt: skip
        try:
            calls(office, **fields)
        except ValueError:
            continue
        raise AssertionError(f"{fields} was taken")
    calls(office, region="RU-PRI", minutes=7)
    office.submit(RecordMissedCall, programme="moscow", wants_call_back=True)
    assert "9161234567" not in "".join(filter(str.isalnum, written(office)))


def test_a_consultation_is_counted_and_no_case(office: Office) -> None:
    consults(office, at_risk_groups=("labour_migrants",))
    assert refusal(consults(office, centre="icc-st-petersburg")) == ("facility_is_open",)  # it opens in 2013
    assert isinstance(consults(office, centre="vladivostok-centre", how="phone"), Accepted)
    assert refusal(consults(office, centre="moscow-centre")) == ("centre_is_known",)
    assert hotline_state_of(office.service.log, moscow().programme).counted("how") == {"visit": 1, "phone": 1}
    assert office.rows("case_board") == []
    centre = moscow().programme.facility_of["icc-moscow"]
    assert centre.address == "12, 2-ya Zvenigorodskaya St., Moscow"


@ON_BOTH_DATABASES
def test_a_case_from_a_consultation_keeps_a_link_and_nothing_of_the_call(office: Office) -> None:
    calls(office, region="RU-PRI", topics=("missing_person",), at_risk_groups=("former_convicts",), minutes=25)
    (printed,) = facts(office, office.submit(PrintCaseCodes, programme="moscow", count=10))
    code = printed.codes[0]
    opening = {"source": "hotline", "consultation": code}
    assert refusal(office.service.submit(office.opening(**opening))) == ("consent_is_given",)
    answer = office.service.submit(office.opening(**opening, consent=True))
    assert isinstance(answer, Accepted)
    case = office.case(answer.case_id)
    assert case.source == "hotline"
    assert ("assistance", "") in case.consents
    about_case = [
        str(office.service.log.fact(event)) for event in office.service.log.timeline(f"case:{answer.case_id}")
    ]
    assert any(f"consultation='{code}'" in fact for fact in about_case)
    assert not any(word in fact for fact in about_case for word in ("RU-PRI", "missing_person", "former_convicts"))
    (converted,) = facts_of(office, ConsultationConverted)
    assert converted == ConsultationConverted(code=code, month=f"{office.now:%Y-%m}")
    assert hotline_state_of(office.service.log, moscow().programme).counted("converted") == {"case": 1}
    again = office.service.submit(office.opening(**opening, consent=True))
    assert refusal(again) == ("case_code_is_unused",)


def test_two_at_once_open_only_one_case_with_a_code(office: Office) -> None:
    (printed,) = facts(office, office.submit(PrintCaseCodes, programme="moscow", count=10))
    both = [office.opening(source="hotline", consultation=printed.codes[0], consent=True) for _ in range(2)]
    first, second = office.service.submit_many(both)
    assert isinstance(first, Accepted)
    assert refusal(second) == ("case_code_is_unused",)


def test_each_at_risk_group_has_a_prompt_in_both_languages(office: Office) -> None:
    groups = moscow().programme.at_risk_groups
    assert tuple(group.id for group in groups) == GROUPS
    for group in groups:
        assert group.label.en != group.label.ru
        assert len(group.questions) >= 2
        assert all(question.en.endswith("?") and question.ru.endswith("?") for question in group.questions)
    for group_id in GROUPS:
        assert isinstance(calls(office, at_risk_groups=(group_id,)), Accepted)


def test_statistics_hide_what_fewer_than_eleven_share(office: Office) -> None:
    for group, count in {"labour_migrants": 30, "women_migrants": 12, "orphans": 3}.items():
        for _ in range(count):
            assert isinstance(consults(office, at_risk_groups=(group,)), Accepted)
    programme = moscow().programme
    report = consultation_report(hotline_state_of(office.service.log, programme), programme, office.now.year)
    assert (report.total, report.groups["labour_migrants"], report.groups["orphans"]) == (45, 30, None)
    assert report.groups["women_migrants"] is None  # else the total would tell the three
    assert report.topics["wages"] == 45
    everything = [report.total, report.missed, report.converted, *report.how.values(), *report.topics.values()]
    assert all(count is None or count >= K for count in (*everything, *report.groups.values()))
    empty = consultation_report(hotline_state_of(office.service.log, programme), programme, year=2001)
    assert empty.total is None


def test_a_call_sent_again_is_counted_once(office: Office) -> None:
    command = office.command(TakeCall, programme="moscow", language="ru", outcome="silent")
    first, again = office.service.submit(command), office.service.submit(command)
    assert isinstance(again, Accepted)
    assert again.repeated
    assert isinstance(first, Accepted)
    office.pass_time(timedelta(hours=1))
    assert len(facts_of(office, CallTaken)) == 1


def facts_of(office: Office, kind: type[Any]) -> list[Any]:
    found = [office.service.log.fact(event) for event in office.service.log.stream("hotline:moscow")]
    return [fact for fact in found if isinstance(fact, kind)]
