"""Closing a house or a programme is an operation: everybody it concerns is named, and nobody is lost.

Each person gets a proposal in their own history, to be decided with them; who does not consent to go elsewhere
stays, and is shown to a supervisor until something is found.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from events.facts.closing import FacilityClosed, FundClosed, HandOverDecided, HandOverProposed, ProgrammeEnded
from events.facts.tasks import Escalated
from events.ids import CaseId, case_stream
from workflow.case.state import Case, Pairs
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, Situation, StreamFact, case_of, id_from, said_by
from workflow.subject import CommandRule, TimerKind
from workflow.subjects.accommodation.decisions import moved_to_other_house
from workflow.subjects.accommodation.shelter import shelter_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.accommodation.waiting_list import houses_and_group
from workflow.subjects.closing import refusals
from workflow.subjects.closing.commands import CloseFacility, DecideHandOver, EndProgramme
from workflow.subjects.closing.state import closing_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.yearly_count import YearlyIntake
from workflow.subjects.travel.state import trip_is_ahead


def close_facility(command: CloseFacility, situation: Situation) -> Decision:
    """Return that a house closes, and a proposal for everybody who lives there, has a bed held, or waits."""
    reasons = _against_closing(command, situation)
    if reasons:
        return Refused(tuple(reasons))
    to = command.to or _another_house(command, situation)
    closed = said_by(command, FacilityClosed, proposed=tuple(situation.cases))
    return [StreamFact(command.stream, closed), *_proposals(command, situation, command.stream, to, command.on)]


def end_programme(command: EndProgramme, situation: Situation) -> Decision:
    """Return that a programme ends, and a proposal for every open case."""
    intake = situation.state_of(command.stream, YearlyIntake)
    if intake.ended_on is not None:
        return refused(refusals.PROGRAMME_WAS_ENDED(day=intake.ended_on))
    if command.on < situation.today:
        return refused(refusals.LAST_DAY_IS_PAST())
    if command.successor == command.programme:
        return refused(refusals.SUCCESSOR_IS_ANOTHER())
    ended = said_by(command, ProgrammeEnded, proposed=tuple(situation.cases))
    closes = f"programme:{command.programme}"
    money = StreamFact(situation.programme.fund_stream, FundClosed(programme=command.programme, on=command.on))
    return [
        StreamFact(command.stream, ended),
        money,
        *_proposals(command, situation, closes, command.successor, command.on),
    ]


def decide_hand_over(command: DecideHandOver, situation: Situation) -> Decision:
    """Return what was decided; whoever goes elsewhere agreed that the receiving side learns of them."""
    case = case_of(situation)
    proposal = closing_of(case).hand_overs.get(command.proposal_id)
    if proposal is None:
        return refused(refusals.HAND_OVER_IS_PROPOSED())
    to = command.to or proposal.to
    reasons = list(_against_decision(command, situation, proposal.outcome, to))
    goes = (
        command.outcome != "stays" and accommodation_of(case).bed is not None and to in situation.programme.facility_of
    )
    moves: Decision = moved_to_other_house(to, situation) if goes else []
    if reasons or isinstance(moves, Refused):
        return Refused((*reasons, *(moves.reasons if isinstance(moves, Refused) else ())))
    decided = HandOverDecided(
        proposal_id=command.proposal_id, outcome=command.outcome, to=to if command.outcome != "stays" else "",
        reason=command.reason,
    )  # fmt: skip
    flagged = [Escalated(kind="hand_over_stays")] if command.outcome == "stays" else []
    return [*situation.about_case(decided, *flagged), *moves]


def left_open(case: Case) -> tuple[str, ...]:
    """Return what is open for a person: bed, trip, referrals, tranches, in words and numbers only."""
    found = []
    if accommodation_of(case).bed is not None:
        found.append("bed" if accommodation_of(case).moved_in else "held bed")
    if trip_is_ahead(case):
        found.append("trip")
    tranches = [
        t for grant in grants_of(case).grants.values() for t in grant.tranches.values() if t.status != "rejected"
    ]
    waiting = sum(1 for tranche in tranches if tranche.status != "paid")
    unsettled = sum(1 for grant in grants_of(case).grants.values() if not grant.settled)
    found += [f"{unsettled} grants"] * bool(unsettled) + [f"{waiting} tranches"] * bool(waiting)
    return tuple(found)


def _proposals(
    command: CloseFacility | EndProgramme, situation: Situation, closes: str, to: str, by: date
) -> Iterator[StreamFact]:
    for case_id, case in situation.cases.items():
        proposed = HandOverProposed(
            proposal_id=id_from(command.command_id, "H", case_id), closes=closes, to=to, by=by,
            left_open=left_open(case),
        )  # fmt: skip
        yield StreamFact(case_stream(CaseId(case_id)), proposed)


def _against_closing(command: CloseFacility, situation: Situation) -> list[Reason]:
    known = situation.programme.facility_of
    reasons = []
    if command.facility not in known:
        reasons.append(refusals.NO_SUCH_HOUSE(house=command.facility, known=sorted(known)))
    if command.to and (command.to == command.facility or command.to not in known):
        reasons.append(refusals.HOUSE_CANNOT_TAKE_THEM(to=command.to))
    closed = shelter_of(command.facility, situation).closed
    if closed is not None:
        reasons.append(refusals.HOUSE_CLOSES_ALREADY(day=closed))
    house = known.get(command.facility)
    if command.on < (house.day(situation.now) if house else situation.today):
        reasons.append(refusals.CLOSING_DAY_IS_PAST())
    return reasons


def _against_decision(command: DecideHandOver, situation: Situation, decided: str, to: str) -> Iterator[Reason]:
    if decided and decided != "stays":
        yield refusals.HAND_OVER_IS_OPEN(outcome=decided)
    if command.outcome == "stays":
        if not command.reason:
            yield refusals.REASON_FOR_DECISION()
        return
    if not to:
        yield refusals.NOBODY_IS_NAMED()
    elif _is_told(to, situation) and not case_of(situation).consents_to("referral", situation.today, to):
        yield refusals.CONSENT_TO_HAND_OVER(to=to)


def _is_told(to: str, situation: Situation) -> bool:
    """Tell whether somebody outside would learn of the person; from house to house of one organisation nobody does."""
    facility = situation.programme.facility_of.get(to)
    return facility is None or facility.owner is not None


def _another_house(command: CloseFacility, situation: Situation) -> str:
    others = (f for f in situation.programme.facilities if f.id != command.facility and f.capacity and f.is_offered)
    return next((f.id for f in others if f.closes is None or f.closes > command.on), "")


def _in_the_house(command: CloseFacility, situation: Situation) -> tuple[str, ...]:
    house = shelter_of(command.facility, situation)
    return tuple(dict.fromkeys([*(bed.case_id for bed in house.beds.values()), *house.waiting]))


def _not_decided_in_time(situation: Situation, subject: Pairs) -> list[StreamFact]:
    proposal = closing_of(case_of(situation)).hand_overs.get(dict(subject)["proposal_id"])
    return situation.escalated("hand_over_late", when=proposal is not None and not proposal.outcome)


RULES: Final = (
    CommandRule(
        CloseFacility, close_facility, office_needs=lambda _programme, command: (command.stream,), reaches=_in_the_house
    ),
    CommandRule(
        EndProgramme,
        end_programme,
        office_needs=lambda programme, command: (command.stream, programme.fund_stream),
        reaches=lambda _command, situation: situation.open_cases,
    ),
    CommandRule(DecideHandOver, decide_hand_over, needs=houses_and_group),
)
TIMERS: Final = (TimerKind("hand_over", _not_decided_in_time),)
