"""The desk of a rehearsal: calls to the hotline and consultations at the centres, on the days they are open."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

from workflow.command import Command, OfficeCommand
from workflow.programme.programme import Programme
from workflow.subjects.hotline.commands import RecordConsultation, TakeCall

_DESK: Final = "staff:dina"
_CALLS_A_DAY: Final = 3
_LANGUAGES: Final = ("ru", "ru", "ru", "uz", "tg", "ro", "en")
_OUTCOMES: Final = ("advised", "advised", "advised", "referred", "silent", "wrong_number")


def desk_commands(programme: Programme, now: datetime, seed: int) -> Iterator[Command]:
    """Return what the desk counted the day before; on weekends and holidays there was nobody there."""
    at = (now - timedelta(days=1)).replace(hour=11, minute=0, second=0, microsecond=0)  # UTC: everybody is at work
    if programme.hotline is None or not programme.hotline.hours.is_open(at) or programme.day(at) < programme.runs.since:
        return
    for number in range(_CALLS_A_DAY):
        yield _call(programme, at, _draw(seed, at, f"call {number}"))
    for centre in programme.facilities:
        working = centre.kind == "consultation_centre" and centre.is_running(centre.day(at))
        if working and centre.hours is not None and centre.hours.is_open(at):
            draw = _draw(seed, at, centre.id)
            fields = {"centre": centre.id, "how": "visit", "language": _one(_LANGUAGES, draw[1])}
            yield _make(RecordConsultation, programme, at, draw, **fields, **_about(programme, draw))


def _call(programme: Programme, at: datetime, draw: bytes) -> Command:
    outcome = _one(_OUTCOMES, draw[0])
    fields: dict[str, Any] = {"outcome": outcome, "language": _one(_LANGUAGES, draw[1]), "minutes": draw[2] % 40}
    if outcome not in ("silent", "wrong_number"):
        fields |= _about(programme, draw)
    return _make(TakeCall, programme, at, draw, **fields)


def _about(programme: Programme, draw: bytes) -> dict[str, Any]:
    topics, groups = programme.consultation_topics, programme.at_risk_groups
    return {"topics": (_one(topics, draw[3]).id,), "at_risk_groups": (_one(groups, draw[4]).id,)}


def _one(found: Sequence[Any], draw: int) -> Any:
    return found[draw % len(found)]


def _draw(seed: int, at: datetime, what: str) -> bytes:
    return hashlib.sha256(f"wayhome/desk/{seed}/{at:%Y-%m-%d}/{what}".encode()).digest()


def _make(kind: type[OfficeCommand], programme: Programme, at: datetime, draw: bytes, **fields: Any) -> Command:
    command_id = uuid5(NAMESPACE_OID, draw.hex())
    return kind(command_id=command_id, actor=_DESK, programme=programme.programme, occurred_at=at, **fields)
