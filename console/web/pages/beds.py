"""Beds: who is where, what is held and until when, who waits, and the days ahead; or how it was on a past day."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup

from console.drawing.occupancy import Bed, Beds, BedStay, Days, occupancy_svg, occupancy_words, ring_svg
from console.drawing.words import figure
from console.views.beds import BedView, HouseView, beds_of
from console.views.reader import Reader
from console.views.travel import arrivals_for
from console.web.errors import NotThere
from console.web.pages.cases import day_typed
from console.web.request_context import RequestContext, from_one_state, require
from console.words.translation import Words
from workflow.values.days import day_of, end_of

router = APIRouter(include_in_schema=False)
DAYS_AHEAD: Final = 14
_UNFOLDED_MAX: Final = 12  # more beds than that in use are drawn folded away


class Shown(NamedTuple):
    """A house with its pictures; the days ahead only of the present."""

    house: HouseView
    ring: Markup
    free: dict[str, str]  # by room: the numbers of its free beds
    ahead: Markup | None
    is_folded: bool


@router.get("/beds")
@from_one_state
def beds(context: Annotated[RequestContext, require("beds.see")], day: str = "", house: str = "") -> Response:
    """Show the houses as they are now, or as they were at the end of a day."""
    reader, chosen = context.reader, day_typed(day)
    at = _end_of(chosen, reader) if chosen else None
    found = beds_of(reader, at, house or None)
    if house and not found:
        raise NotThere
    return context.page(
        "pages/beds.html", at=at, wrong="" if chosen else day[:10], chosen=chosen if at else None, only=house,
        houses=[_shown(number, one, context.words, is_now=at is None) for number, one in enumerate(found)],
        version=0 if at else reader.container.log.size(),
        coming=tuple(arrivals_for(reader, DAYS_AHEAD)) if at is None and reader.may("travel.see") else (),
    )  # fmt: skip


def _end_of(day: date, reader: Reader) -> datetime | None:
    """Return the end of a day by the clocks of the reader's programme; None for a day that is not over."""
    definitions = reader.definitions()
    zone = definitions[0].programme.time_zone if definitions else "UTC"
    if not date(1900, 1, 1) < day < day_of(reader.now, zone):
        return None
    return end_of(day, zone) - timedelta(seconds=1)


def _shown(number: int, house: HouseView, words: Words, *, is_now: bool) -> Shown:
    title = words.gettext("Beds of {house}").format(house=house.name)
    ring = ring_svg(f"ring-{number}", title, Beds(house.taken, house.held, house.maximum), words)
    free = {room.room: ranges(place.number for place in room.places if place.state == "free") for room in house.rooms}
    in_use = house.taken + house.held
    ahead = _ahead(number, house, words) if is_now and in_use else None
    return Shown(house, ring, free, ahead, in_use > _UNFOLDED_MAX)


def _ahead(number: int, house: HouseView, words: Words) -> Markup:
    """Return the beds in use over the days ahead; those that are free are listed beside them."""
    days = Days(house.today, DAYS_AHEAD, house.today)
    drawn = [
        Bed(words.gettext("Bed {number}").format(number=place.number), (_stay(place, house, days, words),))
        for _, place in house.places
        if place.state in ("taken", "held")
    ]
    title = words.gettext("The next days in {house}").format(house=house.name)
    picture = occupancy_svg(f"ahead-{number}", title, drawn, days, words)
    return figure(picture, occupancy_words(title, drawn, days, words), words, scroll=title)


def _stay(place: BedView, house: HouseView, days: Days, words: Words) -> BedStay:
    end = days.first + timedelta(days=DAYS_AHEAD)
    first = max(house.day(place.since) if place.since else days.first, days.first)
    last = max(place.ends_on(house.time_zone) or end, first)
    kind = "held" if place.state == "held" else "leaving" if last < end else "taken"
    label = place.case_id or words.gettext("taken")
    return BedStay(first, last, kind, label, f"/cases/{place.case_id}" if place.case_id else None)  # type: ignore[arg-type]


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as people list them.

    >>> ranges([1, 2, 3, 7, 9, 10])
    '1–3, 7, 9–10'
    """
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in _runs(sorted(numbers)))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    if not numbers:
        return
    first = numbers[0]
    for one, after in pairwise([*numbers, numbers[-1] + 2]):
        if after != one + 1:
            yield first, one
            first = after
