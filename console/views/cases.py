"""The list of cases: what one may see of it, narrowed, counted by stage, page by page; with numbers and no names."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from console.views.case_filters import NAME_LONGEST, Filters, among_those_in_use, stages_ever
from console.views.reader import Reader
from events.instants import instant, instant_text
from handlers.projections.board import board_rows_of
from handlers.projections.case_access import (
    NO_FILTER,
    BoardTold,
    CaseFilter,
    PageRequest,
    board_told,
    cases_by_stage,
    cases_for,
    count_by_stage,
)
from handlers.queries.case_list import (
    AGE_BANDS,
    RISKS,
    DueNext,
    ListQuery,
    columns_kept,
    keep_columns,
    listed_cases,
    values_in_use,
    waiting_and_due,
)
from handlers.queries.saved_views import SavedView, forget_view, keep_view, kept_of
from workflow.programme.loading import Definition
from workflow.programme.stages import Stage

PAGE: Final = 50
CARDS: Final = 12  # of each stage on the board; the list has them all
_AT_ONCE: Final = 500  # cases in one question
COLUMNS: Final = (
    "stage", "since", "due", "owner", "house", "country", "language", "age", "risk", "opened", "notes",
)  # fmt: skip
USUAL_COLUMNS: Final = ("stage", "since", "due", "owner", "notes")


class Card(NamedTuple):
    """A case as the list shows it: nothing of it says who it is."""

    case_id: str
    handle: str
    programme: str
    stage: str
    since: datetime
    owner: str
    team: str
    child: bool
    ended: bool
    waiting: int  # things that wait for a person
    escalated: int
    opened_at: datetime
    facility: str
    language: str
    citizenships: tuple[str, ...]
    age: str
    risk: str  # the level last found
    due: DueNext | None
    led_by: str = ""  # the person's case that leads, of one that was joined to it


class Column(NamedTuple):
    """A stage with how many are in it, and those that have waited longest."""

    programme: str
    stage: str
    cases: int
    cards: tuple[Card, ...]


class Listed(NamedTuple):
    """A page of the list; ``after`` begins the next one, empty at the end."""

    cards: tuple[Card, ...]
    after: str


class Overview(NamedTuple):
    """What the page needs whichever way it is drawn."""

    filters: Filters
    definitions: tuple[Definition, ...]
    counts: Mapping[str, int]
    columns: tuple[Column, ...]
    stages: tuple[tuple[str, str], ...]  # the programme and the stage, of every stage the list may be narrowed to
    shown: tuple[str, ...]  # the stages the filters ask for
    listed: Listed | None
    saved: tuple[SavedView, ...]
    in_use: Mapping[str, tuple[str, ...]]  # to what the list may be narrowed
    shows: tuple[str, ...]  # the columns of the list

    @property
    def listed_total(self) -> int:
        """Return how many cases the list has on all its pages: of the one stage, or those ended or not."""
        if self.filters.stage:
            return self.counts.get(self.filters.stage, 0)
        return sum(self.counts.get(stage, 0) for stage in self.shown)

    def house_name(self, house: str) -> str:
        """Return what a house is called by the first programme that has it."""
        houses = (one.programme.facility_of.get(house) for one in self.definitions)
        return next((found.name for found in houses if found), house)

    @property
    def ages(self) -> tuple[str, ...]:
        """Return the bands of ages the list may be narrowed to."""
        return AGE_BANDS

    @property
    def risks(self) -> tuple[str, ...]:
        """Return the levels of risk the list may be narrowed to."""
        return RISKS

    @property
    def total(self) -> int:
        """Return how many cases the counted stages hold."""
        return sum(self.counts.values())


def overview(reader: Reader, filters: Filters, after: str = "") -> Overview:
    """Return the cases one may see, as a board of stages or as a list."""
    definitions = tuple(d for d in reader.definitions() if filters.programme in ("", d.programme.programme))
    with reader.container.database.reading() as connection:
        told = board_told(connection, reader.account, reader.now)
        in_use = values_in_use(told)
        filters = among_those_in_use(filters, in_use)
        only = _only(reader, filters)
        counts = _counts(connection, reader, told, only)
        saved, columns = kept_of(connection, reader.account.account)
        shows = _known_columns(columns) if filters.view == "list" else ()
        listed = _listed(connection, reader, filters, after) if filters.view == "list" else None
        known = [(one.programme.programme, _occupied_or_current(reader, one, counts)) for one in definitions]
        stages = _shown(known, filters)
        board = _columns(connection, reader, filters, stages, counts) if listed is None else ()
    every = tuple((programme, stage) for programme, those in known for stage in those)
    return Overview(filters, definitions, counts, board, every, tuple(stages), listed, saved, in_use, shows)


def _counts(connection: Connection, reader: Reader, told: BoardTold, only: CaseFilter) -> dict[str, int]:
    """Return how many cases are in each stage: as it is kept, unless they are narrowed and have to be counted."""
    if only == NO_FILTER:
        return told.of("stage")
    return count_by_stage(connection, reader.account, reader.now, only=only)


def _listed(connection: Connection, reader: Reader, filters: Filters, after: str) -> Listed:
    rows = _rows(connection, reader, filters, after, PAGE + 1)
    after = f"{rows[PAGE - 1]['place']}~{rows[PAGE - 1]['case_id']}" if len(rows) > PAGE else ""
    return Listed(tuple(_cards(connection, rows[:PAGE]).values()), after)


def all_listed(connection: Connection, reader: Reader, filters: Filters, most: int) -> tuple[Card, ...]:
    """Return what the list holds on all its pages, as far as ``most``; so many are asked about at once."""
    rows = _rows(connection, reader, filters, "", most)
    pages = (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
    return tuple(card for page in pages for card in _cards(connection, page).values())


def _rows(connection: Connection, reader: Reader, filters: Filters, after: str, limit: int) -> list[Mapping[str, Any]]:
    """Return rows of the list, each with its place in it; as it is usually sorted, an index of its own leads there."""
    place, _, case_id = after.rpartition("~")
    begins = (place, case_id) if case_id else ()
    sort, descending = filters.sort or "since", filters.desc == "yes"
    ended = None if filters.stage else filters.ended == "yes"
    only = _only(reader, filters)
    if sort == "since" and not descending:
        page = PageRequest(begins, limit)
        rows = cases_for(
            connection, reader.account, reader.now, stage=filters.stage or None, ended=ended, only=only, page=page
        )
        return [dict(row) | {"place": row["since"]} for row in rows]
    asked = ListQuery(sort, descending, filters.stage, ended, only, begins, limit)
    return [dict(row) for row in listed_cases(connection, reader.account, reader.now, asked)]


def _columns(
    connection: Connection, reader: Reader, filters: Filters, stages: Mapping[str, str], counts: Mapping[str, int]
) -> tuple[Column, ...]:
    asked = tuple(stage for stage in stages if counts.get(stage))
    rows = cases_by_stage(connection, reader.account, reader.now, asked, _only(reader, filters), CARDS)
    cards = _cards(connection, [row for found in rows.values() for row in found])
    return tuple(
        Column(programme, stage, counts.get(stage, 0), tuple(cards[row["case_id"]] for row in rows.get(stage, ())))
        for stage, programme in stages.items()
    )


def cards_of(reader: Reader, case_ids: Sequence[str]) -> list[Card]:
    """Return these cases as cards, in their order; whoever asks has looked whether they may be seen."""
    with reader.container.database.reading() as connection:
        rows = {row["case_id"]: row for row in board_rows_of(connection, case_ids)}
        found = _cards(connection, list(rows.values()))
    return [found[case_id] for case_id in case_ids if case_id in found]


def save(reader: Reader, name: str, filters: Filters) -> bool:
    """Keep filters under a name; False when there is no room for more."""
    view = SavedView(" ".join(name.split())[:NAME_LONGEST], filters.query())
    if not view.name:
        return False
    with reader.container.database.writing() as connection:
        return keep_view(connection, reader.account.account, view, instant_text(reader.now))


def forget(reader: Reader, name: str) -> None:
    """Forget a saved view."""
    with reader.container.database.writing() as connection:
        forget_view(connection, reader.account.account, name)


def columns_shown(connection: Connection, account: str) -> tuple[str, ...]:
    """Return the columns of somebody's list: those they chose, or the usual ones."""
    return _known_columns(columns_kept(connection, account))


def _known_columns(kept: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in kept if name in COLUMNS) or USUAL_COLUMNS


def choose_columns(reader: Reader, chosen: Sequence[str]) -> None:
    """Remember which columns somebody wants to see; what is none of ours is left out."""
    ours = [name for name in COLUMNS if name in chosen]
    with reader.container.database.writing() as connection:
        keep_columns(connection, reader.account.account, ours, instant_text(reader.now))


def _occupied_or_current(reader: Reader, definition: Definition, counts: Mapping[str, int]) -> dict[str, Stage]:
    """Return the stages in the order of the journey, then those of older versions that somebody is still in."""
    journey = definition.programme.journey
    current = {name: journey.stages[name] for name in journey.states}
    if counts.keys() <= current.keys():
        return current
    ever = stages_ever(reader, definition)
    return current | {name: stage for name, stage in ever.items() if name not in current and counts.get(name)}


def _shown(known: Sequence[tuple[str, Mapping[str, Stage]]], filters: Filters) -> dict[str, str]:
    """Return the stages the filters ask for, each with a programme that has it."""
    ended = filters.ended == "yes"
    found: dict[str, str] = {}
    for programme, stages in known:
        for name, stage in stages.items():
            if stage.ends is ended and filters.stage in ("", name):
                found.setdefault(name, programme)
    return found


def _only(reader: Reader, filters: Filters) -> CaseFilter:
    return CaseFilter(
        programme=filters.programme,
        owner=reader.account.account if filters.whose == "mine" else filters.owner,
        owners=_stood_in_for(reader) if filters.whose == "stood-in" else None,
        team=reader.account.team if filters.whose == "team" else "",
        child={"yes": True, "no": False}.get(filters.child),
        since_before=instant_text(reader.now - timedelta(days=int(filters.waits))) if filters.waits else "",
        facility=filters.house,
        language=filters.language,
        country=filters.country,
        age=filters.age,
        risk=filters.risk,
        overdue=filters.overdue == "yes",
        due_before=instant_text(reader.now + timedelta(days=int(filters.due))) if filters.due else "",
    )


def _stood_in_for(reader: Reader) -> tuple[str, ...]:
    """Return for whom the reader stands in now, whichever programme it is for: what they may see is asked anyway."""
    now = instant_text(reader.now)
    return tuple(one.owner for one in reader.account.stands_in if one.begins <= now < one.ends)


def _cards(connection: Connection, rows: Sequence[Any]) -> dict[str, Card]:
    """Return cards by case, with one question about what waits and what is due on all of them."""
    waiting, due = waiting_and_due(connection, [row["case_id"] for row in rows])
    return {row["case_id"]: _card(row, waiting.get(row["case_id"], {}), due.get(row["case_id"])) for row in rows}


def _card(row: Any, kinds: Mapping[str, int], due: DueNext | None) -> Card:
    told = {name: row[name] for name in _TOLD} | {"risk": "" if row["risk"] == "unknown" else row["risk"]}
    return Card(
        **told, since=instant(row["since"]), opened_at=instant(row["opened_at"]),
        citizenships=tuple(row["citizenships"].split()),
        waiting=sum(kinds.values()), escalated=kinds.get("escalation", 0), due=due,
    )  # fmt: skip


_TOLD: Final = (
    "case_id", "handle", "programme", "stage", "owner", "team", "child", "ended", "facility", "language", "age", "risk",
    "led_by",
)  # fmt: skip
