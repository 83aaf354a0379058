"""What a person is called is decided with them, at the opening or later; who changed it and why is told."""

from typing import Final

from events.facts.intake import HandleChanged, HandleTaken
from workflow.reasons import Reason, reasons_if
from workflow.situation import Decision, Situation, StreamFact, case_of, unless
from workflow.subject import CommandRule
from workflow.subjects.intake import refusals
from workflow.subjects.intake.commands import ChangeHandle, OpenCase
from workflow.subjects.intake.handle_words import WORDS
from workflow.subjects.intake.handles import given_handle
from workflow.subjects.intake.state import handle_of, handles_of_case
from workflow.subjects.intake.yearly_count import yearly_intake
from workflow.values.handles import folded_handle, is_of_name


def handle_at_opening(command: OpenCase, situation: Situation) -> str:
    """Return what a new person is called: as they chose, as in their earlier case, or by two words."""
    if command.handle:
        return command.handle
    before = handle_of(situation.previous, situation.programme) if situation.previous else ""
    if before and not is_of_name(before, command.name or ""):
        return before
    words = WORDS[situation.programme.language]
    return given_handle(command.command_id, words, yearly_intake(situation).handles, command.name or "")


def against_handle(command: OpenCase, situation: Situation) -> list[Reason]:
    """Return why the person cannot be called what they chose: it is their name, or somebody else's handle."""
    chosen, earlier = command.handle or "", command.previous_case or ""
    return reasons_if(
        (chosen and is_of_name(chosen, command.name or ""), refusals.HANDLE_IS_NOT_THE_NAME()),
        (chosen and yearly_intake(situation).handles.holder(chosen) not in ("", earlier), refusals.HANDLE_IS_FREE()),
    )


def change_handle(command: ChangeHandle, situation: Situation) -> Decision:
    """Return what the person is called from now on, as they chose or by two other words."""
    case, programme, taken = case_of(situation), situation.programme, yearly_intake(situation).handles
    before = handle_of(case, programme)
    handle = command.handle or given_handle(command.command_id, WORDS[programme.language], taken)
    own = {folded_handle(one) for one in handles_of_case(case, programme)}
    reasons = reasons_if(
        (handle == before, refusals.HANDLE_IS_ANOTHER()),
        (situation.named_so, refusals.HANDLE_IS_NOT_THE_NAME()),
        (
            folded_handle(handle) not in own and taken.holder(handle) not in ("", case.case_id),
            refusals.HANDLE_IS_FREE(),
        ),
    )
    told = HandleChanged(handle=handle, before=before, why=command.why)
    kept = StreamFact(programme.intake_stream, HandleTaken(case_id=case.case_id, handle=handle))
    return unless(reasons, [*situation.about_case(told), kept])


RULES: Final = (
    CommandRule(
        ChangeHandle, change_handle, needs=lambda programme, _case: (programme.intake_stream,), after_the_end=True
    ),
)
