"""The answers given before: the same command again gets the same one, another under the same id gets none."""

import logging
from collections.abc import Callable, Iterable
from functools import cached_property

import orjson

from events.asking import Asked
from events.errors import CommandReused
from events.writing import StoredAnswer, Writing
from handlers.commanding.answers import Accepted, Answer
from workflow.command import CaseCommand, Command
from workflow.rights.machine_ids import MachineIds
from workflow.rights.visibility import is_machine

_log = logging.getLogger(__name__)


class RememberedAnswers:
    """What a write knows of commands that came before, and keeps of those it carries out."""

    def __init__(self, writing: Writing, ids: MachineIds, digest_of: Callable[[Command], str]) -> None:
        self._writing = writing
        self._ids = ids
        self._digest_of = digest_of
        self._asked: Asked[dict[str, StoredAnswer]] = Asked((), lambda _: {})

    def ask(self, commands: Iterable[Command]) -> None:
        """Ask, in one question, what was answered to these commands before."""
        given = [str(one) for command in commands for one in (command.command_id, command.former_id) if one]
        self._asked = self._writing.ask_answers(given)

    @cached_property
    def _answered(self) -> dict[str, tuple[str, Accepted]]:
        return {key: (answer.digest, _read(key, answer.answer)) for key, answer in self._asked.answer.items()}

    def again(self, command: Command, digest: str) -> Answer | CommandReused | None:
        """Return the answer to what came under this id before, or None when nothing did."""
        known = self._answered.get(str(command.command_id))
        if known is None:
            return None
        if digest == known[0]:
            return known[1]
        return CommandReused(
            f"command {command.command_id} came before with other content; make a new id for a new command"
        )

    def of_older_version(self, command: Command) -> Answer | None:
        """Return what an older Wayhome answered to the same command; whatever else came under that id is not it."""
        before = self._answered.get(str(command.former_id))
        if before is None:
            return None
        same = command.model_copy(update={"command_id": command.former_id})
        return before[1] if before[0] == self._digest_of(same) else None

    def keep(self, key: str, digest: str, answer: Accepted) -> None:
        """Keep an answer for whoever sends the same command again."""
        self._answered[key] = (digest, answer._replace(repeated=True))
        text = orjson.dumps({"case": answer.case_id, "version": answer.version, "facts": answer.facts}).decode()
        self._writing.remember(key, digest, text)

    def alarm_for(self, command: Command) -> str | None:
        """Return under which id an alarm is raised because a machine's id holds something else; None when it was."""
        if not is_machine(command.actor) or not isinstance(command, CaseCommand):
            return None
        _log.error("a machine's id was used for something else: %s %s", type(command).__name__, command.command_id)
        key = str(self._ids.of(f"{command.command_id}/reused"))
        return None if key in self._answered or self._writing.ask_answers([key]).answer else key


def _read(key: str, text: str) -> Accepted:
    answer = orjson.loads(text)
    return Accepted(key, answer["case"], answer["version"], tuple(answer["facts"]), repeated=True)
