"""Transactions in every order of their statements: one winner, no gap, nothing twice; and mutants that are caught."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interleavings.mutants import MUTANTS
from tests.interleavings.orders import HowFar
from tests.interleavings.scenarios import SCENARIOS
from tests.interleavings.scenarios_of_erasure import OF_ERASURE
from tests.interleavings.scenarios_of_families import OF_FAMILIES
from tests.interleavings.scenarios_of_people import OF_PEOPLE
from tests.interleavings.stage import forget_watchers
from tests.interleavings.theatre import Theatre

ALL = {**SCENARIOS, **OF_PEOPLE, **OF_ERASURE, **OF_FAMILIES}
ORDERS_MAX = 40  # of a scenario here; ``python -m tests.interleavings`` tries more


@pytest.fixture
def theatre(office_url: str) -> Iterator[Theatre]:
    theatre = Theatre(office_url)
    yield theatre
    theatre.close()
    forget_watchers()


@pytest.mark.parametrize("name", ALL)
def test_in_every_order_of_their_statements_what_must_hold_holds(theatre: Theatre, name: str) -> None:
    tried = theatre.tried(ALL[name], HowFar(switches=1, most=ORDERS_MAX))
    assert tried.orders > 1
    assert tried.is_all or tried.orders == ORDERS_MAX
    assert tried.faults == ()


@pytest.mark.parametrize(
    ("office_url", "name"),
    [(kind, name) for name, mutant in MUTANTS.items() for kind in mutant.kinds],
    indirect=["office_url"],
)
def test_what_keeps_transactions_apart_cannot_be_left_out_unnoticed(
    theatre: Theatre, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant = MUTANTS[name]
    mutant.leaves_out(monkeypatch)
    how = HowFar(switches=1, most=3 * ORDERS_MAX, stops_at_a_fault=True)
    tried = theatre.tried(ALL[mutant.scenario], how)
    assert any(mutant.says in fault for fault in tried.faults), tried
