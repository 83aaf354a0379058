"""Who signs in is decided by two: one officer proposes, another confirms; nobody alone gives anybody a way in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.catalogue import Fact
from events.facts.accounts import AccountClosed, AccountOpened, AccountPlaced, OfficerDaysSet, RolesChanged
from events.facts.decisions import DecisionConfirmed, DecisionDeclined, DecisionProposed, ProposalWithdrawn
from events.facts.office import ProgrammePublished
from events.ids import OFFICE_DECISIONS, OFFICE_POLICY, account_stream
from events.instants import instant_text
from handlers.checks.walk import check_log
from handlers.states.state_cache import evolve
from tests.kit.officers import ROOT, ZOYA, decided_by_two, founding
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, TAMARA
from workflow.case.state import At
from workflow.command import (
    Command,
    ConfirmOfficeDecision,
    DeclineOfficeDecision,
    PublishProgramme,
    WithdrawOfficeProposal,
)
from workflow.decide_office import decide_office
from workflow.reasons import Refused
from workflow.rights.acts import OPERATOR, ROLES
from workflow.situation import OfficeSituation
from workflow.subjects.accounts.commands import (
    ChangeRoles,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    ReopenAccount,
    ResetCredentials,
    SetOfficerDays,
)
from workflow.subjects.accounts.state import AccountState
from workflow.two_people import proposal_id_of

OLGA: Final = "staff:olga"
MANAGER: Final = ("case_manager",)
START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Officers:
    """A house in memory: what was told, by the rules alone, and who says what next."""

    def __init__(self) -> None:
        self.now = START
        self.states: dict[str, Any] = {}
        self.number = 0
        for name, role in ((ROOT, "administrator"), (ZOYA, "data_protection")):
            self.by(OpenAccount, "staff:operator", mandate=OPERATOR, account=name, roles=(role,))

    def id(self) -> UUID:
        self.number += 1
        return uuid5(UUID(int=7), str(self.number))

    def by(self, kind: type[Command], actor: str, /, **fields: Any) -> list[Fact] | tuple[str, ...]:
        """Let somebody give a command; return the facts, or the names of all reasons against it."""
        command = kind.model_validate({"command_id": self.id(), "actor": actor} | fields)
        decided = decide_office(command, OfficeSituation(self.now, self.states))
        if isinstance(decided, Refused):
            return decided.codes
        for told in decided:
            at = At(instant_text(self.now), actor, "")
            self.states[told.stream] = evolve(told.stream, self.states.get(told.stream), told.fact, at)
        self.last = proposal_id_of(command.command_id)
        return [told.fact for told in decided]

    def proposes(self, kind: type[Command], actor: str = ROOT, /, **fields: Any) -> str:
        """Let an officer propose something; return the proposal's id."""
        (fact,) = self.by(kind, actor, **fields)
        assert isinstance(fact, DecisionProposed), fact
        return fact.proposal_id

    def confirms(self, proposal: str, actor: str = ZOYA) -> list[Fact] | tuple[str, ...]:
        return self.by(ConfirmOfficeDecision, actor, mandate="officer", proposal_id=proposal)

    def opens(self, account: str, *roles: str) -> None:
        opened = self.confirms(self.proposes(OpenAccount, account=account, roles=roles))
        assert isinstance(opened, list), opened

    def account(self, name: str) -> AccountState | None:
        state: AccountState | None = self.states.get(account_stream(name))
        return state


@pytest.fixture
def officers() -> Officers:
    return Officers()


# -- two of them ----------------------------------------------------------------------------------------------


def test_nobody_signs_in_before_a_second_officer_confirms_it(officers: Officers) -> None:
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.account(ANNA) is None
    confirmed, opened = officers.confirms(proposal)
    assert confirmed == DecisionConfirmed(proposal_id=proposal, proposer=ROOT)
    assert opened == AccountOpened(account=ANNA, roles=MANAGER, second=ROOT, proposal=proposal)


def test_no_officer_confirms_what_they_proposed_themselves(officers: Officers) -> None:
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.confirms(proposal, ROOT) == ("second_person_agreed",)
    assert officers.account(ANNA) is None


def test_a_proposal_is_confirmed_once(officers: Officers) -> None:
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    officers.confirms(proposal)
    assert officers.confirms(proposal) == ("proposal_is_pending",)


def test_a_proposal_runs_out_after_a_week(officers: Officers) -> None:
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    officers.now += timedelta(days=7)
    assert officers.confirms(proposal) == ("proposal_is_in_time",)


def test_a_proposal_can_be_declined_and_taken_back(officers: Officers) -> None:
    first = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.by(WithdrawOfficeProposal, ZOYA, proposal_id=first) == ("own_hand",)
    assert officers.by(WithdrawOfficeProposal, ROOT, proposal_id=first) == [ProposalWithdrawn(proposal_id=first)]
    second = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.by(DeclineOfficeDecision, ROOT, proposal_id=second, reason="no") == ("second_person_agreed",)
    declined = officers.by(DeclineOfficeDecision, ZOYA, proposal_id=second, reason="not a member of staff")
    assert declined == [DecisionDeclined(proposal_id=second, reason="not a member of staff")]
    assert officers.confirms(second) == ("proposal_is_pending",)


def test_of_one_account_one_proposal_of_a_kind_waits_at_a_time(officers: Officers) -> None:
    officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.by(OpenAccount, ROOT, account=ANNA, roles=("supervisor",)) == ("is_proposed_once",)
    officers.proposes(OpenAccount, account=BORIS, roles=MANAGER)


def test_who_was_closed_meanwhile_neither_confirms_nor_counts_as_the_first(officers: Officers) -> None:
    officers.opens(OLGA, "administrator")
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    officers.by(CloseAccount, OLGA, account=ZOYA, reason="misuse")
    assert officers.confirms(proposal) == ("account_is_open",)
    officers.by(CloseAccount, OLGA, account=ROOT, reason="misuse")
    officers.now += timedelta(days=8)
    later = officers.confirms(proposal, OLGA)
    assert isinstance(later, tuple)
    assert "account_is_open" in later


def test_what_was_proposed_is_decided_anew_when_it_is_confirmed(officers: Officers) -> None:
    officers.opens(ANNA, *MANAGER)
    proposal = officers.proposes(ChangeRoles, account=ANNA, roles=("supervisor",))
    officers.by(CloseAccount, ROOT, account=ANNA, reason="left")
    assert officers.confirms(proposal) == ("account_is_open",)


# -- the operator ---------------------------------------------------------------------------------------------


def test_the_first_two_officers_are_opened_where_wayhome_is_installed_and_no_third() -> None:
    officers = Officers()
    root = officers.account(ROOT)
    assert root is not None
    assert officers.by(OpenAccount, "staff:x", mandate=OPERATOR, account=OLGA, roles=("administrator",)) == (
        "somebody_signed_in",
    )


def test_the_operator_opens_nobody_who_is_no_officer() -> None:
    officers = Officers.__new__(Officers)
    officers.now, officers.states, officers.number = START, {}, 0
    refused = officers.by(OpenAccount, "staff:x", mandate=OPERATOR, account=ANNA, roles=MANAGER)
    assert refused == ("second_officer_is_there", "somebody_signed_in")


def test_an_office_that_is_short_of_officers_is_helped_by_the_operator(officers: Officers) -> None:
    officers.by(CloseAccount, ROOT, account=ZOYA, reason="left")
    assert officers.by(OpenAccount, ROOT, account=ANNA, roles=MANAGER) == ("second_officer_is_there",)
    (opened,) = officers.by(OpenAccount, "staff:x", mandate=OPERATOR, account=OLGA, roles=("data_protection",))
    assert opened == AccountOpened(account=OLGA, roles=("data_protection",)), "none of the founders"
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.confirms(proposal, OLGA) == ("second_person_may",), "a new officer waits"
    refused = officers.by(ReopenAccount, "staff:x", mandate=OPERATOR, account=ZOYA, reason="mistake")
    assert refused == ("somebody_signed_in",), "there are two again"


def test_the_operator_brings_nobody_about_by_closing_officers(officers: Officers) -> None:
    for name in (ROOT, ZOYA):
        refused = officers.by(CloseAccount, OLGA, mandate=OPERATOR, account=name, reason="left")
        assert "somebody_signed_in" in refused
    officers.opens(ANNA, *MANAGER)
    assert officers.by(CloseAccount, OLGA, mandate=OPERATOR, account=ANNA, reason="misuse") == [
        AccountClosed(reason="misuse")
    ]


# -- a new officer waits --------------------------------------------------------------------------------------


def test_a_new_officer_stands_behind_nobody_for_a_week(officers: Officers) -> None:
    officers.opens(OLGA, "data_protection")
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.confirms(proposal, OLGA) == ("second_person_may",)
    officers.now += timedelta(days=7)
    again = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert isinstance(officers.confirms(again, OLGA), list)


def test_two_officers_say_how_long_a_new_one_waits(officers: Officers) -> None:
    told = officers.confirms(officers.proposes(SetOfficerDays, days=14))
    assert isinstance(told[-1], OfficerDaysSet)
    assert officers.states[OFFICE_POLICY] == 14
    officers.opens(OLGA, "data_protection")
    officers.now += timedelta(days=13)
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.confirms(proposal, OLGA) == ("second_person_may",)
    officers.now += timedelta(days=1)
    assert isinstance(officers.confirms(proposal, OLGA), list)


@pytest.mark.parametrize("how", ["reset", "reopened", "made_one"])
def test_whoever_comes_back_as_an_officer_waits_anew(officers: Officers, how: str) -> None:
    officers.opens(OLGA, *MANAGER) if how == "made_one" else officers.opens(OLGA, "data_protection")
    officers.now += timedelta(days=30)
    if how == "reset":
        officers.confirms(officers.proposes(ResetCredentials, account=OLGA))
    elif how == "reopened":
        officers.by(CloseAccount, ROOT, account=OLGA, reason="away")
        officers.confirms(officers.proposes(ReopenAccount, account=OLGA, reason="back"))
    else:
        officers.confirms(officers.proposes(ChangeRoles, account=OLGA, roles=("data_protection",)))
    proposal = officers.proposes(OpenAccount, account=ANNA, roles=MANAGER)
    assert officers.confirms(proposal, OLGA) == ("second_person_may",)


# -- taking away is quick -------------------------------------------------------------------------------------


def test_one_officer_takes_rights_away_at_once(officers: Officers) -> None:
    officers.opens(ANNA, "case_manager", "supervisor")
    officers.confirms(officers.proposes(PlaceAccount, account=ANNA, programmes=("moscow", "st-petersburg")))
    assert officers.by(ChangeRoles, ROOT, account=ANNA, roles=MANAGER) == [RolesChanged(roles=MANAGER)]
    narrower = officers.by(PlaceAccount, ROOT, account=ANNA, programmes=("moscow",))
    assert narrower == [AccountPlaced(programmes=("moscow",), team="", facilities=())]
    assert officers.by(CloseAccount, ROOT, account=ANNA, reason="misuse") == [AccountClosed(reason="misuse")]


def test_no_officer_takes_anothers_office_away_alone(officers: Officers) -> None:
    officers.opens(OLGA, "administrator")
    officers.proposes(ChangeRoles, account=OLGA, roles=("donor",))
    assert officers.account(OLGA) is not None
    assert officers.account(OLGA).is_officer  # type: ignore[union-attr]


# -- nobody alone ---------------------------------------------------------------------------------------------

_KINDS: Final = (OpenAccount, ChangeRoles, PlaceAccount, ReopenAccount, ResetCredentials, CloseAccount, SetOfficerDays,
                 ConfirmOfficeDecision, DeclineOfficeDecision, WithdrawOfficeProposal)  # fmt: skip
_STEP: Final = st.tuples(
    st.sampled_from(_KINDS), st.sampled_from((ROOT, ZOYA, ANNA, OLGA, BORIS)), st.sampled_from(ROLES),
    st.integers(0, 9),
)  # fmt: skip


def _fields(kind: type[Command], account: str, role: str, pending: list[str], number: int) -> dict[str, Any]:
    proposal = pending[number % len(pending)] if pending else "D-0000000000000000"
    all_fields: dict[str, Any] = {
        "account": account, "roles": (role,), "programmes": ("moscow",), "days": number + 1, "reason": "mistake",
        "proposal_id": proposal,
    }  # fmt: skip
    return {name: value for name, value in all_fields.items() if name in kind.model_fields}


@pytest.mark.parametrize("mandate", ["administrator", OPERATOR])
@settings(max_examples=60)
@given(steps=st.lists(_STEP, max_size=15))
def test_no_sequence_of_commands_by_one_officer_gives_anybody_a_way_in(
    mandate: str, steps: list[tuple[type[Command], str, str, int]]
) -> None:
    """One administrator; and whoever types at the machine and has not signed in."""
    officers = Officers()
    officers.opens(ANNA, "case_manager")
    before = {name: officers.account(name) for name in (ANNA, BORIS, OLGA)}
    for kind, account, role, number in steps:
        waiting = officers.states.get(OFFICE_DECISIONS)
        fields = _fields(kind, account, role, list(waiting.pending) if waiting else [], number)
        officers.by(kind, ROOT, mandate=mandate, **fields)
    for name, then in before.items():
        assert not _gained(then, officers.account(name)), name


def _gained(then: AccountState | None, now: AccountState | None) -> bool:
    if now is None or now.account.closed:
        return False
    if then is None or now.resets > then.resets:
        return True
    return not (now.account.roles <= then.account.roles and now.account.programmes <= then.account.programmes)


# -- on a database --------------------------------------------------------------------------------------------


@pytest.fixture
def house(office: Office) -> Iterator[Office]:
    office.service.submit_many(founding(office.service, office.uuid))
    yield office
    checks = {one.name: one for one in check_log(office.service.log, now=office.now)}
    assert all(one.ok for one in checks.values()), checks["I12"].faults


@ON_BOTH_DATABASES
def test_a_programme_file_comes_into_force_when_a_second_person_confirms_it(house: Office) -> None:
    for name in (TAMARA, BORIS):
        house.has_account(name)
    text = house.text.replace("bed_hold_hours: 48", "bed_hold_hours: 24")
    given = {"programme": "moscow", "text": text}
    operator = house.submit(PublishProgramme, actor=ANNA, mandate=OPERATOR, **given)
    assert isinstance(operator, Refused)
    assert operator.codes == ("somebody_signed_in",)
    before = house.definition.hash
    alone = house.accepted(house.command(PublishProgramme, actor=TAMARA, mandate="supervisor", **given))
    assert house.definition.hash == before
    confirm = {"actor": BORIS, "mandate": "supervisor", "proposal_id": proposal_id_of(UUID(alone.command_id))}
    done = house.accepted(house.command(ConfirmOfficeDecision, **confirm))
    assert ProgrammePublished.__name__ in done.facts
    assert house.definition.hash != before


def test_the_data_protection_officer_confirms_a_file_of_any_programme(house: Office) -> None:
    house.has_account(TAMARA)
    given = {"programme": "moscow", "text": house.text.replace("bed_hold_hours: 48", "bed_hold_hours: 24")}
    assert not isinstance(decided_by_two(house.service, house.uuid, PublishProgramme, actor=TAMARA, **given), Refused)


def test_a_supervisor_of_another_programme_confirms_no_file(house: Office) -> None:
    for name in (TAMARA, BORIS):
        house.has_account(name)
    house.by_two(OpenAccount, account=OLGA, roles=("supervisor",), programmes=("st-petersburg",))
    given = {"programme": "moscow", "text": house.text.replace("bed_hold_hours: 48", "bed_hold_hours: 24")}
    refused = decided_by_two(house.service, house.uuid, PublishProgramme, actor=TAMARA, second=OLGA, **given)
    assert isinstance(refused, Refused)
    assert refused.codes == ("second_person_may",)
