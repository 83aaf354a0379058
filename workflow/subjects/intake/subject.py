"""Opening a case, consents, notes: what the engine is told of them."""

from typing import Final

from events.facts.intake import NoteAdded
from workflow.case.retraction import Instead, Retractable
from workflow.subject import Subject, aggregate, commands_in
from workflow.subjects.intake import commands, decisions, handle_decisions
from workflow.subjects.intake.consents import ON_LEAVING, RULES, TIMERS
from workflow.subjects.intake.guards import GUARDS
from workflow.subjects.intake.state import CHANGES, intake_of
from workflow.subjects.intake.yearly_count import YearlyIntake, evolve

SUBJECT: Final = Subject(
    stem="intake",
    commands=commands_in(commands),
    rules=(*decisions.RULES, *handle_decisions.RULES, *RULES),
    part=intake_of,
    changes=CHANGES,
    retractable=(Retractable(NoteAdded, "AddNote", in_turn=False, after_the_end=True),),
    instead={
        "CaseOpened": Instead(("CorrectIdentity", "CorrectCitizenships", "CorrectDetails")),
        "HandleChanged": Instead(("ChangeHandle",)),
        "ConsentGiven": Instead(("GiveConsent",), "WithdrawConsent", "GiveConsent"),
        "ConsentWithdrawn": Instead(("GiveConsent",)),
    },
    guards=GUARDS,
    timers=TIMERS,
    leaving=ON_LEAVING,
    aggregates=(aggregate("intake", YearlyIntake, evolve),),
)
