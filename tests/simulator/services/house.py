"""What concerns the house and not one case: who stands in for whom, own settings, and providers stopped and resumed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from console.container import Container
from console.simulation.demo_accounts import DATA_PROTECTION
from console.simulation.managed_case import ANNA, BORIS
from workflow.case.proposals import Proposal
from workflow.command import Command
from workflow.programme.programme import Programme
from workflow.subjects.accounts.commands import ChooseLanguage, ChooseName
from workflow.subjects.directory.commands import (
    ChangeEntry,
    ConfirmEntry,
    DeclineEntry,
    ProposeResumption,
    StopEntry,
    WithdrawEntry,
)
from workflow.subjects.directory.state import Directory, directory_stream, entry_of
from workflow.subjects.team.commands import EndStandIn, NameStandIn

_PROVIDERS: Final = ("new-start", "harbour", "quiet-room", "legal-aid")
_STREAM: Final = directory_stream("moscow")


class House:
    """A supervisor, a data-protection officer and their colleagues, a few times a month."""

    def __init__(self, order: Random) -> None:
        self._order = order
        self.waits = False  # for a second person, as it was proposed

    def wanted(self, container: Container, programme: Programme, now: datetime) -> Iterator[Command]:
        """Yield what there is to ask for now."""
        yield from self._of_directory(self._directory(container), now)
        what = self._order.randrange(4)
        if what == 0:
            first = programme.day(now)
            yield self._made(NameStandIn, ANNA, stand_in="staff:gleb", first=first, last=first + timedelta(days=20))
        elif what == 1:
            yield self._made(EndStandIn, ANNA, stand_in="staff:gleb")
        elif what == 2:
            yield self._own(ChooseLanguage, language=self._order.choice(("ru", "en")))
        else:
            yield self._own(ChooseName, name=self._order.choice(("Anna", "Анна П.", "")))

    def _of_directory(self, directory: Directory, now: datetime) -> Iterator[Command]:
        """Decide on what waits, have somebody stopped used again, or stop or change somebody."""
        waiting = [(key, one) for key, one in directory.pending.items() if now < one.expires_at]
        self.waits = not waiting
        if waiting:
            yield self._decided(*waiting[-1])
            return
        stopped = [entry for (kind, entry), one in directory.entries.items() if one.stopped and kind == "provider"]
        entry = {"kind": "provider", "entry": self._order.choice(stopped or _PROVIDERS)}
        if stopped:
            yield self._made(ProposeResumption, BORIS, **entry, reason="was looked into")
        elif self._order.random() < 0.3:
            yield self._made(StopEntry, BORIS, **entry, reason="a guest complained")
        else:
            yield self._made(ChangeEntry, BORIS, **entry, email=f"desk{self._order.randrange(9)}@example.org")

    def _decided(self, proposal_id: str, proposal: Proposal) -> Command:
        kind, entry = entry_of(proposal)
        about = {"proposal_id": proposal_id, "kind": kind, "entry": entry}
        seen = {"proposer": proposal.proposer}
        drawn = self._order.random()
        if drawn < 0.7:
            return self._made(ConfirmEntry, DATA_PROTECTION, "data_protection", **about, **seen)
        if drawn < 0.9:
            return self._made(DeclineEntry, DATA_PROTECTION, "data_protection", **about, reason="nobody asked them")
        return self._made(WithdrawEntry, BORIS, **about)

    def _directory(self, container: Container) -> Directory:
        state = container.cases.states([_STREAM])[_STREAM].state
        return state if isinstance(state, Directory) else Directory()

    def _own(self, kind: type[Command], **fields: Any) -> Command:
        said = {"command_id": self._id(), "actor": ANNA, "mandate": "self", "account": ANNA}
        return kind.model_validate(said | fields)

    def _made(self, kind: type[Command], actor: str, mandate: str = "", /, **fields: Any) -> Command:
        said = {"command_id": self._id(), "actor": actor, "programme": "moscow"}
        right = mandate or ("supervisor" if actor == BORIS else "case_manager")
        return kind.model_validate(said | {"mandate": right} | fields)

    def _id(self) -> UUID:
        return UUID(bytes=self._order.randbytes(16), version=4)
