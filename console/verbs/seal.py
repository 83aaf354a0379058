"""`wayhome seal`: the log is signed as it stands, and witnesses are asked to sign too."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from console.errors import BadInput
from console.printing import UNAVAILABLE, say
from console.verbs.terminal import ActorTerminal, Terminal, verb
from console.verbs.two_officers import ALONE, Second, decided_here
from events.checkpoints import verifier_of
from events.instants import instant
from events.log_identity import begin_signing_again
from events.sealer import TROUBLE
from handlers.queries.sealing import LATE_AFTER, seal_state


@verb()
def seal(
    terminal: ActorTerminal,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until stopped with Ctrl-C.")] = False,
    state: Annotated[bool, typer.Option("--state", help="Sign nothing; only tell how far the log is signed.")] = False,
    name: Annotated[
        str, typer.Option("--name", help="Name of the log, before it signs for the first time, like example.org/log.")
    ] = "",
    begin_again: Annotated[
        str, typer.Option("--begin-again", help="Go on under this new name and a new key, when the old one is lost.")
    ] = "",
    second: Second = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="File to write the signed checkpoint into, to be kept elsewhere.")
    ] = None,
) -> None:
    """Sign the log as it stands and ask the witnesses of witnesses.policy; exit code 4 while too few have signed.

    Example: wayhome seal --to /mnt/anna/checkpoint.txt
    """
    if begin_again:
        _begin_again(terminal, begin_again, second)
    elif state:
        _tell_state(terminal)
    elif watch:
        _watch(terminal, name)
    else:
        _seal_once(terminal, name, to)


def _seal_once(terminal: Terminal, name: str, to: Path | None) -> None:
    done = terminal.container.sealing(name).round()
    assert done is not None, "a log holds the fact by which it began"
    key = terminal.container.signing_key().verifier
    if to is not None:
        to.write_text(done.note, encoding="utf-8")
    said = [f"  {one.name}: {one.words}" for one in done.witnesses] or [
        "  no witness has to sign; see witnesses.policy"
    ]
    reached = "enough witnesses signed" if done.reached else "NOT ENOUGH WITNESSES SIGNED"
    terminal.lines(
        {"log": str(key), "size": done.size, "root": done.root.hex(), "reached": done.reached, "note": done.note,
         "witnesses": [{"name": one.name, "standing": one.standing} for one in done.witnesses]},
        f"signed: {done.size} events, root {done.root.hex()}",
        f"this log is: {key}",
        *said,
        *([reached] if done.witnesses else []),
    )  # fmt: skip
    if not done.reached:
        raise typer.Exit(UNAVAILABLE)


def _begin_again(terminal: ActorTerminal, name: str, second: str) -> None:
    """Record which two officers decided it, before anything is signed under the new name."""
    container, by = terminal.container, decided_here(terminal, second)
    key = begin_signing_again(container.settings.signing_key_file, container.log, container.chance, name, by)
    terminal.lines(
        {"log": str(key.verifier), "actor": by.actor, "second": by.second},
        f"recorded: from now on this log is {key.verifier}",
        *([] if by.second else [ALONE]),
        "tell every witness and auditor, who hold the old one, and put it into witnesses.policy; then: wayhome seal",
    )


def _watch(terminal: Terminal, name: str) -> None:
    """Seal until stopped; what it cannot do at the first go it says at once."""
    key = terminal.container.signing_key(name).verifier
    say(f"sealing {key}; stop with Ctrl-C")
    from console.verbs.serve import ended_in_order

    with ended_in_order():
        terminal.container.seal_until(threading.Event())
        raise BadInput("the signing key may not be read by this user")


def _tell_state(terminal: Terminal) -> None:
    key = verifier_of(terminal.container.keys)
    found = terminal.read(seal_state, key, terminal.container.policy())
    waits = terminal.now - instant(found.since) if found.since else timedelta()
    late = waits > LATE_AFTER
    first = f"{found.sealed} of {found.events} events are sealed"
    since = [f"the first that is not was recorded at {found.since[:19]} (UTC)"] if found.since else []
    trouble = (terminal.container.keys.noted(TROUBLE) or b"").decode()
    missing = [f"{name} has not signed the newest checkpoint" for name in found.missing]
    terminal.lines(
        found._asdict() | {"log": str(key) if key else "", "late": late, "trouble": trouble},
        first, *since, *missing, *([trouble] if trouble else []), *(["LATE"] if late else []),
    )  # fmt: skip
    if late or trouble:
        raise typer.Exit(UNAVAILABLE)
