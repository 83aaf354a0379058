"""Whether a team is one of the office's list; a mistyped one is answered with those it may have meant."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Final

from workflow.programme.programme import Programme
from workflow.reasons import Reason
from workflow.subjects.team import refusals

_LIKE: Final = 0.6  # how much of a name has to be the same to be meant
_MEANT_MAX: Final = 3


def teams_of(programme: Programme) -> frozenset[str]:
    """Return the teams a programme's people may be placed in."""
    return frozenset(team.id for team in programme.teams if team.is_offered)


def against_team(team: str, programme: Programme, before: str = "") -> Iterator[Reason]:
    """Yield why there is no such team; one from before teams were a list may stay where it is."""
    yield from against_team_among(team, teams_of(programme), before)


def against_team_among(team: str, known: Collection[str], before: str = "") -> Iterator[Reason]:
    """Yield why a team is none of these."""
    if team in ("", before) or team in known:
        return
    meant = get_close_matches(team, sorted(known), _MEANT_MAX, _LIKE)
    if meant or known:
        yield refusals.TEAM_IS_MEANT(team=team, meant=meant or sorted(known))
    else:
        yield refusals.TEAM_IS_LISTED(team=team)
