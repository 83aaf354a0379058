"""What somebody decides about their own account, and nobody for them: their language, password and second factors."""

from collections.abc import Iterator

from events.catalogue import Fact
from events.facts import accounts as facts
from workflow.reasons import Reason, Refused, refused
from workflow.situation import Decision, StreamFact
from workflow.subjects.accounts import commands, refusals
from workflow.subjects.accounts.state import AccountRegister, AccountState


def choose_language(command: commands.ChooseLanguage, register: AccountRegister) -> Decision:
    """Return the language of somebody's own screen."""
    if command.actor != command.account:
        return refused(refusals.LANGUAGE_IS_THEIRS())
    if register[command.account].account.language == command.language:
        return []
    return told_of(command, facts.LanguageChosen(language=command.language))


def record_password(command: commands.RecordPassword, register: AccountRegister) -> Decision:
    """Return that somebody set a password of their own: those before it open nothing any more."""
    reasons = list(against_closed(register[command.account]))
    if command.actor != command.account:
        reasons.append(refusals.PASSWORD_IS_THEIRS())
    return Refused(tuple(reasons)) if reasons else told_of(command, facts.PasswordReplaced())


def record_second_factor(command: commands.RecordSecondFactor, register: AccountRegister) -> Decision:
    """Return that somebody proves with one thing more that it is them."""
    standing = register[command.account]
    reasons = list(against_closed(standing))
    if command.actor != command.account:
        reasons.append(refusals.NEW_FACTOR_IS_THEIRS())
    if (command.kind, command.factor) in standing.factors:
        reasons.append(refusals.FACTOR_IS_NEW())
    added = facts.SecondFactorAdded(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else told_of(command, added)


def remove_second_factor(command: commands.RemoveSecondFactor, register: AccountRegister) -> Decision:
    """Return that a second factor counts no more; the only one stays until another is added."""
    standing = register[command.account]
    reasons = list(against_closed(standing))
    if command.actor != command.account:
        reasons.append(refusals.FACTOR_IS_THEIRS())
    if (command.kind, command.factor) not in standing.factors:
        reasons.append(refusals.FACTOR_EXISTS())
    elif len(standing.factors) == 1:
        reasons.append(refusals.FACTOR_REMAINS())
    removed = facts.SecondFactorRemoved(kind=command.kind, factor=command.factor)
    return Refused(tuple(reasons)) if reasons else told_of(command, removed)


def against_closed(standing: AccountState) -> Iterator[Reason]:
    """Yield why nothing more is done of an account: it is closed."""
    if not standing.is_open:
        yield refusals.ACCOUNT_IS_OPEN()


def told_of(command: commands.AccountCommand, fact: Fact) -> list[StreamFact]:
    """Return a fact for the account's own history."""
    return [StreamFact(command.stream, fact)]
