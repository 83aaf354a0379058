"""Why a team is none, and why somebody stands in for nobody."""

from typing import Final

from workflow.reasons import ReasonKind

TEAM_IS_MEANT: Final = ReasonKind("team_is_listed/meant", ("meant",), looked_at=("team",), field="team")
TEAM_IS_LISTED: Final = ReasonKind("team_is_listed", looked_at=("team",), field="team")
ACCOUNT_IS_HERE: Final = ReasonKind("account_is_here", looked_at=("account",))
SUPERVISOR_NAMES: Final = ReasonKind("supervisor_names", looked_at=("owner",), field="owner")
OWNER_IS_AN_ACCOUNT: Final = ReasonKind("owner_is_an_account", looked_at=("account",), field="owner")
FIRST_DAY_IS_TO_COME: Final = ReasonKind("first_day_is_to_come", ("today",), looked_at=("first",), field="first")
LAST_DAY_IS_LATER: Final = ReasonKind("last_day_is_later", looked_at=("first", "last"), field="last")
STAND_IN_IS_SHORT: Final = ReasonKind("stand_in_is_short", ("days",), helps_with=("AssignCase",), field="last")
STAND_IN_IS_SOON: Final = ReasonKind("stand_in_is_soon", ("days",), field="first")
STAND_IN_IS_ANOTHER: Final = ReasonKind("stand_in_is_another", looked_at=("account",), field="stand_in")
STAND_IN_HAS_ACCOUNT: Final = ReasonKind("stand_in_has_account", looked_at=("account",), field="stand_in")
STAND_IN_IS_HERE: Final = ReasonKind("stand_in_is_here", looked_at=("account",), field="stand_in")
STAND_IN_WOULD_SEE: Final = ReasonKind("stand_in_would_see", looked_at=("account", "programme"), field="stand_in")
STANDS_IN_ALREADY: Final = ReasonKind("stands_in_already", looked_at=("account", "owner"), field="stand_in")
STANDS_IN: Final = ReasonKind("stands_in", looked_at=("account", "owner"), field="stand_in")
