"""By which right somebody gives a command: each command class names its acts, and the table of rights is asked.

Where a command names several acts, any one of them will do: a session is recorded by whoever held it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from workflow.case.state import Case
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.registry import COMMANDS
from workflow.rights.acts import Act, Acts
from workflow.rights.table import Account, Permit, permit
from workflow.rights.visibility import cut_off_words
from workflow.subjects.referrals.state import referrals_of

ACTS_OF: Final[Mapping[type[Command], Acts]] = {kind: kind.acts for kind in COMMANDS if kind.acts}
# What no person asks for: workers report and timers fire.
MACHINE_COMMANDS: Final[frozenset[type[Command]]] = frozenset(COMMANDS) - ACTS_OF.keys()


class Right(NamedTuple):
    """The act somebody does by a command, and why they may."""

    act: Act
    permit: Permit


def right_to(
    account: Account, kind: type[Command], case: Case | None, programme: Programme | None, now: datetime
) -> Right | None:
    """Return by which right somebody may give a command now, or None; a command without a line is nobody's."""
    for act in kind.acts:
        found = permit(account, act, case, programme, now)
        if found is not None:
            return Right(act, found)
    return None


def stays_within(permit: Permit, command: Command, case: Case, programme: Programme) -> bool:
    """Tell whether a command stays within the relation it is given by: a partner answers for its own referrals only."""
    if permit.relation != "partner":
        return True
    word = command.actor.partition(":")[0]
    return getattr(command, "referral_id", None) in own_referrals(word, case, programme)


def own_referrals(word: str, case: Case, programme: Programme) -> frozenset[str]:
    """Return the referrals of a case that were sent to the organisation whose people's ids begin with a word."""
    if word in cut_off_words(programme):
        return frozenset()
    providers = {provider.id for provider in programme.providers if provider.staff and provider.staff == word}
    return frozenset(key for key, one in referrals_of(case).referrals.items() if one.provider in providers)
