"""The morning's mail to those who work here: at most one, to whom it concerns, and of no case anything."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import insert, update

from events.facts.accounts import StaffLetterBegun, StaffLetterEnded
from events.facts.restore import LogRestored, QuarantineLifted
from events.high_water import accept_end, raise_mark
from events.ids import RESTORE, account_stream
from events.writing import EventMetadata
from handlers.commanding.answers import Accepted, Answer
from handlers.projections.notices import mark_read
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import metadata, staff_mails
from handlers.staff_mail.store import TRIES_MAX, StaffMails
from tests.kit.offices import Office
from tests.kit.older import Older
from tests.kit.people import ANNA, BORIS
from tests.kit.readable import is_readable
from tests.kit.story import Story, story
from tests.kit.web.canary import NAME, is_in
from tests.kit.workshop import MailServer, Workshop
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.mail.digest import digest
from workers.mail.letters import message
from workers.mail.post import Post, wire_bytes
from workers.mail.staff_letters import StaffLetters
from workflow.command import Command
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused as Refusal
from workflow.rights.acts import OPERATOR
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.commands import AskMail, ConfirmMail, ForgetMail, SwitchDigest
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.intake.state import handle_of
from workflow.values.days import by_clock

MARIA, ADDRESS, CONSOLE = "staff:maria", "maria@example.net", "https://console.example.org"
NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


class Mornings:
    """An office in which Maria is told by mail what waits."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        self.office = shop.office
        for name in (ANNA, MARIA, BORIS):
            self.office.has_account(name)
        self.mails = StaffMails(self.office.database, self.office.keys, self.office.chance)

    # -- what people do -------------------------------------------------------------------------------------------

    def gives(self, kind: type[Command], account: str = MARIA, **fields: Any) -> Answer:
        own = {"command_id": self.office.uuid(), "actor": account, "account": account, "mandate": "account_holder"}
        return self.office.service.submit(kind.model_validate(own | fields))

    def asks(self, account: str = MARIA, address: str = ADDRESS) -> str:
        letter = self.mails.keep(account, address, self.office.service.log.now())
        assert isinstance(self.gives(AskMail, account, letter=letter), Accepted)
        return letter

    def confirmed(self, account: str = MARIA, address: str = ADDRESS) -> Mornings:
        letter = self.asks(account, address)
        assert isinstance(self.gives(ConfirmMail, account, letter=letter), Accepted)
        return self

    def told(self, number: int = 1, **opening: Any) -> list[Story]:
        """Let so many cases be handed to Maria."""
        cases = [story(self.office, **opening) for _ in range(number)]
        for case in cases:
            case.does(AssignCase, owner=MARIA)
        return cases

    # -- the days -------------------------------------------------------------------------------------------------

    def at(self, hour: int, minute: int = 0, days: int = 1, zone: str = "Europe/Moscow") -> Mornings:
        """Let it be this time so many days later, by the clocks of the programme."""
        here = by_clock(self.office.now, zone)
        then = here.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)
        self.office.pass_time(then - here)
        return self

    def sweeps(self, post: Post | None = None) -> int:
        """Sweep as a process does that has just begun."""
        letters = StaffLetters(self.office.another_service(), post or self.shop.post, CONSOLE, self.office.chance)
        return letters.send_due()

    @property
    def sent(self) -> list[Any]:
        files = sorted((self.shop.folder / "post").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def outcomes(self, account: str = MARIA) -> list[str]:
        log = self.office.service.log
        told = [log.fact(one) for one in log.stream(account_stream(account))]
        return [one.outcome for one in told if isinstance(one, StaffLetterEnded)]

    def begun(self, account: str = MARIA) -> list[StaffLetterBegun]:
        log = self.office.service.log
        told = [log.fact(one) for one in log.stream(account_stream(account))]
        return [one for one in told if isinstance(one, StaffLetterBegun)]


@pytest.fixture
def mornings(shop: Workshop) -> Mornings:
    return Mornings(shop)


@pytest.fixture
def either_mornings(either_office: Office, tmp_path: Path) -> Mornings:
    return Mornings(Workshop(either_office, tmp_path))


# -- the address --------------------------------------------------------------------------------------------------


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


# -- the morning --------------------------------------------------------------------------------------------------


def test_one_mail_on_a_morning_says_how_many_things_wait_and_nothing_of_any(either_mornings: Mornings) -> None:
    mornings = either_mornings
    cases = mornings.confirmed().told(2, name=NAME)
    cases[0].does(AddNote, actor=BORIS, mandate="supervisor", note=NAME)
    assert mornings.at(9).sweeps() == 1
    assert (mornings.sweeps(), mornings.at(10, days=0).sweeps()) == (0, 0)
    (mail,) = mornings.sent
    text = mail.get_content()
    assert "Cases handed to you: 2" in text
    assert "Things others did in cases you look after: 1" in text
    assert CONSOLE in text
    whole = wire_bytes(mail).decode() + text + str(mail)
    programme = mornings.office.definition.programme
    held = [NAME, *(case.case_id for case in cases), *(handle_of(case.case, programme) for case in cases)]
    held += ["moscow", programme.office.name, "Anna", "Boris", "staff:", "Maria", *programme.title.en.split()[:1]]
    assert not [
        one
        for one in held
        if one.casefold() in whole.replace(programme.office.email, "").replace(ADDRESS, "").casefold()
    ]
    assert not NUMBER.search(text)
    assert not is_in(whole)


def test_of_many_notices_none_of_any_kind_tells_what_it_is_about(mornings: Mornings) -> None:
    kinds = ["given", "taken", "hidden", "proposal_waits", "confirmed", "declined", "lapsed", "emergency", "moved",
             "stands_in_named", "stood_in_ended", "something_new"]  # fmt: skip
    for language in ("en", "ru"):
        letter = digest(kinds, ADDRESS, language, CONSOLE)
        office = mornings.office.definition.programme.office
        assert message(letter, office, "D-1", mornings.office.now)  # raises LetterUnsafe for a telling word
        assert sum(int(line.rpartition(": ")[2]) for line in letter.lines if line.rpartition(": ")[2].isdigit()) == len(
            kinds
        )


def test_it_comes_in_the_readers_language(mornings: Mornings) -> None:
    assert isinstance(mornings.gives(commands.ChooseLanguage, language="ru"), Accepted)
    mornings.confirmed().told(2)
    mornings.at(9).sweeps()
    (mail,) = mornings.sent
    assert mail["subject"] == "Вас что-то ждёт"
    assert "Передано вам дел: 2" in mail.get_content()


@pytest.mark.parametrize(("hour", "minute"), [(0, 30), (7, 59), (12, 0), (23, 59)])
def test_none_comes_at_another_time_of_the_programmes_day(mornings: Mornings, hour: int, minute: int) -> None:
    mornings.confirmed().told()
    assert mornings.at(hour, minute).sweeps() == 0
    assert not mornings.begun()


def test_at_half_past_midnight_in_vladivostok_nobody_is_told_and_at_eight_there_they_are(shop: Workshop) -> None:
    zone = "Asia/Vladivostok"
    shop.office.publish(shipped_programme_text("moscow").replace("Europe/Moscow", zone))
    mornings = Mornings(shop).confirmed()
    mornings.told()
    assert mornings.at(0, 30, zone=zone).sweeps() == 0
    assert mornings.at(8, 0, days=0, zone=zone).sweeps() == 1
    assert mornings.begun()[0].day == by_clock(mornings.office.now, zone).date().isoformat()


def test_none_comes_on_a_day_off_of_the_house(mornings: Mornings) -> None:
    mornings.confirmed().told()
    assert mornings.at(9, days=3).office.now.date() == date(2007, 3, 8)  # Women's Day, a Thursday
    assert mornings.sweeps() == 0
    assert mornings.at(9, days=1).sweeps() == 1
    assert mornings.at(9, days=1).sweeps() + mornings.at(9, days=1).sweeps() in (0, 1)  # as the calendar moves days


def test_who_has_read_everything_or_was_told_just_now_gets_none(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    with mornings.office.database.writing() as connection:
        mark_read(connection, MARIA, mornings.office.service.log.now())
    assert mornings.sweeps() == 0
    mornings.office.pass_time(timedelta(minutes=5))
    mornings.told()
    assert mornings.at(10, days=0).sweeps() == 0  # an hour old
    assert mornings.at(11, 30, days=0).sweeps() == 1


def test_what_stays_unread_is_told_again_on_the_next_morning(mornings: Mornings) -> None:
    mornings.confirmed().told()
    assert [mornings.at(9).sweeps(), mornings.at(9).sweeps()] == [1, 1]
    assert len({one.letter for one in mornings.begun()}) == 2


def test_who_switched_it_off_took_the_address_away_or_has_left_gets_none(mornings: Mornings) -> None:
    mornings.confirmed().told()
    assert isinstance(mornings.gives(SwitchDigest, on=False), Accepted)
    assert mornings.at(9).sweeps() == 0
    assert isinstance(mornings.gives(SwitchDigest, on=True), Accepted)
    assert isinstance(mornings.gives(ForgetMail), Accepted)
    assert mornings.sweeps() == 0
    mornings.confirmed()
    close = commands.CloseAccount(command_id=mornings.office.uuid(), actor="staff:root", account=MARIA, reason="left")
    mornings.office.accepted(close)
    assert mornings.sweeps() == 0
    assert not mornings.office.rows("staff_mails", account=MARIA)  # and it is kept no longer


def test_who_was_closed_and_is_back_before_anything_was_swept_gives_their_address_anew(mornings: Mornings) -> None:
    mornings.confirmed().told()
    close = commands.CloseAccount(command_id=mornings.office.uuid(), actor="staff:root", account=MARIA, reason="misuse")
    mornings.office.accepted(close)
    mornings.office.by_two(commands.ReopenAccount, account=MARIA, reason="back")
    assert mornings.at(8, 30).sweeps() == 0
    assert mornings.begun() == []
    assert mornings.confirmed().sweeps() == 1


def test_a_stand_in_is_told_of_their_own(mornings: Mornings) -> None:
    from workflow.subjects.team.commands import NameStandIn

    mornings.confirmed()
    today = mornings.office.definition.programme.day(mornings.office.now)
    named = {"actor": ANNA, "mandate": "case_manager", "programme": "moscow", "stand_in": MARIA}
    answer = mornings.office.service.submit(
        NameStandIn.model_validate(named | {"command_id": mornings.office.uuid(), "first": today, "last": today})
    )
    assert isinstance(answer, Accepted), answer
    assert mornings.at(9).sweeps() == 1
    assert "who stands in for whom" in mornings.sent[0].get_content()


# -- never twice --------------------------------------------------------------------------------------------------


def test_of_two_processes_that_sweep_at_once_one_sends(either_mornings: Mornings) -> None:
    mornings = either_mornings
    from concurrent.futures import ThreadPoolExecutor

    mornings.confirmed().told()
    mornings.at(9)
    post = MailServer()
    with ThreadPoolExecutor(2) as crowd:
        assert sum(crowd.map(lambda _: mornings.sweeps(post), range(2))) == 1
    assert len(post.sent) == 1


def test_what_surely_did_not_go_is_tried_again_after_a_while(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    post = MailServer()
    post.after.append(Unavailable("later"))
    assert mornings.sweeps(post) == 0
    assert mornings.sweeps(post) == 0
    mornings.office.pass_time(timedelta(minutes=11))
    assert mornings.sweeps(post) == 1
    assert (len(set(post.sent)), mornings.outcomes()) == (1, ["put_off", "sent"])


@pytest.mark.parametrize(("problem", "outcome"), [(OutcomeUnknown("lost"), "unknown"), (Refused("no"), "refused")])
def test_what_nobody_can_tell_or_was_refused_is_not_sent_again_that_day(
    mornings: Mornings, problem: Exception, outcome: str
) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    post = MailServer()
    post.after.append(problem)
    mornings.sweeps(post)
    mornings.office.pass_time(timedelta(hours=1))
    mornings.sweeps(post)
    assert (len(post.sent), mornings.outcomes()) == (1, [outcome])
    assert mornings.at(9).sweeps(post) == 1


class Dies(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("went", [True, False])
def test_a_process_that_died_in_the_middle_is_found_out_about_where_that_is_possible(
    mornings: Mornings, *, went: bool
) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    real = mornings.shop.post

    class Dying:
        way: ClassVar[str] = real.way

        def send(self, mail: Any, key: str) -> str:
            if went:
                real.send(mail, key)
            raise Dies

        def was_sent(self, key: str) -> bool | None:
            return real.was_sent(key)

    with pytest.raises(Dies):
        mornings.sweeps(Dying())
    assert mornings.sweeps() == 0  # somebody may have it in hand
    mornings.office.pass_time(timedelta(minutes=6))
    mornings.sweeps()
    mornings.office.pass_time(timedelta(minutes=11))
    mornings.sweeps()
    assert len(mornings.sent) == 1
    assert mornings.outcomes() == (["sent"] if went else ["put_off", "sent"])


def test_one_that_went_by_a_server_is_not_looked_for_in_a_folder(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    post = MailServer()
    post.after.append(Dies())
    with pytest.raises(Dies):
        mornings.sweeps(post)
    mornings.office.pass_time(timedelta(minutes=6))
    mornings.sweeps()
    assert (mornings.outcomes(), mornings.sent) == (["unknown"], [])


def restored(office: Office) -> None:
    with office.service.log.writing() as writing:
        writing.lock([RESTORE])
        who = EventMetadata(str(office.uuid()), "staff:operator", OPERATOR, "command:AcceptCopy", writing.now, "")
        writing.append(RESTORE, LogRestored(size=8, mark=12, cause="older_log"), who)
        writing.append(RESTORE, QuarantineLifted(reason="looked"), who)
        writing.remember(who.command_id, "", "{}")


def test_on_the_day_on_which_an_older_log_was_put_in_place_no_server_sends_a_second_one(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    restored(mornings.office)
    post = MailServer()
    assert (mornings.sweeps(post), post.sent, mornings.outcomes()) == (0, [], ["unknown"])
    assert mornings.at(9).sweeps(post) == 1


@pytest.mark.parametrize("way", ["folder", "server"])
def test_an_older_backup_of_the_morning_sends_no_second_mail(mornings: Mornings, way: str) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    log, server = mornings.office.service.log, MailServer()
    post: Post = server if way == "server" else mornings.shop.post
    raise_mark(log)
    older = Older(log, *metadata.sorted_tables)
    assert mornings.sweeps(post) == 1
    older.put_back()
    mornings.office.service.folds.forget()
    restored(mornings.office)
    accept_end(log)
    assert not mornings.begun()
    mornings.sweeps(post)
    mornings.office.pass_time(timedelta(hours=1))
    mornings.sweeps(post)
    assert len(server.sent) + len(mornings.sent) == 1
    assert mornings.outcomes() == ["sent" if way == "folder" else "unknown"]


def test_what_an_account_is_told_is_drawn_anew_from_the_log(either_mornings: Mornings) -> None:
    mornings = either_mornings
    mornings.confirmed().told()
    mornings.at(9).sweeps()
    before = mornings.office.rows("accounts", account=MARIA)
    rebuild(mornings.office.service.log)
    assert mornings.office.rows("accounts", account=MARIA) == before
    mornings.office.check()


def test_the_sweeper_of_a_pool_sends_it(mornings: Mornings) -> None:
    mornings.confirmed().told()
    mornings.at(9)
    with mornings.shop.crew() as crew:
        crew.settle()
    assert len([one for one in mornings.sent if one["subject"] == "Something waits for you"]) == 1
