"""What the bank says of payments that nobody sent from here: kept, and in sight until somebody has asked the bank."""

from typing import Final

from events.facts.grants import StrangeAnswerRead, StrangeAnswerSettled
from workflow.reasons import refused
from workflow.situation import Decision, Situation, StreamFact, id_from, said_by
from workflow.subject import CommandRule
from workflow.subjects.grants import refusals
from workflow.subjects.grants.commands import RecordStrangeAnswer, SettleStrangeAnswer
from workflow.subjects.grants.fund import fund_of


def record_strange_answer(command: RecordStrangeAnswer, situation: Situation) -> Decision:
    """Return that the bank spoke of a payment nobody sent, unless that already waits for somebody."""
    same = (command.message_id, command.tranche_id, command.outcome)
    if same in fund_of(situation).strange.values():
        return []
    answer_id = id_from(command.command_id, "S")
    return [StreamFact(command.stream, said_by(command, StrangeAnswerRead, answer_id=answer_id))]


def settle_strange_answer(command: SettleStrangeAnswer, situation: Situation) -> Decision:
    """Return that somebody knows what it was."""
    if command.answer_id not in fund_of(situation).strange:
        return refused(refusals.STRANGE_ANSWER_WAITS(answer=command.answer_id))
    return [StreamFact(command.stream, said_by(command, StrangeAnswerSettled))]


RULES: Final = tuple(
    CommandRule(kind, decide, office_needs=lambda programme, _command: (programme.fund_stream,))
    for kind, decide in ((RecordStrangeAnswer, record_strange_answer), (SettleStrangeAnswer, settle_strange_answer))
)
