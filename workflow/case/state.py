"""One person's case as far as the rules need it: its core, and the parts its subjects keep; never holding a name."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, NamedTuple, Self, TypeAlias, TypeVar

from workflow.values.ages import CHILD_BANDS, ages_of

Pairs = tuple[tuple[str, str], ...]
NOTHING: Mapping[Any, Any] = {}


class At(NamedTuple):
    """What the envelope says about a fact that the fold needs: when, by whom, by which definition, as which event."""

    recorded_at: str
    actor: str
    definition: str
    version: int = -1  # of its stream


K = TypeVar("K")
V = TypeVar("V")
Change: TypeAlias = "Callable[[Case, Any, At], Case]"


class Task(NamedTuple):
    """Work asked for and not yet over."""

    kind: str
    subject: Pairs
    status: str = "open"  # open, unknown, refused, dead
    wanted: bool = True


class Case(NamedTuple):
    """One person's case: what every subject asks about, and under each subject's name the part that is its own."""

    case_id: str
    person_id: str
    programme: str
    definition: str
    stage: str
    since: str
    opened_at: str
    source: str
    citizenships: tuple[str, ...] = ()
    child: bool = True
    of_age_from: date | None = None
    language: str = ""
    gender: str | None = None
    age_band: str = ""
    handle: str = ""  # as it was given at the opening; what holds now: ``workflow.subjects.intake.state``
    previous_case: str | None = None
    next_case: str | None = None
    referred_by: str = ""
    registered_year: int | None = None  # where that was another than the year of opening
    reason: str = ""
    consents: Mapping[tuple[str, str], date | None] = NOTHING
    provided: frozenset[str] = frozenset()
    tasks: Mapping[str, Task] = NOTHING
    timers: Mapping[str, tuple[str, Pairs]] = NOTHING
    escalations: frozenset[str] = frozenset()
    parts: Mapping[str, Any] = NOTHING  # read by the subjects' own ``Part``, never by name

    def is_child(self, on: date) -> bool:
        """Tell whether the person must be treated as a child on a day; unknown age is presumed a child's."""
        return self.child and not (self.of_age_from is not None and on >= self.of_age_from)

    def is_known_to_be_at_most(self, age: int, on: date) -> bool:
        """Tell whether a child is known to be no older than so many years; a month's rounding is to their good.

        >>> child = Case("C", "P", "moscow", "d", "care", "", "", "ngo", of_age_from=date(2031, 1, 1))
        >>> child.is_known_to_be_at_most(11, date(2024, 12, 31)), child.is_known_to_be_at_most(11, date(2025, 1, 1))
        (True, False)
        """
        if not self.is_child(on):
            return False
        if self.of_age_from is not None:
            return on < self.of_age_from.replace(year=self.of_age_from.year - (17 - age))
        return self.age_band in CHILD_BANDS and ages_of(self.age_band)[-1] <= age

    def is_national(self, home: str) -> bool:
        """Tell whether the way home stays inside the country."""
        return home in self.citizenships

    def consents_to(self, purpose: str, on: date, recipient: str = "") -> bool:
        """Tell whether a live consent covers a purpose."""
        if (purpose, recipient) not in self.consents:
            return False
        until = self.consents[purpose, recipient]
        return until is None or on <= until

    def calm(self, *kinds: str) -> Self:
        """Return the case without escalations of these kinds: nobody has to look any more."""
        return self._replace(escalations=self.escalations - {*kinds})


def without(entries: Mapping[K, V], gone: object) -> dict[K, V]:
    """Return what is left of a mapping without one key."""
    return {key: value for key, value in entries.items() if key != gone}


P = TypeVar("P")  # a NamedTuple


class Part(Generic[P]):
    """What one subject keeps of a case: called with a case it returns the part, as it began if nothing was told yet.

    >>> from typing import NamedTuple
    >>> class Shoes(NamedTuple):
    ...     size: int = 0
    >>> shoes_of = Part("shoes", Shoes())
    >>> shoes_of.changed(Case("C", "P", "moscow", "d", "care", "", "", "ngo"), size=41).parts
    {'shoes': Shoes(size=41)}
    """

    def __init__(self, name: str, empty: P) -> None:
        self.name = name
        self._empty = empty

    @property
    def home(self) -> str:
        """Return the module its class is written in."""
        return type(self._empty).__module__

    def __call__(self, case: Case) -> P:
        """Return the part of a case."""
        found: P = case.parts.get(self.name, self._empty)
        return found

    def put(self, case: Case, part: P) -> Case:
        """Return the case with another part in place of this."""
        return case._replace(parts={**case.parts, self.name: part})

    def changed(self, case: Case, **changes: Any) -> Case:
        """Return the case with some fields of the part changed."""
        part: Any = self(case)
        return self.put(case, part._replace(**changes))
