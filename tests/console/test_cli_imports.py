"""Records from elsewhere become referrals, once; every row here is invented."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from console.cli import app
from console.ctdc.layouts import GLOBAL
from console.ctdc.records import CtdcError, CtdcRecord, read_ctdc
from console.verbs import imports
from tests.kit.command_line import AS_BORIS, Wayhome
from tests.kit.command_line_cases import ROOT, change
from workflow.rights.machine_ids import MachineIds, former_id
from workflow.subjects.intake.commands import OpenCase

# -- records from elsewhere: every row here is invented ------------------------------------------------------


CONDENSED = (
    (
        "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,"
        "RecruiterCategory,ExploitType,Labor_Type,ageCategories"
    ),
    "2014,Hotline,Male,RO,1,Threats,Family/Relative,Forced Labor,Domestic Work,Age 24-26",
    "2014,Hotline,Male,RO,1,Threats,Family/Relative,Forced Labor,Domestic Work,Age 24-26",
    "2015,Case Management,Female,MD,0,,Other,Sexual Exploitation,,Age 18-20",
)
SEVENTEEN = (
    (
        "registration_year,datasource,gender,age_range,majority_status,majority_status_at_exploit,majority_entry,"
        "citizenship,country_of_exploitation,control_financial,control_threats,control_physical,"
        "control_limit_necessities,control_other,labor,victim_purpose,trafficker_relationship"
    ),
    "2016,Case Management,Female,9--17,Minor,Minor,-99,UA,NA,1,-99,0,1,-99,5,0,3",
    "2016,Hotline,Male,30--38,Adult,Adult,-99,UZ,RU,1,-99,0,1,-99,5,0,3",
)
_OFFICIAL = dict.fromkeys(GLOBAL.columns(), "") | {
    "yearOfRegistration": "2009",
    "gender": "Female",
    "citizenship": "KG",
}
OFFICIAL = (
    ";".join(["Terms of use apply", *GLOBAL.columns()]),
    ";".join(["", *_OFFICIAL.values()]),
    ";".join(["", *(_OFFICIAL | {"isForcedLabour": "1"}).values()]),
)


def written(folder: Path, *lines: str) -> str:
    file = folder / "records.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("lines", [CONDENSED, SEVENTEEN, OFFICIAL], ids=["condensed", "17 columns", "official"])
def test_records_of_each_layout_become_referrals_once(wayhome: Wayhome, tmp_path: Path, lines: tuple[str, ...]) -> None:
    file, rows = written(tmp_path, *lines), len(lines) - 1
    assert wayhome.json("import", "ctdc", file) == {"new": rows, "known": 0, "bad": []}
    assert wayhome.json("import", "ctdc", file) == {"new": 0, "known": rows, "bad": []}
    assert wayhome.json("import", "ctdc", file, *AS_BORIS) == {"new": 0, "known": rows, "bad": []}  # a colleague
    cases = wayhome.json("case", "list")
    assert [case["stage"] for case in cases] == ["referral"] * rows


@pytest.mark.parametrize("before", ["an older Wayhome", "somebody who took the ids beforehand"])
def test_an_import_knows_the_rows_an_older_wayhome_brought_in_and_no_others(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    file, rows = written(tmp_path, *CONDENSED), len(CONDENSED) - 1
    with monkeypatch.context() as guessable:
        guessable.setattr(MachineIds, "for_people", lambda _ids, what: former_id(what))
        wayhome.done("import", "ctdc", file)
    if before == "an older Wayhome":
        change(wayhome, "UPDATE events SET place = NULL, answered = NULL WHERE type = 'CaseOpened'", rows)
    known = rows if before == "an older Wayhome" else 0
    assert wayhome.json("import", "ctdc", file) == {"new": rows - known, "known": known, "bad": []}


def test_bad_rows_are_told_with_their_lines_and_the_rest_goes_in(wayhome: Wayhome, tmp_path: Path) -> None:
    bad = CONDENSED[1].replace("Hotline", "Telepathy")
    file = written(tmp_path, *CONDENSED, bad, "2014,Hotline")
    result = wayhome.run("import", "ctdc", file)
    assert result.exit_code == 1
    assert "3 new referrals, 0 known before, 2 rows left out" in result.stdout
    assert "line 5: Datasource" in result.stdout
    assert "line 6: " in result.stdout
    assert "Telepathy" not in result.output


def test_a_file_that_is_no_ctdc_file_is_told(wayhome: Wayhome, tmp_path: Path) -> None:
    assert "layouts known" in wayhome.told_off("import", "ctdc", written(tmp_path, "a,b,c", "1,2,3"))


def test_a_file_that_stops_being_readable_is_left_out_whole_and_said_to_be(wayhome: Wayhome, tmp_path: Path) -> None:
    rows = [CONDENSED[1].replace("2014", str(1990 + number % 25)) for number in range(450)]
    file = Path(written(tmp_path, CONDENSED[0], *rows))
    good = file.read_bytes()
    file.write_bytes(good + "2014,Hotline,Женский,RO,1,,,,,\n".encode("cp1251"))
    told = wayhome.told_off("import", "ctdc", str(file))
    assert "Line 452 is not UTF-8 text" in told
    assert "Nothing of the file was taken" in told
    assert wayhome.json("case", "list") == []
    file.write_bytes(good + CONDENSED[3].encode() + b"\n")
    assert wayhome.json("import", "ctdc", str(file)) == {"new": 451, "known": 0, "bad": []}


def test_a_file_that_is_changed_while_it_is_taken_in_says_what_was_taken(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, CONDENSED[0], *(CONDENSED[1] for _ in range(7)))
    read = []

    def changed(source: Path) -> Iterator[object]:
        read.append(source)
        yield from itertools.islice(read_ctdc(source), 5 if len(read) > 1 else None)
        if len(read) > 1:
            raise CtdcError("Line 7 is not UTF-8 text: save it anew.")

    monkeypatch.setattr(imports, "BATCH", 2)
    with monkeypatch.context() as once:
        once.setattr(imports, "read_ctdc", changed)
        told = wayhome.told_off("import", "ctdc", file)
    assert "4 new referrals are stored and 0 were known before" in " ".join(told.split())
    assert "only the rest is taken" in " ".join(told.split())
    assert wayhome.json("import", "ctdc", file) == {"new": 3, "known": 4, "bad": []}


def test_a_row_that_the_rules_refuse_is_told_and_the_others_go_in(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, *CONDENSED)
    referral = imports.referral

    def contradicting(record: CtdcRecord, *about: Any) -> OpenCase:
        made = referral(record, *about)
        return made.model_copy(update={"majority": "minor"}) if record.line_number == 3 else made

    monkeypatch.setattr(imports, "referral", contradicting)
    result = wayhome.run("import", "ctdc", file)
    assert result.exit_code == 1
    assert "2 new referrals, 0 known before, 1 rows left out" in result.stdout
    assert "line 3: the majority does not agree with the age band" in result.stdout


def test_records_for_a_programme_that_is_over_are_refused_in_words(wayhome: Wayhome, tmp_path: Path) -> None:
    programme = (ROOT / "workflow" / "programmes" / "moscow.yaml").read_text(encoding="utf-8")
    over = tmp_path / "over.yaml"
    over.write_text(programme.replace("since: 2006-12-01", "since: 2006-12-01, until: 2009-11-30"), encoding="utf-8")
    wayhome.done("programme", "publish", str(over), "--as", "staff:operator")
    assert "does not run on this day" in wayhome.told_off("import", "ctdc", written(tmp_path, *CONDENSED))


def test_an_import_that_was_stopped_goes_on_where_it_was(
    wayhome: Wayhome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, CONDENSED[0], *(CONDENSED[1] for _ in range(7)))

    read = []

    def interrupted(source: Path) -> Iterator[object]:
        read.append(source)
        yield from itertools.islice(read_ctdc(source), 5 if len(read) > 1 else None)  # the second time it is taken in
        if len(read) > 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(imports, "BATCH", 2)
    with monkeypatch.context() as once:
        once.setattr(imports, "read_ctdc", interrupted)
        stopped = CliRunner().invoke(app, ["import", "ctdc", file, "--data", str(wayhome.data)])
    assert stopped.exit_code == 130
    assert len(wayhome.json("case", "list")) == 4
    assert wayhome.json("import", "ctdc", file) == {"new": 3, "known": 4, "bad": []}


# -- as a program of its own -------------------------------------------------------------------------------


def test_what_a_record_tells_of_the_harm_is_kept_and_sealed(wayhome: Wayhome, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text(
        "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,RecruiterCategory,"
        "ExploitType,Labor_Type,ageCategories\n"
        "2016,Case Management,Female,MD,1,Threats,Friend/Acquaintance,Forced Labor,Construction,Age 21-23\n"
    )
    wayhome.json("import", "ctdc", str(file))
    (case,) = wayhome.json("case", "list")
    assert "Construction" not in wayhome.run("case", "history", case["case_id"], "--json").stdout
    opened = wayhome.json("case", "show", case["case_id"], "--open", "story", "--why", "statistics")["opened"]
    assert "Construction" in str(opened)
    assert "Threats" in str(opened)
