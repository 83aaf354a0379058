"""Beds for several who want them together: one for each of them, or none for any."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Wish(NamedTuple):
    """The rooms that take somebody, the best first; and in whose room they may live besides."""

    rooms: tuple[int, ...]
    beside: tuple[str, ...] = ()


def placed(wishes: Mapping[str, Wish], free: Mapping[int, Sequence[int]]) -> dict[str, int] | None:
    """Return a bed for each, None where there is not one for everybody; rooms are named by their first bed.

    Whoever has a bed already changes the room when somebody else can live in no other: what is found does not hang
    on who is asked first. Only a parent whose child lives with them stays where they are.

    >>> placed({"mother": Wish((1, 5)), "daughter": Wish((1,))}, {1: [1], 5: [5]})
    {'daughter': 1, 'mother': 5}
    >>> placed({"mother": Wish((1,)), "son": Wish((), beside=("mother",))}, {1: [1, 2], 5: [5]})
    {'mother': 1, 'son': 2}
    >>> placed({"mother": Wish((1,)), "son": Wish((), beside=("mother",))}, {1: [1], 5: [5]}) is None
    True
    """
    rooms: dict[str, int] = {}
    wishes = {name: _with_children(name, wishes, free) for name in wishes}
    for name in sorted(wishes, key=lambda one: bool(wishes[one].beside)):
        if not _finds(name, rooms, wishes, free, set()):
            return None
    left = {room: iter(beds) for room, beds in free.items()}
    return {name: next(left[room]) for name, room in sorted(rooms.items())}


def _with_children(name: str, wishes: Mapping[str, Wish], free: Mapping[int, Sequence[int]]) -> Wish:
    """Return somebody's wish with those rooms first in which their children have a bed beside them."""
    size = 1 + sum(name in wish.beside for wish in wishes.values())
    wide_first = sorted(wishes[name].rooms, key=lambda room: len(free.get(room, ())) < size)
    return wishes[name]._replace(rooms=tuple(wide_first)) if size > 1 else wishes[name]


def _finds(
    name: str, rooms: dict[str, int], wishes: Mapping[str, Wish], free: Mapping[int, Sequence[int]], tried: set[int]
) -> bool:
    """Give somebody a room, by way of others who can go elsewhere; tell whether there is one."""
    for room in _open_to(name, rooms, wishes):
        if room in tried:
            continue
        tried.add(room)
        there = [one for one, other in rooms.items() if other == room]
        has_room = len(there) < len(free.get(room, ()))
        stay = wishes[name].beside if room not in wishes[name].rooms else ()  # who is there for them
        others = (one for one in there if one not in stay and _may_go(one, rooms, wishes))
        if has_room or any(_finds(one, rooms, wishes, free, tried) for one in others):
            rooms[name] = room
            return True
    return False


def _open_to(name: str, rooms: Mapping[str, int], wishes: Mapping[str, Wish]) -> Iterator[int]:
    yield from wishes[name].rooms
    yield from [rooms[other] for other in wishes[name].beside if other in rooms]


def _may_go(name: str, rooms: Mapping[str, int], wishes: Mapping[str, Wish]) -> bool:
    """Tell whether nobody lives in a room only because somebody does."""
    here = rooms[name]
    return not any(
        name in wish.beside and rooms.get(other) == here and here not in wish.rooms for other, wish in wishes.items()
    )
