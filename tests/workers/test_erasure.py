"""The shredding: keys, ciphertexts, tokens and payees go, and whatever the worker dies of, it is done to the end."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import inspect, select, text

from console.drills.erasure import TokenKey, forms
from events.catalogue import COMPARTMENTS
from events.database import Database
from events.errors import StoreProblem, StoreUnavailable
from events.facts.erasure import ErasureCompleted, PartnerRecalled
from events.ids import case_stream
from events.keys import MemoryKeys
from events.tables import metadata as log_tables
from events.tables import sealed_parts
from events.verify import verify
from handlers.checks.walk import check_log
from handlers.erasing import stores
from handlers.erasing.ledger import replay_erasures
from handlers.projections.person_search import search_key
from handlers.projections.rebuild import rebuild
from handlers.projections.tables import metadata as tables
from tests.kit.erasures import DINA, erased, proposed, with_officers
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import agree_plan, agreed_to_be_told, bring, consents, grant, release
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop, at_once, until
from workers.effects import erasure as outside
from workflow.case.erasure import erasure_of
from workflow.command import ConfirmDecision
from workflow.reasons import Refused
from workflow.subjects.accounts.commands import OpenAccount
from workflow.subjects.grants.commands import RecordPayment
from workflow.subjects.intake.commands import AddNote, WithdrawConsent
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    CloseReferral,
    RecordReferralServed,
    SendReferral,
)
from workflow.subjects.referrals.state import referrals_of

NAME, NOTE, PHONE = "Zlatovlaska Kanarejkina", "a canary sang in the cellar", "+37322000000"


def known_person(office: Office) -> Story:
    """Return somebody of whom name, telephone and notes are kept, and whose case has ended."""
    case = story(with_officers(office), name=NAME, phone=PHONE, story=NOTE, birth_date="1980-04-02", age_band=None)
    return case.does(AddNote, note=NOTE).ends("withdraw", reason="declined")


def parts_of(office: Office, case: Story) -> int:
    query = select(sealed_parts).where(sealed_parts.c.person == case.case.person_id)
    with office.database.reading() as connection:
        return len(connection.execute(query).all())


def work(shop: Workshop) -> None:
    with shop.crew() as crew:
        crew.settle()


def keys_of(office: Office, case: Story) -> int:
    return len(office.keys.find([(case.case.person_id, one) for one in COMPARTMENTS]))


@ON_BOTH_DATABASES
def test_keys_ciphertexts_and_search_tokens_go_and_what_went_is_told(either_shop: Workshop) -> None:
    office = either_shop.office
    case, other = known_person(office), known_person(office)
    assert (parts_of(office, case), keys_of(office, case)) == (4, 3)
    before = office.rows("name_tokens", case_id=case.case_id)
    erased(case)
    work(either_shop)
    assert (parts_of(office, case), keys_of(office, case)) == (0, 0)
    assert before
    assert office.rows("name_tokens", case_id=case.case_id) == []
    (done,) = either_shop.facts(case, "ErasureCompleted")
    assert isinstance(done, ErasureCompleted)
    assert dict(done.destroyed) | {"to_compare": 0} == {
        "keys": 3, "sealed_parts": 4, "name_tokens": len(before), "to_compare": 0, "drafts": 0, "bank": 0, "files": 0,
    }  # fmt: skip
    assert erasure_of(case.case).completed_at
    assert (parts_of(office, other), keys_of(office, other)) == (4, 3), "nobody else is touched"
    assert verify(office.service.log).findings == ()
    assert [one.name for one in check_log(office.service.log, now=office.now) if not one.ok] == []


@ON_BOTH_DATABASES
@pytest.mark.parametrize("dies_after", ["keys", "parts", "everything"])
def test_a_worker_that_dies_on_the_way_is_followed_by_one_that_ends_it(either_shop: Workshop, dies_after: str) -> None:
    office = either_shop.office
    case = erased(known_person(office))
    who = stores.ErasureSubject(case.case.person_id, (case.case_id,))
    if dies_after == "keys":
        office.keys.destroy([who.person_id], office.service.log.now())
    else:
        stores.shred(office.service.log, who, office.service.log.now())
    if dies_after == "everything":
        hand = either_shop.worker("lost")
        (job,) = hand.leases.claim([case.task(kind="shred_person")], either_shop.now)
        either_shop.lapse()
        assert job.task_id
    found = verify(office.service.log)
    assert found.findings == (), "an erasure on its way is no fault"
    work(either_shop)
    (done,) = either_shop.facts(case, "ErasureCompleted")
    assert dict(done.destroyed)["sealed_parts"] == 4, "as the log lists them, however often it was begun"
    assert (parts_of(office, case), keys_of(office, case)) == (0, 0)


def test_what_cannot_be_removed_now_is_removed_later(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    case = erased(known_person(shop.office))
    with monkeypatch.context() as broken:
        broken.setattr(Database, "empty_journal", lambda _self: False)
        work(shop)
        assert shop.told(case, "ErasureCompleted") == []
    shop.office.pass_time(timedelta(hours=2))
    work(shop)
    assert shop.told(case, "ErasureCompleted") == ["ErasureCompleted"]


@ON_BOTH_DATABASES
def test_the_database_lets_no_part_go_of_somebody_who_was_not_erased(either_office: Office) -> None:
    case = known_person(either_office)
    who = stores.ErasureSubject(case.case.person_id, (case.case_id,))
    with pytest.raises(StoreProblem, match="before its person was erased"), either_office.database.writing() as one:
        stores.DATABASE_STORES[0].erase(one, who, either_office.keys)
    assert parts_of(either_office, case) == 4


@pytest.mark.parametrize("office_url", ["postgresql"], indirect=True)
def test_on_postgresql_the_application_deletes_no_part_by_itself(either_office: Office) -> None:
    case = erased(known_person(either_office))
    with pytest.raises(StoreProblem, match="permission denied"), either_office.database.writing() as connection:
        connection.execute(text("DELETE FROM sealed_parts WHERE person = :person"), {"person": case.case.person_id})


def test_a_payee_goes_from_the_payment_files_and_ids_and_amounts_stay(shop: Workshop) -> None:
    office = shop.office
    case = agree_plan(bring(story(with_officers(office)), "reintegration"))
    grant_id = grant(case)
    tranche_id = release(case, grant_id)
    with shop.crew() as crew:
        crew.settle()
    (file,) = shop.payments()
    sent = Path(shop.folders.bank_sent) / file.name
    file.replace(sent)  # the bank's gateway fetched it
    assert b"Ana Rusu" in sent.read_bytes()
    case.does(RecordPayment, actor="worker:bank", grant_id=grant_id, tranche_id=tranche_id, outcome="paid",
              reference="B-1").ends("withdraw", reason="declined")  # fmt: skip
    erased(case)
    work(shop)
    after = sent.read_bytes()
    assert b"Rusu" not in after
    assert b"MD24AG000225100013104168" not in after
    assert tranche_id.encode() in after
    assert b"<InstdAmt Ccy=" in after
    work(shop)
    assert sent.read_bytes() == after


def test_partners_that_were_told_something_are_asked_to_destroy_it_once(shop: Workshop) -> None:
    case = served_by_harbour(shop)
    case.ends("withdraw", reason="declined")
    erased(case)
    work(shop)
    letters = [mail for mail in shop.mails() if "destroy" in str(mail["Subject"])]
    assert len(letters) == 1
    said = letters[0].get_content()
    assert NAME not in said
    assert "уничтожению" in said
    assert [type(fact) for fact in shop.facts(case, "PartnerRecalled")] == [PartnerRecalled]


def test_a_withdrawal_of_consent_reaches_the_partner_whose_referral_was_over(shop: Workshop) -> None:
    case = served_by_harbour(shop)
    case.does(WithdrawConsent, purpose="referral", recipient="harbour")
    work(shop)
    assert shop.told(case, "PartnerRecalled") == ["PartnerRecalled"]
    case.ends("withdraw", reason="declined")
    erased(case)
    work(shop)
    assert shop.told(case, "PartnerRecalled") == ["PartnerRecalled"], "and is not written to again"


def served_by_harbour(shop: Workshop) -> Story:
    case = story(with_officers(shop.office), name=NAME, citizenships=("RU",), language="tg")
    agreed_to_be_told(consents(case, "assistance"), "harbour")
    case.does(SendReferral, service="local_referral")
    work(shop)
    (key,) = referrals_of(case.case).referrals
    case.does(AcceptReferral, referral_id=key).does(RecordReferralServed, referral_id=key)
    return case.does(CloseReferral, referral_id=key)


def test_read_models_drawn_anew_hold_nothing_of_an_erased_person(shop: Workshop) -> None:
    case = erased(known_person(shop.office))
    work(shop)
    rebuild(shop.office.service.log)
    assert shop.office.rows("name_tokens", case_id=case.case_id) == []
    assert [row["case_id"] for row in shop.office.rows("case_board")] == [case.case_id]


def test_every_table_is_registered_with_how_a_person_is_taken_out_of_it() -> None:
    registered = {store.table for store in stores.DATABASE_STORES} | stores.NOTHING_PERSONAL.keys()
    there = {*log_tables.tables, *tables.tables, "alembic_version"}
    assert there - registered == set(), "say in handlers/erasing/stores.py how a person is erased there, or why not"
    assert registered - there == set()
    assert all(stores.NOTHING_PERSONAL.values())


@ON_BOTH_DATABASES
def test_every_table_of_the_database_itself_is_registered(either_office: Office) -> None:
    registered = {store.table for store in stores.DATABASE_STORES} | stores.NOTHING_PERSONAL.keys()
    with either_office.database.reading() as connection:
        assert set(inspect(connection).get_table_names()) - registered == set()


def test_an_older_copy_of_the_log_is_erased_again_before_it_is_used(shop: Workshop) -> None:
    """The keys' ledger knows somebody this log knows as whole: as after a backup from before the erasure."""
    office = shop.office
    case, whole = known_person(office), known_person(office)
    office.keys.destroy([case.case.person_id], office.service.log.now())
    assert replay_erasures(office.service) == [case.case_id]
    assert (parts_of(office, case), parts_of(office, whole)) == (0, 4)
    case.when(AddNote, note="she is back").then_refused("person_is_not_erased")
    assert verify(office.service.log).findings == ()
    assert replay_erasures(office.service) == [], "and once is enough"


def test_an_open_case_of_an_older_copy_is_led_to_its_end_without_a_word_of_the_person(shop: Workshop) -> None:
    office = shop.office
    case = bring(story(with_officers(office), name=NAME), "accommodation")
    office.keys.destroy([case.case.person_id], office.service.log.now())
    replay_erasures(office.service)
    case.when(AddNote, note="she is back").then_refused("person_is_not_erased")
    case.ends("withdraw", reason="declined")
    assert not isinstance(case.last, Refused)


def test_a_sealed_part_that_is_gone_without_an_erasure_is_still_a_fault(shop: Workshop) -> None:
    office = shop.office
    case = known_person(office)
    file = sqlite3.connect(str(office.database.url.database))
    with file:
        file.execute("DROP TRIGGER sealed_parts_no_delete")
        file.execute("DELETE FROM sealed_parts WHERE stream = ?", (case_stream(case.case_id),))
    file.close()
    assert {finding.code for finding in verify(office.service.log).findings} == {"part"}


def test_an_erasure_that_is_said_to_be_over_and_is_not_is_a_fault(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = shop.office
    case = erased(known_person(office))
    monkeypatch.setattr(outside, "shred", lambda *_: {"keys": 3})
    work(shop)
    assert shop.told(case, "ErasureCompleted") == ["ErasureCompleted"]
    assert {finding.code for finding in verify(office.service.log).findings} == {"erasure"}


def test_shredding_says_so_when_something_is_left(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    case = erased(known_person(shop.office))
    monkeypatch.setattr(shop.office.keys, "destroy", lambda *_: None)
    who = stores.ErasureSubject(case.case.person_id, (case.case_id,))
    with pytest.raises(StoreUnavailable, match="tried again"):
        stores.shred(shop.office.service.log, who, shop.now)


def test_an_erasure_proposed_and_not_confirmed_destroys_nothing(shop: Workshop) -> None:
    case = known_person(shop.office)
    proposed(case)
    work(shop)
    assert parts_of(shop.office, case) == 4


@ON_BOTH_DATABASES
def test_no_row_of_any_table_and_no_message_of_the_queue_holds_a_word_of_an_erased_person(
    either_shop: Workshop, redis_url: str
) -> None:
    office = either_shop.office
    words = [f"qx{number:03}zatovlask" for number in range(60)]
    case = story(with_officers(office), name=f"{words[0]} {words[1]}", story=" ".join(words[2:20]))
    case.does(AddNote, note=" ".join(words[20:])).ends("withdraw", reason="declined")
    hashed = TokenKey(search_key(office.keys))
    needles = [needle for word in words for _, needle in forms(word, hashed)]
    assert any(needle in everything(office, redis_url) for needle in needles), "a search that finds: keyed hashes"
    erased(case)
    with either_shop.crew(redis_url, sweeping=True):
        until(lambda: bool(erasure_of(case.case).completed_at))
    left = everything(office, redis_url)
    assert [needle for needle in needles if needle in left] == []


def everything(office: Office, redis_url: str) -> bytes:
    """Return every column of every row of every table, and every key and value of the queue."""
    found = []
    with office.database.reading() as connection:
        for name in inspect(connection).get_table_names():
            for row in connection.exec_driver_sql(f"SELECT * FROM {name}"):
                found += [one if isinstance(one, bytes) else str(one).encode() for one in row]
    queue = redis.Redis.from_url(redis_url)
    for key in queue.scan_iter():
        found += [bytes(key), bytes(queue.dump(key) or b"")]
    queue.close()
    return b"\n".join(found)


@ON_BOTH_DATABASES
def test_two_who_confirm_at_the_same_moment_erase_once(either_office: Office) -> None:
    case = known_person(either_office)
    proposal = proposed(case)
    either_office.by_two(OpenAccount, account="staff:egor", roles=("data_protection",), programmes=("moscow",))
    given = {"case_id": case.case_id, "proposal_id": proposal, "mandate": "data_protection"}
    asked = [(either_office.another_service(), either_office.command(ConfirmDecision, actor=who, **given))
             for who in (DINA, "staff:egor")]  # fmt: skip
    answers = at_once(*(lambda one=service, said=command: one.submit(said) for service, command in asked))
    assert sorted(type(answer).__name__ for answer in answers) == ["Accepted", "Refused"]
    told = [event.envelope.type for event in either_office.service.log.stream(case_stream(case.case_id))]
    assert told.count("PersonErased") == 1


def test_keys_that_came_back_with_an_older_copy_are_a_fault(shop: Workshop) -> None:
    """A copy of the keys from before the erasure, beside today's log: the keys are there, and the ledger is not."""
    office = shop.office
    before = MemoryKeys(office.chance)
    case = known_person(office)
    owners = [(case.case.person_id, one) for one in COMPARTMENTS]
    kept = office.keys.find(owners)
    erased(case)
    work(shop)
    assert verify(office.service.log).findings == ()
    before._keys = {**office.keys._keys, **kept}
    office.service.log.keys = before
    found = verify(office.service.log).findings
    assert {finding.code for finding in found} == {"erasure"}
    assert any("some are there" in finding.text for finding in found)
