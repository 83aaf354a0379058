"""Moving keys between two stores: never from one into itself, and never emptied before the other holds every key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from events import key_move
from events.errors import KeysLocked, KeysMissing
from events.key_move import move_keys
from events.key_stores import FileKeys
from events.stored_keys import StoredKeys
from tests.kit.key_stores import CHANCE, OTHER, SOMEBODY, Place, PowerGone, broken_at

WHO = "staff:anna"


class Ends:
    """Two stores of one office, of which the second is empty."""

    def __init__(self, source: StoredKeys, target: StoredKeys) -> None:
        self.source, self.target = source, target

    def move(self) -> int:
        return move_keys(self.source, self.target, origin="here", to="there", who=WHO).keys

    def move_back(self) -> int:
        return move_keys(self.target, self.source, origin="there", to="here", who=WHO).keys


@pytest.fixture(params=["file", "postgresql"])
def ends(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ends]:
    """A store of either kind, and a file to move its keys into."""
    place = Place(request.param, tmp_path, request.getfixturevalue("pg_url") if request.param == "postgresql" else "")
    source = place.open()
    source.ensure([SOMEBODY, OTHER, ("", "fingerprint")])
    target = FileKeys(tmp_path / "target.sqlite", CHANCE, place.home(), store=source.state().store)
    yield Ends(source, target)
    target.close()
    place.close()


def everything(keys: StoredKeys) -> dict[tuple[str, str], bytes]:
    return keys.find([SOMEBODY, OTHER, ("", "fingerprint")])


def test_keys_are_not_moved_into_the_store_they_are_in_by_whatever_address(ends: Ends, tmp_path: Path) -> None:
    before = everything(ends.source)
    with pytest.raises(KeysMissing, match="one store"):
        move_keys(ends.source, ends.source, origin="here", to="there", who=WHO)
    link = tmp_path / "by-another-name"
    link.mkdir()
    (link / "link.sqlite").symlink_to(tmp_path / "target.sqlite")
    ends.move()
    again = FileKeys(link / "link.sqlite", CHANCE, ends.target.home)
    with pytest.raises(KeysMissing, match="one store"):
        move_keys(ends.target, again, origin="here", to="there", who=WHO)
    assert everything(again) == everything(ends.target) == before
    again.close()


def test_a_move_that_arrived_and_was_not_finished_is_not_moved_into_itself(ends: Ends) -> None:
    before = everything(ends.source)
    with pytest.raises(PowerGone), broken_at(key_move, "_finished"):
        ends.move()
    with pytest.raises(KeysMissing, match="one store"):
        move_keys(ends.target, ends.target, origin="here", to="there", who=WHO)
    assert (ends.move(), everything(ends.target)) == (3, before)


def test_a_store_without_keys_is_not_moved_over_anything(ends: Ends) -> None:
    with pytest.raises(KeysMissing, match="no keys"):
        ends.move_back()
    assert len(everything(ends.source)) == 3


@pytest.mark.parametrize(
    "spoilt", ["DELETE FROM keys WHERE person = 'P-1'", "UPDATE key_state SET status = ''", "DELETE FROM keys"]
)
def test_nothing_is_emptied_unless_every_key_has_arrived(
    ends: Ends, spoilt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, compare = everything(ends.source), key_move._compare

    def spoil(target: StoredKeys, *given: object) -> None:
        with target.database.writing() as connection:
            connection.execute(text(spoilt))
        compare(target, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(key_move, "_compare", spoil)
    with pytest.raises(KeysMissing, match="where they were"):
        ends.move()
    ends.source.unlock(WHO)
    assert everything(ends.source) == before


def test_an_older_copy_that_had_arrived_is_not_brought_back_over_newer_keys(ends: Ends) -> None:
    with pytest.raises(PowerGone), broken_at(key_move, "_empty"):
        ends.move()
    ends.source.unlock(WHO)
    newer = ends.source.ensure([("P-3", "identity")])
    with pytest.raises(KeysLocked):
        ends.move_back()
    with pytest.raises(PowerGone), broken_at(key_move, "_fill"):
        ends.move()
    assert ends.move_back() == 4, "they stayed"
    assert ends.source.find([("P-3", "identity")]) == newer


def test_keys_that_were_moved_are_not_locked_and_unlocked_into_an_empty_store(ends: Ends) -> None:
    before = everything(ends.source)
    with pytest.raises(PowerGone), broken_at(key_move, "_finished"):
        ends.move()
    for store in (ends.source, ends.target):
        for deed in (store.lock, store.unlock):
            with pytest.raises(KeysLocked):
                deed(WHO)
    assert (ends.move(), everything(ends.target)) == (3, before)


def test_two_moves_at_once_empty_nothing_that_did_not_arrive(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    before, empty = everything(ends.source), key_move._empty

    def after_another(*given: object) -> None:
        monkeypatch.setattr(key_move, "_empty", empty)
        assert ends.move() == 3
        empty(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(key_move, "_empty", after_another)
    with pytest.raises(KeysMissing, match="meanwhile"):
        ends.move()
    assert everything(ends.target) == before


def test_a_move_takes_another_key_so_that_what_is_left_of_the_old_store_opens_nothing(ends: Ends) -> None:
    kek = ends.source.state().kek
    ends.move()
    assert ends.target.state().kek != kek
    assert kek not in ends.target.home.load()
    assert [what for _, what, _ in ends.target.history()][-1] == "moved here"
