"""After a restore: two people say of each thing outside what it was, and then that work may go on."""

from collections.abc import Iterator
from typing import Final

from events.facts.restore import OrphanSettled, QuarantineLifted
from events.ids import OFFICE_POLICY, RESTORE
from workflow.reasons import Reason, Refused
from workflow.rights.acts import OPERATOR
from workflow.situation import Decision, OfficeSituation, StreamFact, said_by
from workflow.subject import OfficeRule, TwoPeople
from workflow.subjects.accounts.decisions import against_officer
from workflow.subjects.accounts.state import is_founding
from workflow.subjects.restore import refusals
from workflow.subjects.restore.commands import LiftQuarantine, QuarantineCommand, SettleOrphan
from workflow.subjects.restore.state import Quarantine


def settle_orphan(command: SettleOrphan, situation: OfficeSituation) -> Decision:
    """Return what something was that the log knows nothing of; saying the same again changes nothing."""
    found = quarantine_of(situation).orphans.get(command.orphan_id)
    if found is not None and (found.outcome, found.grant_id) == (command.outcome, command.grant_id):
        return []
    reasons = tuple(_against_settling(command, quarantine_of(situation)))
    settled = said_by(command, OrphanSettled, **situation.two)
    return Refused(reasons) if reasons else [StreamFact(RESTORE, settled)]


def lift_quarantine(command: LiftQuarantine, situation: OfficeSituation) -> Decision:
    """Return that what waits may leave the house again."""
    quarantine = quarantine_of(situation)
    if not quarantine.is_on:
        return Refused((refusals.QUARANTINE_IS_ON(),))
    if quarantine.open:
        return Refused((refusals.EVERYTHING_IS_SETTLED(open=tuple(sorted(quarantine.open))),))
    return [StreamFact(RESTORE, said_by(command, QuarantineLifted, **situation.two))]


def needs_two(command: QuarantineCommand, situation: OfficeSituation) -> bool:
    """Tell whether two officers stand behind it: always, once there have been two."""
    return not (command.mandate == OPERATOR and is_founding(situation))


def quarantine_of(situation: OfficeSituation) -> Quarantine:
    """Return the quarantine as it stands."""
    return situation.states.get(RESTORE) or Quarantine()


def _against_settling(command: SettleOrphan, quarantine: Quarantine) -> Iterator[Reason]:
    found = quarantine.orphans.get(command.orphan_id)
    if not quarantine.is_on:
        yield refusals.QUARANTINE_IS_ON()
    if found is None:
        yield refusals.ORPHAN_IS_LISTED(orphan=command.orphan_id)
        return
    if found.outcome:
        yield refusals.ORPHAN_IS_OPEN(outcome=found.outcome)
    if command.grant_id and (found.kind != "payment" or command.outcome != "counted"):
        yield refusals.ONLY_PAYMENTS_COUNT()


def _streams(_command: QuarantineCommand) -> tuple[str, ...]:
    return (RESTORE, OFFICE_POLICY)


OFFICE_RULES: Final = (
    OfficeRule(
        SettleOrphan,
        settle_orphan,
        _streams,
        TwoPeople(when=needs_two, thing=("orphan_id",), confirmed_by=("accounts.confirm",)),
        against_officer,
    ),
    OfficeRule(
        LiftQuarantine,
        lift_quarantine,
        _streams,
        TwoPeople(when=needs_two, confirmed_by=("accounts.confirm",)),
        against_officer,
    ),
)
