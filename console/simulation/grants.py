"""The rehearsal's money: grants asked for, approved, sent part by part against receipts, and what goes wrong."""

import hashlib
from typing import Final

from console.simulation.managed_case import BORIS, CLARA, DORA, ManagedCase, Steps
from events.money import Money
from workflow.subjects.grants.commands import (
    ApproveGrant,
    ChangePayee,
    RecordCost,
    RecordEvidence,
    ReleaseTranche,
    RequestGrant,
)
from workflow.subjects.grants.state import Grant, grants_of

_ACCOUNT: Final = "DE89370400440532013000"  # the example IBAN of ISO 13616, nobody's account
_OTHER: Final = "GB82WEST12345698765432"  # the same standard's, of another country
_PAYEE_CHANGES_EVERY: Final = 12
_LETTERS: Final = "bdfgklmnprstvzaeiou"


def own_word(case_id: str) -> str:
    """Return a made-up family name that is this case's alone, in the letters a bank takes."""
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in hashlib.sha256(case_id.encode()).digest()[:9]).title()


def asked_for(managed: ManagedCase) -> Steps:
    """Ask for every kind of grant the person has not had, and record what the way home cost."""
    had = {grant.kind for grant in grants_of(managed.case).grants.values()}
    for kind in managed.programme.grants:
        if kind.kind not in had:
            payee = {"payee_name": f"Rehearsed {own_word(managed.case.case_id)}", "payee_account": _ACCOUNT}
            yield managed.make(RequestGrant, kind=kind.kind, amount=kind.cap, **payee)
    if not grants_of(managed.case).costs:
        fare, day = Money.parse(f"EUR {60 + managed.number % 200}"), managed.today
        yield managed.make(RecordCost, kind="travel", amount=fare, day=day, reference="made-up bill")


def grants(managed: ManagedCase) -> Steps:
    """Bring every grant on by one step: receipts, approval, another payee, the next part."""
    for grant_id, grant in grants_of(managed.case).grants.items():
        if not (grant.declined or grant.settled):
            yield from _one(managed, grant_id, grant)


def _one(managed: ManagedCase, grant_id: str, grant: Grant) -> Steps:
    if grant.returned or (_changes_payee(grant_id, grant) and not grant.at_the_bank):
        payee = {"payee_name": "Rehearsed Shop", "payee_account": _OTHER}
        yield managed.make(ChangePayee, DORA, grant_id=grant_id, **payee)
    elif grant.awaits_approval:
        yield managed.make(ApproveGrant, BORIS, grant_id=grant_id)
    elif not grant.at_the_bank:
        yield from _receipts(managed, grant_id, grant)
        yield managed.make(ReleaseTranche, CLARA, grant_id=grant_id)


def _receipts(managed: ManagedCase, grant_id: str, grant: Grant) -> Steps:
    wanted = managed.programme.grant_kind[grant.kind].evidence
    for tranche_id, tranche in grant.tranches.items():
        for paper in wanted if tranche.status == "paid" else ():
            if paper not in tranche.evidence:
                key = {"grant_id": grant_id, "tranche_id": tranche_id, "kind": paper}
                yield managed.make(RecordEvidence, **key, reference="made-up paper")


def _changes_payee(grant_id: str, grant: Grant) -> bool:
    """Tell whether this grant is one of the few whose payee is changed once it is approved."""
    chosen = sum(grant_id.encode()) % _PAYEE_CHANGES_EVERY == 0
    return chosen and bool(grant.approved_by) and not grant.tranches and DORA not in grant.hands
