"""`wayhome beds`: who is where, for whom a bed is held, who waits; now or at any instant of the past."""

from datetime import datetime
from typing import Annotated, Any

import typer

from console.errors import BadInput
from console.printing import minute_at, print_json, print_rows
from console.verbs.terminal import Terminal, verb
from handlers.queries.occupancy import Occupancy, houses_in_log, occupancy
from workflow.values.days import in_utc


@verb()
def beds(
    terminal: Terminal,
    facility: Annotated[
        str | None, typer.Argument(help="The house, like moscow-centre; all of them when left out.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="As it was then, like 2026-03-01T18:40+03:00.")] = None,
) -> None:
    """Show the beds of a house: case numbers, holds and their ends, and the waiting list in its order.

    Example: wayhome beds moscow-centre --at 2007-03-05T12:00+03:00
    """
    known = houses_in_log(terminal.container.log)
    if facility is not None and facility not in known:
        raise BadInput(f"there is no such house; one of: {', '.join(known) or 'none yet'}")
    when = _instant(at) if at else terminal.now
    houses = [(name, terminal.zone_of(name)) for name in ([facility] if facility else known)]
    found = [occupancy(terminal.container.log, *house, when) for house in houses]
    if terminal.as_json:
        print_json([_as_json(one) for one in found])
        return
    for one, (_, zone) in zip(found, houses, strict=True):
        _print_house(one, zone)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("--at is a time with its zone, like 2026-03-01T18:40+03:00") from None
    if found.tzinfo is None:
        raise BadInput("--at needs its zone, like 2026-03-01T18:40+03:00")
    return in_utc(found)


def _print_house(one: Occupancy, zone: str) -> None:
    def shown(at: datetime) -> str:
        return minute_at(at, zone)

    taken = [
        (used.bed, used.room, used.case_id, shown(used.since), f"held until {shown(used.held_until)}")
        if used.held_until
        else (used.bed, used.room, used.case_id, shown(used.since), "lives there")
        for used in one.used
    ]
    closed = f", closed on {one.closed}" if one.closed else ""
    title = f"{one.facility}: {len(one.used)} of {one.maximum} beds in use, {one.available} free{closed}"
    print_rows(title, ("bed", "room", "case", "since", ""), taken)
    if one.waiting:
        line = [(number, waits.case_id, shown(waits.since)) for number, waits in enumerate(one.waiting, 1)]
        print_rows(f"{one.facility}: waiting list", ("", "case", "since"), line)


def _as_json(one: Occupancy) -> dict[str, Any]:
    return {
        "facility": one.facility,
        "at": one.at,
        "closed": one.closed,
        # In the terms of HSDS: what is available and what is occupied make up the maximum.
        "service_capacity": {
            "unit": "bed", "available": one.available, "occupied": len(one.used), "maximum": one.maximum,
        },
        "beds": [used._asdict() for used in one.used],
        "waiting": [waits._asdict() for waits in one.waiting],
    }  # fmt: skip
