"""Referrals as the handbook tells of them: asked with consent, answered once, never beyond a provider's room.

Whoever has heard of somebody and need do nothing more is told so once. A provider that lets the time to answer pass
is silent, and somebody else is asked, if the person agreed to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

ROOM: Final = {"harbour": 1, "new-start": 1}  # of the providers that count; the third takes everybody
PROVIDERS: Final = (*ROOM, "district-office")
# What each answer leads to, and from where it may be given.
ANSWERS: Final = {
    "acknowledged": ("sent", "unanswered"),
    "accepted": ("sent", "acknowledged", "wait_listed", "unanswered"),
    "wait_listed": ("sent", "acknowledged", "unanswered"),
    "declined": ("sent", "acknowledged", "accepted", "wait_listed", "unanswered"),
    "served": ("accepted",),
    "feedback": ("served", "feedback"),
    "closed": ("served", "feedback"),
}
HEARD: Final = ("acknowledged", "accepted", "wait_listed", "declined")  # whoever answers has heard of it
GIVES_WAY: Final = ("unanswered", "wait_listed")
OVER: Final = ("declined", "passed_on", "closed", "revoked")
HAS_PLACE: Final = ("accepted", "served", "feedback")


@dataclass
class Asked:
    """One referral, with its letter."""

    who: str
    provider: str
    status: str = "queued"
    letter: str = "open"  # or unknown, or over
    is_known: bool = False
    sent_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status not in OVER

    @property
    def stands(self) -> str:
        """Return how it stands for whoever answers: a letter that may have arrived may be answered."""
        return "sent" if (self.status, self.letter) == ("queued", "unknown") else self.status

    def is_over(self, status: str) -> bool:
        """Let it be taken back or passed on, and tell whether somebody has to be told of that."""
        tells = self.is_open and self.is_known
        self.status = status
        if self.letter == "open":
            self.letter = "over"
        return tells


@dataclass
class Desk:
    """All referrals there are, and who agreed to be told of to whom."""

    asked: dict[str, Asked] = field(default_factory=dict)
    agreed: dict[str, set[str]] = field(default_factory=dict)
    told_off: dict[str, int] = field(default_factory=dict)  # how often a provider was to be told that it is over

    def of(self, who: str) -> dict[str, Asked]:
        return {key: one for key, one in self.asked.items() if one.who == who}

    def has_room(self, provider: str) -> bool:
        return provider not in ROOM or len(self.places(provider)) < ROOM[provider]

    def places(self, provider: str) -> set[str]:
        return {key for key, one in self.asked.items() if one.provider == provider and one.status in HAS_PLACE}

    def may_be_sent(self, who: str, provider: str) -> bool:
        waits = any(one.is_open and one.status not in GIVES_WAY for one in self.of(who).values())
        return provider in self.agreed.get(who, set()) and self.has_room(provider) and not waits

    def is_sent(self, who: str, provider: str, key: str) -> None:
        for earlier, one in self.of(who).items():
            if one.status in GIVES_WAY:
                self._is_over(earlier, "passed_on")
        self.asked[key] = Asked(who, provider)

    def may_be_answered(self, key: str, answer: str) -> bool:
        one = self.asked[key]
        if one.stands not in ANSWERS[answer]:
            return False
        return answer != "accepted" or (one.provider in self.agreed[one.who] and self.has_room(one.provider))

    def is_answered(self, key: str, answer: str) -> None:
        one = self.asked[key]
        one.status, one.is_known = answer, one.is_known or answer in HEARD

    def letter_arrives(self, key: str, now: datetime) -> None:
        """Let it be known that a letter is there; who had answered before is told nothing on its account."""
        one = self.asked[key]
        had_heard, one.letter, one.is_known = one.is_known, "over", True
        if one.status == "queued":
            one.status, one.sent_at = "sent", now
        elif one.status in ("revoked", "passed_on") and not had_heard:
            self.told_off[key] = self.told_off.get(key, 0) + 1

    def may_be_revoked(self, key: str) -> bool:
        return self.asked[key].is_open or self.asked[key].status == "declined"

    def is_revoked(self, key: str) -> None:
        self._is_over(key, "revoked")

    def takes_consent_back(self, who: str, provider: str) -> None:
        self.agreed[who].discard(provider)
        for key, one in self.of(who).items():
            if one.is_open and one.provider == provider:
                self._is_over(key, "revoked")

    def case_ends(self, who: str) -> None:
        for key, one in self.of(who).items():
            if one.status in ("served", "feedback"):
                one.status = "closed"
            elif self.may_be_revoked(key):
                self._is_over(key, "revoked")
        self.agreed.pop(who, None)

    def is_silent(self, key: str, onward: str, to: str) -> None:
        """Let the time to answer have passed; ``onward`` is the referral to whoever is asked instead."""
        self.asked[key].status = "unanswered"
        if onward:
            self.is_sent(self.asked[key].who, to, onward)

    def might_be_asked_instead(self, key: str) -> set[str]:
        who, tried = self.asked[key].who, {one.provider for one in self.of(self.asked[key].who).values()}
        return {name for name in self.agreed[who] - tried if self.has_room(name)}

    def _is_over(self, key: str, status: str) -> None:
        if self.asked[key].is_over(status):
            self.told_off[key] = self.told_off.get(key, 0) + 1
