"""A witness signs what goes on from what it saw, and nothing else, whoever asks and however."""

import base64
import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from console.errors import BadInput
from console.witness.answering import PROOF_MAX, SIZE_TYPE, Answer, Witnessing
from console.witness.memory import WitnessMemory
from events.merkle import EMPTY_ROOT, Subtree, consistency_proof, root_of
from events.notes import LOG, Checkpoint, Note, SigningKey, cosigned_at, parse_signatures, signed
from tests.kit.bits import flipped
from tests.kit.witnesses import RED_CROSS, witness

KEY = SigningKey("way-home.example/log", LOG, b"\x07" * 32)
OTHER = SigningKey("another.example/log", LOG, b"\x08" * 32)
LEAVES = [hashlib.sha256(bytes([number])).digest() for number in range(40)]
FORK = [hashlib.sha256(b"fork" + bytes([number])).digest() for number in range(40)]
AT = 1_770_000_000


def node(subtree: Subtree) -> bytes:
    begin = subtree.number << subtree.level
    return root_of(LEAVES[begin : begin + (1 << subtree.level)])


def at(size: int, leaves: list[bytes] = LEAVES, key: SigningKey = KEY) -> Note:
    return signed(str(Checkpoint(key.name, size, root_of(leaves[:size]))), key)


def request(old: int, note: Note, proof: list[bytes] | None = None) -> bytes:
    size = int(note.text.split("\n")[1])
    given = consistency_proof(old, size, node) if proof is None else proof
    return "\n".join([f"old {old}", *(base64.b64encode(one).decode() for one in given), "", str(note)]).encode()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[WitnessMemory]:
    memory = WitnessMemory(tmp_path / "state")
    yield memory
    memory.close()


@pytest.fixture
def asked(memory: WitnessMemory) -> Witnessing:
    return Witnessing(RED_CROSS, {KEY.name: KEY.verifier}, memory)


NOTE = str(at(5)).encode()


def cosigned(answer: Answer, note: Note) -> bool:
    return answer.status == 200 and cosigned_at(note._replace(signatures=parse_signatures(answer.body)),
                                                RED_CROSS.verifier) == AT  # fmt: skip


def test_a_log_that_goes_on_is_signed_step_by_step(asked: Witnessing) -> None:
    before = 0
    for size in (1, 2, 5, 5, 8, 33, 40):
        assert cosigned(asked.answer(request(before, at(size)), AT), at(size))
        before = size
    assert asked.memory.newest(KEY.name) == Checkpoint(KEY.name, 40, root_of(LEAVES))


def test_what_a_witness_signed_was_remembered_before(asked: Witnessing, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(WitnessMemory, "keep", full)
    with pytest.raises(OSError, match="no room"):
        asked.answer(request(0, at(5)), AT)


def test_a_stranger_s_log_is_not_known(asked: Witnessing) -> None:
    assert asked.answer(request(0, at(5, key=OTHER)), AT).status == 404


def test_a_log_signed_by_somebody_else_is_forbidden(asked: Witnessing) -> None:
    forged = signed(str(Checkpoint(KEY.name, 5, root_of(LEAVES[:5]))), OTHER)
    assert asked.answer(request(0, forged), AT).status == 403
    renamed = forged._replace(signatures=(forged.signatures[0]._replace(name=KEY.name, key_id=KEY.verifier.key_id),))
    assert asked.answer(request(0, renamed), AT).status == 403


def test_another_history_is_never_signed(asked: Witnessing) -> None:
    asked.answer(request(0, at(9)), AT)
    assert asked.answer(request(9, at(9, FORK), []), AT) == Answer(409, "9\n", SIZE_TYPE)
    assert asked.answer(request(9, at(20, FORK)), AT).status == 422
    assert asked.answer(request(0, at(20, FORK), []), AT) == Answer(409, "9\n", SIZE_TYPE)
    assert asked.memory.newest(KEY.name).size == 9


def test_an_older_tree_is_not_signed_again(asked: Witnessing) -> None:
    asked.answer(request(0, at(9)), AT)
    assert asked.answer(request(5, at(5)), AT) == Answer(409, "9\n", SIZE_TYPE)
    assert asked.answer(request(9, at(5), []), AT).status == 400


def test_whoever_is_behind_is_told_where_the_witness_stands(asked: Witnessing) -> None:
    asked.answer(request(0, at(9)), AT)
    assert asked.answer(request(4, at(20)), AT) == Answer(409, "9\n", SIZE_TYPE)
    assert cosigned(asked.answer(request(9, at(20)), AT), at(20))


def test_a_proof_too_long_too_short_or_changed_is_not_one(asked: Witnessing) -> None:
    asked.answer(request(0, at(9)), AT)
    proof = consistency_proof(9, 20, node)
    assert asked.answer(request(9, at(20), proof[:-1]), AT).status == 422
    assert asked.answer(request(9, at(20), [*proof, proof[0]]), AT).status == 422
    assert asked.answer(request(9, at(20), [flipped(proof[0], 77), *proof[1:]]), AT).status == 422
    assert asked.answer(request(9, at(20), [EMPTY_ROOT] * (PROOF_MAX + 1)), AT).status == 400
    assert asked.answer(request(9, at(9), proof), AT).status == 422
    assert cosigned(asked.answer(request(9, at(20), proof), AT), at(20))


def test_an_empty_log_may_be_signed_but_only_as_empty(asked: Witnessing) -> None:
    assert asked.answer(request(0, at(3), [EMPTY_ROOT]), AT).status == 422
    lying = signed(str(Checkpoint(KEY.name, 0, LEAVES[0])), KEY)
    assert asked.answer(request(0, lying, []), AT).status == 409
    assert cosigned(asked.answer(request(0, at(0), []), AT), at(0))


@pytest.mark.parametrize(
    "body",
    [b"", b"\n\n", b"old 0\n", b"old 0\n\n", b"x" * 70_000, b"old 0\n\nno note\n", b"old 0\n\n" + NOTE[:-1],
     *(line + b"\n\n" + NOTE for line in (b"old", b"old 00", b"old -1", b"OLD 0", b"old 0\nAAAA", b"old 0\n\xff")),
     b"old 0\n\n" + NOTE.replace(b"\n5\n", b"\n05\n")],
)  # fmt: skip
def test_what_is_no_request_is_refused(asked: Witnessing, body: bytes) -> None:
    assert asked.answer(body, AT).status == 400


def test_no_bit_of_a_request_may_change_what_is_signed(asked: Witnessing) -> None:
    asked.answer(request(0, at(9)), AT)
    body = request(9, at(20))
    statuses = set()
    for bit in range(8 * len(body)):
        answer = asked.answer(flipped(body, bit), AT)
        assert answer.status != 200, "a changed request was signed"
        statuses.add(answer.status)
    assert statuses == {400, 403, 404, 409, 422}
    assert cosigned(asked.answer(body, AT), at(20))


def test_of_many_who_ask_at_once_none_takes_the_witness_back(asked: Witnessing) -> None:
    answers: list[Answer] = []
    sizes = [size for size in range(1, 41) for _ in range(2)]
    crowd = [
        threading.Thread(target=lambda s=s: answers.append(asked.answer(request(0, at(s), []), AT))) for s in sizes
    ]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(answer.status for answer in answers).count(200) in (1, 2), "the first, and whoever showed the same"
    signed_size = asked.memory.newest(KEY.name).size
    assert all(answer.body == f"{signed_size}\n" for answer in answers if answer.status == 409)


def test_two_witnesses_do_not_share_a_memory(memory: WitnessMemory, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="another witness runs"):
        WitnessMemory(tmp_path / "state")


def test_a_witness_remembers_after_it_was_started_again(tmp_path: Path) -> None:
    for size, before in ((5, 0), (9, 5), (30, 9)):
        memory = WitnessMemory(tmp_path / "again")
        assert cosigned(
            Witnessing(RED_CROSS, {KEY.name: KEY.verifier}, memory).answer(request(before, at(size)), AT), at(size)
        )
        memory.close()


def said_over_http(url: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_over_the_network_one_address_is_served(tmp_path: Path) -> None:
    with witness(tmp_path / "state", RED_CROSS, KEY.verifier) as url:
        status, body = said_over_http(url, "POST", "/add-checkpoint", request(0, at(5)), {})
        assert status == 200
        assert body.startswith("— red-cross.example/witness ".encode())
        assert said_over_http(url, "POST", "/anything", b"", {})[0] == 404
        assert said_over_http(url, "GET", "/add-checkpoint", None, {})[0] == 501
        assert said_over_http(url, "POST", "/add-checkpoint", None, {"Content-Length": "9999999"})[0] == 400
        assert said_over_http(url, "POST", "/add-checkpoint", None, {"Content-Length": "x"})[0] == 400


def test_a_witness_whose_memory_is_damaged_signs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with witness(tmp_path / "state", RED_CROSS, KEY.verifier) as url:
        assert said_over_http(url, "POST", "/add-checkpoint", request(0, at(5)), {})[0] == 200
        (file,) = (tmp_path / "state").glob("*.checkpoint")
        file.write_text("rubbish")
        assert said_over_http(url, "POST", "/add-checkpoint", request(5, at(20)), {})[0] == 500
        assert said_over_http(url, "POST", "/add-checkpoint", request(0, at(20), []), {})[0] == 500
    assert "the memory cannot be used" in caplog.text


def test_whoever_hangs_up_or_says_nothing_holds_up_nobody(tmp_path: Path) -> None:
    with witness(tmp_path / "state", RED_CROSS, KEY.verifier) as url:
        silent = [socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)) for _ in range(20)]
        silent[0].sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold")
        assert said_over_http(url, "POST", "/add-checkpoint", request(0, at(5)), {})[0] == 200
        for one in silent:
            one.close()
