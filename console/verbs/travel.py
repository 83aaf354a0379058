"""`wayhome arrivals`, `departures`, `escorts`: who comes, who leaves, and who goes along, in the next days."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from console.printing import minute_at
from console.verbs.terminal import ActorTerminal, Terminal, verb
from console.views.travel import expected
from handlers.queries import arrivals_departures as journeys
from handlers.queries.arrivals_departures import EscortSchedule
from handlers.states.case_reader import CaseSnapshot
from workflow.rights.visibility import may_see

Days = Annotated[int, typer.Option(min=1, max=366, help="How many days ahead.")]
Row = TypeVar("Row")


@verb()
def arrivals(terminal: ActorTerminal, days: Days = 3) -> None:
    """List who is to be met in the next days, and who was missed, first those who come first.

    Example: wayhome arrivals --days 7
    """
    found, zones = _expected(terminal, "no_show", days, journeys.arrivals)
    rows = [
        (
            one.case_id,
            minute_at(one.at, zones[one.case_id]),
            one.place,
            one.by,
            one.meeter or "nobody",
            one.sign,
            one.state,
        )
        for one in found
    ]
    columns = ("case", "at", "place", "by", "met by", "sign", "letter")
    terminal.table([one._asdict() for one in found], "Arrivals", columns, rows)


@verb()
def departures(terminal: ActorTerminal, days: Days = 3) -> None:
    """List who is to leave in the next days, and who missed it, with what is not certain yet.

    Example: wayhome departures --days 7 --json
    """
    found, zones = _expected(terminal, "departure", days, journeys.departures)
    rows = [
        (
            one.case_id,
            minute_at(one.at, zones[one.case_id]),
            one.origin,
            one.destination,
            one.escort,
            one.host,
            ", ".join(one.missing),
        )
        for one in found
    ]
    columns = ("case", "at", "from", "to", "escort", "host", "missing")
    terminal.table([one._asdict() for one in found], "Departures", columns, rows)


@verb()
def escorts(
    terminal: Terminal,
    programme: Annotated[str, typer.Option(help="The programme whose escorts are shown.")] = "moscow",
) -> None:
    """List the escorts with skills, languages and leave, and the trips from which they are not back.

    Example: wayhome escorts --json
    """
    known = terminal.definition(programme).programme
    found = journeys.current_escort_schedules(terminal.container.log, known, terminal.now)
    able = [(one, one.escort) for one in found]
    rows = [
        (who.id, ", ".join(who.skills), ", ".join(who.languages), _where(one, known.time_zone)) for one, who in able
    ]
    terminal.table([_going(one) for one in found], "Escorts", ("escort", "skills", "languages", "away"), rows)


def _expected(
    terminal: ActorTerminal, kind: str, days: int, rows: Callable[[Sequence[CaseSnapshot], datetime], list[Row]]
) -> tuple[list[Row], dict[str, str]]:
    """Return the rows, and by whose clocks each case goes."""
    now = terminal.now
    until = now + timedelta(days=days)
    found = expected(terminal.container, kind, now, until)
    theirs = [one for one in found if may_see(terminal.actor, one.case, one.definition.programme)]
    return rows(theirs, until), {one.case.case_id: one.definition.programme.time_zone for one in theirs}


def _going(one: EscortSchedule) -> dict[str, Any]:
    left_out = {"email", "status"} if one.escort.is_offered else {"email"}
    escort = one.escort.model_dump(mode="json", by_alias=True, exclude=left_out)
    return escort | {"trips": [trip._asdict() for trip in one.trips]}


def _where(one: EscortSchedule, zone: str) -> str:
    leave = [f"leave {away.since} to {away.until}" for away in one.escort.away]
    trips = (f"{minute_at(t.leaves_at, zone)} to {minute_at(t.back_at, zone)} ({t.case_id})" for t in one.trips)
    return "; ".join([*trips, *leave])
