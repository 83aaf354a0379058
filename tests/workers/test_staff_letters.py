"""The morning's mail to those who work here: at most one, to whom it concerns, and of no case anything."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from handlers.commanding.answers import Accepted
from handlers.projections.notices import mark_read
from tests.kit.mornings import ADDRESS, CONSOLE, MARIA, Mornings
from tests.kit.people import ANNA, BORIS
from tests.kit.web.canary import NAME, is_in
from tests.kit.workshop import Workshop
from workers.mail.digest import digest
from workers.mail.letters import message
from workers.mail.post import wire_bytes
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.accounts import commands
from workflow.subjects.accounts.commands import ForgetMail, SwitchDigest
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.intake.state import handle_of
from workflow.values.days import by_clock

NUMBER = re.compile(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


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
