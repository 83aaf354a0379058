"""The list of cases as a table to take out: numbers and handles, what is open of each, and no name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from console.views.case_filters import Filters, among_those_in_use, known_to
from console.views.cases import Card, all_listed, columns_shown
from console.views.reader import Reader
from console.words.naming import Naming
from console.words.translation import Words
from handlers.projections.case_access import board_told
from handlers.queries.case_list import values_in_use

ROWS_MAX: Final = 5000
N_: Final = str  # marks a text for translation; it is translated where it is shown
_HEADS: Final[Mapping[str, str]] = {
    "stage": N_("Stage"), "since": N_("Since"), "due": N_("Next due"), "owner": N_("Looked after by"),
    "house": N_("House"), "country": N_("Citizenship"), "language": N_("Language"), "age": N_("Age"),
    "risk": N_("Risk"), "opened": N_("Opened"), "notes": N_("To note"),
}  # fmt: skip


class Export(NamedTuple):
    """What is taken out: of which programme, narrowed how, with which columns."""

    programme: str
    filters: Filters
    columns: tuple[str, ...]
    cards: tuple[Card, ...]

    @property
    def is_too_long(self) -> bool:
        """Tell whether the list is longer than one file takes."""
        return len(self.cards) > ROWS_MAX


def export_of(reader: Reader, filters: Filters) -> Export | None:
    """Return what the list holds on all its pages; None where it is not said of which programme.

    One file is of one programme, whose history tells of it. One row more than a file takes is looked for.
    """
    programmes = [definition.programme.programme for definition in reader.definitions()]
    programme = filters.programme or (programmes[0] if len(programmes) == 1 else "")
    if programme not in programmes:
        return None
    narrowed = known_to(reader, filters._replace(view="list", programme=programme))
    with reader.container.database.reading() as connection:
        columns = columns_shown(connection, reader.account.account)
        narrowed = among_those_in_use(narrowed, values_in_use(board_told(connection, reader.account, reader.now)))
        cards = all_listed(connection, reader, narrowed, ROWS_MAX + 1)
    return Export(programme, narrowed, columns, cards)


def heads(export: Export, words: Words) -> list[str]:
    """Return what stands above the columns."""
    return [words.gettext(N_("Case")), words.gettext(N_("Handle")), *(words.gettext(_HEADS[c]) for c in export.columns)]


def rows(export: Export, words: Words, names: Naming) -> list[list[str]]:
    """Return the cells, in the reader's words and by the programme's clocks."""
    return [
        [one.case_id, one.handle, *(_CELLS[name](one, words, names) for name in export.columns)] for one in export.cards
    ]


def _due(one: Card, _words: Words, names: Naming) -> str:
    return names.on(one.due.at).isoformat() if one.due else ""


def _notes(one: Card, words: Words, _names: Naming) -> str:
    told = [words.gettext("child")] if one.child else []
    return ", ".join(told + ([words.gettext("overdue")] if one.escalated else []))


_Cell = Callable[[Card, Words, Naming], str]
_CELLS: Final[Mapping[str, _Cell]] = {
    "stage": lambda one, _words, names: names.name("stage", one.stage),
    "since": lambda one, _words, names: names.on(one.since).isoformat(),
    "due": _due,
    "owner": lambda one, _words, _names: one.owner.partition(":")[2],
    "house": lambda one, _words, _names: one.facility,
    "country": lambda one, words, _names: ", ".join(words.country(code) for code in one.citizenships),
    "language": lambda one, words, _names: words.language_name(one.language) if one.language else "",
    "age": lambda one, _words, _names: one.age,
    "risk": lambda one, words, _names: words.label("risk", one.risk) if one.risk else "",
    "opened": lambda one, _words, names: names.on(one.opened_at).isoformat(),
    "notes": _notes,
}


def chosen(columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns as the log tells of them."""
    return ("case", "handle", *columns)
