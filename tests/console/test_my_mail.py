"""Where somebody is told by mail what waits: on their own page, for programs and at the command line, by them alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from events.facts.accounts import MailConfirmed
from events.ids import account_stream
from handlers.projections.row_signing import altered_rows
from handlers.staff_mail.store import StaffMails
from tests.kit.command_line import Wayhome
from tests.kit.offices import Office
from tests.kit.people import ANNA
from tests.kit.web.houses import WebHouse
from tests.kit.web.sent import main_of, plain
from workers.mail.post import FolderPost
from workers.mail.staff_letters import StaffLetters

ADDRESS, ROOT = "anna@example.net", "staff:root"


@pytest.fixture
def house(office: Office) -> WebHouse:
    made = WebHouse(office)
    made.open_account(ANNA, ("case_manager",))
    return made


def code_of(house: WebHouse) -> str:
    row = house.house.accounts.row(ANNA)
    assert row is not None
    mails = StaffMails(house.office.database, house.office.keys, house.office.chance)
    found = mails.find(ANNA, row.mail.asked)
    assert found is not None
    return found.code


def test_an_address_is_given_with_a_fresh_proof_confirmed_by_its_code_and_taken_away(house: WebHouse) -> None:
    assert 'name="address"' not in house.sign_in(ANNA, strong=False).get("/me").text
    anna = house.sign_in(ANNA)
    assert anna.post("/me/mail", {"address": ADDRESS}).headers["location"] == "/me?done=asked#mail"
    page = plain(main_of(anna.get("/me?done=asked")))
    assert f"sent to {ADDRESS}" in page
    assert "Send me no mail" not in page  # not before it is confirmed
    wrong = anna.post("/me/mail/code", {"code": "1"})
    assert (wrong.status_code, "not the code" in plain(main_of(wrong))) == (422, True)
    assert anna.post("/me/mail/code", {"code": code_of(house)}).headers["location"] == "/me?done=confirmed#mail"
    assert ADDRESS in anna.get("/me").text
    anna.post("/me/mail/switch", {"on": "no"})
    assert "Send me mail again" in anna.get("/me").text
    anna.post("/me/mail/switch", {"on": "yes"})
    assert anna.post("/me/mail/forget").headers["location"] == "/me?done=forgotten#mail"
    assert ADDRESS not in anna.get("/me").text
    assert not house.office.rows("staff_mails")


def test_without_a_fresh_proof_no_address_is_taken(house: WebHouse) -> None:
    stale = house.sign_in(ANNA, strong=False)
    assert "/step-up" in stale.post("/me/mail", {"address": ADDRESS}).headers["location"]
    token = {"x-wayhome-token": stale.session.csrf}
    assert stale.client.put("/api/v1/me/mail", json={"address": ADDRESS}, headers=token).status_code == 403
    assert not house.office.rows("staff_mails")


@pytest.mark.parametrize(
    "typed", ["", "anna", "anna@", "a b@example.net", "anna@exämple.net", "x@y\nBcc: z@example.net", "a" * 300]
)
def test_what_is_no_address_is_answered_at_its_field(house: WebHouse, typed: str) -> None:
    page = house.sign_in(ANNA).post("/me/mail", {"address": typed})
    assert (page.status_code, 'id="mail-address-error"' in page.text) == (422, True)
    assert not house.office.rows("staff_mails")


def test_no_officer_reads_or_sets_somebodys_address(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    anna.post("/me/mail", {"address": ADDRESS})
    anna.post("/me/mail/code", {"code": code_of(house)})
    root = house.sign_in(ROOT)
    page = root.get(f"/settings/people/{ANNA}").text
    assert ADDRESS not in page
    assert "Mail address confirmed" in page
    assert ADDRESS not in root.get("/me").text
    assert root.post(f"/settings/people/{ANNA}/mail", {"address": ADDRESS}).status_code == 404


def test_the_first_address_counts_until_the_second_is_confirmed(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    anna.post("/me/mail", {"address": ADDRESS})
    anna.post("/me/mail/code", {"code": code_of(house)})
    anna.post("/me/mail", {"address": "other@example.net"})
    assert house.house.mails.of(ANNA)[:2] == (ADDRESS, "other@example.net")
    anna.post("/me/mail/code", {"code": code_of(house)})
    assert house.house.mails.of(ANNA)[:2] == ("other@example.net", "")
    assert len(house.office.rows("staff_mails")) == 1


def test_a_code_comes_by_mail_and_the_history_holds_no_address(house: WebHouse, tmp_path: Path) -> None:
    anna = house.sign_in(ANNA)
    anna.post("/me/mail", {"address": ADDRESS})
    StaffLetters(house.office.another_service(), FolderPost(tmp_path), "", house.office.chance).send_due()
    (mail,) = tmp_path.glob("*.eml")
    assert f"To: You <{ADDRESS}>".encode() in mail.read_bytes()
    anna.post("/me/mail/code", {"code": code_of(house)})
    log = house.office.service.log
    told = [log.fact(one) for one in log.stream(account_stream(ANNA))]
    assert isinstance(told[-1], MailConfirmed)
    assert ADDRESS not in repr(told)


def test_programs_give_confirm_and_take_away_as_the_page_does(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    token = {"x-wayhome-token": anna.session.csrf}
    assert anna.client.put("/api/v1/me/mail", json={"address": "nobody"}, headers=token).status_code == 422
    assert anna.client.put("/api/v1/me/mail", json={"address": ADDRESS}, headers=token).status_code == 204
    wrong = anna.client.post("/api/v1/me/mail/code", json={"code": "1"}, headers=token)
    assert (wrong.status_code, wrong.json()["reasons"][0]["code"]) == (422, "mail_is_asked")
    right = anna.client.post("/api/v1/me/mail/code", json={"code": code_of(house)}, headers=token)
    assert right.status_code == 204
    assert anna.client.put("/api/v1/me/mail/morning", json={"on": False}, headers=token).status_code == 204
    assert anna.get("/api/v1/me/mail").json() == {"address": ADDRESS, "asked": "", "on": False}
    assert anna.client.delete("/api/v1/me/mail", headers=token).status_code == 204
    assert anna.get("/api/v1/me/mail").json()["address"] == ""


def test_a_row_of_an_address_that_was_changed_by_hand_is_an_alarm(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    anna.post("/me/mail", {"address": ADDRESS})
    with house.office.database.writing() as connection:
        connection.exec_driver_sql("UPDATE staff_mails SET account = 'staff:root'")
    with house.office.database.reading() as connection:
        assert altered_rows(connection, house.office.keys) == {"staff_mails": 1}


def test_codes_of_yesterday_do_not_count(house: WebHouse) -> None:
    anna = house.sign_in(ANNA)
    anna.post("/me/mail", {"address": ADDRESS})
    code = code_of(house)
    house.office.pass_time(timedelta(minutes=31))
    assert "half an hour" in plain(main_of(anna.post("/me/mail/code", {"code": code})))


def test_at_the_command_line_an_address_is_asked_for_and_only_of_who_signed_in(wayhome: Wayhome) -> None:
    assert "sign in first" in wayhome.run("mail", "set").output
    wayhome.signs_in(ANNA)
    assert wayhome.run_as_typed("mail", "set", answers=[ADDRESS]).exit_code == 0
    assert f"{ADDRESS} waits for its code" in wayhome.done("mail", "show")
    assert wayhome.run_as_typed("mail", "confirm", answers=["1"]).exit_code == 1
    wayhome.done("mail", "switch", "off")
    wayhome.done("mail", "remove")
    assert "address: none, mail is off" in wayhome.done("mail", "show")


def test_at_the_command_line_a_name_is_chosen_by_who_signed_in(wayhome: Wayhome) -> None:
    wayhome.signs_in(ANNA)
    wayhome.done("account", "name", ANNA, "Аня Петрова")
    (anna,) = (one for one in wayhome.json("account", "list") if one["account"] == ANNA)
    assert anna["name"] == "Аня Петрова"
    refused = wayhome.run("account", "name", "staff:boris", "Boris the Great", "--as", ANNA)
    assert refused.exit_code == 1
