"""Every kind of fact that seals something is read, replayed and shown after its person was erased: never a crash."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from events.catalogue import CLOSED, COMPARTMENTS, FactSchema
from events.erasure_gate import erase_through_gate
from events.facts import catalogue
from events.log import Log
from events.money import Money
from events.verify import verify
from tests.kit.logs import PERSON, tell
from tests.kit.reading import READ_BY_A_TEST

SEALING: Final = sorted(name for name, shape in catalogue().shapes.items() if shape.sealed)
SECRET: Final = "Zlatovlaska"
STREAM: Final = "case:7K3P9-QXM2D"


def some(annotation: Any, name: str) -> Any:
    """Return any value a field of this type takes."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return some(get_args(annotation)[0], name)
    if origin is Literal:
        return get_args(annotation)[0]
    if origin in (Union, types.UnionType):
        return some(next(one for one in get_args(annotation) if one is not type(None)), name)
    if origin in (tuple, frozenset, list):
        return ()
    return _plain(annotation, name)


def _plain(annotation: Any, name: str) -> Any:
    usual = {
        str: "x",
        int: 1,
        bool: True,
        date: date(2007, 3, 5),
        datetime: datetime.fromisoformat("2007-03-05T09:00Z"),
    }
    if annotation in usual:
        return PERSON if name == "person_id" else usual[annotation]
    if annotation is Money:
        return Money.parse("EUR 1")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation(**{key: some(field.annotation, key) for key, field in annotation.model_fields.items()})
    return "1"


def filled(shape: FactSchema) -> Any:
    """Return a fact with a secret in every sealed field."""
    given = {
        name: SECRET if name in shape.hidden else some(field.annotation, name)
        for name, field in shape.fact.model_fields.items()
        if name in shape.hidden or field.is_required() or name == "person_id"
    }
    return shape.fact.model_validate(given)


@pytest.mark.parametrize("name", SEALING)
def test_after_an_erasure_its_open_part_is_read_and_its_sealed_part_is_a_tombstone(log: Log, name: str) -> None:
    shape = log.catalogue.shapes[name]
    tell(log, (STREAM, filled(shape)))
    (before,) = log.stream(STREAM)
    assert SECRET in [getattr(log.opened(before, COMPARTMENTS, READ_BY_A_TEST), field) for field in shape.hidden]
    log.keys.destroy([PERSON], log.now())
    tell(log, (STREAM, _erased()))
    with log.database.writing() as connection:
        if connection.dialect.name == "postgresql":
            erase_through_gate(connection, log.keys, PERSON)
        else:
            connection.exec_driver_sql("DELETE FROM sealed_parts WHERE person = ?", (PERSON,))
    after = log.stream(STREAM)[0]
    assert (after.leaf, after.envelope) == (before.leaf, before.envelope), "what was proved before is proved still"
    of_stream = [fact for _, fact in log.opened_of(STREAM, COMPARTMENTS, READ_BY_A_TEST)]
    for opened in (log.opened(after, COMPARTMENTS, READ_BY_A_TEST), *of_stream):
        assert all(getattr(opened, field) is CLOSED for field in shape.hidden)
    assert list(_findings(log)) == []


def _erased() -> Any:
    shape = catalogue().shapes["PersonErased"]
    return shape.fact.model_validate(
        {"person_id": PERSON, "case_id": "7K3P9-QXM2D", "request_id": "E-1", "asked_by": "person", "paper": "1",
         "cases": ("7K3P9-QXM2D",)}
    )  # fmt: skip


def _findings(log: Log) -> Iterator[str]:
    report = verify(log)
    assert report.missing_parts > 0
    yield from (finding.text for finding in report.findings if finding.code != "command")


def test_most_that_is_sealed_is_among_them() -> None:
    assert len(SEALING) > 20
    assert {"CaseOpened", "NoteAdded", "GrantRequested", "DecisionProposed", "RiskAssessed"} <= set(SEALING)
