"""Who signs in, as what: nobody gives themselves power, nobody holds all hands, and an administrator remains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Self

import pytest

from events.catalogue import Fact
from events.facts.accounts import (
    AccountClosed,
    AccountOpened,
    AccountPlaced,
    AccountReopened,
    CredentialsReset,
    LanguageChosen,
    RolesChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionsRevoked,
)
from events.facts.decisions import DecisionConfirmed, DecisionProposed
from handlers.checks.walk import check_log
from handlers.commanding.answers import Accepted
from handlers.projections.accounts import AccountRow, find_account, list_accounts
from handlers.projections.rebuild import rebuild
from tests.kit.officers import ROOT, ZOYA, founding
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.readable import is_readable
from workflow.command import ConfirmOfficeDecision
from workflow.reasons import Refused
from workflow.registry import HUMAN, OFFICE
from workflow.rights.acts import ROLES, Role
from workflow.rights.table import Account
from workflow.situation import Decision
from workflow.subjects.accounts.commands import (
    AccountCommand,
    ChangeRoles,
    ChooseLanguage,
    CloseAccount,
    OpenAccount,
    PlaceAccount,
    RecordSecondFactor,
    RemoveSecondFactor,
    ReopenAccount,
    ResetCredentials,
    RevokeSessions,
)
from workflow.subjects.accounts.decisions import DUTY_PLANES, EXCLUSIVE_ROLES, role_clashes
from workflow.subjects.accounts.subject import SUBJECT as ACCOUNTS
from workflow.two_people import proposal_id_of

OLGA = "staff:olga"
MEDICAL, MANAGER, ADMINISTRATOR = ("medical",), ("case_manager",), ("administrator",)


class House:
    """The accounts of an office, told as given, when and then; two officers stand behind what takes two."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.last: Decision = []

    def founded(self) -> Self:
        """Let the first two officers have been opened where Wayhome is installed."""
        self.office.service.submit_many(founding(self.office.service, self.office.uuid))
        return self

    def given(self, account: str, *roles: str) -> Self:
        """Let an account have been opened by two officers."""
        return self.when(OpenAccount, account, roles=roles or MANAGER).accepted()

    def when(
        self, kind: type[AccountCommand], account: str, /, actor: str = ROOT, second: str = ZOYA, **fields: Any
    ) -> Self:
        """Let somebody do something, and where it takes two another officer confirm it."""
        given = {"command_id": self.office.uuid(), "actor": actor, "account": account}
        command = kind.model_validate(given | fields)
        self.last = self.office.carry_out(command)
        if not isinstance(self.last, Refused) and any(isinstance(one.fact, DecisionProposed) for one in self.last):
            said = {"actor": second, "mandate": "officer", "proposal_id": proposal_id_of(command.command_id)}
            self.last = self.office.carry_out(
                ConfirmOfficeDecision.model_validate(said | {"command_id": self.office.uuid()})
            )
        return self

    def accepted(self) -> Self:
        assert not isinstance(self.last, Refused), self.last
        return self

    def then(self, *facts: Fact) -> Self:
        self.accepted()
        assert not isinstance(self.last, Refused)
        told = [one.fact for one in self.last if not isinstance(one.fact, DecisionConfirmed)]
        assert [_by_nobody(fact) for fact in told] == [_by_nobody(fact) for fact in facts]
        return self

    def then_refused(self, *codes: str) -> Self:
        assert isinstance(self.last, Refused), self.last
        assert self.last.codes == codes
        assert all(is_readable(reason) for reason in self.last.reasons)
        return self

    def row(self, account: str) -> AccountRow:
        with self.office.database.reading() as connection:
            found = find_account(connection, account)
        assert found is not None
        return found


def _by_nobody(fact: Fact) -> Fact:
    """Return a fact without who stands behind it: that is told apart, in the stories of two officers."""
    two: dict[str, object] = {name: "" for name in ("second", "proposal") if name in type(fact).model_fields}
    return fact.model_copy(update=two)


@pytest.fixture
def house(office: Office) -> House:
    return House(office).founded().given(OLGA, "administrator").given(ANNA)


# -- opening --------------------------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_an_account_says_where_somebody_works(house: House) -> None:
    placed: Any = {"programmes": ("moscow",), "team": "north", "facilities": ("moscow-centre",), "language": "ru"}
    house.when(OpenAccount, BORIS, roles=("supervisor", "case_manager"), **placed)
    house.then(AccountOpened(account=BORIS, roles=("case_manager", "supervisor"), **placed))
    account = house.row(BORIS).account
    roles: frozenset[Role] = frozenset(("case_manager", "supervisor"))
    houses = frozenset({"moscow-centre"})
    assert account == Account(BORIS, roles, frozenset({"moscow"}), "north", houses, "ru")


def test_an_account_is_opened_once(house: House) -> None:
    house.when(OpenAccount, ANNA, roles=MEDICAL).then_refused("account_is_new")


@pytest.mark.parametrize("machine", ["worker:post", "system:timer"])
def test_a_machine_does_not_sign_in(house: House, machine: str) -> None:
    house.when(OpenAccount, machine, roles=MANAGER).then_refused("account_is_a_person")


@pytest.mark.parametrize(
    "roles",
    [
        ("administrator", "case_manager"), ("auditor", "medical"), ("donor", "supervisor"),
        ("data_protection", "legal"), ("finance_request", "finance_approve"), ("finance_approve", "finance_release"),
        ("finance_release", "finance_request"), ("auditor", "finance_release"), ("partner", "case_manager"),
    ],
)  # fmt: skip
def test_roles_of_two_planes_are_not_held_by_one_person(house: House, roles: tuple[str, ...]) -> None:
    house.when(OpenAccount, BORIS, roles=roles).then_refused("roles_go_together")
    house.when(ChangeRoles, ANNA, roles=roles).then_refused("roles_go_together")


def test_every_role_stands_in_one_plane() -> None:
    assert sorted(role for plane in DUTY_PLANES.values() for role in plane) == sorted(ROLES)
    assert all(role_clashes([role]) == [] for role in ROLES)
    assert all(set(only) <= set(ROLES) for only in EXCLUSIVE_ROLES)
    assert role_clashes(["case_manager", "supervisor", "medical", "legal", "hotline"]) == []


# -- changing -------------------------------------------------------------------------------------------------


def test_somebody_else_changes_ones_roles(house: House) -> None:
    house.when(ChangeRoles, ANNA, roles=MEDICAL).then(RolesChanged(roles=MEDICAL))
    house.when(ChangeRoles, ANNA, roles=MEDICAL).then()
    house.when(ChangeRoles, ANNA, actor=ANNA, roles=("supervisor",)).then_refused("another_person")
    house.when(ChangeRoles, ROOT, roles=MANAGER).then_refused("another_person")
    house.when(ChangeRoles, OLGA, second=OLGA, roles=("data_protection",)).then_refused(
        "second_person_may", "another_person"
    )


def test_nobody_moves_themselves_to_where_other_cases_are(house: House) -> None:
    house.when(PlaceAccount, ANNA, actor=ANNA, programmes=("moscow",)).then_refused("another_person")
    house.when(PlaceAccount, ANNA, programmes=("st-petersburg", "moscow"), team="north")
    house.then(AccountPlaced(programmes=("moscow", "st-petersburg"), team="north", facilities=()))


def test_the_language_is_ones_own_choice(house: House) -> None:
    house.when(ChooseLanguage, ANNA, language="ru").then_refused("own_hand")
    house.when(ChooseLanguage, ANNA, actor=ANNA, language="ru").then(LanguageChosen(language="ru"))
    house.when(ChooseLanguage, ANNA, actor=ANNA, language="ru").then()


def test_there_is_nothing_to_say_of_an_account_nobody_opened(house: House) -> None:
    house.when(CloseAccount, CLARA, reason="left").then_refused("account_exists")
    house.when(RevokeSessions, CLARA, reason="asked").then_refused("account_exists")


# -- closing --------------------------------------------------------------------------------------------------


def test_the_last_administrator_stays(house: House) -> None:
    house.when(CloseAccount, OLGA, reason="left").then(AccountClosed(reason="left"))
    house.when(CloseAccount, ROOT, actor=ANNA, reason="left").then_refused("administrator_remains")
    house.when(ChangeRoles, ROOT, actor=ANNA, roles=MANAGER).then_refused("administrator_remains")


@ON_BOTH_DATABASES
def test_two_administrators_who_close_each_other_at_once_do_not_both_go(house: House) -> None:
    office = house.office
    made = [
        CloseAccount(command_id=office.uuid(), actor=actor, account=account, reason="left")
        for actor, account in ((ROOT, OLGA), (OLGA, ROOT))
    ]
    with ThreadPoolExecutor(2) as people:
        doors = (office.service, office.another_service())
        answers = list(people.map(lambda door, command: door.submit(command), doors, made))
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Refused"]


def test_a_closed_account_is_reopened_by_somebody_else(house: House) -> None:
    house.when(ReopenAccount, ANNA, reason="back").then_refused("account_is_closed")
    house.when(CloseAccount, ANNA, reason="away").accepted()
    assert house.row(ANNA).account.closed
    house.when(ChangeRoles, ANNA, roles=MEDICAL).then_refused("account_is_open")
    house.when(ReopenAccount, ANNA, actor=ANNA, reason="back").then_refused("another_person")
    house.when(ReopenAccount, ANNA, reason="back").then(AccountReopened(reason="back"))
    assert not house.row(ANNA).account.closed


def test_nobody_closes_their_own_account(house: House) -> None:
    house.when(CloseAccount, ROOT, reason="mistake").then_refused("another_person")


# -- what proves that it is them ------------------------------------------------------------------------------


@ON_BOTH_DATABASES
def test_a_reset_needs_two_who_may(house: House) -> None:
    house.given(CLARA, "supervisor")
    house.when(ResetCredentials, ANNA, second=ROOT).then_refused("second_person_agreed")
    house.when(ResetCredentials, ANNA, second=CLARA).then_refused("is_proposed_once")
    house.office.pass_time(timedelta(days=7))
    house.when(ResetCredentials, ANNA, second=CLARA).then_refused("second_person_may")
    house.when(ResetCredentials, ROOT).then_refused("another_person")
    house.when(ResetCredentials, OLGA, second=OLGA).then_refused("another_person")
    house.office.pass_time(timedelta(days=8))
    house.when(ResetCredentials, ANNA).then(CredentialsReset(second=ROOT))
    assert house.row(ANNA).resets == 1


def test_a_second_factor_is_added_and_removed_by_its_owner(house: House) -> None:
    phone, key = {"kind": "totp", "factor": "totp-1"}, {"kind": "passkey", "factor": "key-1"}
    house.when(RecordSecondFactor, ANNA, **phone).then_refused("own_hand")
    house.when(RecordSecondFactor, ANNA, actor=ANNA, **phone).then(SecondFactorAdded(**phone))
    house.when(RecordSecondFactor, ANNA, actor=ANNA, **phone).then_refused("factor_is_new")
    house.when(RemoveSecondFactor, ANNA, actor=ANNA, **phone).then_refused("factor_remains")
    house.when(RecordSecondFactor, ANNA, actor=ANNA, **key).accepted()
    assert house.row(ANNA).factors == {("totp", "totp-1"), ("passkey", "key-1")}
    house.when(RemoveSecondFactor, ANNA, **phone).then_refused("own_hand")
    house.when(RemoveSecondFactor, ANNA, actor=ANNA, **phone).then(SecondFactorRemoved(**phone))
    house.when(RemoveSecondFactor, ANNA, actor=ANNA, **phone).then_refused("factor_exists")
    house.when(ResetCredentials, ANNA).accepted()
    assert house.row(ANNA).factors == set()


def test_whatever_ends_sessions_raises_the_fence(house: House) -> None:
    before = house.row(ANNA).epoch
    house.when(PlaceAccount, ANNA, team="north").accepted()
    assert house.row(ANNA).epoch == before
    house.when(RevokeSessions, ANNA, reason="lost_device").then(SessionsRevoked(reason="lost_device"))
    house.when(ChangeRoles, ANNA, roles=MEDICAL).accepted()
    house.when(ResetCredentials, ANNA).accepted()
    house.when(CloseAccount, ANNA, reason="misuse").accepted()
    assert house.row(ANNA).epoch == before + 4
    assert house.row(ANNA).resets == 1


# -- beside the log -------------------------------------------------------------------------------------------


def test_a_command_sent_again_is_answered_again(house: House) -> None:
    made = RevokeSessions(command_id=house.office.uuid(), actor=ROOT, account=ANNA, reason="asked")
    answers = [house.office.service.submit(made) for _ in range(2)]
    assert [answer.repeated for answer in answers if isinstance(answer, Accepted)] == [False, True]
    assert house.row(ANNA).epoch == 1


@ON_BOTH_DATABASES
def test_the_list_of_accounts_is_what_the_log_says(house: House) -> None:
    office = house.office
    house.when(RecordSecondFactor, ANNA, actor=ANNA, kind="totp", factor="totp-1").accepted()
    with office.database.reading() as connection:
        before = list_accounts(connection)
    assert [row.account.account for row in before] == [ANNA, OLGA, ROOT, ZOYA]
    assert all(one.ok for one in check_log(office.service.log, now=office.now)), "before"
    with office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE accounts SET roles = 'administrator' WHERE account = 'staff:anna'")
    checks = check_log(office.service.log, now=office.now)
    assert [one.name for one in checks if not one.ok] == ["I4", "I15"], "and nobody signs in by such a row"
    faults = [fault for one in checks if one.name == "I4" for fault in one.faults]
    assert faults == ["accounts staff:anna: roles is 'administrator', by the log 'case_manager'"]
    rebuild(office.service.log)
    with office.database.reading() as connection:
        assert list_accounts(connection) == before
    assert all(one.ok for one in check_log(office.service.log, now=office.now)), "after"


def test_another_process_sees_the_same_accounts(house: House) -> None:
    other = house.office.another_service()
    made = CloseAccount(command_id=house.office.uuid(), actor=ROOT, account=OLGA, reason="left")
    assert isinstance(other.submit(made), Accepted)
    house.when(CloseAccount, ROOT, actor=ANNA, reason="left").then_refused("administrator_remains")


def test_an_account_is_no_business_of_a_case() -> None:
    assert set(ACCOUNTS.commands).isdisjoint((*HUMAN, *OFFICE))
