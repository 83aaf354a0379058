"""An office in which somebody is told by mail what waits."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

from events.facts.accounts import StaffLetterBegun, StaffLetterEnded
from events.ids import account_stream
from handlers.commanding.answers import Accepted, Answer
from handlers.staff_mail.store import StaffMails
from tests.kit.people import ANNA, BORIS
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workers.mail.post import Post
from workers.mail.staff_letters import StaffLetters
from workflow.command import Command
from workflow.subjects.access.commands import AssignCase
from workflow.subjects.accounts.commands import AskMail, ConfirmMail
from workflow.values.days import by_clock

MARIA, ADDRESS, CONSOLE = "staff:maria", "maria@example.net", "https://console.example.org"


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
