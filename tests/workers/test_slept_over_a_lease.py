"""A worker that stood still until its lease ran out begins nothing more of what it had claimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.ids import CaseId
from events.instants import instant, instant_text
from events.log import Log
from handlers.projections.tables import tasks
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import story
from tests.kit.workshop import MailServer, Workshop
from workers.effects.registry import EFFECTS
from workers.running import perform
from workers.running.jobs import NOT_BEGUN, Job, JobOutcome


def test_whoever_slept_over_one_letter_does_not_write_the_next(shop: Workshop) -> None:
    case = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    letters = [case.task(kind=kind) for kind in ("ask_host", "book_escort")]
    shop.post = server = MailServer(meanwhile=shop.lapse)
    shop.worker().performer.perform(letters)
    assert server.sent == letters[:1]
    assert [shop.row(one)["error"] for one in letters[1:]] == [NOT_BEGUN], "whoever comes next writes it"


@pytest.mark.parametrize("is_freed", [True, False], ids=["others freed it", "an older log took this one's place"])
@pytest.mark.parametrize("slept", [True, False], ids=["after its lease", "within its lease"])
def test_a_lease_that_ran_out_is_not_called_an_older_log(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, slept: bool, is_freed: bool
) -> None:
    """Whoever reads that the log is not the one they knew looks for a copy that was put back."""
    _, task_id = shop.ticketed()
    one, two = shop.worker(), shop.worker("two")

    def meanwhile(_log: Log) -> None:
        if slept:
            shop.lapse()
        _stands(shop, task_id, epoch=1 if is_freed else 0, owner="one" if is_freed else "")
        two.sweeper.sweep()

    monkeypatch.setattr(perform, "raise_mark", meanwhile)
    one.performer.perform([task_id])
    assert shop.book.deliveries() == {}, "nothing is sent"
    assert ("their lease ran out meanwhile" in caplog.text) == is_freed
    assert ("this log does not know" in caplog.text) != is_freed


def _stands(shop: Workshop, task_id: str, **as_it: Any) -> None:
    with shop.office.database.writing() as connection:
        connection.execute(tasks.update().values(status="waiting", **as_it).where(tasks.c.task_id == task_id))


@pytest.mark.parametrize("kind", EFFECTS)
def test_nothing_of_any_kind_is_begun_once_its_lease_is_over(shop: Workshop, kind: str) -> None:
    over = instant_text(instant(shop.now) - timedelta(seconds=1))
    job: Job[Any] = Job("W-1", CaseId(story(shop.office).case.case_id), kind, {}, 1, 1, shop.office.now, until=over)
    outcomes = EFFECTS[kind].perform([job], shop.worker().performer.outside)
    assert outcomes == [JobOutcome(job, "unavailable", NOT_BEGUN)]
