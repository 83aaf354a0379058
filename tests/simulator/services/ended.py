"""Cases that have ended, or that are looked at anew: some are taken up again, and go on from where they may."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from console.simulation.care import prepared
from console.simulation.managed_case import ManagedCase
from tests.simulator.services.acts import Act
from workflow.command import CaseCommand, Command
from workflow.subjects.erasure.commands import WithdrawErasureRequest
from workflow.subjects.intake.commands import AddNote

_WAYS_ON: Final = ("begin_care", "follow_up", "accommodate", "receive", "stay")


def taken_up_again(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    """Yield what is done about a case that has ended, at a look: mostly nothing."""
    drawn = order.random()
    if drawn < 0.10:
        yield managed.advance("reopen", reason="came_back")
    elif drawn < 0.16:
        yield managed.make(AddNote, note="they wrote a letter")
    elif drawn < 0.20:
        yield managed.make(WithdrawErasureRequest)


def reassessed(managed: ManagedCase, order: Random) -> Iterator[Command]:
    """Yield what is done for somebody who is looked at anew: what every step needs, and one way on."""
    if managed.case.stage == "reassessment":
        yield from prepared(managed)
        yield managed.advance(order.choice(_WAYS_ON))


def _ends_otherwise(managed: ManagedCase, order: Random) -> Iterator[CaseCommand]:
    trigger = order.choice(("lose_contact", "transfer", "lose_contact"))
    yield managed.advance(trigger, reason="moved" if trigger == "transfer" else "not_seen")


ENDS: Final = (Act(0.0015, _ends_otherwise),)
