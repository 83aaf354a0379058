"""Where an account is told by mail, as far as the log says: which address counts and which letter went.

An address is a row beside the log, named here by a random word. What is written to it is begun before it is sent and
ended with what became of it, so that of one morning there is one letter, whoever sweeps and how often.
"""

from typing import Final, NamedTuple, Self

from events.catalogue import Fact
from events.facts import accounts as facts

ASKS_KEPT: Final = 5
LETTER_FACTS: Final = (facts.StaffLetterBegun, facts.StaffLetterEnded)
MAIL_FACTS: Final = (
    facts.MailAsked, facts.MailConfirmed, facts.MailForgotten, facts.DigestSwitched, *LETTER_FACTS,
)  # fmt: skip


class MailState(NamedTuple):
    """Which address waits for its code and which counts; the letter in hand; the last morning that was begun."""

    asked: str = ""
    asks: tuple[str, ...] = ()  # when addresses were given, the last ones
    confirmed: str = ""
    off: str = ""  # "off" for who wants no mail in the morning
    letter: str = ""  # the last one that was begun
    kind: str = ""
    at: str = ""
    attempt: int = 0
    outcome: str = ""  # empty while it is in somebody's hand
    day: str = ""
    way: str = ""

    @property
    def in_hand(self) -> bool:
        """Tell whether a letter was begun and nobody has said what became of it."""
        return bool(self.letter) and not self.outcome

    def packed(self) -> str:
        """Return it as one text for a row; nothing where there is nothing."""
        if self == MailState():
            return ""
        return "|".join(",".join(part) if isinstance(part, tuple) else str(part) for part in self)

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """Return what a row holds.

        >>> MailState.unpacked(MailState(asked="M-1", asks=("a", "b"), attempt=2).packed()).asks
        ('a', 'b')
        """
        if not text:
            return cls()
        said = cls(*text.split("|"))  # type: ignore[arg-type]
        asks = tuple(one for one in str(said.asks).split(",") if one)
        return said._replace(asks=asks, attempt=int(said.attempt))


def told_of_mail(mail: MailState, fact: Fact, at: str) -> MailState:
    """Return the state of an account's mail after a fact; of most nothing changes."""
    match fact:
        case facts.StaffLetterBegun() | facts.StaffLetterEnded():
            return _told_of_letter(mail, fact, at)
        case facts.MailAsked():
            return mail._replace(asked=fact.letter, asks=(*mail.asks, at)[-ASKS_KEPT:])
        case facts.MailConfirmed():
            return mail._replace(asked="", confirmed=fact.letter)
        case facts.MailForgotten() | facts.AccountClosed():  # who comes back gives one anew
            return mail._replace(asked="", confirmed="")
        case facts.DigestSwitched():
            return mail._replace(off="" if fact.on else "off")
        case _:
            return mail


def _told_of_letter(mail: MailState, fact: facts.StaffLetterBegun | facts.StaffLetterEnded, at: str) -> MailState:
    if isinstance(fact, facts.StaffLetterEnded):
        return mail._replace(outcome=fact.outcome, at=at)
    again = mail.attempt + 1 if fact.letter == mail.letter else 1
    begun = mail._replace(letter=fact.letter, kind=fact.kind, at=at, attempt=again, outcome="", way=fact.way)
    return begun._replace(day=fact.day) if fact.day else begun
