"""I12 for the house itself: accounts, roles and programme files were decided by two officers, or by none who could."""

from typing import Any, Final

import orjson

from events.facts.accounts import (
    AccountOpened,
    AccountPlaced,
    AccountReopened,
    RolesChanged,
)
from events.facts.decisions import DecisionProposed
from events.facts.office import ProgrammePublished
from events.facts.restore import OrphanSettled, QuarantineLifted
from events.ids import OFFICE_POLICY
from events.instants import instant
from handlers.checks.check_results import ObservedEvent
from handlers.projections.replay import Replay
from workflow.decide_office import OFFICE_RULES
from workflow.refusals import CONFIRMER_MAY, PROPOSER_MAY
from workflow.rights.acts import OPERATOR
from workflow.situation import OfficeSituation
from workflow.subjects.accounts.state import OFFICERS, AccountState, is_founding, is_short_of_officers

BY_TWO_OFFICERS: Final = {kind.__name__: rule for kind, rule in OFFICE_RULES.items() if rule.two_people is not None}


class OfficerRights:
    """Who counted as one of two officers at a moment of the replay."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def situation(self, seen: ObservedEvent, before: tuple[str, Any] | None = None) -> OfficeSituation:
        """Return what a decision about the house looked at then; ``before`` puts a stream back to what it was."""
        kept = self._replay.states.items()
        states = {stream: one.state for stream, one in kept if stream.startswith("account:") or stream == OFFICE_POLICY}
        return OfficeSituation(instant(seen.event.envelope.recorded_at), states | dict([before] if before else []))

    def faults(self, proposal: DecisionProposed, seen: ObservedEvent, proposer: str) -> list[str]:
        """Return why the two accounts of a confirmed decision did not count as two officers then."""
        rule, said = BY_TWO_OFFICERS[proposal.command], seen.event.envelope
        assert rule.two_people is not None, "the rules of this table all have it"
        confirms, proposes = rule.two_people.confirmed_by, rule.command.acts
        who = ((said.actor, confirms, CONFIRMER_MAY), (proposer, proposes, PROPOSER_MAY))
        asked = rule.command.model_construct(**orjson.loads(proposal.given), actor=said.actor)
        now = self.situation(seen)
        against = ((name, [*rule.against(asked, now, name, acts, kind)]) for name, acts, kind in who)
        return [f"{name} had no open account that might do this then" for name, reasons in against if reasons]


def was_done_alone(fact: Any, seen: ObservedEvent, situation: OfficeSituation) -> bool:
    """Tell whether one person may have done this: the operator while officers are wanting, or it only takes away."""
    by_operator = seen.event.envelope.mandate == OPERATOR
    before: AccountState | None = seen.before
    match fact:
        case AccountOpened():
            officer = not {*fact.roles}.isdisjoint(OFFICERS)
            return by_operator and officer and is_short_of_officers(situation)
        case AccountReopened():
            return by_operator and before is not None and before.is_officer and is_short_of_officers(situation)
        case RolesChanged():
            lost = before.account.roles - {*fact.roles} if before else frozenset()
            gained = before is None or not {*fact.roles} <= before.account.roles
            return not gained and lost.isdisjoint(OFFICERS)
        case AccountPlaced():
            return before is not None and _is_narrower(fact, before)
        case ProgrammePublished() | OrphanSettled() | QuarantineLifted():
            return by_operator and is_founding(situation)
        case _:
            return False


def _is_narrower(fact: AccountPlaced, before: AccountState) -> bool:
    account = before.account
    within = {*fact.programmes} <= account.programmes and {*fact.facilities} <= account.facilities
    return within and fact.team in ("", account.team)
