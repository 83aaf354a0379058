"""The hotline's desk: calls nobody could take, call-backs that are made or struck off, and slips with codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from console.container import Container
from workflow.command import Command, OfficeCommand
from workflow.programme.programme import Programme
from workflow.subjects.hotline.commands import MakeCallBack, PrintCaseCodes, RecordMissedCall, StrikeCallBacks
from workflow.subjects.hotline.state import HotlineState

_STREAM: Final = "hotline:moscow"
_DESK: Final = "staff:dina"
_PAD: Final = 10  # slips


class Calls:
    """What the desk writes down, at a few moments of a week."""

    def __init__(self, order: Random) -> None:
        self._order = order

    def wanted(self, container: Container, programme: Programme, now: datetime) -> Iterator[Command]:
        """Yield what there is to write down now; of call-backs, what was done the day before while it was open."""
        desk = self._desk(container)
        yield self._made(RecordMissedCall, language="ru", wants_call_back=self._order.random() < 0.7)
        at = (now - timedelta(days=1)).replace(hour=11, minute=0, second=0, microsecond=0)
        if (
            programme.hotline is not None
            and programme.hotline.hours.is_open(at)
            and programme.day(at) >= programme.runs.since
        ):
            for code in sorted(desk.call_backs)[:1]:
                said = {"topics": (programme.consultation_topics[0].id,), "at_risk_groups": (), "minutes": 10}
                yield self._made(MakeCallBack, code=code, language="ru", outcome="advised", occurred_at=at, **said)
        if self._order.random() < 0.3:
            yield self._made(StrikeCallBacks)
        if len(desk.case_codes) < _PAD:
            yield self._made(PrintCaseCodes, count=_PAD)

    def _desk(self, container: Container) -> HotlineState:
        state = container.cases.states([_STREAM])[_STREAM].state
        return state if isinstance(state, HotlineState) else HotlineState()

    def _made(self, kind: type[OfficeCommand], **fields: Any) -> Command:
        command_id = UUID(bytes=self._order.randbytes(16), version=4)
        return kind.model_validate({"command_id": command_id, "actor": _DESK, "programme": "moscow"} | fields)
