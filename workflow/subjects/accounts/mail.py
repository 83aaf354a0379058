"""Where somebody is told by mail what waits: they alone give the address, and it counts once it is confirmed.

A letter is begun here before it is sent. Who begins it has it; nobody begins it a second time before somebody has found
out that it did not go. What nobody can find out stays so: the next morning tells what this one did not.
"""

from datetime import date, datetime, timedelta
from typing import Final

from events.catalogue import Fact
from events.facts import accounts as facts
from events.instants import instant
from workflow.reasons import Reason, ReasonKind, Refused, refused
from workflow.rights.visibility import is_machine
from workflow.situation import Decision, OfficeSituation, StreamFact
from workflow.subjects.accounts import commands, refusals
from workflow.subjects.accounts.mail_state import ASKS_KEPT, MailState
from workflow.subjects.accounts.state import AccountState, register_of

ATTEMPTS_MAX: Final = 8  # of one letter, while it is known that none went
AGAIN_AFTER: Final = timedelta(minutes=10)
CODE_LASTS: Final = timedelta(minutes=30)
_ASKS_WITHIN: Final = timedelta(days=1)


def decide_mail(command: commands.AccountCommand, situation: OfficeSituation) -> Decision:
    """Return the fact of a command about an account's mail, or a refusal with every reason."""
    standing = register_of(situation).get(command.account)
    if standing is None:
        return Refused((refusals.ACCOUNT_EXISTS(),))
    by_machine = isinstance(command, commands.BeginStaffLetter | commands.EndStaffLetter)
    reasons = [] if standing.is_open or not isinstance(command, _OPEN_ONLY) else [refusals.ACCOUNT_IS_OPEN()]
    if not (is_machine(command.actor) if by_machine else command.actor == command.account):
        reasons.append(refusals.MAIL_IS_THEIRS())
    reasons += _against(command, standing, situation)
    return Refused(tuple(reasons)) if reasons else _told(command, standing.mail)


_OPEN_ONLY: Final = (commands.AskMail, commands.ConfirmMail, commands.SwitchDigest, commands.BeginStaffLetter)


def _against(command: commands.AccountCommand, standing: AccountState, situation: OfficeSituation) -> list[Reason]:
    mail, now = standing.mail, situation.now
    wrong: ReasonKind | None = None
    match command:
        case commands.AskMail():
            often = len(mail.asks) == ASKS_KEPT and instant(mail.asks[0]) > now - _ASKS_WITHIN
            wrong = refusals.MAIL_WAS_ASKED_OFTEN if often else None
        case commands.ConfirmMail():
            late = not mail.asks or now > instant(mail.asks[-1]) + CODE_LASTS
            wrong = refusals.MAIL_IS_ASKED if mail.asked != command.letter or late else None
        case commands.BeginStaffLetter():
            wrong = None if may_begin(mail, command.letter, command.day, now) else refusals.LETTER_IS_DUE
        case commands.EndStaffLetter():
            mine = mail.in_hand and (mail.letter, mail.attempt) == (command.letter, command.attempt)
            wrong = None if mine else refusals.LETTER_IS_IN_HAND
    return [wrong()] if wrong else []


def may_begin(mail: MailState, letter: str, day: date | None, now: datetime) -> bool:
    """Tell whether a letter may be begun now: none is in hand, and of this one nothing went."""
    if mail.in_hand:
        return False
    if letter == mail.letter:
        waited = now >= instant(mail.at) + AGAIN_AFTER
        again = mail.outcome == "put_off" and mail.attempt < ATTEMPTS_MAX and waited
        return again and (bool(mail.confirmed) and not mail.off if day else mail.asked == letter)
    if day is None:
        return mail.asked == letter
    return bool(mail.confirmed) and not mail.off and day.isoformat() > mail.day


def _told(command: commands.AccountCommand, mail: MailState) -> list[StreamFact]:
    fact: Fact | None = None
    match command:
        case commands.AskMail():
            fact = facts.MailAsked(letter=command.letter)
        case commands.ConfirmMail():
            fact = facts.MailConfirmed(letter=command.letter)
        case commands.ForgetMail() if mail.asked or mail.confirmed:
            fact = facts.MailForgotten()
        case commands.SwitchDigest() if command.on == bool(mail.off):
            fact = facts.DigestSwitched(on=command.on)
        case commands.BeginStaffLetter():
            day = command.day.isoformat() if command.day else ""
            fact = facts.StaffLetterBegun(
                letter=command.letter, kind="digest" if day else "code", day=day, way=command.way
            )
        case commands.EndStaffLetter():
            fact = facts.StaffLetterEnded(letter=command.letter, outcome=command.outcome)
    return [StreamFact(command.stream, fact)] if fact else []


NO_CODE_AWAITED: Final = refused(refusals.MAIL_IS_ASKED())
WRONG_MAIL_CODE: Final = refused(refusals.MAIL_CODE_IS_WRONG())
MAIL_COMMANDS: Final = (
    commands.AskMail, commands.ConfirmMail, commands.ForgetMail, commands.SwitchDigest,
    commands.BeginStaffLetter, commands.EndStaffLetter,
)  # fmt: skip
