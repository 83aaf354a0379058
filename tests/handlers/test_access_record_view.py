"""Who looked at what is written down before it is shown; whoever looks at very many is asked again, then stopped."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from events.database import owner_engine
from events.errors import StoreProblem
from handlers.projections.rebuild import rebuild
from handlers.queries.access_log import AccessQuery, accesses_of_case, bulk_readers, readings, views_of_case
from handlers.queries.record_view import Sight, Viewer, ViewLimits, is_stopped, record_listed, record_view, untold_stop
from tests.kit.offices import Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import referred
from tests.kit.story import Story
from workflow.subjects.access.commands import BreakGlass, ReviewStop, StopLooking
from workflow.subjects.intake.commands import GiveConsent, OpenSealed
from workflow.subjects.referrals.commands import DiscloseReferral

CASE = "7K3P9-QXM2D"
FEW = ViewLimits(cases_per_proof=3, cases_per_hour=5)
MANY_AT_ONCE = 50


def look(
    office: Office, case_id: str = CASE, account: str = ANNA, page: str = "case.see", *,
    session: str = "session-1", proof: str = "", limits: ViewLimits = FEW,
) -> Sight:  # fmt: skip
    return record_view(office.database, office.keys, case_id, Viewer(account, session, proof), page, office.now, limits)


def number(count: int) -> str:
    return f"7K3P9-{count:05}"


def seen(office: Office, case_id: str = CASE) -> list[tuple[str, str]]:
    with office.database.reading() as connection:
        return [(row["account"], row["page"]) for row in views_of_case(connection, case_id)]


def test_a_look_is_written_down_once_in_a_quarter_of_an_hour(office: Office) -> None:
    assert look(office) == "shown"
    office.pass_time(timedelta(minutes=14))
    look(office)
    assert seen(office) == [(ANNA, "case.see")]
    office.pass_time(timedelta(minutes=2))
    look(office)
    assert seen(office) == [(ANNA, "case.see")] * 2


def test_one_look_hides_no_other_page_session_or_person(office: Office) -> None:
    for who, page, session in [(ANNA, "case.see", "1"), (ANNA, "case.open_sealed", "1"), (ANNA, "case.see", "stolen"),
                               (BORIS, "case.see", "1")]:  # fmt: skip
        assert look(office, account=who, page=page, session=session) == "shown"
    assert sorted(seen(office)) == [
        (ANNA, "case.open_sealed"),
        (ANNA, "case.see"),
        (ANNA, "case.see"),
        (BORIS, "case.see"),
    ]


def test_after_some_cases_a_fresh_proof_is_asked_for_and_opens_as_many_again(office: Office) -> None:
    assert [look(office, number(count)) for count in range(4)] == ["shown", "shown", "shown", "prove"]
    assert seen(office, number(3)) == [], "nothing was shown, and nothing says so"
    assert look(office, number(0), page="case.record") == "shown", "a case they are at work on stays open"
    assert look(office, number(3), proof="fresh") == "shown"


def test_whoever_goes_on_all_the_same_is_stopped_until_somebody_looks_into_it(office: Office) -> None:
    proofs = ["one", "one", "one", "two", "two"]
    assert [look(office, number(count), proof=proof) for count, proof in enumerate(proofs)] == ["shown"] * 5
    assert look(office, proof="two") == "stopped"
    assert look(office, number(0), proof="two") == "stopped", "also the cases they were at work on"
    assert record_listed(office.database, [number(0)], Viewer(ANNA, "another"), "work.see", office.now) == "stopped"
    assert look(office, account=BORIS) == "shown"
    office.pass_time(timedelta(days=3))
    assert look(office, proof="three") == "stopped", "time alone heals nothing"
    assert is_stopped(office.database, ANNA)
    with office.database.reading() as connection:
        (alarm,) = bulk_readers(connection, office.now - timedelta(days=30))
    assert (alarm["account"], alarm["times"]) == (ANNA, 1), "one alarm, however often they try again"


def test_what_somebody_else_looked_into_is_shown_again_and_not_counted_again(office: Office) -> None:
    case = Story(office)
    answers = [look(office, one, proof=str(count)) for count, one in enumerate([*map(number, range(5)), case.case_id])]
    assert answers == ["shown"] * 5 + ["stopped"]
    told = untold_stop(office.database, ANNA)
    assert told is not None
    assert told.case_id == case.case_id
    origin = office.service.machine_ids.by_machine("system:access", "system", told.case_id, f"stop/{told.at}")
    office.accepted(StopLooking(**origin, account=ANNA, cases=5))
    assert untold_stop(office.database, ANNA) is None, "told once"
    office.pass_time(timedelta(minutes=1))
    by = {"actor": CLARA, "mandate": "data_protection", "account": ANNA}
    case.does(ReviewStop, **by, outcome="not_justified")
    assert look(office, number(0)) == "stopped"
    office.pass_time(timedelta(minutes=1))
    case.does(ReviewStop, **by, outcome="justified")
    assert [look(office, number(count), proof="again") for count in range(10, 14)] == ["shown"] * 3 + ["prove"]
    rebuild(office.service.log)
    assert look(office, number(10), page="case.record", proof="again") == "shown", "the log says so, not a row"


def test_an_hour_later_as_many_open_again(office: Office) -> None:
    assert [look(office, number(count)) for count in range(4)][-1] == "prove"
    office.pass_time(timedelta(minutes=61))
    assert look(office, number(3)) == "shown"


@pytest.mark.parametrize(("limits", "last"), [
    (ViewLimits(cases_per_proof=20, cases_per_hour=80), "prove"),
    (ViewLimits(cases_per_proof=80, cases_per_hour=20), "stopped"),
])  # fmt: skip
def test_of_fifty_at_once_exactly_as_many_are_shown_as_the_limit_says(
    office: Office, limits: ViewLimits, last: Sight
) -> None:
    answers = _at_once(lambda count: look(office, number(count), session=f"s{count % 3}", limits=limits))
    assert answers.count("shown") == 20, answers
    assert answers.count(last) == 30
    rows = office.rows("looks")
    assert sum(not row["refused"] for row in rows) == 20, "as many are written down as were shown"
    assert sum(row["refused"] for row in rows) == (0 if last == "prove" else 1)


def test_two_people_at_once_do_not_use_up_each_others(office: Office) -> None:
    answers = _at_once(
        lambda count: look(office, number(count // 2), account=(ANNA, BORIS)[count % 2], limits=ViewLimits(10, 80))
    )
    assert answers.count("shown") == 20


def test_a_list_is_written_down_case_by_case_once_in_a_session_and_counts_for_nothing(office: Office) -> None:
    cases = sorted(Story(office).case_id for _ in range(6))
    viewer = Viewer(ANNA, "session-1")
    for _ in range(2):
        assert record_listed(office.database, cases, viewer, "travel.see", office.now) == "shown"
    rows = office.rows("looks")
    assert sorted(row["case_id"] for row in rows) == cases
    assert all(row["listed"] and row["page"] == "travel.see" for row in rows)
    assert look(office, cases[0]) == "shown"
    record_listed(office.database, cases[:1], viewer, "beds.see", office.now)
    assert seen(office, cases[0]).count((ANNA, "beds.see")) == 1, "another list is another look"


def test_what_cannot_be_written_down_is_not_shown(office: Office) -> None:
    owner = owner_engine(office.database.url)
    with owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE looks RENAME TO looks_elsewhere")
    owner.dispose()
    with pytest.raises(StoreProblem):
        look(office)
    with pytest.raises(StoreProblem):
        record_listed(office.database, [CASE], Viewer(ANNA, "session-1"), "travel.see", office.now)


def test_the_list_tells_looks_openings_refused_openings_disclosures_and_emergencies(office: Office) -> None:
    case = Story(office, name="Maria")
    look(office, case.case_id)
    case.later(minutes=1).does(OpenSealed, compartments=("identity",), why="prepare the ticket")
    case.later(minutes=1).does(OpenSealed, compartments=("medical",), why="curious", actor=BORIS)
    why = "She collapsed in the corridor."
    case.later(minutes=1).does(BreakGlass, actor=BORIS, mandate="medical", reason="medical_emergency", why=why)
    referral_id = referred(case.does(GiveConsent, purpose="assistance"))
    case.later(minutes=1).does(DiscloseReferral, referral_id=referral_id, why="first meeting")
    case.later(minutes=1)
    record_listed(office.database, [case.case_id], Viewer(BORIS, "session-2"), "travel.see", office.now)
    reads = accesses_of_case(office.service.log, case.case_id)
    assert [(read.what, read.account, read.why) for read in reads] == [
        ("page", ANNA, ""),
        ("opened", ANNA, "prepare the ticket"),
        ("denied", BORIS, "curious"),
        ("glass", BORIS, "medical_emergency"),
        ("disclosed", "new-start", "first meeting"),
        ("listed", BORIS, ""),
    ]
    assert reads[1].parts == ("identity",)
    assert why not in repr(reads)
    opened = readings(office.service.log, AccessQuery(case.case_id, lists=False), 100)
    assert "listed" not in {read.what for read in opened}


def _at_once(ask: Callable[[int], Sight]) -> list[Sight]:
    """Return the answers to as many as fit, all begun at the same moment."""
    begin = Barrier(MANY_AT_ONCE)

    def one(count: int) -> Sight:
        begin.wait(timeout=30)
        return ask(count)

    with ThreadPoolExecutor(MANY_AT_ONCE) as threads:
        return list(threads.map(one, range(MANY_AT_ONCE)))
