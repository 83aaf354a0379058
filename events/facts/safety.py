"""Facts of safety: assent, consent that ran out, the safety plan, and a look inside that was refused."""

from __future__ import annotations

from typing import Annotated

from events.catalogue import Fact, Sealed

Story = Annotated[str | None, Sealed("story")]


class ChildAssented(Fact):
    """A child was asked in their own language: agrees, refuses, or cannot form a view yet."""

    to: str
    answer: str


class ConsentExpired(Fact):
    """A consent ended by itself: its last day has passed, or the case it was given for had ended."""

    purpose: str
    recipient: str = ""


class SafetyPlanAgreed(Fact):
    """What is done about the dangers of this level, agreed by a second person; the plan itself is sealed."""

    person_id: str
    level: str
    second: str
    plan: Story = None


class SealedDenied(Fact):
    """Somebody asked for sealed parts that their mandate does not open; nothing was shown."""

    compartments: tuple[str, ...]
    mandate: str
    why: str
