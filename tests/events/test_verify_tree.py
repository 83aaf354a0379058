"""What was sealed holds the log: `verify` makes the tree again and names the place where it is not the one that was."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, text

from events.checkpoints import OUTSIDE
from events.envelope import leaf_of
from events.facts import catalogue
from events.heads_noting import note_heads
from events.keys import Keys
from events.log import Log, recorded_event
from events.merkle import root_of
from events.notes import LOG, Checkpoint, SigningKey
from events.order import BEFORE_ALL, place_after
from events.sealer import Sealer
from events.verify import LogProof, verify, verify_on
from tests.kit.logs import CASE, LINKED, OTHER, small_history, tampered, tell

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


@pytest.fixture
def sealed_log(log: Log) -> Log:
    """Sealed at 4 heads; the last three events are not sealed yet."""
    log.keys.note("log-verifier", str(KEY.verifier).encode())
    small_history(log)
    for number in range(4):
        tell(log, (CASE, LINKED), (OTHER, LINKED))
        if number == 1:
            note_heads(log)
        Sealer(log, KEY).seal()
    tell(log, (CASE, LINKED), (OTHER, LINKED))
    tell(log, (CASE, LINKED))
    return log


def after(log: Log, *statements: str, keys: Keys | None = None, **values: Any) -> set[tuple[int | None, str]]:
    with tampered(log.database) as connection:
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount, "nothing was attacked"
        return found(verify_on(connection, catalogue(), keys=keys or log.keys))


def found(report: LogProof) -> set[tuple[int | None, str]]:
    return {(finding.position, finding.code) for finding in report.findings}


def test_a_sealed_log_is_whole_and_its_tree_is_told(sealed_log: Log) -> None:
    report = verify(sealed_log)
    assert report.findings == ()
    assert report.checkpoints == 4
    assert report.root == root_of([event.leaf for page in sealed_log.pages() for event in page])


def test_a_log_nobody_sealed_is_whole_too(log: Log) -> None:
    small_history(log)
    report = verify(log)
    assert report.ok
    assert report.checkpoints == 0


def test_pages_end_anywhere(sealed_log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = verify(sealed_log)
    for size in (1, 2, 3, 5, 7):
        monkeypatch.setattr("events.verify._FIRST", _page("", size))
        monkeypatch.setattr("events.verify._NEXT", _page("WHERE e.position > {}", size))
        assert verify(sealed_log) == whole


def _page(where: str, size: int) -> str:
    from events.verify import _COLUMNS

    return f"SELECT {_COLUMNS} FROM events e {where} ORDER BY e.position LIMIT {size}"


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_changed_subtree_is_named_once(sealed_log: Log, level: int) -> None:
    statement = "UPDATE tree SET hash = :h WHERE level = :level AND number = 0"
    assert after(sealed_log, statement, h=b"\x01" * 32, level=level) == {((1 << level) - 1, "tree")}


def test_a_subtree_taken_away_is_missed(sealed_log: Log) -> None:
    assert after(sealed_log, "DELETE FROM tree WHERE level = 1 AND number = 2") == {(5, "tree")}
    assert after(sealed_log, "DELETE FROM tree") == {(1, "tree")}


@pytest.mark.parametrize(("level", "number"), [(1, 4000), (5, 0), (63, 0), (0, 3), (-1, 1), (62, 2**40)])
def test_a_subtree_of_nothing_is_found(sealed_log: Log, level: int, number: int) -> None:
    put = "INSERT INTO tree (level, number, hash) VALUES (:level, :number, :h)"
    assert (sealed_log.size(), "tree") in after(sealed_log, put, level=level, number=number, h=b"\x01" * 32)


def test_a_changed_or_invented_checkpoint_is_found(sealed_log: Log) -> None:
    changed = "UPDATE checkpoints SET root = :h WHERE size = 10"
    assert (9, "checkpoint") in after(sealed_log, changed, h=b"\x01" * 32)
    put = "INSERT INTO checkpoints (origin, size, root, at) VALUES ('x', :size, :h, '')"
    assert after(sealed_log, put, size=3, h=b"\x01" * 32) == {(2, "checkpoint")}
    assert (sealed_log.size(), "checkpoint") in after(sealed_log, put, size=4000, h=b"\x01" * 32)
    assert after(sealed_log, put, size=5, h=b"short") == {(None, "checkpoint")}


def test_a_changed_signature_of_the_log_is_found(sealed_log: Log) -> None:
    statement = "UPDATE checkpoint_signatures SET signature = :s WHERE size = 12"
    with sealed_log.database.reading() as connection:
        sizes = connection.execute(text("SELECT size FROM checkpoint_signatures ORDER BY size")).scalars().all()
    assert sizes == [10, 13, 15, 17]
    assert after(sealed_log, statement.replace("12", "13"), s=b"\x01" * 64) == {(None, "checkpoint")}


def test_a_note_of_the_heads_that_is_not_true_is_found(sealed_log: Log) -> None:
    with sealed_log.database.reading() as connection:
        position = connection.execute(text("SELECT position FROM events WHERE stream = 'heads:log'")).scalar_one()
    forged = "UPDATE events SET body = replace(body, :root, :other) WHERE stream = 'heads:log'"
    assert after(sealed_log, forged, root='"root":"', other='"root":"0') == {(position, "leaf"), (position, "heads")}


class Forger:
    """Whoever owns the database and makes everything in it agree again: leaves, chains, streams, tree and heads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def does(self, statement: str, **values: Any) -> None:
        self._connection.execute(text(statement), values)

    def makes_all_agree(self) -> None:
        rows = self._connection.execute(text("SELECT * FROM events ORDER BY position")).all()
        ends: dict[str, tuple[int, bytes]] = {}
        links: dict[str, tuple[str, bytes]] = {}
        place = BEFORE_ALL
        leaves: list[bytes] = []
        for row in rows:
            envelope = recorded_event(row).envelope
            before = ends.get(envelope.stream, (-1, None))[1]
            link = links.get(envelope.command_id)
            envelope = envelope._replace(previous=before, link=link[1] if link and link[0] != envelope.stream else None)
            leaf = leaf_of(envelope)
            place = place_after(place, leaf, None if row.answered is None else bytes(row.answered))
            self.does("UPDATE events SET previous = :b, link = :k, leaf = :l, place = :p WHERE position = :n",
                      b=envelope.previous, k=envelope.link, l=leaf, p=place, n=row.position)  # fmt: skip
            ends[envelope.stream], links[envelope.command_id] = (envelope.version, leaf), (envelope.stream, leaf)
            leaves.append(leaf)
        for stream, (version, leaf) in ends.items():
            self.does("UPDATE streams SET version = :v, leaf = :l WHERE stream = :s", v=version, l=leaf, s=stream)
        self.does("UPDATE log_head SET size = :n, placed = :n, place = :p", n=len(leaves), p=place)
        self.forgets_the_seals(leaves)

    def forgets_the_seals(self, leaves: Sequence[bytes]) -> None:
        for table in ("tree", "checkpoints", "checkpoint_signatures"):
            self.does(f"DELETE FROM {table}")


def forged(log: Log, *statements: str, kept: Sequence[Checkpoint] = (), keys: Keys | None = None) -> LogProof:
    with tampered(log.database) as connection:
        forger = Forger(connection)
        for statement in statements:
            forger.does(statement)
        forger.makes_all_agree()
        return verify_on(connection, catalogue(), keys=keys, kept=kept)


REWRITTEN = "UPDATE events SET actor = 'worker:somebody-else' WHERE position = 2"


def kept_at(log: Log, size: int) -> Checkpoint:
    return Checkpoint(KEY.name, size, root_of([event.leaf for page in log.pages() for event in page][:size]))


def test_a_history_written_anew_as_a_whole_is_shown_by_what_was_noted_beside_the_keys(sealed_log: Log) -> None:
    with_keys, without = forged(sealed_log, REWRITTEN, keys=sealed_log.keys), forged(sealed_log, REWRITTEN)
    assert {code for _, code in found(without)} <= {"heads"}, "a good forger"
    assert (16, "checkpoint") in found(with_keys)


def test_a_history_written_anew_is_shown_by_any_checkpoint_somebody_kept(sealed_log: Log) -> None:
    for size in range(3, sealed_log.size() + 1):
        assert (size - 1, "checkpoint") in found(forged(sealed_log, REWRITTEN, kept=[kept_at(sealed_log, size)]))
    early = forged(sealed_log, REWRITTEN, kept=[kept_at(sealed_log, 2)])
    assert not any(finding.code == "checkpoint" for finding in early.findings), "it was not written anew before that"


def test_a_history_cut_off_at_its_end_is_shown_by_a_checkpoint_somebody_kept(sealed_log: Log) -> None:
    cut = (
        "DELETE FROM events WHERE position >= 18",
        "DELETE FROM commands WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.command_id = commands.command_id)",
    )
    assert not any(f.code == "checkpoint" for f in forged(sealed_log, *cut).findings)
    assert (18, "checkpoint") in found(forged(sealed_log, *cut, kept=[kept_at(sealed_log, 20)]))


def test_a_checkpoint_noted_beside_the_keys_of_more_than_there_is_shows_an_older_copy(sealed_log: Log) -> None:
    sealed_log.keys.note(OUTSIDE, str(Checkpoint(KEY.name, 4000, b"\x01" * 32)).encode())
    assert found(verify(sealed_log)) == {(sealed_log.size(), "checkpoint")}


def test_a_kept_checkpoint_of_the_log_as_it_is_changes_nothing(sealed_log: Log) -> None:
    assert verify(sealed_log, kept=[kept_at(sealed_log, size) for size in (1, 7, 20)]).ok
