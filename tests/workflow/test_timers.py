"""A time that comes changes something only if it still matters; on a case that moved on it is harmless."""

from datetime import timedelta

from events.facts.grants import FundsDisbursed, TrancheInstructed, TranchePaid
from events.facts.reception import ArrivalCancelled, ArrivalPlanned
from events.facts.reintegration import FollowUpDue
from events.facts.safety import ReflectionEnded, ReflectionStarted, VictimIdentified
from events.facts.tasks import Escalated, TaskRequested, TimerCancelled, TimerFired, TimerSet
from tests.kit.roads import bank_says, bring, grant, met, release, shown
from tests.kit.story import Story, story
from workflow.command import FireTimer
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.reintegration.commands import RecordFollowUp
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.commands import EndReflection, IdentifyVictim


def fire_first(case: Story, kind: str) -> Story:
    timer = next(key for key, (of, _) in case.case.timers.items() if of == kind)
    return case.when(FireTimer, timer_id=timer, due_at=case.place.now)


def test_somebody_looks_when_a_person_was_not_at_the_airport() -> None:
    case = bring(story(), "reception").later(hours=2).fires("no_show")
    case.then(TimerFired, Escalated(kind="no_show"))
    case.does(PlanArrival, at=case.place.now, place="SVO", means="flight")
    assert not case.case.escalations


def test_whoever_was_met_is_not_missed() -> None:
    case = met(bring(story(), "reception")).later(hours=2)
    assert "no_show" not in {kind for kind, _ in case.case.timers.values()}


def test_a_flight_moved_by_three_hours_moves_the_worry_with_it() -> None:
    case = story()
    case.does(PlanArrival, at=case.place.now, place="SVO", means="flight", number="SU 1")
    late = case.place.now + timedelta(hours=3)
    case.when(PlanArrival, at=late, place="SVO", means="flight", number="SU 1")
    case.then_among_others(ArrivalCancelled, ArrivalPlanned, TimerCancelled, TimerSet)
    (timer,) = case.now_told(TimerSet)
    assert timer.due_at == late + timedelta(hours=2)


def test_somebody_looks_when_nothing_moves_for_a_month() -> None:
    case = story().later(days=30).fires("idle")
    case.then(TimerFired, TimerSet, Escalated(kind="idle"))


def test_a_case_that_moved_on_lately_is_not_idle() -> None:
    case = bring(story().later(days=29), "care").later(days=1).fires("idle")
    case.then(TimerFired, TimerSet)


def test_a_person_in_follow_up_is_not_idle() -> None:
    case = bring(story(), "follow_up")
    assert "idle" not in {kind for kind, _ in case.case.timers.values()}


def test_moving_on_settles_that_nothing_moved() -> None:
    case = bring(story(), "reception").later(days=30).fires("idle")
    assert case.case.escalations == {"idle"}
    met(case).does(HoldBed).goes("accommodate")
    assert not case.case.escalations


def test_a_silent_bank_is_asked_and_one_that_answered_is_not() -> None:
    case = bring(story(), "follow_up")
    grant_id = grant(case)
    tranche = release(case, grant_id)
    case.finish(case.task(tranche_id=tranche)).then(TrancheInstructed, TimerSet)
    case.later(days=5).fires("bank_answer").then(TimerFired, Escalated(kind="bank_silent"))
    bank_says(case, grant_id, tranche, "paid").accepted()
    second = release(shown(case, grant_id, tranche), grant_id)
    case.finish(case.task(tranche_id=second)).accepted()
    bank_says(case, grant_id, second, "paid").then(TranchePaid, TimerCancelled, FundsDisbursed)


def test_visits_are_asked_for_after_one_three_six_and_twelve_months() -> None:
    case = bring(story(), "follow_up")
    start = case.place.now
    summer = start - timedelta(hours=1)  # the same time of day by the programme's clocks
    due = {dict(t.subject)["month"]: t.due_at for t in case.now_told(TimerSet) if t.kind == "follow_up"}
    assert due == {
        "1": summer.replace(month=4), "3": summer.replace(month=6), "6": summer.replace(month=9),
        "12": start.replace(year=2008),
    }  # fmt: skip
    case.later(days=31)
    fire_first(case, "follow_up").then(TimerFired, FollowUpDue, TimerSet, TaskRequested)
    case.does(RecordFollowUp, month=1, outcome="well")
    assert reintegration_of(case.case).visits == {1}


def test_visits_begun_on_the_31st_fall_on_the_last_day_of_short_months() -> None:
    case = bring(story().later(days=23), "follow_up")
    assert case.place.now.day == 31
    due = [t.due_at.date().isoformat() for t in case.now_told(TimerSet) if t.kind == "follow_up"]
    assert due == ["2007-04-30", "2007-06-30", "2007-09-30", "2008-03-31"]


def test_the_reflection_period_starts_by_itself_and_ends_by_itself() -> None:
    case = story().when(IdentifyVictim, status="actual", decided_by="police")
    case.then(VictimIdentified, ReflectionStarted, TimerSet, TimerSet)
    case.when(IdentifyVictim, status="actual", decided_by="court").then(VictimIdentified)
    case.later(days=31).fires("reflection").then(TimerFired, ReflectionEnded, TimerCancelled)


def test_a_person_who_decides_ends_the_reflection_period() -> None:
    case = story().does(IdentifyVictim, status="actual", decided_by="ngo")
    timer = case.timer("reflection")
    case.when(EndReflection, why="wants to go home")
    case.then(ReflectionEnded, TimerCancelled, TimerCancelled)
    case.when(FireTimer, timer_id=timer, due_at=case.place.now).then_refused("timer_is_set")


def test_a_possible_victim_has_no_reflection_period_yet() -> None:
    story().when(IdentifyVictim, status="possible", decided_by="ngo").then(VictimIdentified)


def test_a_late_timer_on_an_ended_case_is_harmless() -> None:
    case = bring(story(), "follow_up")
    timers = list(case.case.timers)
    case.advance("transfer", reason="moved").confirmed()
    for timer in timers:
        case.when(FireTimer, timer_id=timer, due_at=case.place.now).then_refused("timer_is_set")
