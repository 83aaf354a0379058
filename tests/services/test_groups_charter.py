"""One flight of 150 from a charter: opened from a table, all of them or none, and met with enough seats."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from console.forms.context import FormContext
from console.forms.people_table import PeopleTable, read_table
from console.views.opening_several import commands_for
from console.views.together import Members, all_or_none
from console.words.translation import Words
from tests.kit.families import FLIGHT, done, mails
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.workshop import Workshop
from workflow.command import CaseCommand
from workflow.reasons import Refused
from workflow.subjects.groups.commands import LeaveGroup
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.reception.state import reception_of

PEOPLE = 150
HEADING = "name;gender;age;citizenship;language"
BUSES = """meeters:
  - {id: bus-01, name: Large coach, email: bus-01@moscow.example.org, languages: [ru, ro], seats: 70}
  - {id: bus-02, name: Small coach, email: bus-02@moscow.example.org, languages: [ru], seats: 50}
  - {id: bus-03, name: Minibus, email: bus-03@moscow.example.org, languages: [ru, en], seats: 30}
"""
WHO = {"actor": ANNA, "mandate": "case_manager"}


def table(office: Office, *wrong: str) -> PeopleTable:
    lines = [f"Гость {number};{'f' if number % 3 else 'm'};21-23;MD;ro" for number in range(PEOPLE)]
    about = FormContext(Words("en"), office.now, ANNA, office.definition.programme)
    return read_table("\n".join((HEADING, *lines, *wrong)), {"programme": "moscow", "source": "ngo"}, about)


def with_buses(text: str) -> str:
    """Return the programme with three coaches in place of its drivers."""
    begin, end = text.index("meeters:\n"), text.index("escorts:\n")
    return f"{text[:begin]}{BUSES}\n{text[end:]}"


def opened(office: Office) -> tuple[str, ...]:
    rows = table(office).rows
    made = commands_for(rows, "travelling", None, office.service.machine_ids, office.uuid(), WHO, WHO)
    assert office.service.submit_together(made.commands).is_done
    return made.case_ids


def planned(office: Office, case_ids: tuple[str, ...]) -> None:
    plan = office.command(PlanArrival, case_id=case_ids[0], at=office.now + timedelta(hours=20), **FLIGHT)
    assert isinstance(plan, CaseCommand)
    members: Members = {case_id: {} for case_id in case_ids}
    done(all_or_none(plan, members, office.service, office.definition.programme))


def test_a_table_of_a_charter_is_opened_whole_and_met_by_one_pickup_in_several_coaches(shop: Workshop) -> None:
    office = shop.office
    office.publish(with_buses(office.text))
    case_ids = opened(office)
    for case_id in case_ids:
        office.accepted(office.command(GiveConsent, case_id=case_id, purpose="assistance"))
    planned(office, case_ids)
    cases = [office.case(case_id) for case_id in case_ids]
    arrivals = [found for case in cases if (found := reception_of(case).arrival) is not None]
    assert Counter(one.meeter for one in arrivals) == {"bus-01": 70, "bus-02": 50, "bus-03": 30}
    assert len({one.party for one in arrivals}) == len({one.sign for one in arrivals}) == 1
    assert not any("nobody_to_meet" in case.escalations for case in cases)
    for bus, seats in (("bus-01", 70), ("bus-02", 50), ("bus-03", 30)):
        (letter,) = mails(shop, bus)
        assert f"Guests to meet, as it stands now: {seats}." in letter
    office.check()


def test_of_a_table_with_one_wrong_line_nobody_is_opened_and_the_line_is_named(office: Office) -> None:
    found = table(office, "Гость;female;old;MD;ro")
    assert [fault.line for fault in found.faults] == [PEOPLE + 2]
    rows = table(office).rows
    made = commands_for(rows, "travelling", None, office.service.machine_ids, office.uuid(), WHO, WHO)
    stranger = office.command(LeaveGroup, case_id=made.case_ids[-1], reason="was never there")
    answer = office.service.submit_together(
        [*made.commands, stranger, stranger.model_copy(update={"command_id": office.uuid()})]
    )
    assert not answer.is_done
    assert any(isinstance(one, Refused) for one in answer.answers)
    assert office.rows("case_board") == []
    assert not office.rows("tasks")
