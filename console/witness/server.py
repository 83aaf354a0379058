"""The witness on the network: one address that takes checkpoints, and nothing else."""

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from console.witness.answering import BODY_BYTES_MAX, Answer, Witnessing
from events.errors import NoteRefused
from events.world import Clock

_log = logging.getLogger(__name__)
PATIENCE_S: Final = 10.0  # whoever sends slower than this is not waited for


def witness_server(witnessing: Witnessing, clock: Clock, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server that listens at an address, for the caller to run; raises OSError when it cannot."""

    class Asked(BaseHTTPRequestHandler):
        timeout = PATIENCE_S
        server_version, sys_version = "wayhome-witness", ""

        def do_POST(self) -> None:
            if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
                self._say(Answer(404, "a witness takes POST /add-checkpoint only\n"))
                return
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdecimal() and len(length) < 7 and int(length) <= BODY_BYTES_MAX):
                self._say(Answer(400, "the request has no length, or is too long\n"))
                return
            body = self.rfile.read(int(length))
            self._say(_answered(witnessing, body, int(clock.now().timestamp())))

        def _say(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: Any) -> None:
            """Keep no list of who asked."""

    server = ThreadingHTTPServer((host, port), Asked)
    server.daemon_threads = True
    return server


def _answered(witnessing: Witnessing, body: bytes, at: int) -> Answer:
    """Return the answer; a witness that cannot remember signs nothing, and says so to its operator."""
    try:
        return witnessing.answer(body, at)
    except (OSError, NoteRefused, UnicodeDecodeError) as problem:
        _log.error("nothing was signed, the memory cannot be used: %s", problem)
        return Answer(500, "this witness cannot remember what it signs now\n")
