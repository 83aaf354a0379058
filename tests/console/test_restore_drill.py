"""The drill in a short form: nothing is lost from the newest copy, nothing done twice from an older one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from console.drills.restore_counts import payments, sent_again
from console.settings import Settings
from tests.kit.command_line import Wayhome


def test_a_destroyed_office_is_restored_from_copies_of_every_age(tmp_path: Path) -> None:
    found = Wayhome(tmp_path / "unused").json("drill", "restore", "--arrivals", "12", "--days", "90")
    nothing = ("lost_newest", "paid_twice", "letters_twice", "unlisted", "unnoticed")
    assert {name: found[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert found["orphans"] > 0
    assert found["made_anew"] > 0, "an older copy had a grant as approved only"
    assert not (tmp_path / "unused").exists(), "a drill touches nobody's data"


def test_the_count_sees_a_payment_made_twice_and_a_letter_sent_twice(demo: Wayhome, tmp_path: Path) -> None:
    here = Settings(data=demo.copied_to(tmp_path / "data").data)
    once = payments(here)
    assert set(once.values()) == {1}
    first = min((here.bank_folder / "sent").glob("*.xml"))
    (here.bank_folder / "out" / "W-0000000000000000.xml").write_bytes(first.read_bytes())
    assert max(payments(here).values()) == 2
    assert sent_again(Counter({b"a": 1}), Counter({b"a": 2, b"b": 1})) == 1


@pytest.mark.parametrize("days", ["1", "20"])
def test_a_drill_that_could_show_nothing_is_refused(tmp_path: Path, days: str) -> None:
    result = Wayhome(tmp_path / "unused").run("drill", "restore", "--days", days)
    assert result.exit_code == 2
