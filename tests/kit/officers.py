"""The two officers of every house, and what they decide together: one proposes, the other confirms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from handlers.commanding.answers import Accepted, Answer
from handlers.commanding.service import CommandService
from handlers.projections.accounts import find_account
from handlers.queries.history import published_names
from workflow.command import Command, ConfirmOfficeDecision
from workflow.rights.acts import OPERATOR
from workflow.subjects.accounts.commands import OpenAccount
from workflow.two_people import proposal_id_of

ROOT: Final = "staff:root"  # the administrator, who proposes
ZOYA: Final = "staff:zoya"  # the data-protection officer, who stands behind it
OFFICERS: Final = ((ROOT, "administrator"), (ZOYA, "data_protection"))
NewId = Callable[[], UUID]


def founding(service: CommandService, new_id: NewId) -> list[Command]:
    """Return what opens the first two officers where Wayhome is installed, for those who are not there."""
    with service.log.database.reading() as connection:
        missing = [(name, role) for name, role in OFFICERS if find_account(connection, name) is None]
        programmes = published_names(connection) if missing else []
    own = {"actor": "staff:operator", "mandate": OPERATOR, "programmes": programmes}
    return [
        OpenAccount.model_validate(own | {"command_id": new_id(), "account": name, "roles": (role,)})
        for name, role in missing
    ]


def by_two(
    service: CommandService, new_id: NewId, kind: type[Command], /, actor: str = ROOT, second: str = ZOYA, **fields: Any
) -> list[Command]:
    """Return how two people decide something about the house, the officers' opening before it if need be."""
    asked = kind.model_validate({"command_id": new_id(), "actor": actor} | fields)
    confirms = ConfirmOfficeDecision(
        command_id=new_id(), actor=second, mandate="data_protection", proposal_id=proposal_id_of(asked.command_id)
    )
    return [*founding(service, new_id), asked, confirms]


def decided_by_two(service: CommandService, new_id: NewId, kind: type[Command], /, **how: Any) -> Answer:
    """Have two people decide something about the house, and return the answer to the second."""
    *before, last = service.submit_many(by_two(service, new_id, kind, **how))
    refused = [answer for answer in before if not isinstance(answer, Accepted)]
    return refused[0] if refused else last


def let_in(service: CommandService, new_id: NewId, account: str, roles: Iterable[str], **more: Any) -> Answer | None:
    """Have two officers open an account; the officers themselves are there from the beginning."""
    if account in dict(OFFICERS):
        *_, last = [None, *service.submit_many(founding(service, new_id))]
        return last
    return decided_by_two(service, new_id, OpenAccount, account=account, roles=tuple(roles), **more)


def second_of(account: str) -> str:
    """Return who hands over an account's one-time password; of the first two officers it is the operator."""
    return "" if account in dict(OFFICERS) else ZOYA
