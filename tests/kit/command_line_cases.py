"""Cases as they are opened and brought on at the command line, and a log changed behind Wayhome's back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.kit.command_line import AS_ANNA, Wayhome

NAME = "Мария Примерова"
ROOT = Path(__file__).parents[2]
NOBODY = "AAAAA-AAAAA"


def opened(wayhome: Wayhome, *fields: str) -> str:
    case = wayhome.json("case", "open", *(fields or ("birth_date=1990-05-01", "citizenships=MD")), *AS_ANNA)["case_id"]
    assert isinstance(case, str)
    return case


def record(wayhome: Wayhome, case: str, name: str, *words: str) -> Any:
    return wayhome.json("case", "record", case, name, *words, *(() if "--as" in words else AS_ANNA))


def received(wayhome: Wayhome) -> str:
    """Return a case that is in reception, with the pick-up asked for at once."""
    case = opened(wayhome)
    record(wayhome, case, "GiveConsent", "purpose=assistance")
    record(wayhome, case, "AssessRisk", "level=low", "safe_to_return=true")
    lands = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    record(wayhome, case, "PlanArrival", f"at={lands}", "place=Sheremetyevo", "means=flight", "number=SU 1846")
    wayhome.done("case", "advance", case, "receive", *AS_ANNA)
    return case


def change(wayhome: Wayhome, statement: str, rows: int = 1) -> None:
    """Change the log behind Wayhome's back, as somebody who holds the file can."""
    with sqlite3.connect(wayhome.data / "log.sqlite") as file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        assert file.execute(statement).rowcount == rows
    file.close()
