"""A crew at work: the queue only rings, so it may be down, emptied or inside this process."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import redis
from dramatiq import Message

from tests.kit.people import BORIS
from tests.kit.roads import bring, consents, departed, handed_over, plan_trip, ready_to_travel, release
from tests.kit.story import Story, story
from tests.kit.workshop import Workshop, until
from tests.servers.valkey import Valkey
from workers.running.broker import NAMESPACE, QueueNotifier, open_broker
from workflow.subjects.grants.commands import ApproveGrant, RequestGrant
from workflow.subjects.grants.state import grants_of
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.travel.commands import AnswerEscort, AnswerHost
from workflow.subjects.travel.state import travel_of

# Nobody has these; wherever one of them turns up, something personal has got out.
CANARIES = {
    "name": "Zlatovlaska Kanarejkina",
    "phone": "+37369123456",
    "story": "the canary sang in the cellar of the brickworks",
}
PAYEE = {"payee_name": "Kanarejka Pticyna", "payee_account": "MD24AG000225100013104168"}
NOTE = "Kanarejka dreams of the brickworks"
SIGNS = re.compile(r"kanarejk|zlatovlaska|pticyna|brickworks|37369123456|MD24AG0002251", re.IGNORECASE)


@pytest.fixture
def own_valkey(valkey: Valkey, redis_url: str) -> Iterator[Valkey]:
    """A queue that can be stopped."""
    if not valkey.ours:
        pytest.skip("somebody else's queue is not stopped")
    yield valkey
    valkey.start()


def is_done(shop: Workshop, task_id: str) -> bool:
    return shop.status(task_id) == "done"


def queued(url: str) -> dict[str, list[str]]:
    """Return what every key of the queue holds."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        return {key: _held(client, key) for key in client.scan_iter()}


def _held(client: Any, key: str) -> list[str]:
    match client.type(key):
        case "hash":
            return [text for pair in client.hgetall(key).items() for text in pair]
        case "list":
            return list(client.lrange(key, 0, -1))
        case "zset":
            return list(client.zrange(key, 0, -1))
        case "set":
            return list(client.smembers(key))
        case _:
            return [client.get(key)]


def rung(url: str) -> list[str]:
    """Return the ids of all tasks that messages in the queue ring for."""
    with redis.Redis.from_url(url) as client:
        bodies = [body for key in client.scan_iter(f"{NAMESPACE}:*.msgs") for body in client.hvals(key)]
    messages = [Message.decode(body) for body in bodies]
    assert all((len(message.args), message.kwargs) == (1, {}) for message in messages)
    return [task_id for message in messages for task_id in message.args[0]]


# -- inside this process ---------------------------------------------------------------------------------------


def test_a_small_office_needs_no_queue_beside_it(shop: Workshop) -> None:
    with shop.crew() as crew:
        case, task_id = waiting_for_a_ticket(shop)
        until(lambda: is_done(shop, task_id))
        crew.settle()
    assert (case.tasks(), shop.book.deliveries()) == ({}, {task_id: 1})


def test_what_is_not_begun_when_a_crew_stops_is_done_by_the_next(shop: Workshop) -> None:
    with shop.crew():
        pass
    case, task_id = waiting_for_a_ticket(shop)
    assert shop.status(task_id) == "waiting"
    with shop.crew(sweeping=True):
        until(lambda: is_done(shop, task_id))
    assert shop.told(case, "TicketIssued") == ["TicketIssued"]


def waiting_for_a_ticket(shop: Workshop) -> tuple[Story, str]:
    """Return somebody whose way home was just planned, and the task of ordering the ticket, whoever does it."""
    case = plan_trip(ready_to_travel(consents(story(shop.office), "travel")))
    (row,) = shop.office.rows("tasks", case_id=case.case_id, kind="book_ticket")
    return case, str(row["task_id"])


# -- with a queue beside it ------------------------------------------------------------------------------------


def test_a_task_is_done_as_soon_as_it_is_rung_for(either_shop: Workshop, redis_url: str) -> None:
    with either_shop.crew(redis_url):
        _, task_id = waiting_for_a_ticket(either_shop)
        until(lambda: is_done(either_shop, task_id))


def test_a_command_is_accepted_while_the_queue_is_down_and_its_task_done_afterwards(
    shop: Workshop, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.05)
    with shop.crew(own_valkey.url, sweeping=True):
        _, first = waiting_for_a_ticket(shop)
        until(lambda: is_done(shop, first))
        own_valkey.kill()
        case, task_id = waiting_for_a_ticket(shop)
        assert travel_of(case.case).trip is not None
        assert shop.status(task_id) == "waiting"
        assert "the queue is not reachable (ConnectionError); 1 tasks will start late" in caplog.text
        own_valkey.start()
        shop.office.pass_time(timedelta(seconds=1))
        until(lambda: is_done(shop, task_id))
    assert shop.book.deliveries() == {first: 1, task_id: 1}


def test_an_emptied_queue_loses_no_task(shop: Workshop, redis_url: str, valkey: Valkey) -> None:
    shop.office.service.bell = QueueNotifier(open_broker(redis_url))
    case, task_id = waiting_for_a_ticket(shop)
    assert task_id in rung(redis_url)
    valkey.flush()
    shop.office.pass_time(timedelta(seconds=1))
    with shop.crew(redis_url, sweeping=True):
        until(lambda: is_done(shop, task_id))
    assert (shop.told(case, "TicketIssued"), shop.book.repeats()) == (["TicketIssued"], 0)


def test_a_message_that_comes_twice_or_too_late_is_harmless(shop: Workshop, redis_url: str) -> None:
    bell = QueueNotifier(open_broker(redis_url))
    with shop.crew(redis_url):
        _, task_id = waiting_for_a_ticket(shop)
        until(lambda: is_done(shop, task_id))
        for _ in range(3):
            bell.ring([(task_id, "book_ticket"), ("W-0000000000000000", "book_ticket")])
        until(lambda: rung(redis_url) == [])
    assert shop.book.repeats() == 0


def test_many_tasks_travel_in_few_messages_to_their_own_lanes(redis_url: str) -> None:
    ids = [f"W-{number:016}" for number in range(60)]
    QueueNotifier(open_broker(redis_url)).ring([(ids[0], "disburse_grant"), *((key, "book_ticket") for key in ids[1:])])
    assert sorted(rung(redis_url)) == ids
    with redis.Redis.from_url(redis_url) as client:
        lengths = {lane: client.hlen(f"{NAMESPACE}:{lane}.msgs") for lane in ("money", "services", "post")}
    assert lengths == {"money": 1, "services": 3, "post": 0}


# -- what gets out ---------------------------------------------------------------------------------------------


@pytest.fixture
def journey(shop: Workshop, redis_url: str, caplog: pytest.LogCaptureFixture) -> Story:
    """Somebody with a name and a story, brought home with every task really done and every message kept."""
    caplog.set_level(logging.DEBUG)
    shop.office.service.bell = QueueNotifier(open_broker(redis_url))
    case = bring(story(shop.office, **CANARIES, birth_date=date(1980, 5, 17)), "documents")
    ready_to_travel(case, "operational").does(AddNote, note=NOTE)
    plan_trip(case)
    everything_done(shop, case)
    case.does(AnswerEscort, accepted=True).does(AnswerHost, accepted=True)
    departed(case).later(days=1)
    everything_done(shop, case)
    handed_over(case).goes("come_home").does(RequestGrant, kind="reinstallation", amount="EUR 200", **PAYEE)
    (grant_id,) = grants_of(case.case).grants
    case.does(ApproveGrant, grant_id=grant_id, actor=BORIS)
    release(case, grant_id)
    everything_done(shop, case)
    return case


def everything_done(shop: Workshop, case: Story) -> None:
    hand = shop.worker()
    hand.performer.perform(list(case.tasks()))
    hand.sweeper.sweep()
    assert case.tasks() == {}


def test_messages_carry_ids_and_nothing_else(shop: Workshop, journey: Story, redis_url: str) -> None:
    known = {row["task_id"] for row in shop.office.rows("tasks")}
    assert (set(rung(redis_url)) <= known, len(rung(redis_url)) > 5) == (True, True)
    said = [text for held in queued(redis_url).items() for text in (held[0], *held[1])]
    assert said
    assert [text for text in said if SIGNS.search(text) or journey.case_id in text] == []


def test_nothing_personal_is_in_logs_rows_or_the_names_of_files(
    shop: Workshop, journey: Story, caplog: pytest.LogCaptureFixture
) -> None:
    assert journey.case.stage == "reintegration"
    assert SIGNS.findall(caplog.text) == []
    assert [path for path in shop.folder.parent.rglob("*") if SIGNS.search(str(path))] == []
    rows = [str(row) for table in ("tasks", "timers", "case_board", "work_items") for row in shop.office.rows(table)]
    assert [row for row in rows if SIGNS.search(row)] == []


def test_only_the_bank_reads_who_is_paid_and_nobody_anything_else(shop: Workshop, journey: Story) -> None:
    """The payee's name has to be in the payment file; in no other file of the office is anything personal."""
    holding = {path for path in shop.folder.parent.rglob("*") if path.is_file() and signs_in(path.read_bytes())}
    (payment,) = shop.payments()
    assert holding == {payment}
    assert signs_in(payment.read_bytes()) == {"kanarejk", "pticyna", "md24ag0002251"}
    assert payment.stat().st_mode & 0o077 == 0


def signs_in(data: bytes) -> set[str]:
    return {found.lower() for found in SIGNS.findall(data.decode("latin-1"))}
