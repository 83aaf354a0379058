"""Operations in a browser: what is due and late, what stopped, and a case number only for whoever may see the case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from console.views.operations import operations
from console.views.reader import Reader
from console.words.language import Language
from events.facts.restore import LogRestored
from events.ids import RESTORE
from events.key_copies import LAST_COPY
from events.money import Money
from events.writing import EventMetadata
from handlers.queries.operations import machine
from handlers.queries.quarantine import orphan, quarantine_of
from tests.kit.officers import founding
from tests.kit.offices import Office
from tests.kit.roads import bank_says, bring, grant, paid, release
from tests.kit.story import Story, story
from tests.kit.web.houses import Person, WebHouse, behind
from tests.kit.web.sent import main_of
from tests.kit.web.statements import reading
from workflow.command import CancelTask
from workflow.rights.acts import ROLES, Role
from workflow.subjects.grants.commands import RecordStrangeAnswer, SettleBankAnswer
from workflow.subjects.intake.commands import GiveConsent
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.restore.commands import LiftQuarantine, SettleOrphan
from workflow.subjects.safety.commands import AssessRisk


@pytest.fixture
def house(office: Office) -> WebHouse:
    return WebHouse(office)


@pytest.fixture
def supervisor(house: WebHouse) -> Person:
    return house.sign_in("staff:sofia", ["supervisor"])


def one_stopped(office: Office) -> tuple[Story, str]:
    """A case whose letter to a driver could not be sent."""
    case = story(office)
    arriving(case)
    task_id = case.task(kind="book_pickup")
    case.finish(task_id, "dead", "the mail server said no").accepted()
    return case, task_id


def arriving(case: Story) -> None:
    """Let somebody be on the way, so that a letter to a driver is due."""
    bring(case, "referral")
    for purpose in ("assistance", "travel"):
        case.does(GiveConsent, purpose=purpose)
    case.does(AssessRisk, level="low", safe_to_return=True)
    case.does(PlanArrival, at=case.place.now, place="SVO", means="flight", number="SU 1491")


def test_a_quiet_machine_says_so(house: WebHouse, supervisor: Person) -> None:
    page = supervisor.get("/operations").text
    for said in ("Nothing stopped", "Nothing is late", "nothing to do", "inside this machine"):
        assert said in page


def test_whoever_looks_is_told_when_the_copies_of_the_keys_open_nothing_any_more(
    house: WebHouse, supervisor: Person
) -> None:
    keys = house.house.container.keys
    assert "nobody has made one yet" in supervisor.get("/operations").text
    keys.note(LAST_COPY, f"{keys.wrapped_under()} 2026-01-01T09:30:00.000000Z".encode())
    page = supervisor.get("/operations").text
    assert "09:30" in page
    assert "key-copies" not in page
    keys.note(LAST_COPY, b"an-older-key 2026-01-01T09:30:00.000000Z")
    page = supervisor.get("/operations").text
    assert 'data-part="key-copies"' in page
    assert "destroy older copies of both" in page


def test_what_stopped_is_shown_with_its_reason_and_leads_to_a_deed(house: WebHouse, supervisor: Person) -> None:
    case, task_id = one_stopped(house.office)
    page = supervisor.get("/operations").text
    assert task_id in page
    assert "the mail server said no" in page
    assert f"/cases/{case.case.case_id}/do/RetryTask?task_id={task_id}" in page
    assert f"/cases/{case.case.case_id}/do/CancelTask?task_id={task_id}" in page


def test_a_file_of_the_bank_that_nobody_can_read_is_shown_with_its_reason(
    house: WebHouse, supervisor: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the data folder is where the office is at work
    folder = house.house.container.settings.bank_folder / "in"
    (folder / "unreadable").mkdir(parents=True)
    (folder / "x.xml").mkdir()
    (folder / "unreadable" / "ANSWER.XML").write_bytes(b"<Docu")
    (folder / "unreadable" / "ANSWER.XML.reason.txt").write_text("the file stops being XML at line 1: fetch it again")
    page = supervisor.get("/operations").text
    for said in ("ANSWER.XML", "stops being XML at line 1: fetch it again", "x.xml", "a folder or a link"):
        assert said in page


def test_what_the_bank_says_and_nobody_has_settled_stands_here_until_somebody_does(
    house: WebHouse, supervisor: Person
) -> None:
    office = house.office
    case = bring(story(office), "reintegration")
    grant_id = grant(case, "reinstallation", "EUR 200")
    part = release(case, grant_id)
    paid(case, grant_id, part, "rejected")
    bank_says(case, grant_id, part, "paid").accepted()
    strange = {"message_id": "W-1", "tranche_id": "T-STRANGE", "outcome": "paid", "source": "bank"}
    office.submit(RecordStrangeAnswer, programme="moscow", file_hash="0" * 64, **strange)
    page = supervisor.get("/operations").text
    assert f"/cases/{case.case_id}/do/SettleBankAnswer?tranche_id={part}" in page
    assert "T-STRANGE" in page
    assert "/office/moscow/do/SettleStrangeAnswer?answer_id=" in page
    said = {"grant_id": grant_id, "tranche_id": part, "outcome": "rejected", "reason": "asked"}
    case.does(SettleBankAnswer, actor="staff:dora", **said)
    assert f"/cases/{case.case_id}/do/SettleBankAnswer" in supervisor.get("/operations").text, "one has proposed it"
    case.confirmed()
    assert "SettleBankAnswer" not in supervisor.get("/operations").text


def test_a_letter_that_may_have_been_sent_can_be_said_to_have_arrived_and_is_not_called_off(
    house: WebHouse, supervisor: Person
) -> None:
    case = story(house.office)
    arriving(case)
    task_id = case.task(kind="book_pickup")
    case.finish(task_id, "unknown").accepted()
    page = supervisor.get("/operations").text
    assert f"/do/ConfirmLetter?task_id={task_id}" in page
    assert f"/do/CancelTask?task_id={task_id}" not in page
    form = f"/cases/{case.case.case_id}/do/ConfirmLetter"
    assert task_id in supervisor.get(f"{form}?task_id={task_id}").text
    sent = supervisor.post(form, {"command_id": str(house.office.uuid()), "give": "1", "task_id": task_id})
    assert sent.status_code == 303
    assert task_id not in case.case.tasks


def test_a_payment_that_failed_and_is_called_off_stands_as_asked_about_with_nothing_to_do(
    house: WebHouse, supervisor: Person
) -> None:
    case = bring(story(house.office), "reintegration")
    release(case, grant(case, "reinstallation", "EUR 200"))
    task_id = case.task(kind="disburse_grant")
    case.finish(task_id, "dead").accepted()
    assert f"/do/CancelTask?task_id={task_id}" in supervisor.get("/operations").text
    case.does(CancelTask, task_id=task_id, reason="typed wrongly")
    page = supervisor.get("/operations").text
    assert "whether anything arrived is being asked" in page
    assert "what never arrived is taken back by itself" in page
    assert f"?task_id={task_id}" not in page, "nobody has to do anything"
    assert "whether anything arrived is being asked" in supervisor.get(f"/cases/{case.case_id}").text
    form = f"/cases/{case.case_id}/do/CancelTask"
    again = {"command_id": str(house.office.uuid()), "give": "1", "task_id": task_id, "reason": "again"}
    assert "What never arrived is taken back by itself" in supervisor.post(form, again).text


def test_whoever_sees_no_cases_sees_no_case_number(house: WebHouse) -> None:
    case, task_id = one_stopped(house.office)
    roles: tuple[Role, ...] = ("administrator", "auditor")
    for role in roles:
        page = house.sign_in(f"staff:{role}", [role]).get("/operations").text
        assert task_id in page
        assert case.case.case_id not in page
        assert "RetryTask" not in page


def test_a_supervisor_of_another_programme_sees_no_case_number(house: WebHouse) -> None:
    case, task_id = one_stopped(house.office)
    page = house.sign_in("staff:eva", ["supervisor"], programmes=["st-petersburg"]).get("/operations").text
    assert task_id in page
    assert case.case.case_id not in page


def test_late_work_is_seen_before_anybody_asks(house: WebHouse, supervisor: Person) -> None:
    case = bring(story(house.office), "reception")
    waiting = set(case.tasks())
    house.office.pass_time(timedelta(hours=3))
    found = operations(reader(house), "inside")
    due = {row.task.id for row in found.late}
    assert due
    assert due <= waiting
    assert found.machine.waiting_due == len(due)
    assert found.behind >= timedelta(hours=2)
    page = supervisor.get("/operations").text
    assert "nobody does what is due" in page
    assert next(iter(due)) in page
    task_id = next(iter(due))
    case.claims(task_id)
    assert operations(reader(house), "inside").at_work == 1
    assert sum(one.number for one in found.ahead) == len(house.office.rows("timers", status="set"))


def test_the_page_asks_as_many_questions_for_many_tasks_as_for_few(house: WebHouse, supervisor: Person) -> None:
    one_stopped(house.office)
    supervisor.get("/operations")
    with reading(house.office) as few:
        assert supervisor.get("/operations").status_code == 200
    for _ in range(3):
        house.office.pass_time(timedelta(days=1))
        one_stopped(house.office)
    supervisor.get("/operations")  # that cases are seen for the first time is recorded by one statement, for all
    with reading(house.office) as many:
        page = supervisor.get("/operations").text
    assert page.count("RetryTask") == 4
    assert len(many) == len(few)
    assert len(few) <= 28


def test_only_those_who_run_the_house_see_it(house: WebHouse) -> None:
    theirs: set[Role] = {"supervisor", "auditor", "administrator"}
    for role in ROLES:
        answer = house.sign_in(f"staff:{role}", [role]).get("/operations")
        assert answer.status_code == (200 if role in theirs else 404), role


def test_what_is_done_is_not_read(house: WebHouse) -> None:
    """Counts go by what is alive: a million tasks that are done cost nothing."""
    with reading(house.office) as statements, house.office.service.log.database.reading() as connection:
        machine(connection, house.office.now)
    assert all("WHERE" in statement for statement in statements if "FROM tasks" in statement)


def reader(house: WebHouse) -> Reader:
    account = house.house.accounts.find("staff:sofia")
    assert account is not None
    return Reader(behind(house.office), account, house.office.now)


def test_rows_that_somebody_else_wrote_are_an_alarm(house: WebHouse, supervisor: Person) -> None:
    assert 'data-part="altered"' not in supervisor.get("/operations").text
    house.sign_in("staff:anna")
    with house.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE sessions SET csrf = 'mine' WHERE account = 'staff:anna'")
        connection.exec_driver_sql("UPDATE accounts SET team = 'north' WHERE account = 'staff:anna'")
    page = supervisor.get("/operations").text
    assert "Somebody else wrote into the database" in page
    assert "<code>sessions</code>: 1" in page
    assert "<code>accounts</code>: 1" in page
    assert "staff:anna" not in page


# -- an older copy is in place -------------------------------------------------------------------------------------


def quarantined(office: Office) -> None:
    """Record what whoever accepts an older copy is told: a payment went out that its log knows nothing of."""
    with office.service.log.writing() as writing:
        writing.lock([RESTORE])
        said = EventMetadata(str(office.uuid()), "staff:root", "operator", "command:AcceptCopy", writing.now, "")
        writing.append(RESTORE, LogRestored(size=8, mark=12, cause="older_log"), said)
        writing.append(RESTORE, orphan("payment", "W-7K3P9QXM2D7K3P9Q", "T-1", Money.parse("EUR 50")), said)
        writing.remember(said.command_id, "", "{}")


def test_every_page_says_in_red_that_an_older_copy_is_in_place(
    house: WebHouse, supervisor: Person, office: Office
) -> None:
    assert "Quarantine" not in supervisor.get("/work").text
    quarantined(office)
    for path in ("/work", "/cases", "/operations", "/me"):
        page = supervisor.get(path).text
        assert 'class="quarantine" role="alert"' in page, path
        assert "Nothing is sent" in page
    assert "Карантин" in house.sign_in("staff:rita", ["supervisor"], language="ru").get("/work").text


def test_what_the_log_does_not_know_has_a_number_and_not_a_quantity(house: WebHouse, office: Office) -> None:
    quarantined(office)
    page = house.sign_in("staff:rita", ["supervisor"], language="ru").get("/operations").text
    table = page[page.index('data-part="quarantine"') :].partition("</section>")[0]
    assert '<th scope="col">Номер</th>' in table
    assert "Число" not in table


def test_operations_lists_what_the_log_does_not_know_until_it_is_settled(supervisor: Person, office: Office) -> None:
    quarantined(office)
    page = supervisor.get("/operations").text
    assert all(word in page for word in ("An older copy of the log is in place", "W-7K3P9QXM2D7K3P9Q", "EUR 50"))
    (number,) = quarantine_of(office.service.log).open
    office.by_two(SettleOrphan, orphan_id=number, outcome="not_ours", reason="the bank was asked")
    page = supervisor.get("/operations").text
    assert "W-7K3P9QXM2D7K3P9Q" not in page
    assert "two officers may lift the quarantine" in page
    office.by_two(LiftQuarantine, reason="everybody was asked")
    assert "An older copy" not in supervisor.get("/operations").text


def test_operations_says_where_it_lies_and_which_proposal_waits_for_it(
    house: WebHouse, supervisor: Person, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quarantined(office)
    assert "<code>bank/sent</code>" in supervisor.get("/operations").text, "a gateway may have renamed it"
    file = house.house.container.settings.bank_folder / "sent" / "W-7K3P9QXM2D7K3P9Q.xml"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"<Document/>")
    page = supervisor.get("/operations").text
    assert "<code>bank/sent/W-7K3P9QXM2D7K3P9Q.xml</code>" in page
    assert "nobody has said what it was" in page
    proposal = settling(office, "stopped")
    page = supervisor.get("/operations").text
    assert "Waits for a second officer: Taken back outside" in page
    assert proposal in page
    assert f"/settings/decisions/{proposal}" not in page, "it is not theirs"
    assert f"/settings/decisions/{proposal}" in house.sign_in("staff:root", ["administrator"]).get("/operations").text


def settling(office: Office, outcome: str, **more: str) -> str:
    """Have the administrator propose what the payment was; return the proposal."""
    for command in founding(office.service, office.uuid):
        office.accepted(command)
    (number,) = quarantine_of(office.service.log).open
    said = {"orphan_id": number, "outcome": outcome, "reason": "the bank was asked", **more}
    return office.accepted(office.command(SettleOrphan, actor="staff:root", **said)).proposal


@pytest.mark.parametrize(
    ("language", "read"),
    [
        (
            "en",
            ("What was found", "A payment", "Where it lies", "bank/sent", "EUR 50",
             "What it was", "It holds and is recorded anew", "it is not paid again", "Grant it pays"),
        ),
        (
            "ru",
            ("Что найдено", "Платёж", "Где находится", "bank/sent", "Чем это было", "Действует и записывается заново",
             "второй раз она не платится", "Оплачиваемая выплата"),
        ),
    ],
)  # fmt: skip
def test_the_second_officer_reads_what_was_found_and_what_comes_of_settling_it(
    house: WebHouse, office: Office, language: Language, read: tuple[str, ...]
) -> None:
    quarantined(office)
    proposal = settling(office, "counted", grant_id="G-7K3P9QXM2D7K3P9Q")
    zoya = house.sign_in("staff:zoya", ["data_protection"], language=language)
    page = main_of(zoya.get(f"/settings/decisions/{proposal}"))
    for said in (*read, "W-7K3P9QXM2D7K3P9Q", "T-1", "G-7K3P9QXM2D7K3P9Q"):
        assert said in page, said
    assert page.count("<dt>Why</dt>") + page.count("<dt>Почему</dt>") == 1, "one field is the reason, and only one"
    assert ">counted<" not in page


@pytest.mark.parametrize(
    ("language", "read"),
    [
        ("en", ("What waits leaves the house", "Not ours: 1", "Nobody has settled: 0")),
        ("ru", ("Всё, что ждёт, будет отправлено", "Не наше: 1", "Не разобрано: 0")),
    ],
)
def test_whoever_lets_the_quarantine_go_reads_what_goes_out_and_how_all_was_settled(
    house: WebHouse, office: Office, language: Language, read: tuple[str, ...]
) -> None:
    quarantined(office)
    (number,) = quarantine_of(office.service.log).open
    office.by_two(SettleOrphan, orphan_id=number, outcome="not_ours", reason="the bank was asked")
    lifting = office.command(LiftQuarantine, actor="staff:root", reason="everybody was asked")
    proposal = office.accepted(lifting).proposal
    zoya = house.sign_in("staff:zoya", ["data_protection"], language=language)
    page = main_of(zoya.get(f"/settings/decisions/{proposal}"))
    for said in read:
        assert said in page, said
