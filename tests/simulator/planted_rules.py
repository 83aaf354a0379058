"""Planted bugs of rules, and of what is done once in a year: shown by stories that the simulator does not live."""

from __future__ import annotations

from typing import Any, cast

import pytest

from events.ids import RESTORE
from handlers.commanding import service
from handlers.erasing import stores
from handlers.projections import drawings, work_items
from handlers.reactions.moment import ReactionContext
from workers.effects import erasure
from workflow import decide, two_people
from workflow.situation import Situation, id_of
from workflow.subject import CommandRule, given
from workflow.subjects.grants import payments, tranches
from workflow.subjects.grants.commands import RecordBankAnswer, ReturnPayment
from workflow.subjects.grants.state import Grant
from workflow.subjects.restore.state import Quarantine
from workflow.subjects.travel.escorts import EscortPool

Patch = pytest.MonkeyPatch


def a_withdrawal_calls_nothing_off(patch: Patch) -> None:
    """What was asked for before a case ends is done all the same."""
    patch.setattr(ReactionContext, "call_off_task", lambda *_: ())


def an_erasure_leaves_the_keys(patch: Patch) -> None:
    """What was sealed is removed, and the keys for older copies of it stay."""
    shred = stores.shred

    def without_keys(log: Any, who: Any, at: str) -> dict[str, int]:
        with pytest.MonkeyPatch.context() as inside:
            inside.setattr(type(log.keys), "destroy", lambda *_: None)
            inside.setattr(stores, "left_of", lambda *_: 0)
            return shred(log, who, at)

    patch.setattr(erasure, "shred", without_keys)


def an_erasure_forgets_the_files(patch: Patch) -> None:
    """Nobody registered where attached files lie."""
    patch.setattr(erasure, "OUTSIDE_STORES", [one for one in erasure.OUTSIDE_STORES if one.name != "files"])


def an_erasure_forgets_what_finds_a_name(patch: Patch) -> None:
    """Nobody registered the table by which names are found."""
    patch.setattr(stores, "DATABASE_STORES", [one for one in stores.DATABASE_STORES if one.table != "name_tokens"])


def one_person_is_two(patch: Patch) -> None:
    """Whoever proposed something may confirm it."""
    against = two_people._against_second

    def lenient(command: Any, proposal_id: str, context: Any) -> Any:
        own = context.says.confirms(proposal_id).code
        return (reason for reason in against(command, proposal_id, context) if reason.code != own)

    patch.setattr(two_people, "_against_second", lenient)


def who_approved_a_grant_lets_it_go(patch: Patch) -> None:
    """Money needs no third person."""
    patch.setattr(tranches, "_against_release", lambda *_: [])


def the_bank_is_believed_twice(patch: Patch) -> None:
    """Each answer of the bank is a payment."""

    def believed(command: Any, found: Any, situation: Any) -> Any:
        grant, tranche = found
        if command.outcome != "paid":
            return payments.record_payment(command, found, situation)
        return payments._paid(command, grant, tranche, situation)

    _decides(patch, RecordBankAnswer, believed)


def money_comes_back_twice(patch: Patch) -> None:
    """Each time somebody says that a payment came back, it did."""
    _decides(patch, ReturnPayment, _comes_back)


def _comes_back(command: Any, found: tuple[Any, Any], situation: Any) -> Any:
    grant, tranche = found
    return payments._returned(command, grant, tranche, situation)


def _decides(patch: Patch, command: type[Any], how: Any) -> None:
    rules = cast("dict[type[Any], CommandRule]", decide.RULES)
    decided = rules[command]._replace(decide=given(payments._known_tranche, how))
    patch.setattr(decide, "RULES", {**rules, command: decided})


def an_escort_is_in_two_places(patch: Patch) -> None:
    """Nobody asks for which journeys an escort is taken."""
    patch.setattr(EscortPool, "away", lambda *_: frozenset())


def what_failed_is_on_nobodys_list(patch: Patch) -> None:
    """A task that was given up raises no alarm."""
    items = work_items.items_of

    def quiet(case: Any) -> Any:
        return {item: kind for item, kind in items(case).items() if not item.startswith("task:")}

    patch.setattr(drawings, "items_of", quiet)


def half_of_a_breath_is_stored(patch: Patch) -> None:
    """What was asked for several people is stored for those for whom it can be."""
    patch.setattr(service, "demand_all", lambda _answers: None)


def a_payment_is_numbered_by_how_often_anything_was_sent(patch: Patch) -> None:
    """Which part of a grant it pays is not in the number of a payment."""
    number = tranches._tranche_id

    def counted(grant_id: str, grant: Grant, situation: Situation) -> str:
        found, quarantine = number(grant_id, grant, situation), situation.state_of(RESTORE, Quarantine)
        is_known = found in {one.about for one in quarantine.counted_for(grant_id)}
        return found if is_known else id_of("T", "tranche", grant_id, len(grant.tranches))

    patch.setattr(tranches, "_tranche_id", counted)
