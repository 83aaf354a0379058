"""`wayhome ledger` and `wayhome payments reconcile`: the programme's books, and the bank's beside them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from console.errors import BadInput
from console.printing import REFUSED, say
from console.verbs.bank_files import file_read
from console.verbs.terminal import Terminal, verb
from console.verbs.work import payments
from handlers.queries.books import JournalEntry, journal
from handlers.queries.reconciliation import Reconciliation, booked_payments, reconcile, sent_to_the_bank
from workflow.subjects.grants.ledger import AccountKey, Balance, trial_balance

Programme = Annotated[str, typer.Argument(help="The programme's short name.")]


@verb()
def ledger(
    terminal: Terminal,
    programme: Programme = "moscow",
    funder: Annotated[str | None, typer.Option(help="Only this funder's entries.")] = None,
    balance: Annotated[bool, typer.Option("--balance", help="The trial balance instead of the journal.")] = False,
) -> None:
    """Print the double-entry journal of a programme's money, or its trial balance.

    Example: wayhome ledger moscow --balance
    """
    definition = terminal.definition(programme)
    known = [one.id for one in definition.programme.funders]
    if funder is not None and funder not in known:
        raise BadInput(f"there is no funder {funder[:40]}; there are: {', '.join(known)}")
    entries = [e for e in journal(terminal.container.log, definition) if funder in (None, e.posting.funder)]
    if balance:
        _tell_balance(terminal, trial_balance(entry.posting for entry in entries))
    else:
        _tell_journal(terminal, entries)


@verb(payments, "reconcile")
def reconcile_statement(
    terminal: Terminal,
    file: Annotated[Path, typer.Argument(help="The bank's statement (ISO 20022 camt.053).")],
    programme: Annotated[str, typer.Option(help="Whose payments.")] = "moscow",
) -> None:
    """Compare a statement with our books: what agrees, what is missing, unknown, different or came back.

    Example: wayhome payments reconcile statement.xml
    """
    report = file_read(file, "ask the bank for shorter statements")
    ours = terminal.definition(programme).programme
    statement = terminal.container.read_statement(report, ours.office.account)
    sent = terminal.read(lambda connection: sent_to_the_bank(connection, ours))
    found = reconcile(booked_payments(terminal.container.log, ours), sent, statement)
    terminal.show(_as_json(found), lambda: _print_reconciled(found))
    if not found.agrees:
        raise typer.Exit(REFUSED)


def _tell_journal(terminal: Terminal, entries: list[JournalEntry]) -> None:
    data = [{"version": e.version, "day": e.day, "fact": e.fact, **e.posting._asdict()} for e in entries]
    rows = [
        (e.day, e.fact, e.posting.funder, e.posting.line, e.posting.debit, e.posting.credit,
         f"{e.posting.amount} {e.posting.currency}", e.posting.about)
        for e in entries
    ]  # fmt: skip
    terminal.table(data, "Journal", ("day", "what", "funder", "line", "debit", "credit", "amount", "about"), rows)


def _tell_balance(terminal: Terminal, trial: dict[AccountKey, Balance]) -> None:
    debit = sum((one.debit for one in trial.values()), start=Balance().debit)
    credit = sum((one.credit for one in trial.values()), start=Balance().credit)
    names = ("currency", "funder", "line", "account")
    accounts = [dict(zip(names, key, strict=True)) | one._asdict() for key, one in trial.items()]
    data = {"accounts": accounts, "debit": debit, "credit": credit, "balanced": debit == credit}
    rows: list[tuple[Any, ...]] = [(*key, one.debit, one.credit, one.left) for key, one in trial.items()]
    rows.append(("", "total", "", "", debit, credit, debit - credit))
    terminal.table(data, "Trial balance", (*names, "debit", "credit", "stands"), rows)


def _as_json(found: Reconciliation) -> dict[str, Any]:
    strange = [{"amount": e.amount.amount, "currency": e.amount.currency, "came_in": e.came_in,
                "tranche": e.end_to_end_id, "bank_reference": e.bank_reference} for e in found.unknown]  # fmt: skip
    return found._asdict() | {
        "unknown": strange,
        "different": [
            {"tranche": d.end_to_end_id, "ours": d.ours.amount, "banks": d.banks.amount, "came_back": d.came_back}
            for d in found.different
        ],
        "totals": {currency: {"left": left, "came_back": came} for currency, (left, came) in found.totals.items()},
        "agrees": found.agrees,
    }


def _print_reconciled(found: Reconciliation) -> None:
    say(f"{len(found.matched)} payments agree, {len(found.returned)} came back as recorded")
    for currency, (left, came) in found.totals.items():
        say(f"left the account: {left} {currency}, came in: {came} {currency}")
    if not found.has_days:
        say("the statement does not say which days it is about: what is not on it cannot be called missing")
    lists = {
        "paid by us and not on the statement": found.missing,
        "on the statement and not recorded as paid; read the status report": found.not_recorded,
        "came back by our books, and only left by the statement; ask the bank": found.not_back,
        "came back; record ReturnPayment": found.to_return,
        "different amounts": [f"{d.end_to_end_id}: ours {d.ours}, the bank's {d.banks}" for d in found.different],
        "on the statement and not ours": [f"{e.end_to_end_id or e.bank_reference}: {e.amount}" for e in found.unknown],
    }
    for title, lines in lists.items():
        for line in lines:
            say(f"  - {title}: {line}")
