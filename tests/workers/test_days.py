"""The day of a moment around a local New Year is one: in books, counts, statistics and the payment file."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from handlers.queries.books import journal
from handlers.queries.reconciliation import sent_to_the_bank
from handlers.queries.reports import arrivals_by_month, stage_statistics
from tests.kit.offices import open_office
from tests.kit.roads import agree_plan, bank_says, bring, grant, ready_to_be_received, release
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop
from workers.iso20022.xml import parsed, text_at
from workflow.programme.loading import shipped_programme_text
from workflow.values.days import begin_of

ZONES = (
    "Europe/Moscow", "Asia/Vladivostok", "America/New_York", "Asia/Kathmandu", "Europe/Chisinau", "Pacific/Kiritimati",
)  # fmt: skip
NEW_YEAR = date(2008, 1, 1)


@pytest.mark.parametrize("zone", ZONES)
def test_books_counts_and_payment_file_tell_one_day(zone: str, prepared_sqlite_url: str, tmp_path: Path) -> None:
    text = shipped_programme_text("moscow").replace("Europe/Moscow", zone)
    with open_office(prepared_sqlite_url, text=text) as office:
        shop = Workshop(office, tmp_path / "data")
        cases = [_with_a_grant(shop) for _ in range(2)]
        midnight = begin_of(NEW_YEAR, zone)
        office.pass_time(midnight - office.now - timedelta(minutes=1))
        for case, grant_id in cases:
            ready_to_be_received(story(office)).goes("receive")
            part = release(case, grant_id)
            shop.worker(f"at {office.now}").performer.perform([case.task(kind="disburse_grant")])
            bank_says(case, grant_id, part, "paid").accepted()
            office.pass_time(timedelta(minutes=2))
        programme, log = office.definition.programme, office.service.log
        with office.database.reading() as connection:
            sent = sent_to_the_bank(connection, programme)
        both = [date(2007, 12, 31), NEW_YEAR]
        assert sorted(sent.values()) == sorted(_execution_days(shop)) == both
        paid = [one.day for one in journal(log, office.definition) if one.fact == "FundsDisbursed"]
        assert sorted({*paid}) == [day.isoformat() for day in both]
        arrived = arrivals_by_month(log, programme)
        assert (arrived[2007, 12], arrived[2008, 1], arrived[2007, 0], arrived[2008, 0]) == (1, 1, 0, 0)
        left = [stage_statistics(log, programme, year).stays["referral"].people for year in (2007, 2008)]
        assert left == [3, 1], "two came long before, one in the last minute of the year, one in the first of the next"
        shop.close()


def _with_a_grant(shop: Workshop) -> tuple[Story, str]:
    case = agree_plan(bring(story(shop.office), "reintegration"))
    return case, grant(case)


def _execution_days(shop: Workshop) -> list[date]:
    files = [parsed(file.read_bytes()) for file in shop.payments()]
    return [date.fromisoformat(text_at(file, "CstmrCdtTrfInitn/{*}PmtInf/{*}ReqdExctnDt/{*}Dt")) for file in files]
