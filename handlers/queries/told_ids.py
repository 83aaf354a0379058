"""The ids of what a command made or was about: whoever gave it needs them for the next one."""

from typing import Final

from events.log import Log

# Told beside them already, or of no use to whoever types.
_NOT_TOLD: Final = frozenset({"case_id", "person_id", "task_id", "timer_id", "message_id"})


def ids_of(log: Log, command_id: str) -> dict[str, str]:
    """Return what a command's facts name by an id, each name once, the same when it is asked for again."""
    found: dict[str, str] = {}
    for event in log.of_command(command_id):
        fact = log.fact(event)
        for name in type(fact).model_fields:
            value = getattr(fact, name)
            if name.endswith("_id") and name not in _NOT_TOLD and isinstance(value, str) and value:
                found.setdefault(name, value)
    return found
