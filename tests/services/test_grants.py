"""Rows 15 and 16: what a grant is, four eyes, and money that is never there twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from pydantic import ValidationError

from events.facts.grants import (
    EvidenceRecorded,
)
from handlers.commanding.answers import Accepted, Answer
from tests.kit.grants import DORA, GRANTS, adds_up, home, ready, requested
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import MONEY, bring, grant, paid, release, shown
from tests.kit.story import Story
from workflow.reasons import Refused
from workflow.subjects.grants.commands import (
    ApproveGrant,
    DeclineGrant,
    RecordCost,
    RecordEvidence,
    ReleaseTranche,
    RequestGrant,
)
from workflow.subjects.grants.state import grants_of

# -- row 15: the reinstallation grant ---------------------------------------------------------------------------


def test_a_second_reinstallation_grant_for_the_same_return_is_refused(office: Office) -> None:
    case = home(office)
    first = grant(case, "reinstallation", "EUR 150")
    paid(case, first, tranche_id := release(case, first))
    assert grants_of(case.case).grants[first].tranches[tranche_id].delivery == "cash"
    assert grants_of(case.case).grants[first].settled  # one part, and that was all of it
    case.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 50"})
    case.then_refused("grant_is_the_first")
    adds_up(office)


def test_a_reinstallation_grant_is_given_on_arrival_and_is_small(office: Office) -> None:
    early = bring(Story(office), "care")
    early.when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 100"})
    early.then_refused("stage_allows_it")
    home(office).when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "EUR 200.01"}).then_refused(
        "amount_is_within_cap"
    )


# -- row 16: the reintegration grant ----------------------------------------------------------------------------


def test_tranche_two_without_receipts_of_tranche_one_is_refused(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    first = release(case, grant_id)
    evidence = {"grant_id": grant_id, "tranche_id": first, "kind": "receipt", "reference": "счёт № 7, Садриддин"}
    case.when(RecordEvidence, **evidence).then_refused("tranche_is_paid")
    paid(case, grant_id, first)
    case.when(ReleaseTranche, grant_id=grant_id, actor=CLARA).then_refused("evidence_is_there")
    case.when(RecordEvidence, **evidence | {"kind": "photo"}).then_refused("evidence_is_asked_for")
    case.when(RecordEvidence, **evidence | {"tranche_id": "T-1"}).then_refused("tranche_is_known")
    case.does(RecordEvidence, **evidence).then(EvidenceRecorded)
    second = release(case, grant_id)
    assert grants_of(case.case).grants[grant_id].tranches[second].number == 2
    assert grants_of(case.case).grants[grant_id].tranches[second].delivery == "in_kind"


def test_the_one_who_asks_approves_and_releases_are_three_people(office: Office) -> None:
    case = ready(office)
    for mandate, who in (("case_manager", ANNA), ("administrator", DORA)):
        grant_id = requested(case, actor=who, mandate=mandate)
        approve, let_go = {"grant_id": grant_id, "mandate": mandate}, {"grant_id": grant_id, "mandate": mandate}
        case.when(ApproveGrant, actor=who, **approve).then_refused("approver_is_another")
        case.does(ApproveGrant, actor=BORIS, **approve)
        for actor in (who, BORIS):
            case.when(ReleaseTranche, actor=actor, **let_go).then_refused("releaser_is_a_third")
        case.does(ReleaseTranche, actor=CLARA, **let_go)
        paid(case, grant_id, list(grants_of(case.case).grants[grant_id].tranches)[-1], "rejected")
        case.does(DeclineGrant, grant_id=grant_id, reason="asked for again")


def test_a_grant_is_approved_only_by_a_right_the_programme_names(office: Office) -> None:
    case = ready(office)
    grant_id = requested(case)
    approve = {"grant_id": grant_id, "actor": BORIS}
    case.when(ApproveGrant, **approve, mandate="volunteer").then_refused("approver_has_the_right")
    case.does(ApproveGrant, **approve, mandate="supervisor")


def test_nothing_is_paid_before_the_plan_is_agreed(office: Office) -> None:
    case = home(office)
    case.when(ReleaseTranche, grant_id=grant(case), actor=CLARA).then_refused("plan_is_agreed")


def test_only_the_share_the_programme_allows_is_given_in_cash(office: Office) -> None:
    case = ready(office)
    grant_id = grant(case)
    in_cash = {"grant_id": grant_id, "actor": CLARA, "delivery": "cash"}
    for _ in ("the first half", "the next three tenths"):
        case.when(ReleaseTranche, **in_cash).then_refused("cash_is_within_its_share")
        shown(paid(case, grant_id, tranche_id := release(case, grant_id)), grant_id, tranche_id)
    case.does(ReleaseTranche, **in_cash)  # the last fifth


@pytest.mark.parametrize("amount", ["EUR 100.001", "EUR -1", "EUR 1e2", "XXY 100", "100", "EUR NaN"])
def test_amounts_that_are_none_are_refused_before_anything_is_decided(office: Office, amount: str) -> None:
    case = Story(office)
    with pytest.raises(ValidationError):
        case.command(RequestGrant, kind="reinstallation", **MONEY | {"amount": amount})
    with pytest.raises(ValidationError):
        case.command(RecordCost, kind="travel", amount=amount, day=date(2007, 3, 1), reference="1")


def test_a_grant_in_another_currency_than_the_funds_is_refused(office: Office) -> None:
    home(office).when(RequestGrant, kind="reinstallation", **MONEY | {"amount": "SEK 100"}).then_refused(
        "currency_is_the_grants"
    )


def test_a_grant_of_one_cent_never_makes_a_part_of_nothing(office: Office) -> None:
    case = ready(office)
    for amount in ("EUR 0.01", "EUR 0.02"):
        case.when(RequestGrant, kind="reintegration", **MONEY | {"amount": amount})
        case.then_refused("every_tranche_is_above_zero")
    grant_id = grant(case, amount="EUR 0.03")
    for number in (1, 2, 3):
        tranche_id = release(case, grant_id)
        assert grants_of(case.case).grants[grant_id].tranches[tranche_id].number == number
        assert grants_of(case.case).grants[grant_id].tranches[tranche_id].amount > 0
        shown(paid(case, grant_id, tranche_id), grant_id, tranche_id)
    assert grants_of(case.case).grants[grant_id].settled
    adds_up(office)


# -- many at once -----------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_of_many_approvals_at_once_never_one_too_many_is_given(office: Office) -> None:
    several = office.text.replace("once_per_return: true", "once_per_return: false", 1)
    office.publish(several.replace(GRANTS, GRANTS.replace("1200000", "150")))  # carries 25 of EUR 10, at 60 %
    cases = [home(office) for _ in range(3)]
    wanted = [(case, requested(case, "reinstallation", "EUR 10")) for case in cases for _ in range(20)]
    services = [office.service, office.another_service()]

    def approve(number: int) -> list[Answer]:
        return [
            services[number % 2].submit(case.command(ApproveGrant, grant_id=grant_id, actor=BORIS))
            for case, grant_id in wanted[number::4]
        ]

    with ThreadPoolExecutor(4) as pool:
        answers = [answer for found in pool.map(approve, range(4)) for answer in found]
    assert Counter(type(answer) for answer in answers) == {Accepted: 25, Refused: 35}
    assert office.state("fund:moscow").account("european-commission/grants").committed == 150
    adds_up(office)
