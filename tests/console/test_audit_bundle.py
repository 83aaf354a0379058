"""An auditor who trusts nobody proves a case again: on a machine without network, from one file."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from console.audit import verify
from console.audit.bundle import Release, bundle_of
from console.errors import BadInput
from events.database import sqlite_url
from events.heads_noting import note_heads
from tests.kit.audits import (
    LOG_KEY,
    POLICY,
    WITNESS_KEYS,
    Audited,
    audited,
    contents,
    packed,
    policy_text,
    sealed,
    with_events,
    without_network,
)
from tests.kit.histories import Lives, Witnessed
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import bring
from tests.kit.story import Story
from workflow.subjects.intake.commands import OpenSealed

PROOF_BYTES_MAX = 10_000
DAY = 86_400


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lives]:
    office = Witnessed(sqlite_url(tmp_path_factory.mktemp("audited") / "wayhome.sqlite"))
    yield Lives(office).lived()
    office.close()


@pytest.fixture(scope="module")
def moment(lives: Lives) -> int:
    return int(lives.office.clock.now().timestamp())


@pytest.fixture(scope="module")
def home(lives: Lives, moment: int) -> Audited:
    return audited(lives.office.log, lives.home, moment)


# -- proved ------------------------------------------------------------------------------------------------------------


def test_a_case_is_proved_without_network_and_without_anything_of_ours(home: Audited, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(contents(home.data)["verify.py"])
    (tmp_path / "case.audit.zip").write_bytes(home.data)
    (tmp_path / "policy.txt").write_text(POLICY)
    command = [sys.executable, "-I", "verify.py", "case.audit.zip", "--policy", "policy.txt"]
    told = subprocess.run(
        without_network(*command), cwd=tmp_path, env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert "OK" in lines
    assert any("receive: referral -> reception" in line and "staff:anna" in line for line in lines)
    assert [line[:16] for line in lines if line.startswith("seen by")] == ["seen by auditor ", "seen by donor at"]


def test_everybodys_case_is_proved(lives: Lives, moment: int) -> None:
    for case_id in (lives.home, lives.withdrawn, lives.stuck):
        found = audited(lives.office.log, case_id, moment)
        code, notes, rows = found.checked()
        assert (code, len(rows)) == (0, len(lives.office.log.stream(f"case:{case_id}"))), notes


def test_a_bundle_is_the_same_whoever_makes_it_and_when(lives: Lives, home: Audited) -> None:
    again = bundle_of(lives.office.log, home.case_id, "moscow", home.checkpoint, POLICY)
    assert again == home.data


def test_a_bundle_holds_no_name_and_nothing_of_another_case(lives: Lives, home: Audited) -> None:
    whole = b"".join(content for name, content in contents(home.data).items())
    for told in ("Test Person", "TEST0001", "to sew", lives.withdrawn, lives.stuck):
        assert told.encode() not in whole


def test_what_proves_a_case_fits_on_three_pages(home: Audited) -> None:
    files = contents(home.data)
    assert sum(len(files[name]) for name in ("proof.json", "checkpoint.txt", "policy.txt")) < PROOF_BYTES_MAX


def test_a_bundle_is_proved_after_more_has_happened_and_the_next_one_too(lives: Lives, home: Audited) -> None:
    office = lives.office
    office.open()
    note_heads(office.log)
    assert home.checked()[0] == 0
    later = audited(office.log, lives.home, int(office.clock.now().timestamp()))
    assert later.checked()[0] == 0
    assert later.checkpoint.checkpoint.size > home.checkpoint.checkpoint.size


def test_a_case_is_proved_after_what_was_sealed_of_it_was_destroyed(tmp_path: Path) -> None:
    office = Witnessed(sqlite_url(tmp_path / "office.sqlite"))
    lives = Lives(office)
    lives.office.published()
    case_id = office.open()
    before = audited(office.log, case_id, int(office.clock.now().timestamp()))
    office.tamper("DELETE FROM sealed_parts")
    after = bundle_of(office.log, case_id, "moscow", before.checkpoint, POLICY)
    assert after == before.data
    assert before.checked(after)[0] == 0
    office.close()


def test_released_values_are_told_as_somebodys_word(lives: Lives, moment: int) -> None:
    office = lives.office
    office.does(lives.withdrawn, OpenSealed, mandate="case_manager", compartments=["identity"], why="for the court")
    note_heads(office.log)
    told = audited(office.log, lives.withdrawn, moment)
    release = Release("staff:anna", "for the court", ("identity",), {"CaseOpened@0.name": "Test Person"})
    data = bundle_of(office.log, told.case_id, "moscow", told.checkpoint, POLICY, release)
    code, notes, _ = told.checked(data)
    assert code == 0
    assert notes[-1] == "what released.json tells is the word of who made it"
    assert orjson.loads(contents(data)["released.json"])["values"] == {"CaseOpened@0.name": "Test Person"}


def test_values_are_not_released_before_the_opening_is_signed(lives: Lives, home: Audited) -> None:
    release = Release("staff:anna", "for the court", ("identity",), {"CaseOpened@0.name": "Test Person"})
    with pytest.raises(BadInput, match="younger than what was last signed"):
        bundle_of(lives.office.log, home.case_id, "moscow", home.checkpoint, POLICY, release)


def test_whoever_trusts_the_bundles_own_policy_is_told_so(home: Audited) -> None:
    code, notes, _ = home.checked(policy="")
    assert code == 0
    assert "whom to trust was told by the bundle itself: name a policy of your own with --policy" in notes


def test_a_log_that_no_witness_saw_is_told_as_such(lives: Lives, moment: int) -> None:
    alone = sealed(lives.office.log, moment, witnesses=0)
    policy = f"log {LOG_KEY.verifier}\nquorum none\n"
    data = bundle_of(lives.office.log, lives.home, "moscow", alone, policy)
    code, notes, _ = Audited(lives.home, data, moment, alone).checked(policy=policy)
    assert code == 0
    assert "no witness saw it: whoever runs the log may show others another history" in notes


def test_the_log_can_be_named_by_its_key(home: Audited) -> None:
    assert home.checked(log=str(LOG_KEY.verifier))[0] == 0
    assert home.checked(policy="", log=str(WITNESS_KEYS[0].verifier))[0] == 1


@ON_BOTH_DATABASES
def test_a_case_is_proved_whichever_database_it_is_in(office: Office) -> None:
    case = bring(Story(office), "reception")
    found = audited(office.service.log, str(case.case_id), int(office.now.timestamp()))
    code, notes, rows = found.checked()
    assert code == 0, notes
    assert ("receive: referral -> reception" in {row[4] for row in rows}, rows[0][3]) == (True, "CaseOpened")


# -- refused -----------------------------------------------------------------------------------------------------------


def refused(home: Audited, data: bytes, policy: str = POLICY) -> tuple[int, str]:
    """Return with which code and sentence a bundle is refused; no refusal names any row."""
    code, notes, rows = home.checked(data, policy)
    assert code in (1, 2)
    assert rows == []
    (sentence,) = notes
    return code, sentence


def test_a_bundle_cut_short_is_none(home: Audited) -> None:
    for length in (0, 1, 100, len(home.data) // 2, len(home.data) - 30, len(home.data) - 1):
        assert refused(home, home.data[:length])[0] == 2


def test_a_bundle_with_more_before_or_behind_it_is_none(home: Audited) -> None:
    assert refused(home, home.data + b"x")[0] == 2
    assert refused(home, b"x" + home.data)[0] == 2


def test_a_bundle_with_another_file_is_none(home: Audited) -> None:
    assert refused(home, packed(contents(home.data), {"names.txt": b"Maria"}))[0] == 2


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_bundle_with_a_file_twice_is_none(home: Audited) -> None:
    files = contents(home.data)
    assert refused(home, packed(files, {"events.jsonl": files["events.jsonl"]}))[0] == 2


@pytest.mark.parametrize("name", ["events.jsonl", "proof.json", "checkpoint.txt", "policy.txt", "released.json"])
def test_a_bundle_without_a_file_is_none(home: Audited, name: str) -> None:
    files = contents(home.data)
    del files[name]
    assert refused(home, packed(files))[0] == 2


@pytest.mark.parametrize("name", ["events.jsonl", "proof.json", "checkpoint.txt", "policy.txt", "released.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"null", b"[" * 100_000, b"1" * 100_000, b"{}\n", b'"\\ud800"'])
def test_a_bundle_with_nonsense_in_a_file_is_refused(home: Audited, name: str, content: bytes) -> None:
    found = home.checked(packed(contents(home.data) | {name: content}), policy="")
    if found[0] == 0:  # what was released proves nothing, whatever it says
        assert name == "released.json"
        return
    assert len(found[1]) == 1


def test_another_logs_checkpoint_is_refused(lives: Lives, home: Audited, tmp_path: Path) -> None:
    other = Witnessed(sqlite_url(tmp_path / "other.sqlite"), seed=8)
    Lives(other).office.published()
    others = sealed(other.log, home.now - 60)
    files = contents(home.data) | {"checkpoint.txt": str(others.note).encode()}
    assert refused(home, packed(files)) == (1, _not_there(lives.home))
    other.close()


def _not_there(case_id: str) -> str:
    return f"case:{case_id} does not end so in the log that was signed: it is not whole, or of another log"


def test_a_checkpoint_too_few_witnesses_saw_is_refused(lives: Lives, home: Audited, moment: int) -> None:
    alone = sealed(lives.office.log, moment, witnesses=1)
    data = bundle_of(lives.office.log, lives.home, "moscow", alone, POLICY)
    assert refused(home, data) == (1, "the checkpoint is not signed by those the policy names")


def test_one_witness_under_two_names_counts_once(home: Audited) -> None:
    key = WITNESS_KEYS[0].verifier
    policy = f"log {LOG_KEY.verifier}\nwitness a {key}\nwitness b {key}\ngroup two all a b\nquorum two\n"
    assert refused(home, home.data, policy) == (
        1, "the policy names a key twice, or one that is none of a log or a witness",
    )  # fmt: skip


@pytest.mark.parametrize(
    "policy",
    [
        POLICY.replace("quorum outside", "quorum inside"),
        POLICY.replace("quorum outside\n", ""),
        POLICY + "quorum none\n",
        POLICY.replace("group outside 2", "group outside 4"),
        POLICY.replace("group outside 2", "group outside all"),
        POLICY.replace("group outside 2", "group outside two"),
        POLICY.replace("donor red-cross\n", "donor donor\n"),
        POLICY + "trust everybody\n",
        POLICY.replace("log ", "log x"),
        policy_text(LOG_KEY._replace(name="elsewhere.example/log")),
        "garbage",
        f"log {LOG_KEY.verifier}\n",
    ],
)
def test_a_policy_that_asks_for_others_or_is_none_proves_nothing(home: Audited, policy: str) -> None:
    assert refused(home, home.data, policy)[0] == 1


def test_a_bundle_from_the_future_is_refused(home: Audited) -> None:
    early = home._replace(now=home.now - 3 * DAY)
    assert refused(early, home.data)[1].startswith("the checkpoint is from the future")


def test_what_was_recorded_after_the_witnesses_saw_it_is_refused(lives: Lives, home: Audited, moment: int) -> None:
    early = sealed(lives.office.log, moment - DAY)
    data = bundle_of(lives.office.log, lives.home, "moscow", early, POLICY)
    assert refused(home, data)[1].startswith("the checkpoint is from the future")


def test_a_bomb_is_refused_before_it_fills_the_memory(home: Audited, tmp_path: Path) -> None:
    files = contents(home.data)
    honest = packed(files | {"released.json": b" " * (64 << 20)})
    lying = bytearray(honest)
    for place in _places(honest, (64 << 20).to_bytes(4, "little")):  # says that it is short
        lying[place : place + 4] = (1000).to_bytes(4, "little")
    for number, data in enumerate((honest, bytes(lying))):
        (tmp_path / f"{number}.zip").write_bytes(data)
        limits = "import resource; resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20)); "
        run = "import sys, runpy; runpy.run_path('verify.py', run_name='__main__')"
        (tmp_path / "verify.py").write_bytes(files["verify.py"])
        told = subprocess.run(
            [sys.executable, "-c", limits + run, f"{number}.zip"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (told.returncode, told.stderr) == (2, ""), told
        assert told.stdout.startswith("WRONG\nthis is no whole bundle")


@pytest.mark.parametrize("policy", ["\n" * 4_000_000, " " * 4_000_000, "\n# x" * 1_000_000, POLICY + "\n" * 70_000])
def test_a_policy_that_never_ends_is_refused_at_once(home: Audited, policy: str) -> None:
    assert refused(home, packed(contents(home.data) | {"policy.txt": policy.encode()}), policy="")[0] == 1


def _places(data: bytes, what: bytes) -> list[int]:
    found, at = [], data.find(what)
    while at >= 0:
        found.append(at)
        at = data.find(what, at + 1)
    assert found
    return found


def test_a_bundle_packed_in_another_way_is_none(home: Audited, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w", zipfile.ZIP_LZMA) as file:
        for name, content in contents(home.data).items():
            file.writestr(name, content)
    assert refused(home, (tmp_path / "other.zip").read_bytes())[0] == 2


@pytest.mark.parametrize("number", [10**30, -1, 1.5, "0", None, True, [0]])
def test_numbers_that_are_none_are_refused(home: Audited, number: object) -> None:
    def huge(events: list[dict[str, object]]) -> None:
        events[3]["version"] = number

    assert refused(home, with_events(home.data, huge))[0] == 1


def test_what_nobody_printed_controls_no_terminal(home: Audited, tmp_path: Path) -> None:
    def escape(events: list[dict[str, object]]) -> None:
        events[5]["actor"] = "\x1b[2J\x07staff:anna"

    (tmp_path / "verify.py").write_bytes(contents(home.data)["verify.py"])
    (tmp_path / "case.zip").write_bytes(with_events(home.data, escape))
    told = subprocess.run(
        [sys.executable, "-I", "verify.py", "case.zip"], cwd=tmp_path, capture_output=True, check=False, timeout=60
    )
    assert told.returncode == 1
    assert b"\x1b" not in told.stdout


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-I", verify.__file__, "nowhere.zip"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


# -- made --------------------------------------------------------------------------------------------------------------


def test_a_case_younger_than_the_checkpoint_has_to_be_sealed_first(lives: Lives, home: Audited) -> None:
    young = lives.office.open()
    with pytest.raises(BadInput, match="wayhome seal"):
        bundle_of(lives.office.log, young, "moscow", home.checkpoint, POLICY)
