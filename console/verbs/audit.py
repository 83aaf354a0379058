"""`wayhome audit …`: a case and its proof in one file, for an auditor who trusts nobody; and its check."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from console.audit import verify
from console.audit.bundle import Release, bundle_of
from console.audit.signed_log import SignedLog, signed_last, signed_now
from console.cli_support import CaseArgument
from console.errors import BadInput
from console.printing import FAULTS, USAGE, print_rows, say, say_error
from console.verbs.one_case import opened_fields, seen_case
from console.verbs.terminal import ActorTerminal, BareTerminal, verb
from events.instants import instant
from events.world import SystemClock
from handlers.states.case_reader import CaseSnapshot

app = typer.Typer(no_args_is_help=True, help="For auditors: a case and its proof in one file, and its check.")
COLUMNS: Final = ("when (UTC)", "who", "by which right", "what", "which")
To = Annotated[Path, typer.Option("--to", help="File to write, like case.audit.zip; it must not be there yet.")]
Policy = Annotated[Path | None, typer.Option("--policy", help="File that says who has to sign, from whom you trust.")]


@verb(app, "export")
def export(
    terminal: ActorTerminal,
    case: CaseArgument,
    to: To,
    *,
    names: Annotated[
        list[str] | None, typer.Option("--with-names", help="Compartment to open for the auditor: identity, contact, …")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Why you open it; this is recorded.")] = "",
    as_signed: Annotated[
        bool, typer.Option("--as-signed", help="As the log was signed last; sign and ask nobody now.")
    ] = False,
) -> None:
    """Write the history of a case and all that proves it into one file, with the program that checks it.

    Example: wayhome audit export 7K3P9-QXM2D --to case.audit.zip

    What identifies a person is not in it, unless somebody who has signed in opens it with --with-names and --why.
    """
    if to.exists():
        raise BadInput(f"there is a file {to.name} already; name another one with --to")
    if names and as_signed:
        raise BadInput("what is opened for the auditor has to be in the file itself: leave --as-signed out")
    snapshot = seen_case(terminal, case)
    release = _released(terminal, snapshot, names, why) if names else None
    signed = signed_last(terminal.container) if as_signed else signed_now(terminal.container)
    case_id, programme = snapshot.case.case_id, snapshot.case.programme
    data = bundle_of(terminal.container.log, case_id, programme, signed.checkpoint, signed.policy, release)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    _tell_written(terminal, signed, to, data)


@verb(app, "verify")
def verify_bundle(
    terminal: BareTerminal,
    file: Annotated[Path, typer.Argument(help="The auditor's bundle.")],
    policy: Policy = None,
    log: Annotated[str, typer.Option("--log", help="The log it has to be of, as `wayhome seal` names it.")] = "",
) -> None:
    """Check an auditor's bundle as verify.py in it does, without any data of ours; exit code 5 when something is wrong.

    Example: wayhome audit verify case.audit.zip --policy policy.txt
    """
    data = _read(file)
    trusted = _read(policy).decode(errors="replace") if policy else ""
    code, notes, rows = verify.checked(data, trusted, log, int(SystemClock().now().timestamp()))
    said = {"ok": code == 0, "said": notes, "events": [dict(zip(_KEYS, row, strict=True)) for row in rows]}
    terminal.show(said, lambda: _print(code, notes, rows))
    if code:
        raise typer.Exit(FAULTS if code == 1 else USAGE)


_KEYS: Final = ("at", "actor", "mandate", "fact", "about")


def _print(code: int, notes: list[str], rows: list[tuple[str, ...]]) -> None:
    if rows:
        print_rows("Who did what when", COLUMNS, [[_printable(cell) for cell in row] for row in rows])
    say("\n".join(["WRONG" if code else "OK", *map(_printable, notes)]))


def _printable(text: str) -> str:
    """Return a text that comes from a stranger's file, without what would control a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise BadInput(f"there is no file {file.name}")
    with file.open("rb") as reading:
        return reading.read(verify.FILE_MAX + 1)


def _released(terminal: ActorTerminal, snapshot: CaseSnapshot, names: list[str], why: str) -> Release:
    """Return what is opened for the auditor, by somebody who proved who they are and may open it; recorded first."""
    from console.accounts.command_line import services_of
    from console.views.case import mandate_for
    from console.views.reader import Reader

    account = services_of(terminal.container).accounts.find(terminal.signed_in) if terminal.signed_in else None
    if account is None:
        raise BadInput("names are opened only by somebody who has signed in; first: wayhome sign-in")
    reader = Reader(terminal.container, account, terminal.now)
    if reader.may("case.open_sealed", snapshot) is None:
        raise BadInput(f"{account.account} may not open what is sealed of this case; ask whoever leads it")
    opened = opened_fields(terminal, snapshot, names, why, mandate_for(reader, snapshot, names))
    return Release(account.account, why, tuple(names), opened)


def _tell_written(terminal: ActorTerminal, signed: SignedLog, to: Path, data: bytes) -> None:
    """Tell what was written, as whoever gets it will be told by the program in it."""
    now = max(terminal.now, instant(signed.checkpoint.at), SystemClock().now())
    code, notes, rows = verify.checked(data, signed.policy, str(signed.key), int(now.timestamp()))
    size = signed.checkpoint.checkpoint.size
    terminal.lines(
        {"file": to.name, "bytes": len(data), "events": len(rows), "log": str(signed.key), "size": size,
         "ok": code == 0, "said": notes},
        f"{to.name}: {len(data)} bytes, {len(rows)} events, of a log of {size} events",
        *notes,
        f"this log is: {signed.key}",
        "tell whoever gets it that key and the policy by another way; to check it: python3 verify.py, which is in it",
    )  # fmt: skip
    if code:
        say_error("the file is written, and its proof fails; look at once: wayhome verify --rules")
        raise typer.Exit(FAULTS)
