"""`wayhome witness`: signs what another office's log has come to, on a partner's machine."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from console.errors import BadInput, PortTaken
from console.printing import say
from console.verbs.terminal import BareTerminal, verb
from events.errors import KeysMissing
from events.log_identity import write_key
from events.notes import LOG, WITNESS, SigningKey, VerifierKey, checked_name, parse_signing_key, parse_verifier_key
from events.world import SystemClock


@verb()
def witness(
    terminal: BareTerminal,
    key: Annotated[Path, typer.Option("--key", help="File with the witness's signing key.")],
    new_key: Annotated[
        str, typer.Option("--new-key", help="Make the key under this name, like example.org/witness, and stop.")
    ] = "",
    state: Annotated[Path | None, typer.Option("--state", help="Folder in which the witness remembers.")] = None,
    log: Annotated[
        list[str] | None,
        typer.Option("--log", help="A log to be witnessed, as `wayhome seal` shows it; may be repeated."),
    ] = None,
    listen: Annotated[str, typer.Option("--listen", help="Address and port to listen at.")] = "127.0.0.1:8422",
) -> None:
    """Sign the checkpoints of a log as long as each goes on from the last one, until stopped with Ctrl-C.

    Example: wayhome witness --key witness.key --state seen --log "$(cat way-home.vkey)" --listen 127.0.0.1:8422
    """
    if new_key:
        made = _made(key, new_key)
        terminal.lines({"witness": str(made)}, f"this witness is: {made}")
        return
    if state is None or not log:
        raise BadInput("name the folder with --state and each log with --log")
    _serve(_key_in(key), state, [_log_of(one) for one in log], listen)


def _made(file: Path, name: str) -> VerifierKey:
    """Make a key where there is none; one that is there stays, for the policies that name it."""
    if file.exists():
        raise BadInput(f"there is something at {file} already; a witness keeps its key")
    made = SigningKey(checked_name(name), WITNESS, secrets.token_bytes(32))
    write_key(file, made)
    return made.verifier


def _key_in(file: Path) -> SigningKey:
    try:
        found = parse_signing_key(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeysMissing(f"there is no key at {file}; make one with --new-key NAME") from None
    if found.kind != WITNESS:
        raise BadInput("that is the key of a log, not of a witness")
    return found


def _log_of(text: str) -> VerifierKey:
    found = parse_verifier_key(text.strip())
    if found.kind != LOG:
        raise BadInput("that is the key of a witness, not of a log")
    return found


def _serve(key: SigningKey, state: Path, logs: list[VerifierKey], listen: str) -> None:
    from console.verbs.serve import ended_in_order
    from console.witness.answering import Witnessing
    from console.witness.memory import WitnessMemory
    from console.witness.server import witness_server

    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise BadInput("write the address as 127.0.0.1:8422")
    memory = WitnessMemory(state)
    try:
        server = witness_server(
            Witnessing(key, {one.name: one for one in logs}, memory), SystemClock(), host, int(port)
        )
    except OSError as problem:
        memory.close()
        raise PortTaken(f"nothing can listen at {listen} ({problem.strerror}); name another one") from problem
    say(f"witness {key.verifier} listens at {host}:{server.server_address[1]}; stop with Ctrl-C")
    with ended_in_order():
        server.serve_forever()
    server.server_close()
    memory.close()
