"""`wayhome audit`: a case leaves the house with its proof, recorded, and with names only by somebody who may."""

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.audits import WITNESS_KEYS
from tests.kit.command_line import AS_ANNA, Wayhome


@pytest.fixture(scope="module")
def office(rehearsal: Path, tmp_path_factory: pytest.TempPathFactory) -> Wayhome:
    return Wayhome(rehearsal).copied_to(tmp_path_factory.mktemp("audit") / "office")


@pytest.fixture(scope="module")
def case(office: Wayhome) -> str:
    return str(office.json("case", "list", "--limit", "1")[0]["case_id"])


@pytest.fixture(scope="module")
def bundle(office: Wayhome, case: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundles") / "case.audit.zip"
    office.done("audit", "export", case, "--to", str(file))
    return file


def released(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as read:
        return dict(json.loads(read.read("released.json")))


def test_a_case_is_exported_and_checked_by_the_same_program(office: Wayhome, case: str, bundle: Path) -> None:
    found = office.json("audit", "verify", str(bundle))
    assert found["ok"]
    assert len(found["events"]) == office.json("case", "show", case)["version"] + 1
    assert found["events"][0]["fact"] == "CaseOpened"
    assert "no witness saw it: whoever runs the log may show others another history" in found["said"]
    assert "OK" in office.done("audit", "verify", str(bundle))


def test_the_file_is_for_its_owners_eyes_and_takes_no_others_place(office: Wayhome, case: str, bundle: Path) -> None:
    assert bundle.stat().st_mode & 0o777 == 0o600
    before = bundle.read_bytes()
    assert "there is a file" in office.told_off("audit", "export", case, "--to", str(bundle))
    assert bundle.read_bytes() == before


def test_the_export_is_recorded_as_a_look_at_the_case(office: Wayhome, case: str, bundle: Path) -> None:
    assert bundle.exists()
    reads = office.json("case", "reads", case)
    assert "wayhome audit.export" in {part for read in reads for part in read["parts"]}


def test_whoever_may_not_see_the_case_gets_no_bundle(office: Wayhome, tmp_path: Path) -> None:
    said = office.told_off("audit", "export", "7K3P9-QXM2D", "--to", str(tmp_path / "x.zip"))
    assert "there is no case" in said
    assert not (tmp_path / "x.zip").exists()


def test_a_bundle_that_is_none_or_is_wrong_is_told_in_one_sentence(
    office: Wayhome, bundle: Path, tmp_path: Path
) -> None:
    none, wrong = tmp_path / "none.zip", tmp_path / "wrong.zip"
    none.write_bytes(bundle.read_bytes()[:-1])
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(wrong, "w") as target:
        for one in source.infolist():
            target.writestr(one.filename, source.read(one).replace(b"staff:", b"stuff:"))
    assert "this is no whole bundle" in office.run("audit", "verify", str(none)).stdout
    assert office.run("audit", "verify", str(none)).exit_code == 2
    result = office.run("audit", "verify", str(wrong))
    assert result.exit_code == 5
    assert "is not the one that was written" in result.stdout
    assert office.told_off("audit", "verify", str(tmp_path / "nowhere.zip"))


def test_names_are_released_only_by_somebody_who_signed_in(office: Wayhome, case: str, tmp_path: Path) -> None:
    file = tmp_path / "names.zip"
    words = ("audit", "export", case, "--to", str(file), "--with-names", "identity", "--why", "for the court")
    assert "signed in" in office.told_off(*words, *AS_ANNA)
    assert not file.exists()


def test_names_are_released_with_a_reason_that_is_recorded_first(office: Wayhome, case: str, tmp_path: Path) -> None:
    owner = str(office.json("case", "show", case, *AS_ANNA)["access"]["owner"])
    office.signs_in(owner)
    file = tmp_path / "names.zip"
    words = ("audit", "export", case, "--to", str(file), "--with-names", "identity")
    assert "say why" in office.told_off(*words)
    office.done(*words, "--why", "for the court")
    office.done("sign-out")
    found = released(file)
    assert (found["by"], found["why"], found["compartments"]) == (owner, "for the court", ["identity"])
    assert "CaseOpened@0.name" in dict(found["values"])  # type: ignore[call-overload]
    told = office.json("audit", "verify", str(file))
    assert told["ok"]
    assert told["said"][-1] == "what released.json tells is the word of who made it"
    assert told["events"][-1]["fact"] == "SealedOpened", "the opening itself is in the bundle"
    assert told["events"][-1]["actor"] == owner


def test_whoever_may_not_open_the_case_releases_nothing(office: Wayhome, case: str, tmp_path: Path) -> None:
    office.open_account("staff:igor", "auditor")
    office.signs_in("staff:igor")
    file = tmp_path / "names.zip"
    said = office.told_off("audit", "export", case, "--to", str(file), "--with-names", "identity", "--why", "I want")
    office.done("sign-out")
    assert "may not open what is sealed" in said
    assert not file.exists()


def test_a_policy_whose_witnesses_have_not_signed_makes_no_bundle(office: Wayhome, case: str, tmp_path: Path) -> None:
    strict = office.copied_to(tmp_path / "strict")
    (strict.data / "witnesses.policy").write_text(f"witness donor {WITNESS_KEYS[0].verifier}\nquorum donor\n")
    said = strict.told_off("audit", "export", case, "--to", str(tmp_path / "x.zip"))
    assert "too few witnesses have signed" in said


def test_a_log_nobody_signed_says_what_to_do(rehearsal: Path, tmp_path: Path) -> None:
    unsigned = Wayhome(rehearsal).copied_to(tmp_path / "unsigned")
    (number,) = (row["case_id"] for row in unsigned.json("case", "list", "--limit", "1"))
    with closing(sqlite3.connect(unsigned.data / "keys" / "keys.sqlite")) as keys, keys:
        keys.execute("DELETE FROM notes WHERE purpose IN ('checkpoint', 'log-verifier')")
    said = unsigned.told_off("audit", "export", number, "--as-signed", "--to", str(tmp_path / "x.zip"))
    assert "wayhome seal" in said


def test_where_another_user_signs_the_case_is_proved_as_it_was_signed_last(
    office: Wayhome, case: str, bundle: Path, tmp_path: Path
) -> None:
    other = Wayhome(office.copied_to(tmp_path / "other").data, {"WAYHOME_SEAL_KEY": str(tmp_path / "not-mine.key")})
    file = tmp_path / "as-signed.zip"
    other.done("audit", "export", case, "--to", str(file))
    assert other.json("audit", "verify", str(file))["ok"]
    assert bundle.exists()
