"""What we prove is accepted by Go's own checksum-database code, and refused by it after any one bit has changed."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from events.checkpoints import StoredCheckpoint
from events.database import Database, sqlite_url
from events.envelope import RecordedEvent, canonical_bytes
from events.facts import catalogue
from events.keys import MemoryKeys
from events.log import Log
from events.notes import LOG, Note, SigningKey, cosignature
from events.schema import migrate
from events.sealer import Sealer
from events.tree import consistency_between, inclusion_at
from events.world import SystemEntropy
from tests.kit.bits import flipped
from tests.kit.logs import CASE, LINKED, OTHER, small_history, tampered, tell
from tests.kit.witnesses import RED_CROSS

HERE = Path(__file__).parent
FINDER = HERE.parents[1] / ".ci" / "go"
KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)
AT = 1_770_000_000
FLIPS = 6_000  # of each kind: as many bits of its questions, chosen anew in each run


def found() -> str:
    """A Go with the package; in CI it is there."""
    if named := os.environ.get("WAYHOME_GO"):
        return named
    looked = subprocess.run([FINDER, "--find"], capture_output=True, text=True, check=False)
    if looked.returncode:
        pytest.skip("no Go with golang.org/x/mod here: as root, .ci/go fetches it")
    return looked.stdout.strip()


class Verifier:
    """The program, built once."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def asked(self, questions: Sequence[dict[str, Any]]) -> list[str]:
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        done = subprocess.run([self._program], input=lines, capture_output=True, text=True, check=True, timeout=100)
        answers = done.stdout.splitlines()
        assert len(answers) == len(questions)
        assert not [one for one in answers if "panic" in one]
        return answers


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    folder = tmp_path_factory.mktemp("go")
    own = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    line = [found(), "build", "-o", str(folder / "verify"), str(HERE / "go" / "main.go")]
    subprocess.run(line, env=os.environ | own, check=True, timeout=100, cwd=folder)
    return Verifier(folder / "verify")


class Proved(NamedTuple):
    log: Log
    events: list[RecordedEvent]
    heads: list[StoredCheckpoint]


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proved]:
    """A log sealed again and again; the sealed parts of its first case were destroyed afterwards."""
    database = Database(sqlite_url(tmp_path_factory.mktemp("proved") / "log.sqlite"))
    migrate(database)
    log = Log(database, catalogue(), MemoryKeys(SystemEntropy()), SystemEntropy())
    small_history(log)
    heads = []
    for number in range(14):
        tell(log, (CASE, LINKED), *[(OTHER, LINKED)] * (number % 3))
        head = Sealer(log, KEY).seal()
        assert head is not None
        heads.append(head)
    with tampered(database) as connection:
        connection.exec_driver_sql("DELETE FROM sealed_parts")
        connection.commit()
    yield Proved(log, [event for page in log.pages() for event in page], heads)
    database.close()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def note_of(head: StoredCheckpoint) -> Note:
    line = cosignature(head.note.text, RED_CROSS, AT)
    return head.note._replace(signatures=(*head.note.signatures, line))


def asking_note(note: bytes) -> dict[str, Any]:
    return {"Kind": "note", "Log": str(KEY.verifier), "Witness": str(RED_CROSS.verifier), "Note": b64(note)}


def record(index: int, size: int, parts: Sequence[bytes]) -> dict[str, Any]:
    data, root, *proof = map(b64, parts)
    return {"Kind": "record", "Index": index, "Size": size, "Data": data, "Root": root, "Proof": proof}


def tree(first: int, size: int, parts: Sequence[bytes]) -> dict[str, Any]:
    first_root, root, *proof = map(b64, parts)
    return {"Kind": "tree", "First": first, "Size": size, "FirstRoot": first_root, "Root": root, "Proof": proof}


def records(proved: Proved) -> Iterator[tuple[int, int, list[bytes]]]:
    with proved.log.database.reading() as connection:
        for head in proved.heads:
            _, size, root = head.checkpoint
            for event in proved.events[:size]:
                proof = inclusion_at(connection, event.position, size)
                yield event.position, size, [canonical_bytes(event.envelope), root, *proof]


def trees(proved: Proved) -> Iterator[tuple[int, int, list[bytes]]]:
    heads = [head.checkpoint for head in proved.heads]
    with proved.log.database.reading() as connection:
        for number, first in enumerate(heads):
            for second in heads[number + 1 :]:
                proof = consistency_between(connection, first.size, second.size)
                yield first.size, second.size, [first.root, second.root, *proof]


def test_every_checkpoint_is_read_and_both_signatures_are_good(go: Verifier, proved: Proved) -> None:
    said = go.asked([asking_note(str(note_of(head)).encode()) for head in proved.heads])
    roots = [(head.checkpoint.size, b64(head.checkpoint.root)) for head in proved.heads]
    assert said == [f"ok {KEY.name} {size} {root} {AT}" for size, root in roots]


def test_every_event_is_accepted_in_every_checkpoint(go: Verifier, proved: Proved) -> None:
    asked = [record(*one) for one in records(proved)]
    assert len(asked) > 200
    assert set(go.asked(asked)) == {"ok"}


def test_every_checkpoint_is_accepted_as_going_on_from_every_earlier_one(go: Verifier, proved: Proved) -> None:
    asked = [tree(*one) for one in trees(proved)]
    assert len(asked) == 14 * 13 // 2
    assert set(go.asked(asked)) == {"ok"}


def test_no_proof_is_accepted_after_one_bit_has_changed(go: Verifier, proved: Proved) -> None:
    chance = random.Random()
    asked = []
    for make, proofs in ((record, list(records(proved))), (tree, list(trees(proved)))):
        for _ in range(FLIPS):
            place, size, parts = chance.choice(proofs)
            changed = list(parts)
            number = chance.randrange(len(parts))
            changed[number] = flipped(parts[number], chance.randrange(8 * len(parts[number])))
            asked.append(make(place, size, changed))
    assert [question for question, said in zip(asked, go.asked(asked), strict=True) if said == "ok"] == []


def test_no_checkpoint_is_accepted_after_one_bit_has_changed(go: Verifier, proved: Proved) -> None:
    """All but the bits that mean nothing: Go reads base64 whose last sign has bits to spare, and we refuse it."""
    whole = str(note_of(proved.heads[-1])).encode()
    bits = range(8 * len(whole))
    answers = go.asked([asking_note(flipped(whole, bit)) for bit in bits])
    (good,) = go.asked([asking_note(whole)])
    spare = {
        place - 1 for place in range(1, len(whole)) if whole[place : place + 1] == b"=" != whole[place - 1 : place]
    }
    accepted = [(bit, said) for bit, said in zip(bits, answers, strict=True) if said.startswith("ok")]
    assert {bit // 8 for bit, _ in accepted} <= spare
    assert {said for _, said in accepted} <= {good}, "it says something else"


def test_a_proof_for_another_place_is_refused(go: Verifier, proved: Proved) -> None:
    moved = [record(place + 1, size, parts) for place, size, parts in records(proved) if place + 1 < size]
    assert "ok" not in go.asked(moved)


def test_a_stranger_s_key_opens_nothing(go: Verifier, proved: Proved) -> None:
    question = asking_note(str(note_of(proved.heads[-1])).encode())
    stranger = SigningKey(KEY.name, LOG, b"\x09" * 32)
    assert go.asked([question | {"Log": str(stranger.verifier)}])[0].startswith("refused")
    assert go.asked([question | {"Witness": str(RED_CROSS._replace(seed=b"\x09" * 32).verifier)}])[0].startswith(
        "refused"
    )
