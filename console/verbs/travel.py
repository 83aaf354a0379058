"""`wayhome arrivals`, `departures`, `escorts`: who comes, who leaves, and who goes along, in the next days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from console import cli_support as doors
from console.cli_support import ACTOR_DEFAULT, Actor, AsJson, Data
from console.container import Container
from console.errors import BadInput
from console.printing import print_json, print_rows
from console.views.travel import expected
from events.instants import instant
from handlers.queries import arrivals_departures as journeys
from handlers.queries.arrivals_departures import Going
from handlers.states.case_reader import CaseSnapshot
from workflow.rights.visibility import sees

Days = Annotated[int, typer.Option(min=1, max=366, help="How many days ahead.")]
Row = TypeVar("Row")


def arrivals(days: Days = 3, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False) -> None:
    """List who is to be met in the next days, and who was missed, first those who come first.

    Example: wayhome arrivals --days 7
    """
    with doors.office(data) as container:
        found = _expected(container, "no_show", days, actor, journeys.arrivals)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    rows = [
        (one.case_id, _text(one.at), one.place, one.by, one.meeter or "nobody", one.sign, one.state) for one in found
    ]
    print_rows("Arrivals", ("case", "at (UTC)", "place", "by", "met by", "sign", "letter"), rows)


def departures(days: Days = 3, data: Data = None, actor: Actor = ACTOR_DEFAULT, as_json: AsJson = False) -> None:
    """List who is to leave in the next days, and who missed it, with what is not certain yet.

    Example: wayhome departures --days 7 --json
    """
    with doors.office(data) as container:
        found = _expected(container, "departure", days, actor, journeys.departures)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    rows = [
        (one.case_id, _text(one.at), one.origin, one.destination, one.escort, one.host, ", ".join(one.missing))
        for one in found
    ]
    print_rows("Departures", ("case", "at (UTC)", "from", "to", "escort", "host", "missing"), rows)


def escorts(
    programme: Annotated[str, typer.Option(help="The programme whose escorts are shown.")] = "moscow",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the escorts with skills, languages and leave, and the trips from which they are not back.

    Example: wayhome escorts --json
    """
    with doors.office(data) as container:
        definition = container.service.definitions.current(programme)
        if definition is None:
            raise BadInput("there is no such programme here; publish it first")
        found = journeys.escorts(container.log, definition.programme, instant(container.log.now()))
    if as_json:
        print_json([_going(one) for one in found])
        return
    rows = [
        (one.escort.id, ", ".join(one.escort.skills), ", ".join(one.escort.languages), _where(one)) for one in found
    ]
    print_rows("Escorts", ("escort", "skills", "languages", "away"), rows)


def _expected(
    container: Container,
    kind: str,
    days: int,
    actor: str,
    rows: Callable[[Sequence[CaseSnapshot], datetime], list[Row]],
) -> list[Row]:
    now = instant(container.log.now())
    until = now + timedelta(days=days)
    snapshots = [
        one for one in expected(container, kind, now, until) if sees(actor, one.case, one.definition.programme)
    ]
    return rows(snapshots, until)


def _going(one: Going) -> dict[str, Any]:
    escort = one.escort.model_dump(mode="json", by_alias=True, exclude={"email"})
    return escort | {"trips": [trip._asdict() for trip in one.trips]}


def _where(one: Going) -> str:
    leave = [f"leave {away.since} to {away.until}" for away in one.escort.away]
    return "; ".join([*(f"{_text(t.leaves_at)} to {_text(t.back_at)} ({t.case_id})" for t in one.trips), *leave])


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
