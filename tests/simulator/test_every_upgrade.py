"""An older office is opened by this Wayhome for the first time, and dies in the middle of it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Final

import pytest

from console import container
from events.head_codes import code_heads_once, mark_coded
from events.log import Log
from tests.servers.postgres import Postgres
from tests.simulator.every_upgrade import crash_in_upgrade

# One place of so many: all of them are for `python -m tests.simulator --every-place 1`.
EVERY: Final = {"sqlite": 11, "postgresql": 13}
CODED_AT: Final = range(14, 18)  # the places around the one where the ends of histories get their codes

pytestmark = pytest.mark.timeout(900)  # a busy machine takes its time


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_crash_while_an_older_office_is_brought_up_to_date_loses_nothing(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    found = crash_in_upgrade(tmp_path, count(0, EVERY[kind]), server)
    assert found.findings == []
    assert found.tried == -(-found.places.total() // EVERY[kind]) > 1


def test_what_counts_as_done_before_it_is_stored_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_early(log: Log) -> None:
        with log.database.writing() as connection:
            if code_heads_once(log.keys, connection):
                mark_coded(log.keys)

    monkeypatch.setattr(container, "code_heads_once_for_all", too_early)
    found = crash_in_upgrade(tmp_path, CODED_AT)
    assert "not as Wayhome wrote it" in " ".join(found.findings)
