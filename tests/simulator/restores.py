"""What the older copies of a year are judged by: nothing was paid twice, and who was erased stays so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from events.keys import Keys
from tests.simulator.paper import Paper, Part, paper_of

if TYPE_CHECKING:
    from tests.simulator.year import Simulation


def of_restores(world: Simulation) -> Iterator[tuple[str, str]]:
    """Yield which promise was broken by an older copy, and how."""
    container = world.alive.container
    yield from (("illegal", found) for found in world.copies.findings)
    yield from paid_twice(world.copies.paper.with_more(paper_of(container.log)), world.bank.statement())
    yield from known_again(world.copies.destroyed, container.keys)


def paid_twice(paper: Paper, statement: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each part of somebody's grant that was paid more than once, under whatever numbers."""
    paid: dict[Part, list[str]] = defaultdict(list)
    for payment in statement:
        paid[paper.parts[payment]._replace(grant_id="")].append(payment)
    for part, payments in paid.items():
        if len(payments) > 1:
            yield "doubled", f"{part.kind} {part.number} of {part.case_id} was paid in {', '.join(payments)}"


def known_again(destroyed: AbstractSet[str], keys: Keys) -> Iterator[tuple[str, str]]:
    """Yield whose key had been destroyed in any history there was, and is there or not known to be gone."""
    back, forgotten = destroyed & set(keys.persons()), destroyed - keys.destroyed().keys()
    yield from (("illegal", f"{person} was erased and is known again") for person in sorted(back | forgotten))


def numbers_of_restores(world: Simulation) -> dict[str, int]:
    """Return how often an older copy was put back and what came of it."""
    copies, officers = world.copies, world.copies.after.officers
    return {
        "restores": copies.put_back,
        "events_lost": copies.lost,  # with the disk, and told of when the copy is accepted
        "excused": world.staff.lost,  # answers among them
        "settled": officers.settled,
        "counted": officers.counted,  # payments of a grant that was asked for anew
        "again": copies.again,  # of the restores: a newer copy in the place of an older one
        "refused": copies.refused,  # copies that do not go together, or keys from before an erasure
        "lifted": copies.after.lifted,
    }
