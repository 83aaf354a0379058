"""`wayhome erasure certificate|check` and `wayhome access report`: papers about what was erased, and who had looked."""

import os
from pathlib import Path
from typing import Annotated

import typer

from console.cli_support import CaseArgument
from console.errors import BadInput
from console.papers.access_report import access_report
from console.papers.certificate import certificate, signer_of
from console.printing import FAULTS, say_error
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, BareTerminal, Terminal, verb
from console.words.language import LANGUAGES, Language
from console.words.translation import Words
from events.durable_file import write_whole
from events.errors import NoteRefused
from events.key_copies import last_copy
from events.notes import LOG, VerifierKey, is_signed, parse_note, parse_verifier_key
from handlers.projections.accounts import list_accounts
from handlers.queries.access_log import accesses_of_case
from handlers.queries.erasure_record import ErasureRecord, erasure_record
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import erasure_of

app = typer.Typer(no_args_is_help=True, help="Erasing people: the certificate of it, and checking one.")
reports = typer.Typer(no_args_is_help=True, help="Who read what of a file, for the person it is about.")
InLanguage = Annotated[str, typer.Option("--language", help="en or ru.")]
ToFile = Annotated[Path | None, typer.Option("--to", help="Write the paper into this new file.")]


@verb(app, "certificate")
def print_certificate(
    terminal: ActorTerminal, case: CaseArgument, language: InLanguage = "en", to: ToFile = None
) -> None:
    """Print the certificate of an erasure: the act and the extract of the journal, signed.

    Example: wayhome erasure certificate 7K3P9-QXM2D --language ru

    Whoever was given it checks it with `wayhome erasure check FILE --key KEY`; `wayhome erasure key` prints the key.
    """
    words, snapshot = _words(language), seen_case(terminal, case)
    record = _record(terminal, snapshot)
    paper = certificate(terminal.container.log, record, snapshot.definition.programme, words)
    if to is not None:
        _write(to, paper)
    terminal.lines({**record._asdict(), "certificate": paper}, f"written to {to}" if to else paper.rstrip("\n"))
    if (copy := last_copy(terminal.container.keys)).is_blind:
        say_error(copy.advice)


@verb(app, "key")
def print_key(terminal: Terminal) -> None:
    """Print the key by which anybody checks certificates made here.

    Example: wayhome erasure key
    """
    key = str(signer_of(terminal.container.keys).verifier)
    terminal.lines({"key": key}, key)


@verb(app, "check")
def check_certificate(
    terminal: BareTerminal,
    file: Annotated[Path, typer.Argument(help="The certificate, as it was handed out.")],
    key: Annotated[str, typer.Option("--key", help="The key the office gave out, like wayhome/certificates+1a2b…")],
) -> None:
    """Check a certificate without any data of ours; exit code 5 when it is not what was signed.

    Example: wayhome erasure check certificate.txt --key wayhome/certificates+1a2b3c4d+AQ
    """
    try:
        genuine = is_signed(parse_note(file.read_bytes()), _key_of_a_log(key))
    except NoteRefused as problem:
        say_error(f"not genuine: {problem}")
        raise typer.Exit(FAULTS) from None
    if not genuine:
        say_error("not genuine: this key signed something else; ask the office for its key by another way")
        raise typer.Exit(FAULTS)
    terminal.lines({"genuine": True}, "genuine: this is what was signed, letter for letter")


@verb(reports, "report")
def print_access_report(
    terminal: ActorTerminal,
    case: CaseArgument,
    language: InLanguage = "en",
    to: ToFile = None,
    *,
    named: Annotated[bool, typer.Option("--named", help="Name accounts instead of numbering them.")] = False,
    lists: Annotated[bool, typer.Option("--lists", help="Also who saw the case among others, on which list.")] = False,
) -> None:
    """Print who opened which part of a file, when and why, for the person or their lawyer; that is recorded too.

    Example: wayhome access report 7K3P9-QXM2D --language ru
    """
    words, snapshot = _words(language), seen_case(terminal, case)
    number, programme = snapshot.case.case_id, snapshot.definition.programme
    reads = [read for read in accesses_of_case(terminal.container.log, number) if lists or read.what != "listed"]
    roles = {row.account.account: sorted(row.account.roles) for row in terminal.read(list_accounts)}
    paper = access_report(number, reads, roles, programme, words, named=named)
    if to is not None:
        _write(to, paper)
    terminal.lines({"case": number, "report": paper}, f"written to {to}" if to else paper.rstrip("\n"))


def _key_of_a_log(text: str) -> VerifierKey:
    key = parse_verifier_key(text.strip())
    if key.kind != LOG:
        raise NoteRefused("that key is a witness's; no paper is signed with one")
    return key


def _record(terminal: Terminal, snapshot: CaseSnapshot) -> ErasureRecord:
    """Return the erasure of a case that is over; raises BadInput with what to do next when there is none."""
    case, decided_in = snapshot.case, erasure_of(snapshot.case).decided_in
    if not decided_in:
        raise BadInput("nobody was erased in this case; a request is recorded with: wayhome case record")
    found = erasure_record(terminal.container.log, decided_in)
    if found is None:
        raise BadInput("this copy of the log is older than the erasure; the certificate is with the newer one")
    if not found.completed_at:
        raise BadInput(f"the erasure of {case.case_id} is under way; see: wayhome tasks list")
    return found


def _words(language: str) -> Words:
    if language not in LANGUAGES:
        raise BadInput(f"there is no such language here; choose one of: {', '.join(LANGUAGES)}")
    chosen: Language = "ru" if language == "ru" else "en"
    return Words(chosen)


def _write(file: Path, paper: str) -> None:
    """Write a paper into a new file that only its owner reads; raises BadInput where something is already."""
    try:
        write_whole(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), paper.encode())
    except FileExistsError:
        raise BadInput(f"{file} is there already; name a new file") from None
