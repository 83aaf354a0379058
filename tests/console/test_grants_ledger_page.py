"""The books on the screen: the figures of the command line, the table to save, and the bank's own files."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest

from console.simulation.bank import Answer, ReceivedPayment, build_camt053, build_pain002
from console.web.spreadsheet import harmless
from events.money import Money
from handlers.queries.books import funder_totals, journal, line_balances, total_balance
from tests.kit.offices import Office
from tests.kit.people import CLARA
from tests.kit.roads import grant, release
from tests.kit.story import Story
from tests.kit.web.houses import Person, WebHouse
from tests.kit.web.purse import home, page, said, spent
from workflow.programme.loading import shipped_programme_text
from workflow.subjects.grants.commands import RecordCost
from workflow.subjects.grants.state import grants_of


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def clara(house: WebHouse) -> Person:
    return house.sign_in(CLARA, ["finance_release"])


# -- the books ----------------------------------------------------------------------------------------------------


def test_the_ledger_says_what_the_report_and_the_journal_say(office: Office, clara: Person) -> None:
    spent(office)
    text = page(clara, "/ledger")
    rows = line_balances(office.service.log, office.definition)
    for row in (*rows, *funder_totals(rows), total_balance(rows)):
        for amount in (row.planned, row.committed, row.disbursed, row.left):
            assert said(amount) in text, (row, amount)
    for entry in journal(office.service.log, office.definition):
        if entry.version >= 0:
            assert entry.posting.about in text


def test_one_funders_books_hold_nothing_of_the_others(office: Office, clara: Person) -> None:
    spent(office)
    body = page(clara, "/ledger?funder=switzerland").partition("journal-title")[2]
    assert "Switzerland / Grants" in body, "the names of the file, not its keys"
    assert "United States / Grants" not in body
    assert clara.get("/ledger?funder=atlantis").status_code == 404
    assert clara.get("/ledger?programme=atlantis").status_code == 404


def test_the_journal_is_turned_over_page_by_page(office: Office, clara: Person) -> None:
    case = home(office)
    for number in range(1, 26):
        case.does(RecordCost, kind="travel", amount=f"EUR {number}", day=office.now.date(), reference="bus")
    found, path = set(), "/ledger"
    for _ in range(5):
        text = page(clara, path)
        found |= set(re.findall(r"C-[0-9A-Z]{16}", text))
        older = re.search(r'href="(/ledger\?[^"]*before=\d+)"', text)
        if older is None:
            break
        path = older[1].replace("&amp;", "&")
    assert found == set(grants_of(case.case).costs)
    assert "No money has moved yet" in page(clara, "/ledger?before=0")
    ways = ("/ledger?before=nonsense", "/ledger")
    assert len({page(clara, way).partition("journal-title")[2] for way in ways}) == 1


def test_the_saved_table_holds_every_posting(house: WebHouse, office: Office, clara: Person) -> None:
    spent(office)
    answer = clara.get("/ledger/moscow/file")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ledger-moscow.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert all(line.startswith('"') and line.endswith('"') for line in answer.text.removeprefix("\ufeff").splitlines())
    entries = list(journal(office.service.log, office.definition))
    assert [(row["what"], row["funder"], Decimal(row["amount"]), row["about"]) for row in rows] == [
        (one.fact, one.posting.funder, one.posting.amount, one.posting.about) for one in entries
    ]
    tired = house.sign_in("staff:vera", ["finance_release"], strong=False)
    assert tired.get("/ledger/moscow/file").headers["location"].startswith("/step-up")
    assert house.sign_in("staff:dina", ["finance_request"]).get("/ledger/moscow/file").status_code == 404
    assert clara.get("/ledger/st-petersburg/file").status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+7", "-2", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "\n@x"])
def test_no_cell_of_a_saved_table_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_the_pages_are_whole_in_russian(house: WebHouse, office: Office) -> None:
    case = spent(office)
    rita = house.sign_in("staff:rita", ["finance_release"], language="ru")
    assert "Ждут отправки к выплате" in page(rita, "/grants")
    assert "Реинтеграционный грант" in page(rita, f"/grants/{case.case_id}/{next(iter(grants_of(case.case).grants))}")
    assert "Зарезервировано" in page(rita, "/ledger")


# -- the bank's files ---------------------------------------------------------------------------------------------


def send(person: Person, data: bytes, programme: str = "moscow") -> tuple[int, str]:
    answer = person.post("/upload/statement", {"programme": programme}, files={"file": ("s.xml", data, "text/xml")})
    return answer.status_code, str(answer.text)


def test_who_uploads_a_report_is_the_one_who_says_it(office: Office, clara: Person) -> None:
    case = home(office)
    grant_id = grant(case, "reinstallation", "EUR 150")
    part = release(case, grant_id)
    case.finish(case.task(kind="disburse_grant")).accepted()
    status, _ = send(clara, report_of(case, part, office))
    assert status == 200
    told = [e for e in office.service.log.stream(f"case:{case.case_id}") if e.envelope.type == "TranchePaid"]
    assert [(e.envelope.actor, getattr(office.service.log.fact(e), "source", "")) for e in told] == [(CLARA, "upload")]
    assert grants_of(case.case).grants[grant_id].unconfirmed


def test_a_statement_of_another_account_is_refused_with_what_to_do(office: Office, clara: Person) -> None:
    data = build_camt053({"T-1": Money.parse("EUR 5")}, {}, office.now)
    status, text = send(clara, data.replace(b"40702810900000000001", b"40702810900000000009"))
    assert (status, "of another account than the programme" in text) == (422, True)


def report_of(case: Story, tranche_id: str, office: Office) -> bytes:
    """Return the bank's report that it paid a part."""
    rows = office.rows("tasks", kind="disburse_grant", case_id=case.case_id)
    (message,) = (row["task_id"] for row in rows if tranche_id in row["subject"])
    payment = ReceivedPayment(message, message, tranche_id, message, Money.parse("EUR 1"), "")
    return build_pain002(message, [Answer(payment)], office.now)


def test_a_statement_is_laid_beside_the_books(office: Office, clara: Person) -> None:
    case = spent(office)
    (grant_of_theirs,) = grants_of(case.case).grants.values()
    part, at_the_bank = grant_of_theirs.tranches.items()
    ours = {part[0]: Money(amount=part[1].amount, currency="EUR")}
    status, text = send(clara, build_camt053(ours, {}, office.now))
    assert status == 200
    assert "The statement and the books agree" in text
    status, text = send(clara, build_camt053({"T-STRANGE": Money.parse("EUR 5")}, {}, office.now))
    assert "do not agree" in text
    assert part[0] in text  # ours, and not on the statement
    assert "T-STRANGE" in text
    status, text = send(clara, build_camt053({**ours, at_the_bank[0]: Money.parse("EUR 1")}, {}, office.now))
    assert "not recorded as paid" in text
    assert at_the_bank[0] in text


def test_a_status_report_records_what_the_bank_says_once(office: Office, clara: Person) -> None:
    case = spent(office)
    (grant_id,) = grants_of(case.case).grants
    tranche_id = list(grants_of(case.case).grants[grant_id].tranches)[-1]
    report = report_of(case, tranche_id, office)
    assert "1 payment was recorded." in send(clara, report)[1]
    assert grants_of(case.case).grants[grant_id].tranches[tranche_id].status == "paid"
    assert "1 was known before." in send(clara, report)[1]


def test_a_report_about_another_programmes_payment_records_nothing(house: WebHouse, office: Office) -> None:
    case = spent(office)
    (grant_id,) = grants_of(case.case).grants
    tranche_id = list(grants_of(case.case).grants[grant_id].tranches)[-1]
    office.publish(shipped_programme_text("st-petersburg"), "st-petersburg")
    stranger = house.sign_in("redcross:petra", ["finance_release"], programmes=["st-petersburg"])
    status, text = send(stranger, report_of(case, tranche_id, office), "st-petersburg")
    assert status == 200
    assert "No such payment was sent from here" in text
    assert grants_of(case.case).grants[grant_id].tranches[tranche_id].status == "instructed"
    assert send(stranger, b"<x/>", "moscow")[0] == 404


@pytest.mark.parametrize(
    "data",
    [b"", b"<html/>", b"PK\x03\x04", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"pain.002 <not xml", b"\xff" * 99],
)
def test_a_file_that_is_none_is_refused_in_words(office: Office, clara: Person, data: bytes) -> None:
    size = office.service.log.size()
    status, text = send(clara, data)
    assert status == 422
    assert "No file was chosen" in text or "cannot be relied on" in text
    assert office.service.log.size() == size
