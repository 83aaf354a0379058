"""The catalogue of facts: what may be said in the log, under which name and version, and what of it is sealed.

A fact's name and version are for ever. When a fact must change, give it the next version and register an
upcaster that turns an old body into the next; stored bytes are never touched.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, create_model

from events.errors import UnknownFact
from events.ids import PersonId

COMPARTMENTS: Final = ("identity", "contact", "medical", "legal", "money", "story")
Body = dict[str, Any]
Upcaster = Callable[[Body], Body]


@dataclass(frozen=True, slots=True)
class Sealed:
    """Marks a field that identifies a person: ``Annotated[str | None, Sealed("identity")]``.

    The field is encrypted under that person's key for that compartment before it reaches the database.
    """

    compartment: str

    def __post_init__(self) -> None:
        assert self.compartment in COMPARTMENTS, f"no compartment {self.compartment!r}"


Identity = Annotated[str | None, Sealed("identity")]
Contact = Annotated[str | None, Sealed("contact")]
Medical = Annotated[str | None, Sealed("medical")]
Legal = Annotated[str | None, Sealed("legal")]
Financial = Annotated[str | None, Sealed("money")]
Story = Annotated[str | None, Sealed("story")]


class Closed:
    """Stands where a sealed value would be for whoever has not opened it; the rules never look at it."""

    def __repr__(self) -> str:
        return "‹sealed›"


CLOSED: Final = Closed()


class Fact(BaseModel):
    """Something that happened, in the past tense, said once and kept for ever; its instants are UTC."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601", defer_build=True)
    version: ClassVar[int] = 1


TaskStatus = Literal["waiting", "claimed", "unknown", "done", "dead", "cancelled"]


def seals(fact: Fact) -> bool:
    """Tell whether a fact holds something that would be sealed under a person's key."""
    return any(getattr(fact, name) not in (None, CLOSED) for name in sealed_fields(type(fact)))


@cache
def sealed_fields(kind: type[Fact]) -> frozenset[str]:
    """Return the names of what is sealed of a kind of fact, also as it is read back."""
    classes = (one for one in kind.__mro__ if issubclass(one, Fact))
    fields = (named for one in classes for named in one.model_fields.items())
    return frozenset(name for name, field in fields if any(isinstance(mark, Sealed) for mark in field.metadata))


class TaskOutcome(Fact):
    """What came of a task: by telling it the task is over, or left as ``leaves`` says."""

    leaves: ClassVar[TaskStatus] = "done"

    task_id: str


@dataclass(frozen=True, slots=True)
class FactSchema:
    """How one kind of fact is stored: its class and which fields go into which compartment."""

    name: str
    version: int
    fact: type[Fact]
    closed: type[Fact]
    sealed: tuple[tuple[str, tuple[str, ...]], ...]
    hidden: frozenset[str]

    def open_body(self, fact: Fact) -> str:
        """Return the part of the fact that anybody with the log may read, as the JSON text that is hashed."""
        exclude = set(self.hidden) or None
        return fact.__pydantic_serializer__.to_json(fact, exclude=exclude).decode()

    def person(self, fact: Fact) -> PersonId:
        """Return whose key seals this fact."""
        return PersonId(fact.person_id)  # type: ignore[attr-defined]

    def secrets(self, fact: Fact) -> list[tuple[str, bytes]]:
        """Return per compartment the plaintext to seal; a compartment with nothing in it is left out."""
        found = []
        for compartment, fields in self.sealed:
            values = {name: value for name in fields if (value := getattr(fact, name)) is not None}
            if values:
                found.append((compartment, orjson.dumps(values)))
        return found


class Catalogue:
    """All facts this version of Wayhome can write, and all it can still read; ``shapes`` has each kind by name."""

    def __init__(
        self, facts: Iterable[type[Fact]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None
    ) -> None:
        given = list(facts)
        self.shapes: Mapping[str, FactSchema] = {fact.__name__: _shape(fact) for fact in given}
        assert len(self.shapes) == len(given), "two facts of one name"
        self._of_class = {shape.fact: shape for shape in self.shapes.values()}
        self._of_class |= {shape.closed: shape for shape in self.shapes.values()}
        self._upcasters = dict(upcasters or {})
        steps = {(shape.name, step) for shape in self.shapes.values() for step in range(1, shape.version)}
        assert steps <= self._upcasters.keys(), f"no upcaster for {sorted(steps - self._upcasters.keys())}"

    def shape_of(self, fact: Fact) -> FactSchema:
        """Return how this fact is stored; raises UnknownFact for a class that was never registered."""
        try:
            return self._of_class[type(fact)]
        except KeyError:
            raise UnknownFact(f"{type(fact).__name__} is not in the catalogue; register it") from None

    def load(self, name: str, version: int, body: str, opened: Mapping[str, Any] | None = None) -> Fact:
        """Return a stored fact, upcast to today's version, with sealed fields closed unless they are given.

        Raises UnknownFact for a name or version this program does not know, and ValueError (pydantic's) for a body
        that is not such a fact: one that nobody but a forger could have stored.
        """
        shape = self.shapes.get(name)
        if shape is None or not 1 <= version <= shape.version:
            raise UnknownFact(f"fact {name} v{version} is not known here; a newer Wayhome wrote it, install that")
        if version == shape.version and not opened:
            return shape.closed.model_validate_json(body)
        raw: Body = orjson.loads(body)
        for step in range(version, shape.version):
            raw = self._upcasters[name, step](raw)
        return shape.closed.model_validate(raw | dict(opened or {}))


def _shape(fact: type[Fact]) -> FactSchema:
    by_compartment: dict[str, list[str]] = {}
    for name, field in fact.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Sealed):
                by_compartment.setdefault(mark.compartment, []).append(name)
    hidden = frozenset(name for names in by_compartment.values() for name in names)
    assert not hidden or "person_id" in fact.model_fields, f"{fact.__name__} seals fields but names no person_id"
    sealed = tuple((c, tuple(by_compartment[c])) for c in COMPARTMENTS if c in by_compartment)
    return FactSchema(fact.__name__, fact.version, fact, _closed_twin(fact, hidden), sealed, hidden)


@cache
def _closed_twin(fact: type[Fact], hidden: frozenset[str]) -> type[Fact]:
    """Return the class as it is read back without keys: the same fact, its sealed fields not filled in."""
    if not hidden:
        return fact
    fields: dict[str, Any] = dict.fromkeys(hidden, (Any, CLOSED))
    return create_model(fact.__name__, __base__=fact, __module__=fact.__module__, **fields)
