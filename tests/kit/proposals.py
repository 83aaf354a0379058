"""Decisions that take two people, as stories propose and confirm them."""

from typing import Any

from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import bring
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.case.proposals import proposals_of
from workflow.command import AdvanceCase, ConfirmDecision


def world() -> World:
    """Return a world in which Anna leads cases, and Boris and Clara look after those who do."""
    found = World()
    for name in (ANNA, BORIS, CLARA):
        found.has_account(name)
    return found


def in_care() -> Story:
    return bring(story(world()), "care")


def proposal(case: Story) -> str:
    (key,) = proposals_of(case.case).pending
    return key


def confirms(case: Story, actor: str = BORIS, **more: Any) -> Story:
    return case.when(ConfirmDecision, actor=actor, **{"proposal_id": proposal(case)} | more)


def transfer(case: Story) -> Story:
    return case.does(AdvanceCase, trigger="transfer", reason="moved")
