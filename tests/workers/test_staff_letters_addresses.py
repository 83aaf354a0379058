"""The address somebody is told at: their own, confirmed by a code, and read by nobody else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from events.ids import account_stream
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.tables import staff_mails
from handlers.staff_mail.store import TRIES_MAX
from tests.kit.mornings import ADDRESS, MARIA, Mornings
from tests.kit.people import BORIS
from tests.kit.readable import is_readable
from workflow.reasons import Refused as Refusal
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.commands import AskMail, ConfirmMail, ForgetMail, SwitchDigest


def test_a_code_goes_to_an_address_and_nothing_else_before_it_is_confirmed(mornings: Mornings) -> None:
    letter = mornings.asks()
    mornings.told()
    assert mornings.at(9).office.now > datetime(2007, 3, 6, tzinfo=UTC)
    assert mornings.sweeps() == 0  # the code is too old by now, and nothing else may go
    letter = mornings.asks()
    assert (mornings.sweeps(), mornings.sweeps()) == (1, 0)
    (mail,) = mornings.sent
    found = mornings.mails.find(MARIA, letter)
    assert found is not None
    assert (found.code in mail.get_content(), mail["to"].addresses[0].addr_spec) == (True, ADDRESS)
    assert mornings.mails.is_code(MARIA, letter, f" {found.code[:4]} {found.code[4:]}")


def test_after_five_wrong_codes_the_right_one_is_wrong_too(mornings: Mornings) -> None:
    letter = mornings.asks()
    found = mornings.mails.find(MARIA, letter)
    assert found is not None
    assert not any(mornings.mails.is_code(MARIA, letter, "00000000") for _ in range(TRIES_MAX))
    assert not mornings.mails.is_code(MARIA, letter, found.code)


def refused(answer: Answer, code: str) -> None:
    assert isinstance(answer, Refusal), answer
    assert answer.codes == (code,)
    assert all(is_readable(reason) for reason in answer.reasons)


def test_nobody_gives_or_takes_away_somebody_elses_address(mornings: Mornings) -> None:
    mornings.confirmed()
    for kind, fields in ((AskMail, {"letter": "M-1"}), (ConfirmMail, {"letter": "M-1"}), (ForgetMail, {}),
                         (SwitchDigest, {"on": False})):  # fmt: skip
        answer = mornings.gives(kind, MARIA, actor=BORIS, **fields)
        assert isinstance(answer, Refusal)
        assert "own_hand" in answer.codes


def test_no_person_begins_or_ends_a_letter(mornings: Mornings) -> None:
    mornings.confirmed()
    begin = mornings.gives(commands.BeginStaffLetter, letter="D-1", day=date(2007, 3, 6), way="folder")
    refused(begin, "own_hand")
    ended = mornings.gives(commands.EndStaffLetter, letter="D-1", attempt=1, outcome="sent")
    assert isinstance(ended, Refusal)


def test_a_code_is_not_asked_for_again_and_again_at_somebody_elses_address(mornings: Mornings) -> None:
    for _ in range(5):
        mornings.asks(address="somebody@example.net")
    letter = mornings.mails.keep(MARIA, "somebody@example.net", mornings.office.service.log.now())
    refused(mornings.gives(AskMail, letter=letter), "mail_was_asked_often")
    mornings.office.pass_time(timedelta(days=1, minutes=1))
    assert isinstance(mornings.gives(AskMail, letter=letter), Accepted)


def test_a_code_lasts_half_an_hour(mornings: Mornings) -> None:
    letter = mornings.asks()
    mornings.office.pass_time(timedelta(minutes=31))
    refused(mornings.gives(ConfirmMail, letter=letter), "mail_is_asked")


def test_whoever_reads_or_writes_the_database_learns_no_address_and_plants_none(mornings: Mornings) -> None:
    mornings.confirmed()
    (row,) = mornings.office.rows("staff_mails")
    assert ADDRESS.encode() not in bytes(row["sealed"])
    database = mornings.office.database
    with database.writing() as connection:
        other = dict(row) | {"letter": "M-of-boris", "account": BORIS}
        connection.execute(insert(staff_mails).values(other))
    assert mornings.mails.find(BORIS, "M-of-boris") is None
    with database.writing() as connection:
        connection.execute(update(staff_mails).where(staff_mails.c.account == MARIA).values(sealed=b"x" * 60))
    mornings.told()
    assert (mornings.at(9).sweeps(), mornings.outcomes()) == (0, ["refused"])


def test_no_history_holds_an_address(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9).sweeps()
    log = mornings.office.service.log
    assert ADDRESS not in " ".join(str(log.fact(one)) for one in log.stream(account_stream(MARIA)))
    assert mornings.gives(ForgetMail)
