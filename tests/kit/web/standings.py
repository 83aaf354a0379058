"""Cases at four points of their way, and for each role somebody at every distance from them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from events.ids import CaseId
from tests.kit.offices import Office
from tests.kit.roads import bring, close, grant, referred
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from workflow.case.state import Case
from workflow.rights.acts import Role
from workflow.subjects.access.commands import AssignCase, BreakGlass
from workflow.subjects.access.state import access_of
from workflow.subjects.attachments.commands import AttachFile
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.referrals.state import referrals_of

TEAM, HOUSE = "north", "moscow-centre"
EARLY, MIDDLE, LATE, ENDED = STAGES = ("referral", "care", "reintegration", "closed")
# How somebody was placed, and what that comes to at a stage: nobody sleeps in a house before or after, and a referral
# is over when the case is. Whoever works for the programme stands to its cases at least so far as that.
_PLACED: Final[dict[str, dict[str, Any]]] = {
    "owner": {"programmes": ("moscow",)},
    "team": {"programmes": ("moscow",), "team": TEAM},
    "facility": {"programmes": ("moscow",), "facilities": (HOUSE,)},
    "partner": {"programmes": ()},
    "glass": {"programmes": ("moscow",)},
    "programme": {"programmes": ("moscow",), "team": "south"},
    "stranger": {"programmes": ()},
}
STANDINGS: Final = tuple(_PLACED)
_STAFF: Final = "staff"


class Stage(NamedTuple):
    """One of the cases, and what of it addresses name."""

    stage: str
    story: Story
    grant_id: str = ""
    referral_id: str = ""
    file_id: str = ""


class Town:
    """A house with its cases, and everybody who may knock at it."""

    def __init__(self, office: Office) -> None:
        self.house = WebHouse(office)
        self.office = office
        self.stages = tuple(_with_file(_brought(office, stage)) for stage in reversed(STAGES))
        self._glass_of: set[str] = set()

    def somebody(self, role: Role, standing: str) -> Person:
        """Return somebody of a role who stands so to every case, as far as one can."""
        account = _account(role, standing)
        more = {"team": "", **_PLACED[standing]}
        if standing == "owner" and any(access_of(self.case(stage)).owner != account for stage in self.stages):
            # Some roles could not be given a case: whoever is of one had it before they became that.
            self.house.sign_in(account, ["case_manager"], **more | {"team": "south"})
            self._give(account)
        person = self.house.sign_in(account, [role], **(more if standing != "owner" else more | {"team": "south"}))
        if standing == "glass" and account not in self._glass_of:
            self._glass_of.add(account)
            self._break(account)
        return person

    def case(self, stage: Stage) -> Case:
        """Return one of the cases as it is now, as pages read it: only what is new of it is folded."""
        seen = self.house.house.container.cases.at(CaseId(stage.story.case_id))
        assert seen is not None
        return seen.case

    def _give(self, account: str) -> None:
        for stage in self.stages:
            if access_of(self.case(stage)).owner != account:
                stage.story.does(AssignCase, owner=account, team=TEAM)

    def _break(self, account: str) -> None:
        for stage in self.stages:
            why = {"reason": "danger_to_life", "why": "she was taken to hospital"}
            stage.story.does(BreakGlass, actor=account, **why)


def relations(standing: str, role: str, stage: str) -> frozenset[str]:
    """Return how somebody so placed stands to a case at a stage, written down apart from the program."""
    if standing == "stranger":
        return frozenset()
    if standing == "partner":
        return frozenset({"partner"}) if role == "partner" and stage in (MIDDLE, LATE) else frozenset()
    own = {"owner": {"owner"}, "team": {"team"}, "programme": set[str]()}
    if standing == "facility":
        return frozenset({"programme", *(["facility"] if stage == MIDDLE else [])})
    if standing == "glass":
        helps = role in ("case_manager", "supervisor", "medical", "legal")
        return frozenset({"programme", *(["glass"] if helps else [])})
    return frozenset({"programme"} | own[standing])


def _account(role: str, standing: str) -> str:
    word = "newstart" if standing == "partner" else _STAFF
    return f"{word}:{standing}-{role.replace('_', '-')}"


def _with_file(stage: Stage) -> Stage:
    """Return the stage with a file on its case, which each role that opens anything may look at."""
    about = {"kind": "photo", "compartment": "identity", "media_type": "image/jpeg", "size": 1, "told": "a photo"}
    story = stage.story.does(AttachFile, digest="0" * 64, fingerprint="0" * 32, **about)
    return stage._replace(file_id=next(iter(attachments_of(story.case).files)))


def _brought(office: Office, stage: str) -> Stage:
    """Return a case brought to a stage, with a referral to a partner and a grant where it can have them."""
    case = Story(office, team=TEAM)
    if stage == ENDED:
        bring(case, "follow_up")
        ended = close(case)
        return Stage(stage, ended, referral_id=next(iter(referrals_of(ended.case).referrals)))
    bring(case, stage)
    if stage == EARLY:
        return Stage(stage, case)
    referral = referred(case)
    return Stage(stage, case, grant(case) if stage == LATE else "", referral)
