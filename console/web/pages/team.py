"""The people who work here beside each other: cases handed over, stand-ins, caseloads, and what each is told."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from console.views.account import zone_of
from console.views.case_filters import filters_of, known_to
from console.views.caseloads import Caseload, caseloads, looks_after_cases, stand_ins_about, team_names
from console.views.cases import Card
from console.views.handing_over import AT_ONCE_MAX, Wanted, chosen, hand_over, to_choose
from console.web.errors import NotReadable
from console.web.filling import id_of
from console.web.pages.cases import names_of, typed
from console.web.request_context import RequestContext, SignedIn, go, require
from events.ids import parse_case_id
from handlers.projections.notices import mark_read, told_to
from workflow.values.text import LongText

router = APIRouter(include_in_schema=False)
HandsOver = Annotated[RequestContext, require("cases.see")]
_NOTE: Final = TypeAdapter(LongText)


# -- what one is told -----------------------------------------------------------------------------------------------


@router.get("/bell")
def bell(context: SignedIn) -> Response:
    """Show what one is told, the last first."""
    with context.web.container.database.reading() as connection:
        told = told_to(connection, context.account, context.web.now())
    return context.page("pages/bell.html", told=told, zone=zone_of(context.reader))


@router.post("/bell/read")
def read_bell(context: SignedIn) -> Response:
    """Keep that somebody has read what was on their screen; what came since stays new."""
    shown, now = typed(context, "up_to"), context.web.container.log.now()
    if shown and shown <= now:
        with context.web.container.database.writing() as connection:
            mark_read(connection, context.account.account, shown)
    return go("/bell")


# -- handing over ---------------------------------------------------------------------------------------------------


@router.get("/hand-over")
def choose(context: HandsOver, owner: str = "", stage: str = "", programme: str = "") -> Response:
    """Show the cases that may be handed over, one's own at first."""
    filters = known_to(context.reader, filters_of({"stage": stage, "programme": programme}))
    people = _people(context)
    whose = owner if owner in {one.account for one in people} else context.account.account
    cards = to_choose(context.reader, whose, filters.programme, filters.stage)
    return _choose(context, whose, filters.stage, cards)


@router.post("/hand-over/check")
def check(context: HandsOver) -> Response:
    """Show what would be handed over before it is; each case with room for what the next should know."""
    cards, people, to = chosen(context.reader, _numbers(context)), _people(context), typed(context, "to")
    whose = typed(context, "whose")
    if not cards or to not in {one.account for one in people}:
        shown = to_choose(context.reader, whose, "", "")
        ticked, missing = [one.case_id for one in cards], "to" if cards else "cases"
        return _choose(context, whose, "", shown, 422, ticked=ticked, to=to, missing=missing)
    return _check(context, cards, people)


@router.post("/hand-over")
def give(context: HandsOver) -> Response:
    """Hand them over and tell exactly what came of each."""
    numbers, people, to = _numbers(context), _people(context), typed(context, "to")
    if to not in {one.account for one in people} or not numbers:
        raise NotReadable(422, "form_without_id")
    try:
        wanted = [Wanted(number, typed(context, f"owner-{number}"), _note(context, number)) for number in numbers]
    except ValidationError:
        return _check(context, chosen(context.reader, numbers), people, 422, unreadable=True)
    team = typed(context, "team")
    found = hand_over(context.reader, wanted, to, id_of(context), team=None if team in ("", "same") else team)
    worded = {one.case_id: [context.words.worded(why, one.programme) for why in one.reasons] for one in found}
    done = [one for one in found if one.is_done]
    left = [one for one in found if not one.is_done]
    return context.page("pages/handed_over.html", 200 if done else 422, done=done, left=left, worded=worded, to=to)


# -- caseloads ------------------------------------------------------------------------------------------------------


@router.get("/team")
def team(context: Annotated[RequestContext, require("caseloads.see")]) -> Response:
    """Show everybody's cases side by side."""
    found = caseloads(context.reader, context.web.accounts.list())
    stages = _stages(context, found)
    own, teams = list(context.reader.own_programmes()), team_names(context.reader)
    return context.page(
        "pages/team.html", people=found, stages=stages, zone=zone_of(context.reader), programmes=own, teams=teams
    )


# -- small parts ----------------------------------------------------------------------------------------------------


def _choose(
    context: RequestContext, whose: str, stage: str, cards: Sequence[Card], status: int = 200, **sent: Any
) -> Response:
    usual: dict[str, Any] = {"ticked": (), "to": "", "missing": ""}
    people = _people(context)
    return context.page(
        "pages/hand_over.html", status, whose=whose, stage=stage, cards=cards, people=people, most=AT_ONCE_MAX,
        stages=_stages(context, people), names=names_of(context), zone=zone_of(context.reader),
        stands=stand_ins_about(context.reader, context.web.accounts.list()),
        programmes=list(context.reader.own_programmes()), **usual | sent,
    )  # fmt: skip


def _check(
    context: RequestContext, cards: Sequence[Card], people: Sequence[Caseload], status: int = 200, *,
    unreadable: bool = False,
) -> Response:  # fmt: skip
    notes = {one.case_id: _typed_note(context, f"note-{one.case_id}") for one in cards}
    to = next(one for one in people if one.account == typed(context, "to"))
    return context.page(
        "pages/hand_over_check.html", status, cards=cards, to=to, names=names_of(context), notes=notes,
        note=_typed_note(context, "note"), unreadable=unreadable, command_id=context.new_id(),
        teams=team_names(context.reader),
        team=typed(context, "team"), whose=typed(context, "whose"),
    )  # fmt: skip


def _people(context: RequestContext) -> tuple[Caseload, ...]:
    """Return to whom cases may be given, with how many they have."""
    rows, own = context.web.accounts.list(), context.reader.own_programmes()
    may = {row.account.account for row in rows if looks_after_cases(row.account, own)}
    return tuple(one for one in caseloads(context.reader, rows) if one.account in may)


def _stages(context: RequestContext, people: Sequence[Caseload]) -> list[tuple[str, str]]:
    """Return the stages in which somebody has a case, with what they are called, in the order of the journey."""
    held = {stage for one in people for stage in one.stages}
    found: dict[str, str] = {}
    for name, naming in names_of(context).items():
        definitions = context.web.container.service.definitions
        found |= {stage: naming.name("stage", stage) for stage in definitions.stages(name) if stage in held}
    return list(found.items())


def _numbers(context: RequestContext) -> list[str]:
    """Return the cases that were ticked, each once; what is no number is none."""
    found: dict[str, None] = {}
    for value in context.given.getlist("case")[:AT_ONCE_MAX]:
        try:
            found[parse_case_id(str(value)[:40])] = None
        except ValueError:
            continue
    return list(found)


def _note(context: RequestContext, number: str) -> str:
    """Return what the next should know of a case: what was written for all, then what was written for this one."""
    parts = (_typed_note(context, "note"), _typed_note(context, f"note-{number}"))
    text = "\n\n".join(part for part in parts if part)
    return _NOTE.validate_python(text) if text else ""


def _typed_note(context: RequestContext, name: str) -> str:
    value: Any = context.given.get(name, "")
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""
