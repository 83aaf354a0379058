"""Somebody who is referred, as stories of referrals begin."""

from tests.kit.roads import consents, referred
from tests.kit.story import Story, story
from tests.kit.world import World
from workflow.subjects.referrals.state import referrals_of

FULL = ("capacity: 200", "capacity: 1")


def somebody(world: World | None = None, **opening: object) -> Story:
    return consents(story(world, **{"citizenships": ("RU",), "language": "ru"} | opening), "assistance")


def asked(case: Story) -> Story:
    """Refer somebody to Harbour; the letter is out."""
    referred(case, "harbour")
    return case


def number(case: Story) -> str:
    return list(referrals_of(case.case).referrals)[-1]


def status(case: Story) -> str:
    return referrals_of(case.case).referrals[number(case)].status
