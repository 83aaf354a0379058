"""`wayhome referral …` and `wayhome directory …`: what a provider is shown, and who offers what."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from console import cli_support as doors
from console.cli_support import ACTOR_DEFAULT, Actor, AsJson, CaseArgument, Data, case_number, tell
from console.container import Container
from console.errors import BadInput
from console.printing import print_json, print_rows, say
from console.showing import seen_case
from console.views.directory import Wanted, providers_for
from events.instants import instant
from handlers.commanding.answers import Accepted
from handlers.queries.disclosures import disclosed
from workflow.programme.programme import Programme
from workflow.subjects.referrals.commands import DiscloseReferral
from workflow.subjects.referrals.definition import Provider
from workflow.subjects.referrals.disclosure import ORG_TYPES, parts_for

referral = typer.Typer(no_args_is_help=True, help="Referrals: what a provider may be shown of a person.")
directory = typer.Typer(no_args_is_help=True, help="The directory: who helps with what, in which language, where.")

ReferralArgument = Annotated[str, typer.Argument(help="Referral number, like R-7K3P9QXM2D7K3P9Q.")]
ProgrammeName = Annotated[str, typer.Option("--programme", help="Programme.")]


@referral.command("disclose")
def disclose(
    case: CaseArgument,
    number: ReferralArgument,
    why: Annotated[str, typer.Option("--why", help="Why it is shown; this is recorded.")] = "the referral",
    data: Data = None,
    actor: Actor = ACTOR_DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show what the provider of a referral may see, by its profile and the person's consent; recorded first.

    Example: wayhome referral disclose 7K3P9-QXM2D R-7K3P9QXM2D7K3P9Q --why "first meeting"
    """
    with doors.office(data) as container:
        command = DiscloseReferral(
            command_id=container.chance.uuid(), actor=actor, case_id=case_number(case), referral_id=number, why=why
        )
        answer = container.service.submit(command)
        if not isinstance(answer, Accepted):
            tell(answer, as_json=as_json)
            return
        shown = disclosed(container.log, answer.case_id, command.command_id)
        if as_json:
            print_json({"referral": number, "disclosed": shown})
            return
        for part, value in shown.items():
            say(f"{part}: {value}")


@referral.command("list")
def list_referrals(
    case: CaseArgument, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False
) -> None:
    """List the referrals of a case: to whom, for what, and how far they have come.

    Example: wayhome referral list 7K3P9-QXM2D
    """
    with doors.office(data) as container:
        referrals = seen_case(container, case, actor).case.referrals
        if as_json:
            print_json([{"referral": key, **one._asdict()} for key, one in referrals.items()])
            return
        rows = [(key, one.service, one.provider, one.status, one.sent_at[:10]) for key, one in referrals.items()]
        print_rows("Referrals", ("referral", "service", "provider", "status", "sent"), rows)


@directory.command("list")
def list_directory(
    service: Annotated[str | None, typer.Option(help="Only who offers this service.")] = None,
    language: Annotated[str | None, typer.Option(help="Only who speaks this language, like uz.")] = None,
    area: Annotated[str | None, typer.Option(help="Only who helps there, like RU-MOW or MD.")] = None,
    programme: ProgrammeName = "moscow",
    data: Data = None,
    as_json: AsJson = False,
    *,
    is_open: Annotated[bool, typer.Option("--open-now", help="Only who is open at this moment.")] = False,
) -> None:
    """List who helps: active providers by service, language and area.

    Example: wayhome directory list --service counselling --language tg --open-now
    """
    with doors.office(data) as container:
        wanted = Wanted(service or "", language or "", area or "", is_open)
        found = providers_for(_programme(container, programme), wanted, instant(container.log.now()))
        if as_json:
            print_json([_as_json(provider) for provider in found])
            return
        rows = [
            (one.id, one.name, one.kind, ", ".join(one.services), ", ".join(one.languages), one.capacity or "")
            for one in found
        ]
        print_rows("Directory", ("id", "name", "kind", "services", "languages", "capacity"), rows)


@directory.command("show")
def show_provider(
    provider: Annotated[str, typer.Argument(help="Its id, as `wayhome directory list` shows it.")],
    programme: ProgrammeName = "moscow",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one provider: how to reach it, when it is open, and which parts of a case it may see.

    Example: wayhome directory show harbour
    """
    with doors.office(data) as container:
        known = _programme(container, programme)
        found = known.provider_of.get(provider)
        if found is None:
            raise BadInput(f"no provider is called {provider[:40]!r}; list them with: wayhome directory list")
        shown = _as_json(found) | {"may_see": list(parts_for(found.kind, known.disclosure))}
        if as_json:
            print_json(shown)
            return
        for name, value in shown.items():
            say(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


def _programme(container: Container, name: str) -> Programme:
    definition = container.service.definitions.current(name)
    if definition is None:
        raise BadInput(f"there is no programme {name[:40]!r} here; publish it with: wayhome programme publish")
    return definition.programme


def _as_json(provider: Provider) -> dict[str, Any]:
    return provider.model_dump(mode="json", exclude_none=True) | {"org_type": list(ORG_TYPES[provider.kind])}
