"""What people, workers and timers may ask for. A command says who asks, by which right, and carries its own id.

The id is made by whoever asks, once for each intention: sending a command again gives the first answer again.
One module for each subject; whoever needs commands imports this package and names them ``ask.HoldBed``.
"""

from __future__ import annotations

from typing import Final

from workflow.commands import (
    access,
    accounts,
    care,
    case,
    closing,
    command,
    funding,
    grants,
    hotline,
    papers,
    places,
    reception,
    referrals,
    reintegration,
    routes,
    safety,
    travel,
)
from workflow.commands.access import *  # noqa: F403
from workflow.commands.accounts import *  # noqa: F403
from workflow.commands.care import *  # noqa: F403
from workflow.commands.case import *  # noqa: F403
from workflow.commands.closing import *  # noqa: F403
from workflow.commands.command import *  # noqa: F403
from workflow.commands.funding import *  # noqa: F403
from workflow.commands.grants import *  # noqa: F403
from workflow.commands.hotline import *  # noqa: F403
from workflow.commands.papers import *  # noqa: F403
from workflow.commands.places import *  # noqa: F403
from workflow.commands.programmes import *  # noqa: F403
from workflow.commands.reception import *  # noqa: F403
from workflow.commands.referrals import *  # noqa: F403
from workflow.commands.reintegration import *  # noqa: F403
from workflow.commands.routes import *  # noqa: F403
from workflow.commands.safety import *  # noqa: F403
from workflow.commands.travel import *  # noqa: F403
from workflow.commands.work import *  # noqa: F403

HUMAN: Final[tuple[type[command.CaseCommand], ...]] = (
    *case.BY_PEOPLE,
    *safety.BY_PEOPLE,
    *reception.BY_PEOPLE,
    *places.BY_PEOPLE,
    *care.BY_PEOPLE,
    *papers.BY_PEOPLE,
    *routes.BY_PEOPLE,
    *travel.BY_PEOPLE,
    *grants.BY_PEOPLE,
    *funding.BY_PEOPLE,
    *reintegration.BY_PEOPLE,
    *referrals.BY_PEOPLE,
    *closing.BY_PEOPLE,
    *access.BY_PEOPLE,
)

# What `wayhome office record` offers.
OFFICE: Final[tuple[type[command.OfficeCommand], ...]] = (
    *closing.BY_OFFICE,
    *hotline.BY_OFFICE,
)

# What a settings page offers; no command of the line about a case takes these.
ACCOUNTS: Final[tuple[type[accounts.AccountCommand], ...]] = (*accounts.BY_ADMINISTRATORS, *accounts.BY_THEMSELVES)


def human_command(name: str) -> type[command.CaseCommand] | None:
    """Return the command a person may type by its name, in any case of letters."""
    return {kind.__name__.lower(): kind for kind in HUMAN}.get(name.lower().replace("-", "").replace("_", ""))


def office_command(name: str) -> type[command.OfficeCommand] | None:
    """Return the command about the office itself by its name, in any case of letters."""
    return {kind.__name__.lower(): kind for kind in OFFICE}.get(name.lower().replace("-", "").replace("_", ""))
