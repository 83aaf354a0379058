"""A log that was recorded by an earlier Wayhome opens, verifies and replays to the same states, for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.recorded import telling
from tests.recorded.unpacking import HERE, KINDS, Unpacked, unpacked
from tests.servers.postgres import Postgres

SAID: dict[str, Any] = json.loads((HERE / "expected.json").read_text())


@pytest.fixture(params=KINDS, scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def said(kind: str) -> dict[str, Any]:
    """What the code that made the recording said of it."""
    return {"columns": SAID["columns"], **SAID[kind]}


@pytest.fixture(scope="module")
def log(kind: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Unpacked]:
    """A copy of the recording, to be looked at only."""
    with _copy(kind, tmp_path_factory.mktemp("recorded"), request) as copy:
        yield copy


def test_the_recorded_log_opens_and_nothing_in_it_has_changed(log: Unpacked, said: dict[str, Any]) -> None:
    _checked(log, said)
    assert telling.digests(telling.rows(log, said["columns"])) == said["stored"]


def test_read_models_drawn_into_empty_tables_are_those_of_the_record(
    kind: str, said: dict[str, Any], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with _copy(kind, tmp_path, request) as damaged:
        telling.emptied(damaged)
        _checked(damaged, said, "--repair")
        drawn = {name: said["columns"][name] for name in telling.DRAWN}
        assert telling.digests(telling.rows(damaged, drawn)) == said["drawn"]


def test_every_case_stands_where_it_stood(log: Unpacked, said: dict[str, Any]) -> None:
    """What a script reads, to the letter; where nothing but the name of a field is another, the values still agree."""
    told = telling.cases(log, said["asked"])
    assert telling.digests(telling.values(told)) == said["values"]
    assert telling.digests(told) == said["told"]


def test_the_office_tells_the_same_of_everybody_together(log: Unpacked, said: dict[str, Any]) -> None:
    assert telling.digests(telling.office(log, said["office"])) == said["office"]


def test_what_a_log_of_before_there_was_a_bell_tells_is_drawn_and_counts_as_read(log: Unpacked) -> None:
    telling.checked(log)
    joined = "FROM notices LEFT JOIN bell_reads ON notices.account = bell_reads.account"
    with log.tables() as tables:
        ((told, read),) = tables.execute(f"SELECT count(*), count(CASE WHEN at <= read_to THEN 1 END) {joined}")
    assert told == read > 0


def _checked(log: Unpacked, said: dict[str, Any], *words: str) -> None:
    """Every check that was made of the recording finds the same; later ones may find more to count."""
    lines = [{*line.split(", ")} for line in telling.checked(log, *words)]
    assert [line for line in said["verify"] if not any({*line.split(", ")} <= found for found in lines)] == []


@contextmanager
def _copy(kind: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Unpacked]:
    if kind == "sqlite":
        yield unpacked(folder / "data")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh_database()
    yield unpacked(folder / "data", url)
    server.drop_database(url)
