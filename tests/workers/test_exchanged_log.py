"""An older log put under workers that go on: no letter goes out twice, whatever each of them had in hand by then."""

from __future__ import annotations

import pytest

from events.errors import LogBehind
from events.high_water import raise_mark
from handlers.projections.tables import metadata
from tests.kit.exchanged import interrupted
from tests.kit.older import Older
from tests.kit.roads import bring, plan_trip, ready_to_travel
from tests.kit.story import story
from tests.kit.workshop import MailServer, Workshop


class Exchanged:
    """Two letters to write, a log as it was before any was begun, and a post that keeps no record."""

    def __init__(self, shop: Workshop) -> None:
        self.shop = shop
        trip = plan_trip(ready_to_travel(bring(story(shop.office), "documents"), "operational"))
        self.letters = trip.task(kind="book_escort"), trip.task(kind="ask_host")
        shop.post = self.post = MailServer()
        raise_mark(shop.office.service.log)
        self._older = Older(shop.office.service.log, *metadata.sorted_tables)

    def put_back(self) -> None:
        self._older.put_back()


@pytest.fixture
def exchanged(either_shop: Workshop) -> Exchanged:
    return Exchanged(either_shop)


def test_a_letter_that_went_out_is_not_begun_again_though_nobody_has_swept_since(exchanged: Exchanged) -> None:
    letter, _ = exchanged.letters
    exchanged.shop.worker("early").performer.perform([letter])
    exchanged.put_back()
    exchanged.shop.worker("late").performer.perform([letter])
    assert (exchanged.post.sent, exchanged.shop.status(letter)) == ([letter], "waiting")


def test_nor_when_two_begin_work_in_it_at_once(exchanged: Exchanged) -> None:
    first, second = exchanged.letters
    exchanged.shop.worker("early").performer.perform([first])
    exchanged.put_back()
    with pytest.raises(LogBehind):
        exchanged.shop.worker("another").leases.claim([second], exchanged.shop.now)
    exchanged.shop.worker("late").performer.perform([first])
    assert exchanged.post.sent == [first]


def test_what_was_begun_in_the_log_that_is_gone_does_not_go_out(exchanged: Exchanged) -> None:
    letter, _ = exchanged.letters
    interrupted(exchanged.shop, exchanged.put_back).perform([letter])
    exchanged.shop.worker("late").performer.perform([letter])
    assert exchanged.post.sent == [letter], "the log in place knows of one worker only"


def test_nor_when_another_has_begun_the_same_in_the_log_in_place(exchanged: Exchanged) -> None:
    letter, _ = exchanged.letters
    late = exchanged.shop.worker("late")

    def meanwhile() -> None:
        exchanged.put_back()
        late.performer.perform([letter])

    interrupted(exchanged.shop, meanwhile).perform([letter])
    assert exchanged.post.sent == [letter]
