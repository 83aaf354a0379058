"""Referrals: what the engine is told of them."""

from typing import Final

from workflow.case.retraction import Instead
from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.referrals import commands
from workflow.subjects.referrals.caseload import Caseload, evolve
from workflow.subjects.referrals.decisions import ON_ENTERING, RULES, TASKS, TIMERS
from workflow.subjects.referrals.guards import GUARDS
from workflow.subjects.referrals.state import CHANGES, referrals_of

SUBJECT: Final = Subject(
    stem="referrals",
    commands=commands_in(commands),
    rules=RULES,
    part=referrals_of,
    changes=CHANGES,
    instead={
        "ReferralMade": Instead(back="RevokeReferral", anew="SendReferral"),
        "ReferralAccepted": Instead(back="RevokeReferral"),
        "ReferralDeclined": Instead(("SendReferral",)),
        "ReferralRevoked": Instead(("SendReferral",)),
        "ReferralClosed": Instead(("SendReferral",)),
    },
    guards=GUARDS,
    tasks=TASKS,
    timers=TIMERS,
    entering=ON_ENTERING,
    aggregates=(aggregate("provider", Caseload, evolve),),
)
