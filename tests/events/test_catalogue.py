"""A fact's name and version are for ever; what was stored long ago is read as today's fact."""

import importlib
import inspect
import pkgutil
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import ValidationError

from events import facts
from events.catalogue import Catalogue, Fact, Sealed, TaskOutcome
from events.database import Database
from events.errors import UnknownFact
from events.facts import catalogue
from events.log import Log
from events.world import SystemEntropy
from tests.kit.logs import CASE, LINKED, said, shared_keys, tell


class BedGiven(Fact):
    """A bed, as the first version said it."""

    bed: str


def _with_version(version: int, **fields: Any) -> type[Fact]:
    return type("BedGiven", (Fact,), {"__annotations__": {"version": ClassVar[int], **fields}, "version": version})


SECOND = _with_version(2, bed=int)
THIRD = _with_version(3, bed=int, house=str, note=Annotated[str | None, Sealed("story")], person_id=str)


def to_number(body: dict[str, Any]) -> dict[str, Any]:
    return {"bed": int(body["bed"].removeprefix("bed "))}


def with_house(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"house": "north", "person_id": "P-unknown"}


UPCASTERS = {("BedGiven", 1): to_number, ("BedGiven", 2): with_house}


def opened(database: Database, *facts: type[Fact]) -> Log:
    chance = SystemEntropy()
    steps = {key: step for key, step in UPCASTERS.items() if key[1] < facts[0].version}
    return Log(database, Catalogue(facts, steps), shared_keys(chance), chance)


def test_a_fact_of_an_old_version_is_read_as_todays(database: Database) -> None:
    tell(opened(database, BedGiven), (CASE, BedGiven(bed="bed 7")))
    tell(opened(database, SECOND), (CASE, SECOND.model_validate({"bed": 8})))
    today = opened(database, THIRD)
    facts = [today.fact(event).model_dump(exclude={"note"}) for event in today.page()]
    assert facts == [{"bed": number, "house": "north", "person_id": "P-unknown"} for number in (7, 8)]
    stored = [(event.envelope.type_version, event.envelope.body) for event in today.page()]
    assert stored == [(1, '{"bed":"bed 7"}'), (2, '{"bed":8}')]


def test_a_fact_of_a_newer_version_is_not_guessed_at(database: Database) -> None:
    tell(opened(database, SECOND), (CASE, SECOND.model_validate({"bed": 8})))
    older = opened(database, BedGiven)
    with pytest.raises(UnknownFact, match="BedGiven v2 is not known here; a newer Wayhome wrote it"):
        older.fact(older.page()[0])


@pytest.mark.parametrize(("name", "version"), [("BedSold", 1), ("CaseLinked", 2), ("CaseLinked", 0)])
def test_a_fact_nobody_knows_is_not_loaded(name: str, version: int) -> None:
    with pytest.raises(UnknownFact, match=name):
        catalogue().load(name, version, "{}")


def test_a_fact_that_was_never_registered_is_not_written(log: Log) -> None:
    with pytest.raises(UnknownFact, match="BedGiven is not in the catalogue"), log.writing() as writing:  # noqa: PT012 - a write is a block
        writing.lock([CASE])
        writing.append(CASE, BedGiven(bed="1"), said(writing))
    assert log.size() == 0


def test_a_step_without_an_upcaster_is_a_programmers_mistake() -> None:
    with pytest.raises(AssertionError, match="no upcaster"):
        Catalogue([THIRD], {("BedGiven", 1): to_number})


def test_two_facts_of_one_name_are_a_programmers_mistake() -> None:
    with pytest.raises(AssertionError, match="one name"):
        Catalogue([BedGiven, SECOND], UPCASTERS)


def test_a_sealed_fact_must_say_whose_it_is() -> None:
    class Nobodys(Fact):
        """Sealed under no one's key."""

        note: Annotated[str | None, Sealed("story")] = None

    with pytest.raises(AssertionError, match="names no person_id"):
        Catalogue([Nobodys])


def test_there_is_no_compartment_but_the_known_ones() -> None:
    with pytest.raises(AssertionError, match="no compartment"):
        Sealed("gossip")


def test_a_fact_says_nothing_that_was_not_foreseen() -> None:
    with pytest.raises(ValidationError):
        catalogue().load("CaseLinked", 1, '{"next_case":"x","name":"Oksana"}')
    with pytest.raises(ValidationError):
        LINKED.next_case = "other"  # type: ignore[misc]


def test_every_fact_says_in_a_sentence_what_happened() -> None:
    for name, shape in catalogue().shapes.items():
        first = (inspect.getdoc(shape.fact) or "").splitlines()[0]
        assert first.endswith((".", ",")), name
        assert first != inspect.getdoc(Fact), name


def test_the_catalogue_holds_every_fact_of_its_modules() -> None:
    named = {
        name
        for found in pkgutil.iter_modules(facts.__path__)
        for name, member in vars(importlib.import_module(f"{facts.__name__}.{found.name}")).items()
        if inspect.isclass(member) and issubclass(member, Fact) and member not in (Fact, TaskOutcome) and name[0] != "_"
    }
    assert catalogue().shapes.keys() == named
