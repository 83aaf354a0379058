"""The operator after an older copy was put back: accepts it, lists what turns up, signs under a new name."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from console.container import Container
from console.restoring import accept_copy, newly_found
from console.settings import Settings
from console.simulation.demo_accounts import ADMINISTRATOR, DATA_PROTECTION
from events.errors import SealRefused
from events.log_identity import begin_signing_again
from events.world import Clock, SeededEntropy
from events.writing import DecidedBy
from handlers.projections.tables import tasks
from workers.iso20022.bank_folder import READ

NO_SERVER: Final = "smtp://127.0.0.1:9"  # is never called: a mail server cannot be asked


class Operator:
    """Whoever has the keys to the machine room; each deed is a process of its own, as `wayhome restore accept` is."""

    def __init__(self, here: Settings, clock: Clock, seed: int) -> None:
        self._here, self._clock, self._seed = here, clock, seed
        self.accepted = self.listed = 0

    def begin(self) -> frozenset[str]:
        """Go on with an older copy in quarantine, signed under a new name if need be; return the tasks it knows."""
        container = self._opened()
        try:
            self._accept(container)
            self._sign(container)
            with container.database.reading() as connection:
                return frozenset(connection.execute(select(tasks.c.task_id)).scalars())
        finally:
            container.close()

    def accept_what_is_new(self) -> bool:
        """Put what has turned up since on the list; tell whether there was anything."""
        container = self._opened()
        try:
            return bool(newly_found(container)) and self._accept(container)
        finally:
            container.close()

    def put_answers_back(self, payment: str) -> None:
        """Let the bank's answers about a payment be read again: the lost part may have been what heard them."""
        folder = self._here.bank_folder / "in"
        for file in sorted((folder / READ).glob(f"*{payment}*.xml")):
            file.replace(folder / file.name)

    def _opened(self) -> Container:
        self.accepted += 1
        chance = SeededEntropy(hash((self._seed, 17, self.accepted)))
        return Container(self._here, accept_older=True, clock=self._clock, chance=chance)

    def _accept(self, container: Container) -> bool:
        self.listed += accept_copy(container, ADMINISTRATOR).listed
        return True

    def _sign(self, container: Container) -> None:
        try:
            container.sealing().round()
        except SealRefused:
            by = DecidedBy(ADMINISTRATOR, DATA_PROTECTION, container.chance.uuid())
            name = f"way-home.example.org/log-{self.accepted}"
            begin_signing_again(self._here.signing_key_file, container.log, container.chance, name, by)
            container.sealing().round()
