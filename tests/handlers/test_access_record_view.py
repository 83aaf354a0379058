"""Who looked at what is written down before it is shown; whoever looks at very many is stopped."""

from __future__ import annotations

from datetime import timedelta

from handlers.queries.access_log import CASES_PER_HOUR_MAX, accesses_of_case, bulk_readers, record_view, views_of_case
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import referred
from tests.kit.story import Story
from workflow.subjects.access.commands import BreakGlass
from workflow.subjects.intake.commands import GiveConsent, OpenSealed
from workflow.subjects.referrals.commands import DiscloseReferral

CASE = "7K3P9-QXM2D"


def look(office: Office, case_id: str = CASE, account: str = ANNA, page: str = "case") -> object:
    return record_view(office.database, case_id, account, "session-1", page, office.now)


def test_a_look_is_written_down_once_in_a_quarter_of_an_hour(office: Office) -> None:
    assert look(office) is None
    office.pass_time(timedelta(minutes=14))
    look(office)
    look(office, account=BORIS)
    office.pass_time(timedelta(minutes=2))
    look(office, page="documents")
    with office.database.reading() as connection:
        assert [(row["account"], row["page"]) for row in views_of_case(connection, CASE)] == [
            (ANNA, "case"), (BORIS, "case"), (ANNA, "documents"),
        ]  # fmt: skip


def test_whoever_looks_at_very_many_cases_within_an_hour_is_stopped_and_seen(office: Office) -> None:
    for number in range(CASES_PER_HOUR_MAX):
        assert look(office, f"7K3P9-{number:05}") is None
        office.pass_time(timedelta(seconds=10))
    stopped = look(office)
    assert getattr(stopped, "codes", ()) == ("too_many_files",)
    assert look(office) == stopped
    assert look(office, f"7K3P9-{CASES_PER_HOUR_MAX - 1:05}") is None  # a case they are at work on stays open
    assert look(office, account=BORIS) is None
    with office.database.reading() as connection:
        (alarm,) = bulk_readers(connection, office.now - timedelta(days=1))
        assert (alarm["account"], alarm["times"]) == (ANNA, 1)
        assert [row["refused"] for row in views_of_case(connection, CASE)] == [True, False]
    office.pass_time(timedelta(hours=1))
    assert look(office) is None


def test_the_list_tells_looks_openings_refused_openings_disclosures_and_emergencies(office: Office) -> None:
    case = Story(office, name="Maria")
    look(office, case.case_id)
    case.later(minutes=1).does(OpenSealed, compartments=("identity",), why="prepare the ticket")
    case.later(minutes=1).does(OpenSealed, compartments=("medical",), why="curious", actor=BORIS)
    why = "She collapsed in the corridor."
    case.later(minutes=1).does(BreakGlass, actor=BORIS, mandate="medical", reason="medical_emergency", why=why)
    referral_id = referred(case.does(GiveConsent, purpose="assistance"))
    case.later(minutes=1).does(DiscloseReferral, referral_id=referral_id, why="first meeting")
    reads = accesses_of_case(office.service.log, case.case_id)
    assert [(read.what, read.account, read.why) for read in reads] == [
        ("page", ANNA, ""),
        ("opened", ANNA, "prepare the ticket"),
        ("denied", BORIS, "curious"),
        ("glass", BORIS, "medical_emergency"),
        ("disclosed", "new-start", "first meeting"),
    ]
    assert reads[1].parts == ("identity",)
    assert why not in repr(reads)
