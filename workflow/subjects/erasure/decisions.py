"""When a person may be erased: it was asked for, nobody is stranded by it, and two people stand behind it.

An erasure cannot be taken back. What a case still owes the person, the bank or whoever reviews its readers is listed
whole, with what would settle it, before anything is proposed.
"""

from collections.abc import Iterator
from typing import Final

from events.facts import erasure as facts
from events.ids import CaseId, case_stream
from events.instants import instant
from workflow.case.erasure import erased_at, is_erased, request_of
from workflow.case.proposals import proposed
from workflow.case.state import Case
from workflow.case.tasks import About, Recipient
from workflow.case_decisions import lapsed_by_end
from workflow.command import FinishTask
from workflow.reasons import Reason, Refused, reasons_if, refused
from workflow.refusals import PERSON_WAS_ERASED
from workflow.situation import Decision, Situation, StreamFact, TaskKind, case_of, ends_in, id_from, person_of, unless
from workflow.subject import CommandRule, TwoPeople
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.closing import refusals as closing
from workflow.subjects.erasure import refusals
from workflow.subjects.erasure.commands import ErasePerson, ReplayErasure, RequestErasure, WithdrawErasureRequest
from workflow.subjects.grants.state import grants_of
from workflow.subjects.travel.state import travel_of, trip_is_ahead

# -- asking for it ---------------------------------------------------------------------------------------------------


def request_erasure(command: RequestErasure, situation: Situation) -> Decision:
    """Return that it was asked for; once, and as the end of keeping only when that has come."""
    case = case_of(situation)
    before, day = request_of(case), command.received_on or situation.today
    if is_erased(case):
        return refused(PERSON_WAS_ERASED(at=instant(erased_at(case))))
    reasons = reasons_if(
        (before is not None, refusals.REQUEST_IS_NEW(paper=before.paper if before else "")),
        (day > situation.today, refusals.REQUEST_IS_PAST(day=day)),
        (command.asked_by == "retention" and "retention_due" not in case.escalations, refusals.RETENTION_IS_OVER()),
    )
    asked = facts.ErasureRequested(
        request_id=id_from(command.command_id, "E", "erasure"), asked_by=command.asked_by, paper=command.paper,
        received_on=day,
    )  # fmt: skip
    return unless(reasons, [*situation.about_case(asked), *_asked_of_the_others(asked, situation)])


def _asked_of_the_others(asked: facts.ErasureRequested, situation: Situation) -> list[StreamFact]:
    """Return that the same paper asks for the person's other cases, under which they have other keys."""
    waiting = (one for one in situation.cases.values() if request_of(one) is None and not is_erased(one))
    return [StreamFact(case_stream(CaseId(one.case_id)), asked) for one in waiting]


def same_persons(_command: RequestErasure | WithdrawErasureRequest, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of the cases that were joined, as far as they are known by now: the leading one names all."""
    known = (case_of(situation), *situation.cases.values())
    named = {number for one in known for number in (*access_of(one).joined, access_of(one).led_by) if number}
    return tuple(sorted(named - {case_of(situation).case_id}))


def withdraw_request(_command: WithdrawErasureRequest, situation: Situation) -> Decision:
    """Return that nobody wants it any more; what was proposed for it lapses."""
    request, erased = request_of(case_of(situation)), is_erased(case_of(situation))
    if request is None or erased:
        return refused(refusals.ERASURE_IS_ASKED_FOR())
    withdrawn = facts.ErasureRequestWithdrawn(request_id=request.request_id)
    others = (one for one in situation.cases.values() if request_of(one) == request and not is_erased(one))
    too = [StreamFact(case_stream(CaseId(one.case_id)), withdrawn) for one in others]
    return [*situation.about_case(withdrawn), *too]


# -- deciding it -----------------------------------------------------------------------------------------------------


def erase_person(_command: ErasePerson, situation: Situation) -> Decision:
    """Return that the person is erased, in this case and in every earlier one of theirs."""
    case = case_of(situation)
    reasons = [*_against(situation), *(one for other in _persons(situation) for one in _stranded(other, situation))]
    request = request_of(case)
    if reasons or request is None:
        return Refused(tuple(reasons))
    earlier = [one for one in _persons(situation) if one is not case]
    erased = facts.PersonErased(
        person_id=case.person_id, case_id=case.case_id, request_id=request.request_id, asked_by=request.asked_by,
        paper=request.paper, cases=(case.case_id, *(one.case_id for one in earlier)), **situation.two,
    )  # fmt: skip
    too = facts.CaseErasedToo(person_id=case.person_id, decided_in=case.case_id)
    others = [StreamFact(case_stream(CaseId(one.case_id)), too) for one in earlier if not is_erased(one)]
    return [*lapsed_by_end(situation), *situation.about_case(erased), *others]


def earlier_cases(_command: ErasePerson, situation: Situation) -> tuple[str, ...]:
    """Return the numbers of the person's earlier cases, as far as they are known by now: each names the one before."""
    own = case_of(situation)
    known = (own, *(one for one in situation.cases.values() if one.person_id == own.person_id))
    earlier = tuple(one.previous_case for one in known if one.previous_case is not None)
    return (*earlier, *(number for one in known for number in access_of(one).joined))


def _persons(situation: Situation) -> tuple[Case, ...]:
    """Return the cases under the person's keys; one that was joined has keys of its own."""
    own = case_of(situation)
    return (own, *(one for one in situation.cases.values() if one.person_id == own.person_id))


def _against(situation: Situation) -> Iterator[Reason]:
    case = case_of(situation)
    if is_erased(case):
        yield PERSON_WAS_ERASED(at=instant(erased_at(case)))
    if request_of(case) is None:
        yield refusals.ERASURE_IS_ASKED_FOR()
    if not situation.journey.stage(case.stage).ends:
        yield refusals.CASE_HAS_ENDED(stage=case.stage)
    for one in situation.cases.values():
        if one.person_id != case.person_id and not is_erased(one) and not _goes_along(one, situation):
            yield refusals.JOINED_IS_ERASED_FIRST(case=one.case_id)
    if case.next_case is not None and not access_of(case).led_by:
        yield refusals.LATER_CASE_IS_ASKED(case=case.next_case)


def _goes_along(other: Case, situation: Situation) -> bool:
    """Tell whether a joined case is proposed to be erased in the same breath; confirmed, it goes before."""
    return not situation.proposal and bool(proposed(other, ErasePerson.__name__))


def _stranded(case: Case, situation: Situation) -> Iterator[Reason]:
    """Yield what of a case would hang in the air: a bed, a trip, work, money at the bank, a look nobody reviewed."""
    left = [*_left_of_the_stay(case, situation), *_left_of_work(case)]
    if left:
        yield refusals.NOBODY_IS_STRANDED(case=case.case_id, left=left)
    access = access_of(case)
    for account in dict.fromkeys((*(one.account for one in access.unreviewed.values()), *access.stops_to_review)):
        yield refusals.LOOK_IS_REVIEWED(account=account)


def _left_of_the_stay(case: Case, situation: Situation) -> Iterator[Reason]:
    """Yield bed and trip of the case if it goes on; its end gives both back, and the earlier ones had theirs."""
    bed, trip = accommodation_of(case).bed, travel_of(case).trip
    if case is not case_of(situation) or situation.journey.stage(case.stage).ends:
        return
    if bed is not None:
        yield closing.BED_IS_LEFT(bed=bed[1], house=bed[0])
    if trip is not None and trip_is_ahead(case):
        yield closing.TRIP_IS_LEFT(trip=trip.trip_id)


def _left_of_work(case: Case) -> Iterator[Reason]:
    for key, task in case.tasks.items():
        yield refusals.WORK_IS_OVER(kind=task.kind, key=key)
    for grant_id, grant in grants_of(case).grants.items():
        if grant.at_the_bank:
            yield refusals.MONEY_IS_AWAY(key=grant_id)


# -- an older copy of the log ----------------------------------------------------------------------------------------


def replay_erasure(command: ReplayErasure, situation: Situation) -> Decision:
    """Return that the person was erased before this copy of the log was taken up; once."""
    case = case_of(situation)
    if is_erased(case):
        return []
    replayed = facts.ErasureReplayed(
        person_id=person_of(situation), case_id=case.case_id, destroyed_at=command.destroyed_at
    )
    return situation.about_case(replayed)


# -- the work --------------------------------------------------------------------------------------------------------


class ErasedPerson(About):
    """Whose keys and ciphertexts are destroyed, and in which cases they lay."""

    person_id: str
    cases: str  # their numbers, with a space between


class RecallLetter(About):
    """The provider that was told something once, and by which referral."""

    recipient = Recipient("provider_of", "provider")
    provider: str
    referral_id: str


def _completed(command: FinishTask, about: ErasedPerson) -> facts.ErasureCompleted:
    """Return what was destroyed, as the worker counted it: ``keys=4 sealed_parts=12``."""
    counted = (one.partition("=") for one in command.reference.split())
    destroyed = tuple((name, int(number)) for name, _, number in counted)
    return facts.ErasureCompleted(task_id=command.task_id, person_id=about.person_id, destroyed=destroyed)


# Neither is ever called off: the one is the erasure, the other tells those we cannot erase for.
TASKS: Final = (
    TaskKind("shred_person", ErasedPerson, _completed, gives_back=True, is_letter=False),
    TaskKind("recall_referral", RecallLetter, ends_in(facts.PartnerRecalled), gives_back=True),
)
RULES: Final = (
    CommandRule(RequestErasure, request_erasure, reaches=same_persons, after_the_end=True),
    CommandRule(WithdrawErasureRequest, withdraw_request, reaches=same_persons, after_the_end=True),
    CommandRule(
        ErasePerson,
        erase_person,
        reaches=earlier_cases,
        after_the_end=True,
        cancels=True,
        two_people=TwoPeople(confirmed_by=("case.confirm_erasure",)),
    ),
    CommandRule(ReplayErasure, replay_erasure, after_the_end=True),
)
