"""No morning's mail goes twice: two processes, one that died, a server that does not answer, an older log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

import pytest

from events.facts.restore import LogRestored, QuarantineLifted
from events.high_water import accept_end, raise_mark
from events.ids import RESTORE
from events.writing import EventMetadata
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import metadata
from tests.kit.mornings import MARIA, Mornings
from tests.kit.offices import Office
from tests.kit.older import Older
from tests.kit.workshop import MailServer
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.mail.post import Post
from workflow.rights.acts import OPERATOR


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
