"""Opening what a recorded disclosure names: only those fields, only for the provider it was recorded for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from events.catalogue import CLOSED
from events.facts.referrals import DisclosureMade
from events.ids import case_stream
from events.log import Log
from workflow.subjects.referrals.disclosure import PartSource, sources_of


def disclosed_fields(log: Log, case_id: str, command_id: UUID) -> dict[str, str]:
    """Return part by part what the command's recorded disclosure names; what the case does not hold is left out.

    Raises LookupError when no disclosure was recorded: nothing is opened before it is.
    """
    facts = (log.fact(event) for event in log.of_command(str(command_id)))
    made = next((fact for fact in facts if isinstance(fact, DisclosureMade)), None)
    if made is None:
        raise LookupError("no disclosure was recorded under this command")
    latest: dict[tuple[str, PartSource | None], str] = {}
    for part, source, value in _opened(log, case_id, made.parts):
        latest[part, source if source.compartment else None] = value  # what was sealed last, or is known by now
    return {part: "; ".join(v for (of, _), v in latest.items() if of == part) for part, _ in latest}


def _opened(log: Log, case_id: str, parts: tuple[str, ...]) -> Iterator[tuple[str, PartSource, str]]:
    """Open, fact by fact, only the compartments these parts are sealed in, and take only their fields."""
    sources = sources_of(parts)
    for event in log.of_types(case_stream(case_id), {source.fact for _, source in sources}):
        wanted = [(part, source) for part, source in sources if source.fact == event.envelope.type]
        fact: Any = log.opened(event, sorted({source.compartment for _, source in wanted if source.compartment}))
        for part, source in wanted:
            value = getattr(fact, source.field)
            if value not in (None, "", ()) and value is not CLOSED:
                yield part, source, ", ".join(value) if isinstance(value, tuple) else str(value)
