"""Sends what goes to those who work here: the code for a new address, and in the morning how many things wait.

Each letter is begun in the log before it is sent, by whichever process is first, and ended with what became of it. One
that was begun and not ended is asked about; only where it surely did not go is it begun again. A mail server cannot be
asked: then nobody gets a second one, and the next morning tells the rest.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from events.errors import EventsError
from events.high_water import raise_mark
from events.ids import RESTORE
from events.instants import instant
from events.tables import events
from events.world import Entropy, SystemEntropy
from handlers.commanding.answers import Accepted
from handlers.commanding.errors import HandlersError
from handlers.commanding.service import CommandService
from handlers.projections.account_marks import find_marked
from handlers.projections.accounts import AccountRow
from handlers.projections.notices import told_to
from handlers.projections.row_macs import RowMacs
from handlers.projections.tables import accounts
from handlers.staff_mail.store import StaffMail, StaffMails
from workers.errors import OutcomeUnknown, OutsideError, Unavailable
from workers.mail.digest import SENDER, code_letter, digest
from workers.mail.letters import message
from workers.mail.post import Post
from workflow.programme.programme import Programme
from workflow.subjects.accounts.commands import AccountCommand, BeginStaffLetter, EndStaffLetter
from workflow.subjects.accounts.mail import CODE_LASTS, may_begin
from workflow.values.calendars import is_working_day
from workflow.values.days import at_clock

MORNING: Final = time(8)  # by the clocks of the programme somebody works for
MORNING_OVER: Final = time(12)
UNSEEN_FOR: Final = timedelta(hours=2)  # what came a moment ago is seen by whoever sits there
ASKED_AFTER: Final = timedelta(minutes=5)  # who sends takes half a minute at the most
SENT_AT_ONCE: Final = 20  # a slow mail server does not hold up what else is swept
LOOK_EVERY: Final = timedelta(minutes=1)  # for who has something unread; codes go at once


class DueLetter(NamedTuple):
    """A letter that may be begun now."""

    row: AccountRow
    letter: str
    day: date | None
    programme: Programme
    unread: tuple[str, ...] = ()  # of which kinds

    @property
    def attempt(self) -> int:
        """Return which attempt at it this is."""
        return self.row.mail.attempt + 1 if self.letter == self.row.mail.letter else 1


class StaffLetters:
    """One process's hand at them; any number of processes may sweep at once."""

    def __init__(self, service: CommandService, post: Post, console: str = "", chance: Entropy | None = None) -> None:
        """Take where letters go; ``console`` is the address people sign in at."""
        self._service = service
        self._post = post
        self._console = console
        self._macs = RowMacs(service.log.keys)
        self._mails = StaffMails(service.log.database, service.log.keys, chance or SystemEntropy())
        self._looked: datetime | None = None

    def send_due(self) -> int:
        """Send what is due now, find out what became of what nobody ended, and return how many letters went."""
        now = instant(self._service.log.now())
        self._mails.forget_closed()
        looks = self._looked is None or not self._looked <= now < self._looked + LOOK_EVERY
        self._looked = now if looks else self._looked
        with self._service.log.database.reading() as connection:
            rows = self._rows(connection)
            due = [found for row in rows if (found := self._due(connection, row, now, mornings=looks))]
        for row in rows:
            if row.mail.in_hand and now >= instant(row.mail.at) + ASKED_AFTER:
                self._find_out(row)
        due.sort(key=lambda one: one.day is not None)  # a code is waited for
        return sum(self._send(one, now) for one in due[:SENT_AT_ONCE])

    def _rows(self, connection: Connection) -> Sequence[AccountRow]:
        """Return the open accounts that have to do with mail, as Wayhome vouches for them."""
        names = connection.execute(select(accounts.c.account).where(accounts.c.mail != "", ~accounts.c.closed))
        found = (find_marked(connection, self._macs, name) for name in names.scalars().all())
        return [row for row in found if row is not None and not row.account.closed]

    # -- what is due --------------------------------------------------------------------------------------------------

    def _due(self, connection: Connection, row: AccountRow, now: datetime, *, mornings: bool) -> DueLetter | None:
        mail, programmes = row.mail, self._programmes(row)
        if mail.asked and now <= instant(mail.asks[-1]) + CODE_LASTS and may_begin(mail, mail.asked, None, now):
            sender = next(iter(programmes), None) or self._any_programme()
            return DueLetter(row, mail.asked, None, sender) if sender else None
        if not mornings or not mail.confirmed or not programmes:
            return None
        return self._of_the_morning(connection, row, programmes[0], now)

    def _of_the_morning(
        self, connection: Connection, row: AccountRow, programme: Programme, now: datetime
    ) -> DueLetter | None:
        day, name = programme.day(now), row.account.account
        begins, ends = (at_clock(day, clock, programme.time_zone) for clock in (MORNING, MORNING_OVER))
        if not begins <= now < ends or not is_working_day(day, programme.home_country):
            return None
        letter = f"D-{self._service.machine_ids.of(f'digest/{name}/{day}')}"
        if not may_begin(row.mail, letter, day, now):
            return None
        told = told_to(connection, row.account, now - UNSEEN_FOR)
        unread = tuple(one.kind for one in told if one.is_new)
        return DueLetter(row, letter, day, programme, unread) if unread else None

    def _programmes(self, row: AccountRow) -> Sequence[Programme]:
        found = (self._service.definitions.current(name) for name in sorted(row.account.programmes))
        return [definition.programme for definition in found if definition is not None]

    def _any_programme(self) -> Programme | None:
        """Return whose office writes to somebody who works for no programme: an administrator's code."""
        found = (self._service.definitions.current(name) for name in sorted(self._service.definitions.known()))
        return next((definition.programme for definition in found if definition is not None), None)

    # -- one letter ---------------------------------------------------------------------------------------------------

    def _send(self, due: DueLetter, now: datetime) -> int:
        begin = self._command(
            BeginStaffLetter, due.row, due.letter, f"{due.attempt}/begin", day=due.day, way=self._post.way
        )
        if not self._submitted(begin):
            return 0  # somebody else has it
        outcome = self._outcome(due, now)
        self._end(due.row, due.letter, due.attempt, outcome)
        return int(outcome == "sent")

    def _outcome(self, due: DueLetter, now: datetime) -> str:
        """Send it, and return what became of it."""
        known = self._post.was_sent(due.letter)  # by the part of the log that a restore lost
        if known or (known is None and due.day is not None and self._restored_on(due.day, due.programme)):
            return "sent" if known else "unknown"
        mail = self._composed(due, now)
        if mail is None:
            return "refused"
        try:
            raise_mark(self._service.log)  # what goes out is never ahead of it
            self._post.send(mail, due.letter)
        except OutcomeUnknown:
            return "unknown"
        except (Unavailable, EventsError):
            return "put_off"
        except OutsideError:
            return "refused"
        return "sent"

    def _composed(self, due: DueLetter, now: datetime) -> EmailMessage | None:
        mail, language = due.row.mail, due.row.account.language
        found: StaffMail | None = self._mails.find(due.row.account.account, mail.confirmed if due.day else mail.asked)
        if found is None:
            return None
        letter = (
            digest(due.unread, found.address, language, self._console)
            if due.day
            else code_letter(found.code, found.address, language)
        )
        office = due.programme.office.model_copy(update={"name": SENDER})
        try:
            return message(letter, office, due.letter, now)
        except OutsideError:
            return None

    def _restored_on(self, day: date, programme: Programme) -> bool:
        """Tell whether an older log was put in place that day or since: it may not know of a letter that went."""
        last = select(events.c.recorded_at).where(events.c.stream == RESTORE).order_by(events.c.version.desc()).limit(1)
        with self._service.log.database.reading() as connection:
            at = connection.execute(last).scalar_one_or_none()
        return at is not None and programme.day(instant(at)) >= day

    def _find_out(self, row: AccountRow) -> None:
        mine = row.mail.way == self._post.way  # in a folder lies no letter that went by a server
        known = self._post.was_sent(row.mail.letter) if mine else None
        outcome = "unknown" if known is None else "sent" if known else "put_off"
        self._end(row, row.mail.letter, row.mail.attempt, outcome)

    def _end(self, row: AccountRow, letter: str, attempt: int, outcome: str) -> None:
        ended = self._command(EndStaffLetter, row, letter, f"{attempt}/{outcome}", attempt=attempt, outcome=outcome)
        self._submitted(ended)

    def _command(
        self, kind: type[AccountCommand], row: AccountRow, letter: str, step: str, **fields: Any
    ) -> AccountCommand:
        account = row.account.account
        ids = self._service.machine_ids
        own = {"command_id": ids.of(f"{account}/{letter}/{step}"), "actor": "worker:post", "mandate": "worker"}
        return kind.model_validate(own | {"account": account, "letter": letter} | fields)

    def _submitted(self, command: AccountCommand) -> bool:
        """Tell whether it was this command that did it, now."""
        try:
            answer = self._service.submit(command)
        except HandlersError:
            return False
        return isinstance(answer, Accepted) and not answer.repeated
