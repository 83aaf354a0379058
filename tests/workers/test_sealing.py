"""The log is signed by witnesses: good ones sign, and whatever the others do is kept out and told."""

import shutil
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from console.witness.answering import SIZE_TYPE, Answer
from console.witness.memory import WitnessMemory
from events.checkpoints import OUTSIDE
from events.database import Database, sqlite_url
from events.errors import SealRefused
from events.facts import catalogue
from events.log import Log
from events.notes import LOG, Note, NoteSignature, SigningKey, cosignature, cosigned_at, parse_note
from events.sealer import Sealer
from events.witness_policy import Policy
from events.world import SystemClock, SystemEntropy
from tests.kit.logs import CASE, LINKED, tell
from tests.kit.witnesses import DONOR, RED_CROSS, answering, policy_of, witness
from workers.sealing import witness_client
from workers.sealing.rounds import SealingResult, SealingRounds

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)


def rounds_of(log: Log, policy: Policy) -> SealingRounds:
    return SealingRounds(Sealer(log, KEY), lambda: policy, SystemClock())


def sealed(rounds: SealingRounds) -> SealingResult:
    found = rounds.round()
    assert found is not None
    return found


def standings(result: SealingResult) -> dict[str, str]:
    return {one.name: one.standing for one in result.witnesses}


def test_two_witnesses_sign_and_their_signatures_are_kept(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as a, witness(tmp_path / "b", DONOR, KEY.verifier) as b:
        policy = policy_of(KEY.verifier, ("red-cross", RED_CROSS, a), ("donor", DONOR, b))
        rounds = rounds_of(log, policy)
        first = sealed(rounds)
        tell(log, (CASE, LINKED))
        second = sealed(rounds)
    assert first.reached
    assert second.reached
    assert second.signers == {"red-cross", "donor"}
    note = parse_note(second.note.encode())
    assert policy.accepts(note)
    assert cosigned_at(note, DONOR.verifier) == pytest.approx(time.time(), abs=60)
    assert second.size == first.size + 1


def test_a_round_in_which_nothing_happened_asks_nobody_again(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        policy = policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))
        rounds = rounds_of(log, policy)
        first = sealed(rounds)
    again = sealed(rounds)  # the witness is gone by now, and nobody notices
    assert again.note == first.note
    assert again.reached


def test_a_witness_that_was_away_signs_when_it_is_back_from_where_it_stood(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        assert sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url)))).reached
    for _ in range(5):
        tell(log, (CASE, LINKED))
        away = sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))))
        assert standings(away) == {"red-cross": "late"}
        assert not away.reached
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as back:
        assert sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, back)))).reached


def test_a_witness_we_forgot_that_it_signed_tells_us_where_it_stands(log: Log, tmp_path: Path) -> None:
    """Its signature did not come back, or the rows were lost: it says so itself, and the proof begins there."""
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        policy = policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))
        rounds = rounds_of(log, policy)
        sealed(rounds)
        tell(log, (CASE, LINKED))
        Sealer(log, KEY).seal()
        other = Log(log.database, catalogue(), log.keys, SystemEntropy())
        assert witness_client.ask_witness(policy.witnesses["red-cross"], _newest(other), 10, 0, _prover(other, 10),
                                          int(time.time())).standing == "signed"  # fmt: skip


def _newest(log: Log) -> Note:
    found = Sealer(log, KEY).newest()
    assert found is not None
    return found.note


def _prover(log: Log, size: int) -> witness_client.Prove:
    from events.tree import consistency_between

    def prove(first: int) -> list[bytes]:
        with log.database.reading() as connection:
            return consistency_between(connection, first, size)

    return prove


# What a witness says that no good one would.
WRONG = {
    "nonsense": Answer(200, "all is well\n"),
    "nothing": Answer(200, ""),
    "rubbish": Answer(200, str(NoteSignature(RED_CROSS.name, RED_CROSS.verifier.key_id, bytes(72)))),
    "stranger": Answer(200, str(cosignature(KEY.name, DONOR, int(time.time())))),
    "error": Answer(500, ""),
    "huge": Answer(200, "x" * 200_000),
    "elsewhere": Answer(302, ""),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_witness_that_answers_wrongly_is_kept_out_and_told(log: Log, kind: str) -> None:
    with answering(lambda _: WRONG[kind]) as url:
        found = sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))))
    assert standings(found)["red-cross"] in ("wrong", "refused", "late")
    assert not found.reached
    assert RED_CROSS.name not in found.note
    assert found.size == log.size(), "the log itself is signed all the same"


def test_a_witness_that_signed_yesterdays_tree_is_kept_out(log: Log) -> None:
    old = sealed(rounds_of(log, Policy()))
    tell(log, (CASE, LINKED))
    yesterday = parse_note(old.note.encode()).text
    with answering(lambda _: Answer(200, str(cosignature(yesterday, RED_CROSS, int(time.time()))))) as url:
        found = sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))))
    assert standings(found) == {"red-cross": "wrong"}


def test_a_signature_of_another_day_is_kept_out(log: Log) -> None:
    def yesterday(body: bytes) -> Answer:
        note = parse_note(body.partition(b"\n\n")[2])
        return Answer(200, str(cosignature(note.text, RED_CROSS, int(time.time()) - 86_400)))

    with answering(yesterday) as url:
        found = sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))))
    assert standings(found) == {"red-cross": "wrong"}


def test_a_witness_that_speaks_slowly_holds_nobody_up(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witness_client, "TIMEOUT_S", 0.5)
    with (
        answering(lambda _: Answer(200, "x" * 1000), delay_s=0.1) as slow,
        witness(tmp_path / "b", DONOR, KEY.verifier) as quick,
    ):
        policy = policy_of(KEY.verifier, ("red-cross", RED_CROSS, slow), ("donor", DONOR, quick), least="any")
        begun = time.monotonic()
        found = sealed(rounds_of(log, policy))
        assert time.monotonic() - begun < 5
    assert standings(found) == {"red-cross": "late", "donor": "signed"}
    assert found.reached


def test_one_of_two_is_enough_when_the_policy_says_so(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        here, nowhere = ("red-cross", RED_CROSS, url), ("donor", DONOR, "http://127.0.0.1:9")
        assert sealed(rounds_of(log, policy_of(KEY.verifier, here, nowhere, least="1"))).reached
        assert not sealed(rounds_of(log, policy_of(KEY.verifier, here, nowhere, least="2"))).reached


def older_copy(log: Log, tmp_path: Path, policy: Policy) -> Log:
    """The log as it was before its last event, keys and all: nothing here remembers what was signed last."""
    file, copy = Path(str(log.database.url.database)), tmp_path / "older.sqlite"
    sealed(rounds_of(log, policy))
    log.database.close()
    with log.database.reading() as connection:
        connection.execute(text("PRAGMA wal_checkpoint"))
    log.database.close()
    shutil.copyfile(file, copy)
    noted = log.keys.noted(OUTSIDE)
    assert noted is not None
    tell(log, (CASE, LINKED))
    sealed(rounds_of(log, policy))
    log.keys.note(OUTSIDE, noted)
    return Log(Database(sqlite_url(copy)), catalogue(), log.keys, SystemEntropy())


def test_an_older_copy_of_log_and_keys_is_shown_by_a_witness_and_signed_no_more(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        policy = policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))
        older = older_copy(log, tmp_path, policy)
        before = older.size()
        with pytest.raises(SealRefused, match="red-cross has seen 10 events of this log, which were never signed here"):
            rounds_of(older, policy).round()
        for _ in range(4):  # it goes on and grows past what the witness saw
            tell(older, (CASE, LINKED))
        for _ in range(2):
            rounds = rounds_of(older, policy)
            with pytest.raises(SealRefused, match="Find the newest log"):
                rounds.round()
        found = Sealer(older, KEY).newest()
        assert found is not None
        assert found.checkpoint.size == before
    older.database.close()


def test_a_witness_that_lies_about_what_it_has_seen_is_taken_out_of_the_policy(log: Log) -> None:
    with answering(lambda _: Answer(409, "999999\n", SIZE_TYPE)) as url:
        rounds = rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url)))
        with pytest.raises(SealRefused, match="take it out of the policy"):
            rounds.round()
    assert sealed(rounds_of(log, Policy())).reached


def test_a_witness_forgets_nothing_when_its_machine_dies(log: Log, tmp_path: Path) -> None:
    with witness(tmp_path / "a", RED_CROSS, KEY.verifier) as url:
        sealed(rounds_of(log, policy_of(KEY.verifier, ("red-cross", RED_CROSS, url))))
    memory = WitnessMemory(tmp_path / "a")
    assert memory.newest(KEY.name).size == log.size()
    memory.close()
