"""Connections that are held without asking for anything: closed after a time, and the oldest first when there are many.

uvicorn waits for ever for the rest of a request, and counts every connection against its limit. Some hundred half-sent
requests would keep everybody out. Here a request has to come whole within a time, its body faster than a rate, and its
answer has to be read (CWE-400; what Apache calls RequestReadTimeout).
"""

import asyncio
from typing import Final, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S: Final = 15  # for the whole head of a request, from the first moment or the end of the last answer
BODY_S: Final = 20  # for a body, and more for each BODY_BYTES_S that came
BODY_BYTES_S: Final = 4_096
UNREAD_S: Final = 60  # for an answer that nobody reads
# Of a body that was answered already: so much is let run out, so that a browser that sends a large scan reads why it is
# not taken. Who sends on is cut off.
REFUSED_BYTES_MAX: Final = 40_000_000
WAITING_MAX: Final = 200  # connections at once on which a whole request is still to come

_For = Literal["head", "body", "reader"]


class PunctualProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to waiting."""

    _waits_for: _For | None = None
    _since: float = 0.0
    _received: int = 0  # bytes of this request
    _alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; of too many who wait, the one that has done so longest goes."""
        super().connection_made(transport)
        self._look()
        waiting = [one for one in self.connections if isinstance(one, PunctualProtocol) and one.is_waiting]
        if len(waiting) > WAITING_MAX:
            min(waiting, key=lambda one: one._since)._give_up()  # noqa: SLF001 - its own kind

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, and see whether more is to come."""
        super().data_received(data)
        self._received += len(data)
        if self._received > REFUSED_BYTES_MAX and self._is_answered:
            self._give_up()
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._received = 0
        self._look()

    def pause_writing(self) -> None:
        """Wait for the reader."""
        super().pause_writing()
        self._wait("reader", UNREAD_S)

    def resume_writing(self) -> None:
        """See what is waited for now that the reader has caught up."""
        super().resume_writing()
        self._rest()
        self._look()

    @property
    def is_waiting(self) -> bool:
        """Tell whether a whole request is still to come."""
        return self._waits_for in ("head", "body")

    @property
    def _is_answered(self) -> bool:
        """Tell whether an answer was given before the request had come whole."""
        return self.conn.our_state in (h11.DONE, h11.MUST_CLOSE) and self.conn.their_state is h11.SEND_BODY

    def _look(self) -> None:
        state = self.conn.their_state
        if self.transport.is_closing() or self._waits_for == "reader":
            return
        if state is h11.IDLE:
            self._wait("head", HEAD_S)
        elif state is h11.SEND_BODY:
            self._wait("body", BODY_S)
        else:
            self._rest()

    def _wait(self, what: _For, seconds: float) -> None:
        """Wait so long, whatever comes meanwhile; for a body longer, the more of it has come."""
        if self._waits_for != what:
            self._rest()
            self._waits_for, self._since = what, self.loop.time()
        elif what != "body":
            return
        if self._alarm is not None:
            self._alarm.cancel()
        more = self._received / BODY_BYTES_S if what == "body" else 0
        self._alarm = self.loop.call_at(self._since + seconds + more, self._give_up)

    def _rest(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._waits_for = None, None

    def _give_up(self) -> None:
        self._rest()
        self.transport.abort()
