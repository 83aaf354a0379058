"""What the bank answered to payments that an older log knows nothing of is found among years of answers it knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from console.simulation.bank import SimulatedBank
from tests.kit.workshop import Workshop
from tests.workers.test_restored_log import Restored
from workers.iso20022.bank_folder import READ
from workers.running import orphans

Writing = Callable[[bytes, bytes], bytes]
PLAIN: Writing = lambda answer, _number: answer  # noqa: E731 - one of several
WRITTEN: dict[str, Writing] = {
    "plain": PLAIN,
    "by numbers": lambda answer, number: answer.replace(number, b"&#87;" + number[1:]),
    "cut by a comment": lambda answer, number: answer.replace(number, number[:5] + b"<!-- -->" + number[5:]),
    "two bytes for a letter": lambda answer, _number: answer.decode().replace("utf-8", "utf-16").encode("utf-16"),
}


def answered(restored: Restored, write: Writing = PLAIN) -> str:
    """Let the bank answer the first part of the grant, take its file away, and return the payment's number."""
    task_id, file = restored.paid()
    bank = SimulatedBank(restored.shop.office.now)
    bank.receive(file.read_bytes())
    folder = Path(restored.shop.folders.bank_in) / READ
    folder.mkdir(exist_ok=True)
    (folder / "report.xml").write_bytes(write(bank.report(task_id), task_id.encode()))
    file.unlink()
    return task_id


@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_an_answer_the_log_knows_nothing_of_is_listed_however_it_is_written(shop: Workshop, write: Writing) -> None:
    restored = Restored(shop)
    task_id = answered(restored, write)
    assert restored.outside() == [], "the log knows it"
    restored.put_back()
    (found,) = restored.outside()
    assert (found.kind, found.reference) == ("bank_answer", task_id)


def test_answers_to_known_payments_are_not_read_through_at_each_start(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    restored = Restored(shop)
    answered(restored)
    monkeypatch.setattr(orphans, "_said_in", lambda _data: pytest.fail("read through"))
    assert restored.outside() == []
