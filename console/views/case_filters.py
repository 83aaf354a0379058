"""To what a list of cases is narrowed, as its address says it: open words of ours, never what somebody mistyped."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from console.views.reader import Reader
from handlers.queries.case_list import AGE_BANDS, RISKS, SORTS
from workflow.programme.loading import Definition
from workflow.programme.stages import Stage

NAME_LONGEST: Final = 40  # of a value, and of what somebody calls their filters
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "view": ("board", "list"), "whose": ("mine", "team", "stood-in"), "child": ("yes", "no"), "ended": ("yes",),
    "age": AGE_BANDS, "risk": RISKS, "overdue": ("yes",), "sort": SORTS, "desc": ("yes",),
}  # fmt: skip


class Filters(NamedTuple):
    """What the list is narrowed to, as its address says it: open words only."""

    view: str = "board"  # or list
    programme: str = ""
    stage: str = ""
    whose: str = ""  # mine, team, or everybody's
    child: str = ""  # yes, no
    waits: str = ""  # at least so many days in their stage
    ended: str = ""  # yes for those that have ended
    owner: str = ""
    house: str = ""
    language: str = ""
    country: str = ""
    age: str = ""
    risk: str = ""
    overdue: str = ""  # yes
    due: str = ""  # within at most so many days
    sort: str = ""  # by which column of the list; longest in their stage first where none is named
    desc: str = ""  # yes: the other way round

    def query(self, **changes: str) -> str:
        """Return the filters as an address has them, with some changed."""
        told = {name: value for name, value in self._replace(**changes)._asdict().items() if value}
        return urlencode({name: value for name, value in told.items() if (name, value) != ("view", "board")})


def as_filters(query: str) -> Filters:
    """Return the filters a saved view holds."""
    return filters_of(dict(parse_qsl(query)))


def filters_of(given: Mapping[str, str]) -> Filters:
    """Return the filters an address asks for; what is not one of ours is left out.

    >>> filters_of({"whose": "mine", "child": "maybe", "x": "1", "waits": "7", "sort": "name"}).query()
    'whose=mine&waits=7'
    """
    return Filters(**{name: given[name] for name in Filters._fields if _is_ours(name, given.get(name, ""))})


def known_to(reader: Reader, filters: Filters) -> Filters:
    """Return the filters without a programme or a stage that is none of the reader's: it may be a name, mistyped."""
    definitions = reader.definitions()
    programmes = {one.programme.programme for one in definitions}
    return filters._replace(
        programme=filters.programme if filters.programme in programmes else "",
        stage=filters.stage if _is_stage(reader, definitions, filters.stage) else "",
    )


def _is_stage(reader: Reader, definitions: Sequence[Definition], stage: str) -> bool:
    """Tell whether there is such a stage in one of these programmes, or was; of most what is in force tells."""
    if not stage or any(stage in one.programme.journey.states for one in definitions):
        return bool(stage)
    return any(stage in stages_ever(reader, one) for one in definitions)


def among_those_in_use(filters: Filters, in_use: Mapping[str, tuple[str, ...]]) -> Filters:
    """Return the filters without an owner or a house of none of the reader's cases: it may be a name, mistyped."""
    return filters._replace(
        owner=filters.owner if filters.owner in in_use["owner"] else "",
        house=filters.house if filters.house in in_use["facility"] else "",
        language=filters.language if filters.language in in_use["language"] else "",
        country=filters.country if filters.country in in_use["citizenships"] else "",
    )


def _is_ours(name: str, value: str) -> bool:
    if name in _WORDS:
        return value in _WORDS[name]
    if name in ("waits", "due"):
        return value.isascii() and value.isdecimal() and len(value) <= 3
    return 0 < len(value) <= NAME_LONGEST and all(letter.isalnum() or letter in "_-:." for letter in value)


def stages_ever(reader: Reader, definition: Definition) -> Mapping[str, Stage]:
    """Return the stages a programme has or ever had."""
    return reader.container.service.definitions.stages(definition.programme.programme)
