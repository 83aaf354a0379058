"""A programme file is checked whole: every fault at once, each with the line it is on."""

import re

import pytest

from tests.kit.world import moscow
from workflow.programme.errors import ProgrammeFaulty
from workflow.programme.loading import (
    CHARACTERS_MAX,
    check_definition,
    load_definition,
    shipped_programme_text,
    shipped_programmes,
)

MOSCOW = shipped_programme_text("moscow")
AGAIN = "    - {trigger: turn_back, source: returning, dest: care}\n    - trigger: begin_care"
NO_SUCH_TAG = "could not determine a constructor for the tag 'tag:yaml.org,2002:python/object:os.system'"


def faults_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ProgrammeFaulty) as caught:
        load_definition(text)
    return [tuple(fault) for fault in caught.value.faults]  # type: ignore[misc]


def changed(old: str, new: str, text: str = MOSCOW) -> tuple[str, int]:
    """Return the file with one place changed, and the line of that place."""
    at = text.index(old)
    return text[:at] + new + text[at + len(old) :], text.count("\n", 0, at) + 1


@pytest.mark.parametrize("name", shipped_programmes())
def test_a_shipped_programme_has_no_faults(name: str) -> None:
    assert load_definition(shipped_programme_text(name)).programme.programme == name


def test_a_definition_is_named_by_the_hash_of_its_bytes() -> None:
    assert load_definition(MOSCOW).hash == moscow().hash
    assert load_definition(MOSCOW + "\n").hash != moscow().hash


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dest: reception\n", "dest: receptoin\n", "unknown stage receptoin"),
        ("source: care\n", "source: car\n", "unknown stage car"),
        ("initial: referral", "initial: start", "unknown stage start"),
        ("bed_is_held]", "bed_is_made]", "unknown guard bed_is_made"),
        ("services: [medical_exam, counselling", "services: [medical_exams, counselling",
         "unknown task medical_exams: no service of that name"),
        ("{id: medical_exam, consent: assistance", "{id: medical_exam, consent: help", "unknown purpose help"),
        ("during: [reintegration, follow_up]", "during: [reintegration, followup]", "unknown stage followup"),
        ("time_zone: Europe/Moscow", "time_zone: Europe/Moskva",
         "facilities.0.time_zone: unknown time zone Europe/Moskva; write it like Europe/Moscow"),
        ("budget: EUR 800000", "budget: USD 800000", "funders budget in different currencies: EUR, USD"),
        ("amount: EUR 400000", "amount: USD 400000", "grants is not in EUR, as the budget is"),
        ("amount: EUR 400000", "amount: EUR 400000.01",
         "the lines of switzerland hold 800000.01, its budget is 800000.00 EUR"),
        ("for: [travel]", "for: [travels]", "unknown grant or cost travels"),
        ("for: [travel]", "for: [travel, medical]", "european-commission pays for medical from two lines"),
        ("{id: travel, title: Travel and escorts, amount: EUR 360000", "{id: grants, title: T, amount: EUR 360000",
         "grants is listed twice"),
        ("    delivery: cash", "    cap_share: 1\n    delivery: cash",
         "grants.0.cap_share: there is no such key"),
        ("cash_share: 100", "cash_share: 50", "reinstallation is given in cash, so all of it may be"),
        ("    weight: 60", "    until: 2007-09-09\n    since: 2010-12-31\n    weight: 60",
         "european-commission pays until before it begins"),
        ("cap: EUR 200", "cap: CHF 200", "no funder budgets in CHF: unknown funder for this grant"),
        ("tranches: [50, 30, 20]", "tranches: [50, 30, 30]", "tranches are parts of a hundred and add up to 100"),
        ("tranches: [50, 30, 20]", "tranches: [120, -20]", "tranches are parts of a hundred and add up to 100"),
        ("{since: 2006-12-01}", "{since: 2006-12-01, until: 2005-01-01}", "the programme ends before it begins"),
        ("beds: 44", "beds: 0", "facilities.0.rooms.0.beds: input should be greater than or equal to 1"),
        ("beds: 44", "beds: 1.5",
         "facilities.0.rooms.0.beds: input should be a valid integer, got a number with a fractional part"),
        ('minors: "no"', "minors: never", "facilities.0.rooms.2.minors: input should be 'allowed', 'only' or 'no'"),
        ("alternatives: [partner-hostel,", "alternatives: [nowhere,", "unknown facility nowhere"),
        ("alternatives: [partner-hostel,", "alternatives: [icc-moscow,",
         "icc-moscow has no email to ask it for a place"),
        ("closes: 2010-12-31", "closes: 2001-12-31", "facilities.5: the house closes before it opens"),
        ("id: icc-moscow", "id: partner-hostel", "partner-hostel is listed twice"),
        ("home_country: RU", "home_county: RU", "home_county: there is no such key"),
        ("opens: 2006-12-01", "opens: 2006-02-30", "2006-02-30 cannot be read: day is out of range for month"),
        ("budget: EUR 2400000", "budget: EUR 2400000.001",
         "funders.0.budget: EUR has 2 decimal places, and the amount has more"),
        ("id: escort-02", "id: escort-01", "escort-01 is listed twice"),
        ("transferred, deceased, not_a_victim]\n\n", "transferred, deceased, not_a_victim, care]\n\n",
         "care is listed twice"),
        ("title:", "programme:", "programme is given twice"),
        ("    - trigger: begin_care", AGAIN, "turn_back leads on from returning more than once"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    text, line = changed(old, new)
    found = faults_of(text)
    assert said in [text for _, text in found]
    near = [at for at, fault in found if fault == said]
    assert min(abs(at - line) for at in near) <= _distance(said), (line, found)


def _distance(said: str) -> int:
    """Faults of a list or a pair of places are told where the list begins, or at the other place."""
    loose = ("currencies", "nobody can satisfy has_come_home", "more than once")
    return 200 if any(word in said for word in loose) else 1


def test_an_unreachable_stage_and_a_dead_end_are_found() -> None:
    text, line = changed("not_a_victim]\n\n", "not_a_victim, limbo, island]\n\n")
    two = "    limbo: {label: {en: L, ru: L}}\n    island: {label: {en: I, ru: I}}\n"
    text, _ = changed("    reassessment: {label", f"{two}    reassessment: {{label", text)
    text, _ = changed("dest: not_a_victim,", "dest: limbo,", text)
    assert {said for _, said in faults_of(text)} == {
        "stage limbo is a dead end: no way leads from it to an end",
        "no way leads to stage island",
        "stage island is a dead end: no way leads from it to an end",
        "no way leads to stage not_a_victim",
    }
    assert {at for at, _ in faults_of(text)} <= {line, line - 1}


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = MOSCOW.replace("bed_is_held]", "bed_is_made]").replace("EUR 200\n", "CHF 200\n")
    text = text.replace("dest: follow_up", "dest: followed_up").replace("[50, 30, 20]", "[50]")
    found = faults_of(text)
    said = " | ".join(fault for _, fault in found)
    for words in (
        "unknown guard bed_is_made",
        "no funder budgets in CHF",
        "unknown stage followed_up",
        "parts of a hundred",
    ):
        assert words in said
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    for line, fault in found:
        if name := re.search(r"unknown (?:guard|stage) (\w+)", fault):
            assert name[1] in text.splitlines()[line - 1] + text.splitlines()[line - 2]


def test_wrong_types_everywhere_are_all_told_at_once() -> None:
    text = MOSCOW.replace("target_per_year: 350", "target_per_year: lots").replace("idle_days: 30", "idle_days: -1")
    text = text.replace("skills: [operational]", "skills: operational").replace("  bic: ABCDRUMM\n", "")
    said = [fault for _, fault in faults_of(text)]
    assert len(said) == 5
    assert "office.bic: this key is missing" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("payer: North Street Fund", "payer: Fund for victims", "tells every payee's bank"),
        ("payer: North Street Fund", "payer: Приют на Северной", "tells every payee's bank"),
        ("  payer: North Street Fund", "  # nobody is named: ", "tells every payee's bank"),  # the office's own name
        ("payer: North Street Fund", "payer: الصندوق", "cannot be written by a bank"),
        ('account: "40702810900000000001"', "account: DE89370400440532013001", "no IBAN and no account number"),
        ('account: "40702810900000000001"', 'account: "4070 2810"', "no IBAN and no account number"),
        ("bic: ABCDRUMM", "bic: ABCDZZMM", "no BIC"),
    ],
)
def test_an_office_no_bank_should_pay_for_is_not_published_but_an_older_file_is_still_read(
    before: str, after: str, said: str
) -> None:
    text = MOSCOW.replace(before, after)
    assert load_definition(text)
    with pytest.raises(ProgrammeFaulty) as refused:
        check_definition(text)
    (fault,) = refused.value.faults
    assert said in fault.text
    assert fault.line in range(17, 24)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "the file: input should be a valid dictionary or instance of Programme"),
        ("- a\n- b", 1, "the file: input should be a valid dictionary or instance of Programme"),
        ("a: 1\nb: c: d", 2, "not readable as YAML: mapping values are not allowed here"),
        ("a: 1\nb: [1, 2", 2, "not readable as YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\nb: \x00", 2, "not readable as YAML: special characters are not allowed"),
        ("a: 1\n---\nb: 2", 2, "not readable as YAML: but found another document"),
        ("a: !!python/object:os.system x", 1, f"not readable as YAML: {NO_SUCH_TAG}"),
        ("a: &a [*a]", 1, "the file is nested too deeply"),
        ("[" * 1000, 1, "the file is nested too deeply"),
        ("#" * (CHARACTERS_MAX + 1), 1, "the file is longer than 500000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_programme_at_all_is_said_plainly(text: str, line: int, said: str) -> None:
    assert faults_of(text) == [(line, said)]


def test_a_small_file_that_unfolds_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    assert faults_of("\n".join(lines)) == [(1, "the file holds more than 50000 values")]


# -- the rights of the people it is for, and words that can be sent --------------------------------------------------


def barred(text: str) -> list[tuple[int, str]]:
    load_definition(text)  # what a log holds is still read: cases keep the rules they were opened under
    with pytest.raises(ProgrammeFaulty) as caught:
        check_definition(text)
    return [(fault.line, fault.text) for fault in caught.value.faults]


@pytest.mark.parametrize("name", shipped_programmes())
def test_a_shipped_programme_may_be_put_into_force_without_a_doubt(name: str) -> None:
    assert check_definition(shipped_programme_text(name))[1] == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    - trigger: withdraw\n", "    - trigger: give_up\n", "nobody can leave from referral"),
        ("follow_up, reassessment]\n      dest: withdrawn", "follow_up]\n      dest: withdrawn",
         "nobody can leave from reassessment: add it to the source"),
        ("dest: withdrawn\n", "dest: withdrawn\n      conditions: [reason_is_given]\n",
         "withdraw has conditions (reason_is_given): whoever wants to leave may; take them out"),
        ("dest: reception\n      conditions: [consent_to_assistance, ", "dest: reception\n      conditions: [",
         "receive lets people in without their consent"),
        ("reflection_days: 30 ", "reflection_days: 0 ", "reflection_days is 0"),
        ("[1, 3, 6, 12]", "[24, 1, 1, 600]", "follow_up_months must rise"),
        ("[1, 3, 6, 12]", "[1, 3, 3]", "follow_up_months must rise"),
        ("[1, 3, 6, 12]", "[0, 3]", "follow_up_months must rise"),
        ("[1, 3, 6, 12]", "[1, 61]", "follow_up_months must rise"),
        ("{en: Psychological counselling,", "{en: Help for victims of violence,", "'victims' goes into letters"),
        ("ru: Консультация психолога}", "ru: Помощь пострадавшим}", "'пострадавшим' goes into letters"),
        ("  name: Reintegration programme, Moscow", "  name: Anti-trafficking programme",
         "'trafficking' goes into letters"),
        ('name: "Hostel of a partner, Moscow"', 'name: "Victims hostel"', "'Victims' goes into letters"),
        ("services: [interpreting]", "services: [survivors_talk]", "'survivors' goes into letters"),
    ],
)  # fmt: skip
def test_a_file_that_takes_a_right_or_stops_every_letter_is_not_put_into_force(old: str, new: str, said: str) -> None:
    text, line = changed(old, new)
    found = barred(text)
    assert any(fault.startswith(said) for _, fault in found), found
    loose = said.startswith(("nobody can leave", "receive"))  # told where the stage or the way begins
    assert loose or line in {at for at, _ in found} or line + 1 in {at for at, _ in found}


def test_a_service_may_have_telling_words_for_the_office_and_neutral_ones_for_letters() -> None:
    named = "label: {en: Help for victims of violence, ru: Помощь жертвам насилия}"
    text, _ = changed("label: {en: Psychological counselling, ru: Консультация психолога}", named)
    assert "give the service a neutral letter_label" in barred(text)[0][1]
    neutral, _ = changed(named, named + ", letter_label: {en: Counselling, ru: Консультация}", text)
    service = check_definition(neutral)[0].programme.service_of["counselling"]
    assert (service.label.en, service.in_letters.ru) == ("Help for victims of violence", "Консультация")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reflection_days: 30 ", "reflection_days: 29 ", "reflection_days is 29"),
        ("[consent_to_assistance, risk_is_assessed, arrival_is_planned", "[consent_to_assistance, arrival_is_planned",
         "receive lets people in without risk_is_assessed"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_said_and_may_be_put_into_force(old: str, new: str, said: str) -> None:
    _, doubts = check_definition(changed(old, new)[0])
    assert [doubt.text.startswith(said) for doubt in doubts] == [True]
