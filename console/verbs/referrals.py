"""`wayhome referral …` and `wayhome directory …`: what a provider is shown, and who offers what."""

from typing import Annotated, Any

import typer

from console.cli_support import CaseArgument, case_number
from console.errors import BadInput
from console.printing import minute
from console.verbs.directory import add_to
from console.verbs.one_case import seen_case
from console.verbs.terminal import ActorTerminal, Terminal, verb
from console.views.directory import Wanted, providers_for
from console.views.directory_entries import ENTRY_KINDS, entry_rows, entry_view
from console.views.reader import Reader
from events.instants import instant
from handlers.commanding.answers import Accepted
from handlers.queries.referrals import disclosed_fields
from workflow.rights.table import Account
from workflow.rights.visibility import may_see
from workflow.subjects.referrals.commands import DiscloseReferral
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.disclosure import ORG_TYPES, parts_for
from workflow.subjects.referrals.state import referrals_of

referral = typer.Typer(no_args_is_help=True, help="Referrals: what a provider may be shown of a person.")
directory = typer.Typer(no_args_is_help=True, help="The directory: who helps with what, in which language, where.")

add_to(directory)

ReferralArgument = Annotated[str, typer.Argument(help="Referral number, like R-7K3P9QXM2D7K3P9Q.")]
ProgrammeName = Annotated[str, typer.Option("--programme", help="Programme.")]


@verb(referral, "disclose")
def disclose(
    terminal: ActorTerminal,
    case: CaseArgument,
    number: ReferralArgument,
    why: Annotated[str, typer.Option("--why", help="Why it is shown; this is recorded.")] = "the referral",
) -> None:
    """Show what the provider of a referral may see, by its profile and the person's consent; recorded first.

    Example: wayhome referral disclose 7K3P9-QXM2D R-7K3P9QXM2D7K3P9Q --why "first meeting"
    """
    snapshot = terminal.container.cases.at(case_number(case))
    if snapshot is not None and may_see(terminal.actor, snapshot.case, snapshot.definition.programme):
        terminal.looks_at(snapshot.case.case_id)
    command = terminal.made(DiscloseReferral, case_id=case_number(case), referral_id=number, why=why)
    answer = terminal.carry_out(command)
    if not isinstance(answer, Accepted):
        terminal.tell(answer)
        return
    shown = disclosed_fields(terminal.container.log, answer.case_id, command.command_id)
    terminal.lines({"referral": number, "disclosed": shown}, *(f"{part}: {value}" for part, value in shown.items()))


@verb(referral, "list")
def list_referrals(terminal: ActorTerminal, case: CaseArgument) -> None:
    """List the referrals of a case: to whom, for what, and how far they have come.

    Example: wayhome referral list 7K3P9-QXM2D
    """
    snapshot = seen_case(terminal, case)
    referrals, programme = referrals_of(snapshot.case).referrals, snapshot.definition.programme
    data = [{"referral": key, **one._asdict()} for key, one in referrals.items()]
    rows = [
        (key, one.service, one.provider, one.status, one.sent_at and programme.day(instant(one.sent_at)))
        for key, one in referrals.items()
    ]
    terminal.table(data, "Referrals", ("referral", "service", "provider", "status", "sent"), rows)


@verb(directory, "list")
def list_directory(
    terminal: Terminal,
    service: Annotated[str | None, typer.Option(help="Only who offers this service.")] = None,
    language: Annotated[str | None, typer.Option(help="Only who speaks this language, like uz.")] = None,
    area: Annotated[str | None, typer.Option(help="Only who helps there, like RU-MOW or MD.")] = None,
    programme: ProgrammeName = "moscow",
    *,
    is_open: Annotated[bool, typer.Option("--open-now", help="Only who is open at this moment.")] = False,
) -> None:
    """List who helps: active providers by service, language and area.

    Example: wayhome directory list --service counselling --language tg --open-now
    """
    wanted = Wanted(service or "", language or "", area or "", is_open)
    found = providers_for(terminal.definition(programme).programme, wanted, terminal.now)
    rows = [
        (one.id, one.name, one.kind, ", ".join(one.services), ", ".join(one.languages), one.capacity or "")
        for one in found
    ]
    columns = ("id", "name", "kind", "services", "languages", "capacity")
    terminal.table([_as_json(provider) for provider in found], "Directory", columns, rows)


@verb(directory, "show")
def show_provider(
    terminal: Terminal,
    provider: Annotated[str, typer.Argument(help="Its id, as `wayhome directory list` shows it.")],
    programme: ProgrammeName = "moscow",
) -> None:
    """Show one provider: how to reach it, when it is open, and which parts of a case it may see.

    Example: wayhome directory show harbour
    """
    known = terminal.definition(programme).programme
    found = known.provider_of.get(provider)
    if found is None:
        raise BadInput(f"no provider is called {provider[:40]!r}; list them with: wayhome directory list")
    shown = _as_json(found) | {"may_see": list(parts_for(found.kind, known.disclosure))}
    told = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in shown.items()}
    terminal.lines(shown, *(f"{name}: {value}" for name, value in told.items()))


@verb(directory, "entries")
def list_entries(
    terminal: ActorTerminal,
    kind: Annotated[str, typer.Argument(help=f"Only one kind: {', '.join(ENTRY_KINDS)}.")] = "",
    programme: ProgrammeName = "moscow",
) -> None:
    """List every kind of entry and how each stands; names and addresses of people are not told here.

    Example: wayhome directory entries meeter
    """
    if kind and kind not in ENTRY_KINDS:
        raise BadInput(f"the kinds of entry are {', '.join(ENTRY_KINDS)}")
    found = entry_rows(_reader(terminal), terminal.definition(programme).programme, kind)
    data = [{"kind": one.kind, "entry": one.entry, "status": one.status, "reason": one.reason} for one in found]
    rows = [(one.kind, one.entry, one.status, one.reason) for one in found]
    terminal.table(data, "Directory", ("kind", "entry", "status", "reason"), rows)


@verb(directory, "history")
def entry_history(
    terminal: ActorTerminal,
    kind: Annotated[str, typer.Argument(help=f"Its kind: {', '.join(ENTRY_KINDS)}.")],
    entry: Annotated[str, typer.Argument(help="Its id, as `wayhome directory entries` shows it.")],
    programme: ProgrammeName = "moscow",
) -> None:
    """Tell what happened to an entry of the directory: when, by whom and why, the latest first.

    Example: wayhome directory history provider harbour
    """
    found = entry_view(_reader(terminal), terminal.definition(programme).programme, (kind, entry))
    if found is None:
        raise BadInput("there is no such entry; list them with: wayhome directory entries")
    columns = ("at (UTC)", "what", "who", "changed", "why")
    rows = [(minute(one.at), one.fact, one.actor, ", ".join(one.changed), one.reason) for one in found.history]
    data = [dict(zip(("at", "fact", "actor", "changed", "reason"), row, strict=True)) for row in rows]
    terminal.table(data, "History", columns, rows)


def _reader(terminal: ActorTerminal) -> Reader:
    """Return somebody who is shown what is open: a name and an address would stay in the terminal's history."""
    return Reader(terminal.container, Account(terminal.actor), terminal.now)


def _as_json(provider: Provider) -> dict[str, Any]:
    return provider.model_dump(mode="json", exclude_none=True) | {"org_type": list(ORG_TYPES[provider.kind])}
