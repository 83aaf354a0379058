"""Reading the published case records: three layouts, many ways to be wrong. Every row here is invented."""

import os
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.ctdc.layouts import GLOBAL
from console.ctdc.records import BadRow, CtdcError, CtdcRecord, read_ctdc

CONDENSED_HEADER = (
    "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,ControlCategory,"
    "RecruiterCategory,ExploitType,Labor_Type,ageCategories\n"
)
CONDENSED_ROW = "2014,Hotline,Male,RO,1,Threats,Family/Relative,Forced Labor,Domestic Work,Age 24-26\n"
SEVENTEEN_HEADER = (
    "registration_year,datasource,gender,age_range,majority_status,majority_status_at_exploit,majority_entry,"
    "citizenship,country_of_exploitation,control_financial,control_threats,control_physical,"
    "control_limit_necessities,control_other,labor,victim_purpose,trafficker_relationship\n"
)
SEVENTEEN_ROW = "2016,Case Management,Female,9--17,Minor,Minor,-99,00,NA,1,-99,0,1,-99,5,0,3\n"
TERMS = "By using this data you agree to the Terms of Use: https://example.org/terms"
GLOBAL_HEADER = ";".join([TERMS, *GLOBAL.columns()]) + "\n"


def condensed(**cells: str) -> str:
    names = CONDENSED_HEADER.strip().split(",")
    return ",".join((dict(zip(names, CONDENSED_ROW.strip().split(","), strict=True)) | cells).values()) + "\n"


def seventeen(**cells: str) -> str:
    names = SEVENTEEN_HEADER.strip().split(",")
    return ",".join((dict(zip(names, SEVENTEEN_ROW.strip().split(","), strict=True)) | cells).values()) + "\n"


def official(**cells: str) -> str:
    row = dict.fromkeys(GLOBAL.columns(), "") | {"yearOfRegistration": "2009"} | cells
    return ";".join(["", *row.values()]) + "\n"


def rows_of(*lines: str) -> list[CtdcRecord | BadRow]:
    return list(read_ctdc(lines))


def record_of(*lines: str) -> CtdcRecord:
    [row] = rows_of(*lines)
    assert isinstance(row, CtdcRecord), row
    return row


def reason_of(*lines: str) -> str:
    [row] = rows_of(*lines)
    assert isinstance(row, BadRow), row
    return row.reason


def test_a_condensed_row_is_read() -> None:
    record = record_of(CONDENSED_HEADER, CONDENSED_ROW)
    assert (record.line_number, record.layout, record.occurrence) == (2, "condensed", 0)
    assert (record.year_of_registration, record.source, record.gender) == (2014, "hotline", "male")
    assert (record.citizenship, record.age_band, record.is_minor) == ("RO", "24-26", False)
    assert (record.exploitation, record.means_of_control) == (("ForcedLabour",), ("Threats",))
    assert (record.labour_sectors, record.recruiter_relations) == (("DomesticWork",), ("Family",))


def test_a_row_of_seventeen_columns_is_read() -> None:
    record = record_of(SEVENTEEN_HEADER, SEVENTEEN_ROW)
    assert (record.layout, record.source, record.gender) == ("17-columns", "case_management", "female")
    assert (record.age_band, record.is_minor, record.citizenship) == ("9-17", True, None)
    assert record.means_of_control == ("FinancialControl", "WithholdsNecessities")


def test_namibia_is_a_country_and_not_a_missing_value() -> None:
    assert record_of(SEVENTEEN_HEADER, SEVENTEEN_ROW).country_of_exploitation == "NA"


def test_codes_without_a_code_book_stay_as_they_were() -> None:
    record = record_of(SEVENTEEN_HEADER, SEVENTEEN_ROW)
    assert record.unmapped == (
        ("majority_status_at_exploit", "Minor"),
        ("labor", "5"),
        ("trafficker_relationship", "3"),
    )


def test_an_official_row_is_read() -> None:
    line = official(
        gender="Female",
        ageBroad="48+",
        majorityStatus="Adult",
        citizenship="MD",
        CountryOfExploitation="TR",
        meansOfControlPsychoactiveSubstances="1",
        meansOfControlThreats="0",
        isSexAndLabour="1",
        isOrganRemoval="1",
        typeOfLabourDomesticWork="1",
        typeOfSexPornography="1",
        recruiterRelationIntimatePartner="1",
        isAbduction="1",
    )
    record = record_of(GLOBAL_HEADER, line)
    assert record.exploitation == ("ForcedLabour", "SexualExploitation", "OrganRemoval")
    assert record.means_of_control == ("PsychoactiveSubstance",)
    assert (record.labour_sectors, record.recruiter_relations) == (("DomesticWork",), ("IntimatePartner",))
    assert record.sexual_exploitation_types == ("Pornography",)
    assert (record.citizenship, record.country_of_exploitation) == ("MD", "TR")
    assert (record.age_band, record.is_minor, record.unmapped) == ("48+", False, (("isAbduction", "1"),))


@pytest.mark.parametrize(
    ("column", "identifier"),
    [
        ("isForcedLabour", "ForcedLabour"),
        ("isSexualExploit", "SexualExploitation"),
        ("isForcedMarriage", "ForcedMarriage"),
        ("isForcedMilitary", "ForcedMilitaryByNonStateActors"),
        ("isOrganRemoval", "OrganRemoval"),
        ("isSlaveryAndPractices", "Servitude"),
        ("isOtherExploit", "Other"),
    ],
)
def test_each_kind_of_exploitation_has_its_standard_name(column: str, identifier: str) -> None:
    assert record_of(GLOBAL_HEADER, official(**{column: "1"})).exploitation == (identifier,)


def test_the_official_layout_has_63_columns_beside_its_terms() -> None:
    assert len(GLOBAL.columns()) == len(set(GLOBAL.columns())) == 63


def test_the_official_layout_may_come_without_its_terms_and_with_commas() -> None:
    with_terms = record_of(GLOBAL_HEADER, official(citizenship="MD"))
    header = ",".join(GLOBAL.columns())
    without = record_of(header, official(citizenship="MD").removeprefix(";").replace(";", ","))
    assert without == with_terms


def test_moved_columns_change_nothing() -> None:
    moved = [",".join(reversed(line.strip().split(","))) for line in (CONDENSED_HEADER, CONDENSED_ROW)]
    assert record_of(*moved) == record_of(CONDENSED_HEADER, CONDENSED_ROW)


@pytest.mark.parametrize("unknown", ["-99", "0", "00", "Unknown", "Not Specified", "", " "])
def test_an_unknown_citizenship_is_none(unknown: str) -> None:
    assert record_of(CONDENSED_HEADER, condensed(citizenship=unknown)).citizenship is None


@pytest.mark.parametrize("unknown", ["-99", "Unknown", "Not Specified", ""])
def test_unknown_words_are_none(unknown: str) -> None:
    names = ["Datasource", "gender", "ageCategories", "isForcedLabour", "ExploitType", "ControlCategory"]
    names += ["Labor_Type", "RecruiterCategory"]
    record = record_of(CONDENSED_HEADER, condensed(**dict.fromkeys(names, unknown)))
    assert (record.source, record.gender, record.age_band, record.is_minor) == (None, None, None, None)
    assert record.exploitation == record.means_of_control == record.labour_sectors == ()


@pytest.mark.parametrize("written", ["Age 9-17", "9--17", "9-17", "age 9\u201317", "9 - 17"])
def test_an_age_band_may_be_written_in_several_ways(written: str) -> None:
    if written == "9 - 17":
        assert "ageCategories" in reason_of(CONDENSED_HEADER, condensed(ageCategories=written))
    else:
        assert record_of(CONDENSED_HEADER, condensed(ageCategories=written)).age_band == "9-17"


@pytest.mark.parametrize(
    ("band", "majority", "minor"),
    [
        ("0--8", "-99", True),
        ("9--17", "Minor", True),
        ("18--20", "Adult", False),
        ("48+", "", False),
        ("-99", "Minor", True),
        ("-99", "Adult", False),
        ("-99", "-99", None),
    ],
)
def test_a_child_is_known_by_age_or_else_by_status(band: str, majority: str, *, minor: bool | None) -> None:
    row = seventeen(age_range=band, majority_status=majority)
    assert record_of(SEVENTEEN_HEADER, row).is_minor is minor


@pytest.mark.parametrize(("written", "code"), [("UKR", "UA"), ("ua", "UA"), ("NAM", "NA"), ("XK", "XK")])
def test_a_country_may_be_written_with_two_or_three_letters(written: str, code: str) -> None:
    assert record_of(CONDENSED_HEADER, condensed(citizenship=written)).citizenship == code


@pytest.mark.parametrize("code", ["ZZ", "EU", "UN", "XA", "XX", "SUN", "U1", "Ukraine", "419", "1"])
def test_what_is_no_country_is_refused(code: str) -> None:
    assert reason_of(CONDENSED_HEADER, condensed(citizenship=code)).startswith("citizenship")


def test_people_whose_rows_look_the_same_are_counted_apart() -> None:
    rows = rows_of(CONDENSED_HEADER, CONDENSED_ROW, condensed(gender="Female"), CONDENSED_ROW)
    records = [row for row in rows if isinstance(row, CtdcRecord)]
    assert [record.occurrence for record in records] == [0, 0, 1]
    assert records[0].fingerprint == records[2].fingerprint != records[1].fingerprint


def test_a_fingerprint_does_not_depend_on_quoting_or_line_ends() -> None:
    quoted = ",".join(f'"{cell}"' for cell in CONDENSED_ROW.strip().split(",")) + "\r\n"
    plain = record_of(CONDENSED_HEADER, CONDENSED_ROW)
    assert record_of("\ufeff" + CONDENSED_HEADER.strip() + "\r\n", quoted).fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2014,Hotline\n", "2 cells"),
        (CONDENSED_ROW.strip() + ",more\n", "11 cells"),
        (condensed(yearOfRegistration="199x"), "yearOfRegistration"),
        (condensed(yearOfRegistration="1989"), "yearOfRegistration"),
        (condensed(yearOfRegistration="2101"), "yearOfRegistration"),
        (condensed(yearOfRegistration="-99"), "yearOfRegistration"),
        (condensed(yearOfRegistration="２０１４"), "yearOfRegistration"),
        (condensed(ageCategories="17-Sep"), "ageCategories"),
        (condensed(isForcedLabour="2"), "isForcedLabour"),
        (condensed(isForcedLabour="yes"), "isForcedLabour"),
        (condensed(gender="Olena"), "gender"),
        (condensed(Labor_Type="x" * 201), "longer than 200"),
        (condensed(gender="Fe\x00male"), "control characters"),
        (condensed(gender="Fe\u202emale"), "direction marks"),
        (condensed(gender="Fe\u2066male"), "direction marks"),
        (condensed(gender="Fe\udcffmale"), "control characters"),
        (condensed(gender='"Female'), "quotation marks"),
        (condensed(gender="x" * 100_001), "longer than 100000"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_rest_goes_in(row: str, reason: str) -> None:
    rows = rows_of(CONDENSED_HEADER, CONDENSED_ROW, row, CONDENSED_ROW)
    assert [type(row) for row in rows] == [CtdcRecord, BadRow, CtdcRecord]
    bad = rows[1]
    assert isinstance(bad, BadRow)
    assert bad.line_number == 3
    assert reason in bad.reason


def test_a_reason_never_repeats_the_cell() -> None:
    assert "Olena" not in reason_of(CONDENSED_HEADER, condensed(gender="Olena"))


def test_long_concatenated_columns_do_not_cost_the_row() -> None:
    words = "Takes earnings and restricts movement " * 8
    assert record_of(GLOBAL_HEADER, official(meansOfControlConcatenated=words)).year_of_registration == 2009


def test_blank_lines_and_rows_of_blank_cells_are_nobody() -> None:
    assert len(rows_of("\n", CONDENSED_HEADER, "\n", CONDENSED_ROW, ",,,,,,,,,\r\n", "  \n", "\n")) == 1


@pytest.mark.parametrize("lines", [[], ["\n", "\n"], ["\ufeff"]])
def test_an_empty_file_is_refused(lines: list[str]) -> None:
    with pytest.raises(CtdcError, match="empty"):
        rows_of(*lines)


@pytest.mark.parametrize(
    "first", [CONDENSED_ROW, "name,story\n", '"', "x" * 200_000, CONDENSED_HEADER.strip() + ",extra\n"]
)
def test_a_file_with_another_header_is_refused_in_one_line_that_names_the_layouts(first: str) -> None:
    with pytest.raises(CtdcError) as refusal:
        rows_of(first, CONDENSED_ROW)
    assert "63 columns" in str(refusal.value)
    assert "17 columns" in str(refusal.value)
    assert "10 columns" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_on_disk_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(("\ufeff" + CONDENSED_HEADER + CONDENSED_ROW).replace("\n", "\r\n").encode())
    assert list(read_ctdc(path)) == list(read_ctdc(str(path))) == rows_of(CONDENSED_HEADER, CONDENSED_ROW)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_a_file_in_another_encoding_is_refused_with_advice(encoding: str) -> None:
    upload = BytesIO((CONDENSED_HEADER + condensed(gender="Женский")).encode(encoding))
    with pytest.raises(CtdcError, match="save it as CSV UTF-8"):
        list(read_ctdc(upload))


def test_a_huge_line_is_skipped_without_being_held() -> None:
    class Upload(BytesIO):
        longest = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            line = super().readline(size)
            self.longest = max(self.longest, len(line))
            return line

    huge = "Ж" * 3_000_000 + "\n"
    upload = Upload((CONDENSED_HEADER + huge + CONDENSED_ROW).encode())
    bad, good = read_ctdc(upload)
    assert bad == BadRow(2, "the line is longer than 100000 bytes")
    assert isinstance(good, CtdcRecord)
    assert good.line_number == 3
    assert upload.longest <= 100_001


def test_reading_begins_before_the_file_ends() -> None:
    def endless() -> object:
        yield CONDENSED_HEADER
        while True:
            yield CONDENSED_ROW

    rows = read_ctdc(endless())  # type: ignore[arg-type]
    assert [getattr(next(rows), "occurrence", None) for _ in range(3)] == [0, 1, 2]


@given(st.lists(st.text(max_size=60), max_size=5))
def test_no_line_whatever_breaks_the_reading(lines: list[str]) -> None:
    rows = rows_of(CONDENSED_HEADER, *lines, CONDENSED_ROW)
    assert isinstance(rows[-1], CtdcRecord)


PROJECT = Path(__file__).resolve().parents[2]
PUBLISHED = Path(os.environ.get("WAYHOME_CTDC_DIR", PROJECT.parent / "shared" / "data" / "ctdc"))


@pytest.mark.skipif(
    not (PUBLISHED / "condensed-5000.csv").is_file(),
    reason="the published CTDC files may not be kept in the project; name their folder in WAYHOME_CTDC_DIR",
)
@pytest.mark.parametrize(
    ("name", "layout", "records", "minors"),
    [
        ("condensed-5000.csv", "condensed", 5000, 1814),
        ("sample-17-columns.csv", "17-columns", 104, 34),
        ("global-dataset-excerpt.csv", "global-dataset", 4, 0),
    ],
)
def test_the_published_files_go_in_without_a_bad_row(name: str, layout: str, records: int, minors: int) -> None:
    rows = list(read_ctdc(PUBLISHED / name))
    assert [row for row in rows if isinstance(row, BadRow)] == []
    read = [row for row in rows if isinstance(row, CtdcRecord)]
    assert Counter(row.layout for row in read) == {layout: records}
    assert sum(row.is_minor is True for row in read) == minors
    assert len({(row.fingerprint, row.occurrence) for row in read}) == records
