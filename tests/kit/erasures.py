"""Who erases whom in the tests: a supervisor proposes, the data-protection officer stands behind it."""

from __future__ import annotations

from typing import Any, Final

from tests.kit.offices import Office
from tests.kit.people import BORIS
from tests.kit.story import Story, story
from workflow.case.proposals import proposals_of
from workflow.command import ConfirmDecision
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.erasure.commands import ErasePerson, RequestErasure

DINA: Final = "staff:dina"  # the data-protection officer


def with_officers(office: Office) -> Office:
    """Let a supervisor and a data-protection officer work in the programme."""
    for name, role in ((BORIS, "supervisor"), (DINA, "data_protection")):
        if not office.rows("accounts", account=name):
            office.by_two(OpenAccount, account=name, roles=(role,), programmes=(office.programme,))
    return office


def ended(office: Office, **opening: Any) -> Story:
    """Return somebody whose case has come to its end, with officers who might erase them."""
    return story(with_officers(office), **opening).ends("withdraw", reason="declined")


def asked_for(case: Story) -> Story:
    return case.does(RequestErasure, actor=BORIS, asked_by="person", paper="118/2007")


def proposed(case: Story) -> str:
    """Have the erasure proposed, and return the proposal."""
    asked_for(case).does(ErasePerson, actor=BORIS, mandate="supervisor")
    return next(key for key, one in proposals_of(case.case).pending.items() if one.command == "ErasePerson")


def confirm(case: Story, proposal_id: str, actor: str = DINA) -> Story:
    return case.when(ConfirmDecision, actor=actor, mandate="data_protection", proposal_id=proposal_id)


def erased(case: Story) -> Story:
    """Have it decided; the shredding is the workers'."""
    return confirm(case, proposed(case)).accepted()
