"""Every command there is and who may type it."""

from __future__ import annotations

from typing import Final

from workflow import command
from workflow.command import CaseCommand, Command, OfficeCommand
from workflow.subjects.access import commands as access
from workflow.subjects.accommodation import commands as accommodation
from workflow.subjects.accounts import commands as accounts
from workflow.subjects.care import commands as care
from workflow.subjects.closing import commands as closing
from workflow.subjects.documents import commands as documents
from workflow.subjects.grants import commands as grants
from workflow.subjects.hotline import commands as hotline
from workflow.subjects.intake import commands as intake
from workflow.subjects.reception import commands as reception
from workflow.subjects.referrals import commands as referrals
from workflow.subjects.reintegration import commands as reintegration
from workflow.subjects.safety import commands as safety
from workflow.subjects.trafficking_routes import commands as trafficking_routes
from workflow.subjects.travel import commands as travel

HUMAN: Final[tuple[type[CaseCommand], ...]] = (
    *intake.BY_PEOPLE,
    *safety.BY_PEOPLE,
    *reception.BY_PEOPLE,
    *accommodation.BY_PEOPLE,
    *care.BY_PEOPLE,
    *documents.BY_PEOPLE,
    *trafficking_routes.BY_PEOPLE,
    *travel.BY_PEOPLE,
    *grants.BY_PEOPLE,
    *grants.COSTS_BY_PEOPLE,
    *reintegration.BY_PEOPLE,
    *referrals.BY_PEOPLE,
    *closing.BY_PEOPLE,
    *access.BY_PEOPLE,
)

# What `wayhome office record` offers.
OFFICE: Final[tuple[type[OfficeCommand], ...]] = (
    *closing.BY_OFFICE,
    *hotline.BY_OFFICE,
)

# What a settings page offers; no command of the line about a case takes these.
ACCOUNTS: Final[tuple[type[accounts.AccountCommand], ...]] = (*accounts.BY_ADMINISTRATORS, *accounts.BY_THEMSELVES)


def human_command(name: str) -> type[CaseCommand] | None:
    """Return the command a person may type by its name, in any case of letters."""
    return {kind.__name__.lower(): kind for kind in HUMAN}.get(name.lower().replace("-", "").replace("_", ""))


def office_command(name: str) -> type[OfficeCommand] | None:
    """Return the command about the office itself by its name, in any case of letters."""
    return {kind.__name__.lower(): kind for kind in OFFICE}.get(name.lower().replace("-", "").replace("_", ""))


def every_command() -> list[type[Command]]:
    """Return every kind of command somebody or something may give, in the order of the subjects."""
    modules = (command, intake, safety, reception, accommodation, care, documents, trafficking_routes, travel, grants,
               reintegration, referrals, closing, access, hotline, accounts)  # fmt: skip
    found = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return [k for k in dict.fromkeys(found) if issubclass(k, Command) and (not k.__subclasses__() or k in OFFICE)]
