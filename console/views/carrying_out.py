"""Carrying a command out for somebody at a screen.

Sent twice it is done once, and what workers and timers did meanwhile is no reason to ask again.
"""

from collections.abc import Iterable
from typing import Final

from console.views.one_breath import submit_with
from console.views.reader import Reader
from events.envelope import RecordedEvent
from events.errors import CommandReused
from events.ids import case_stream
from handlers.commanding.answers import Answer, Conflict
from handlers.commanding.service import CommandService
from workflow.command import CaseCommand, Command
from workflow.rights.case_references import SomeCommand, as_if_not_there, named_cases
from workflow.rights.visibility import MACHINES

TRIES: Final = 3  # how often a command is applied again because a worker was quicker


def carry_out(service: CommandService, command: Command) -> Answer:
    """Return the answer; raises CommandReused when the same form was sent before with other content.

    Repeats safely: the second time the first answer is given, also when the first was applied to a later version.
    """
    try:
        answer = submit_with(service, command)
    except CommandReused:
        return _first_answer(service, command)
    for _ in range(TRIES):
        if not isinstance(answer, Conflict) or not by_machines(answer.since):
            return answer
        answer = submit_with(service, _expecting(command, answer.version))
    return answer


def as_seen(reader: Reader, command: SomeCommand) -> SomeCommand:
    """Return a command as it is of somebody to whom a case that is not theirs to see is not there.

    What it names in its body is asked about like what stands in a path; the answer is that of a case nobody opened.
    """
    named = named_cases(command)
    return as_if_not_there(command, named - reader.visible_cases(named).keys()) if named else command


def by_machines(events: Iterable[RecordedEvent]) -> bool:
    """Tell whether Wayhome's own hands wrote all of it: workers, timers, the bank's mail."""
    actors = {event.envelope.actor.partition(":")[0] for event in events}
    return bool(actors) and actors <= MACHINES


def _first_answer(service: CommandService, command: Command) -> Answer:
    """Return the answer of a command that was applied to a later version than its form showed."""
    versions = []
    if isinstance(command, CaseCommand) and command.expected is not None:
        stream = case_stream(command.case_id)
        events = service.log.of_command(str(command.command_id))
        versions = [event.envelope.version for event in events if event.envelope.stream == stream]
    if not versions:
        raise CommandReused("this form was sent before with other content")
    return service.submit(_expecting(command, min(versions) - 1))


def _expecting(command: Command, version: int) -> Command:
    return command.model_copy(update={"expected": version})
