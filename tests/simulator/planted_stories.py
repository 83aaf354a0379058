"""Small histories in which one precaution each is needed: what the simulator's people never do.

A story is played with an office and its workers; then the whole office is held to its history by the checks of the log.
Each returns what else was found, outside: what was sent, ordered, or is still there.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from dramatiq.middleware import TimeLimitExceeded

from console.attachments.attaching import GivenFile, Sender, attach
from events.catalogue import COMPARTMENTS
from events.errors import StoreFull
from events.facts.restore import LogRestored
from events.file_stores import hashes_of
from events.high_water import accept_end, raise_mark
from events.ids import RESTORE
from events.writing import EventMetadata, Writing
from handlers.checks.walk import check_log
from handlers.projections.tables import metadata
from tests.kit.erasures import erased, with_officers
from tests.kit.exchanged import interrupted
from tests.kit.older import Older
from tests.kit.papers import SCAN
from tests.kit.people import ANNA, BORIS, CLARA
from tests.kit.roads import bank_says, bring, grant, paid, plan_trip, ready_to_travel, release
from tests.kit.story import Story, story
from tests.kit.web.houses import behind
from tests.kit.workshop import Killed, MailServer, MoodyOrders, Workshop
from workers.effects.grants import disburse_grant
from workers.errors import OutcomeUnknown, Refused, Unavailable
from workers.running.jobs import JobOutcome
from workflow.case.proposals import proposals_of
from workflow.command import CancelTask, ConfirmDecision
from workflow.subjects.accommodation.commands import HoldBed, ReleaseBed
from workflow.subjects.grants.commands import ReleaseTranche, ReturnPayment
from workflow.subjects.intake.commands import AddNote
from workflow.subjects.safety.commands import AssessRisk

Found = Iterator[str]
PlantedStory = Callable[[Workshop], Found]


def found_in(told: PlantedStory, shop: Workshop) -> list[str]:
    """Play a story and return what is wrong afterwards."""
    outside = [*told(shop)]
    results = check_log(shop.office.service.log, now=shop.office.now)
    return [*outside, *(f"{one.name} {fault}" for one in results for fault in one.faults)]


def somebody_withdraws(shop: Workshop) -> Found:
    """A ticket is to be ordered, and its traveller has had enough."""
    case, task_id = shop.ticketed()
    case.ends("withdraw", reason="declined")
    shop.worker().performer.perform([task_id])
    yield from ("a ticket was ordered after the withdrawal" for _ in shop.book.deliveries())


def somebody_withdraws_while_it_is_tried(shop: Workshop) -> Found:
    """A worker has the ticket in hand when its traveller withdraws, and nobody answers the order."""
    case, task_id = shop.ticketed()
    hand = shop.worker()
    (job,) = hand.leases.claim([task_id], shop.now)
    case.ends("withdraw", reason="declined")
    hand.performer.report([JobOutcome(job, "unavailable", Unavailable.__name__)])
    shop.lapse()
    shop.worker("next").performer.perform([task_id])
    yield from ("a ticket was ordered that had been called off" for _ in shop.book.deliveries())


def somebody_is_erased(shop: Workshop) -> Found:
    """A person with a name, a note and a paper is erased; the workers do it."""
    office = shop.office
    case = story(with_officers(office), name="Nino Kanarejkina").does(AddNote, note="a canary sang")
    container = behind(office)
    container.files = shop.files
    sender, paper = Sender(office.uuid(), BORIS, "supervisor"), GivenFile(SCAN, "scan.pdf", "declaration")
    attach(container, case.case, sender, paper, office.service.submit)
    erased(case.ends("withdraw", reason="declined"))
    with shop.crew() as crew:
        crew.settle()
    keys = office.keys.find([(case.case.person_id, one) for one in COMPARTMENTS])
    yield from (f"the key of {compartment} is there" for _, compartment in keys)
    yield from ("an attached file is there" for _ in hashes_of(shop.files))
    yield from ("what finds a name is there" for _ in office.rows("name_tokens", case_id=case.case_id))


def one_person_confirms_their_own(shop: Workshop) -> Found:
    """A high risk is lowered by the one who proposed it, if they can."""
    shop.office.has_account(ANNA)
    case = story(shop.office).does(AssessRisk, level="high", safe_to_return=False)
    case.does(AssessRisk, level="low", safe_to_return=True)
    (proposal_id,) = proposals_of(case.case).pending
    case.when(ConfirmDecision, actor=ANNA, proposal_id=proposal_id)
    yield from ()


def a_grant_is_paid(shop: Workshop) -> Found:
    """Who approved a grant tries to let it go; the bank says twice that it was paid, and twice that it came back."""
    case = bring(story(shop.office), "reintegration")
    grant_id = grant(case, "reinstallation", "EUR 200")
    case.when(ReleaseTranche, actor=BORIS, grant_id=grant_id)
    tranche_id = _released(case, grant_id)
    paid(case, grant_id, tranche_id)
    bank_says(case, grant_id, tranche_id, "paid")
    for _ in range(2):
        case.when(ReturnPayment, grant_id=grant_id, tranche_id=tranche_id, reference="AC04")
    yield from ()


def _released(case: Story, grant_id: str) -> str:
    tasks = case.tasks(kind="disburse_grant")
    return dict(next(iter(tasks.values())).subject)["tranche_id"] if tasks else release(case, grant_id)


def two_need_an_escort(shop: Workshop) -> Found:
    """Two leave in the same hour, each with an escort."""
    for _ in range(2):
        plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    yield from ()


def nobody_takes_an_order(shop: Workshop) -> Found:
    """The travel agent refuses an order for good: somebody has to see to it."""
    _, task_id = shop.ticketed()
    shop.orders = orders = MoodyOrders(shop.book)
    orders.before.append(Refused("not with us"))
    shop.worker().performer.perform([task_id])
    yield from ()


def an_order_is_cut_off(shop: Workshop) -> Found:
    """The travel agent is cut off before anything was written down, and is asked afterwards."""
    case, task_id = shop.ticketed()
    shop.orders = orders = MoodyOrders(shop.book)
    orders.before.append(OutcomeUnknown("cut off"))
    hand = shop.worker()
    for _ in range(2):
        hand.performer.perform([task_id])
        shop.office.pass_time(timedelta(minutes=2))
        hand.sweeper.sweep()
    if not shop.book.deliveries():
        yield f"nothing was ordered, and the office says: {shop.status(task_id)} {shop.told(case, 'TicketIssued')}"


def a_worker_dies_at_a_letter(shop: Workshop) -> Found:
    """The letter is out when its worker dies; the next one sweeps and works."""
    task_id = _letter(shop)[0]
    shop.post = server = MailServer(after=deque([Killed()]))
    with suppress(Killed):
        shop.worker().performer.perform([task_id])
    yield from _after_the_lease(shop, task_id, server)


def a_worker_sleeps_over_a_letter(shop: Workshop) -> Found:
    """While one has a letter in hand, another hears of it too."""
    task_id = _letter(shop)[0]
    shop.post = server = MailServer()
    (job,) = shop.worker().leases.claim([task_id], shop.now)
    shop.worker("next").performer.perform([task_id])
    shop.worker("third").performer.perform([job.task_id])
    yield from (f"{key} was written without a lease" for key in server.sent)


def _after_the_lease(shop: Workshop, task_id: str, server: MailServer) -> Found:
    shop.lapse()
    hand = shop.worker("next")
    hand.sweeper.sweep()
    hand.performer.perform([task_id])
    twice = (key for key, times in Counter(server.sent).items() if times > 1)
    yield from (f"the letter {key} went out again" for key in twice)


def a_ghost_says_that_nobody_answered(shop: Workshop) -> Found:
    """A worker's lease runs out, another orders the ticket, and then the first says that nobody answered."""
    _, task_id = shop.ticketed()
    ghost = shop.worker()
    (job,) = ghost.leases.claim([task_id], shop.now)
    shop.lapse()
    hand = shop.worker("next")
    hand.sweeper.sweep()
    hand.performer.perform([task_id])
    ghost.performer.report([JobOutcome(job, "unavailable", Unavailable.__name__)])
    yield from ()


def a_message_is_lost(shop: Workshop) -> Found:
    """Nobody hears that a ticket is to be ordered; a minute later somebody sweeps."""
    _, task_id = shop.ticketed()
    shop.office.pass_time(timedelta(minutes=1))
    hand = shop.worker()
    hand.sweeper.sweep()
    if task_id not in hand.bell.rung:
        yield "nobody hears of it any more"


def a_timer_is_due(shop: Workshop) -> Found:
    """A timer's time comes, and two sweep."""
    case = story(shop.office)
    shop.office.pass_time(timedelta(days=200))
    for name in ("one", "two"):
        shop.worker(name).sweeper.sweep()
    assert shop.told(case, "TimerFired")
    yield from ()


def a_commit_fails(shop: Workshop) -> Found:
    """The disk is full when a bed is asked for; a colleague writes two notes; then the bed is given up, if held."""
    case, other = story(shop.office), shop.office.another_service()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writing, "finish", _full)
        with suppress(StoreFull):
            shop.office.service.submit(case.command(HoldBed))
    for _ in range(2):
        other.submit(case.command(AddNote, note="seen"))
    case.when(ReleaseBed, reason="moved")
    yield from ()


def _full(_writing: Writing, **_: bool) -> None:
    raise StoreFull("no room")


def two_things_in_one_breath(shop: Workshop) -> Found:
    """Of what is asked for two people in one breath one is refused."""
    mother, gone = story(shop.office), story(shop.office).ends("withdraw", reason="declined")
    asked = [mother.command(AddNote, note="seen"), gone.command(AssessRisk, level="low", safe_to_return=True)]
    answer = shop.office.service.submit_together(asked)
    if not answer.is_done:
        yield from ("half of what was asked in one breath is stored" for _ in shop.facts(mother, "NoteAdded"))


def an_older_log_is_put_in_place(shop: Workshop) -> Found:
    """A letter went out, and then somebody restores the log from before, under workers who go on."""
    yield from _sent_again(shop, lambda: None)


def an_older_log_is_accepted(shop: Workshop) -> Found:
    """The same, and somebody said that the older log is to be used: it is in quarantine."""
    yield from _sent_again(shop, lambda: _accept(shop))


def _sent_again(shop: Workshop, said: Callable[[], None]) -> Found:
    task_id = _letter(shop)[0]
    shop.post = server = MailServer()
    log = shop.office.service.log
    raise_mark(log)
    older = Older(log, *metadata.sorted_tables)
    shop.worker().performer.perform([task_id])
    older.put_back()
    said()
    shop.worker("late").performer.perform([task_id])
    twice = (key for key, times in Counter(server.sent).items() if times > 1)
    yield from (f"the letter {key} went out again" for key in twice)


def a_log_is_exchanged_under_a_worker(shop: Workshop) -> Found:
    """A worker has begun a letter when somebody restores the log from before; another begins it there."""
    task_id = _letter(shop)[0]
    shop.post = server = MailServer()
    raise_mark(shop.office.service.log)
    older = Older(shop.office.service.log, *metadata.sorted_tables)
    interrupted(shop, older.put_back).perform([task_id])
    shop.worker("late").performer.perform([task_id])
    yield from (f"the letter {key} went out again" for key, times in Counter(server.sent).items() if times > 1)


def a_payment_that_failed_is_called_off(shop: Workshop) -> Found:
    """The file is written when its worker is told that it failed; somebody calls it off, and it is released anew."""
    case = bring(story(shop.office), "reintegration")
    grant_id = grant(case, "reinstallation", "EUR 200")
    release(case, grant_id)
    task_id, hand = case.task(kind="disburse_grant"), shop.worker()
    (job,) = hand.leases.claim([task_id], shop.now)
    disburse_grant(job, hand.performer.outside)
    hand.performer.report([JobOutcome(job, "dead", Unavailable.__name__)])
    case.when(CancelTask, task_id=task_id, reason="it failed")
    hand.sweeper.sweep()
    case.when(ReleaseTranche, actor=CLARA, grant_id=grant_id)
    hand.performer.perform([*case.tasks(kind="disburse_grant")])
    yield from (f"{file.name} was paid a second time" for file in shop.payments()[1:])


def _letter(shop: Workshop) -> tuple[str, str]:
    """Return the tasks of writing to an escort and of ordering a ticket."""
    case = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
    return case.task(kind="book_escort"), case.task(kind="book_ticket")


def _accept(shop: Workshop) -> None:
    log = shop.office.service.log
    with log.writing() as writing:
        writing.lock([RESTORE])
        who = str(shop.office.uuid()), "staff:root", "operator", "command:Accept", writing.now, ""
        writing.append(RESTORE, LogRestored(size=log.size(), mark=0, cause="older_log"), EventMetadata(*who))
        writing.remember(who[0], "", '{"case": "", "version": 0, "facts": ["LogRestored"]}')
    accept_end(log)


class _TornMail(MailServer):
    """A mail server at whose letter the time is up."""

    def send(self, message: Any, key: str) -> str:
        super().send(message, key)
        raise TimeLimitExceeded


def the_time_is_up(shop: Workshop) -> Found:
    """A worker has a letter and an order in hand, and its time is up at the letter: the lease will not last."""
    shop.post = _TornMail()
    shop.worker().performer.perform(_letter(shop))
    yield from ("an order went out after the time was up" for _ in shop.book.deliveries())


def a_worker_sleeps_over_its_lease(shop: Workshop) -> Found:
    """A worker has a letter and an order in hand, and the whole machine is suspended at the letter."""
    letter, order = _letter(shop)
    shop.post = server = MailServer(meanwhile=shop.lapse)
    shop.worker().performer.perform([letter, order])
    assert server.sent == [letter]
    yield from ("an order went out under a lease that had run out" for _ in shop.book.deliveries())
