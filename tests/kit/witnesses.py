"""Witnesses for tests: good ones, and ones that answer as no good one would."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from console.witness.answering import Answer, Witnessing
from console.witness.memory import WitnessMemory
from console.witness.server import witness_server
from events.notes import WITNESS, SigningKey, VerifierKey
from events.witness_policy import Policy, Witness, parse_policy
from events.world import SystemClock

RED_CROSS = SigningKey("red-cross.example/witness", WITNESS, b"\x11" * 32)
DONOR = SigningKey("donor.example/witness", WITNESS, b"\x12" * 32)


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[str]:
    """The address of a server that answers meanwhile."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def witness(folder: Path, key: SigningKey, *logs: VerifierKey) -> Iterator[str]:
    """The address of a good witness."""
    memory = WitnessMemory(folder)
    witnessing = Witnessing(key, {log.name: log for log in logs}, memory)
    try:
        with served(witness_server(witnessing, SystemClock(), "127.0.0.1", 0)) as url:
            yield url
    finally:
        memory.close()


@contextmanager
def answering(answer: Callable[[bytes], Answer], delay_s: float = 0.0) -> Iterator[str]:
    """The address of a witness that answers in a way of its own; with a delay, byte by byte."""

    over = threading.Event()

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            said = answer(body)
            self.send_response(said.status)
            self.send_header("Content-Type", said.type)
            self.end_headers()
            for byte in said.body.encode():
                if delay_s and over.wait(delay_s):
                    return
                self.wfile.write(bytes([byte]))

        def log_message(self, *_said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    with served(server) as url:
        try:
            yield url
        finally:
            over.set()


def policy_of(log: VerifierKey, *witnesses: tuple[str, SigningKey, str], least: str = "all") -> Policy:
    """A policy in which so many of these have to sign."""
    lines = [f"log {log}", *(f"witness {name} {key.verifier} {url}" for name, key, url in witnesses)]
    names = " ".join(name for name, _, _ in witnesses)
    return parse_policy("\n".join([*lines, f"group outside {least} {names}", "quorum outside", ""]))


def as_witness(name: str, key: SigningKey, url: str) -> Witness:
    """A witness as the policy names it."""
    return Witness(name, key.verifier, url)
