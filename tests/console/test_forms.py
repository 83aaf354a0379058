"""Forms made of command classes: each has its own, and what a person fills in comes out as the command again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.forms.faults import SAID
from console.forms.form import form_for, is_possible
from console.forms.given import command_of, decimal, read
from console.forms.shapes import shapes_of
from console.subjects import CASE_FORMS, OFFICE_FORMS, form_groups
from console.words.language import LANGUAGES, Language
from tests.kit.people import ANNA, BORIS
from tests.kit.roads import bring, referred
from tests.kit.story import story
from tests.kit.web.filled import Pairs, context, filled, rich
from tests.kit.world import World, uuid
from workflow.command import (
    CaseCommand,
    Command,
    ConfirmDecision,
    DeclineDecision,
    OfficeCommand,
    OfficeProposalCommand,
    PublishProgramme,
    WithdrawProposal,
)
from workflow.registry import COMMANDS, HUMAN, OFFICE
from workflow.rights.acts import ACTS
from workflow.rights.command_rights import ACTS_OF, MACHINE_COMMANDS
from workflow.subjects.access.commands import BreakGlass
from workflow.subjects.accommodation.commands import HoldBed
from workflow.subjects.care.commands import AgreeCarePlan
from workflow.subjects.documents.commands import RecordDocumentStep
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.commands import ApproveGrant, RecordCost, RecordEvidence
from workflow.subjects.grants.state import grants_of
from workflow.subjects.hotline.commands import TakeCall
from workflow.subjects.intake.commands import AddNote, GiveConsent, OpenCase
from workflow.subjects.reception.commands import PlanArrival
from workflow.subjects.referrals.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    RecordReferralServed,
    RevokeReferral,
)
from workflow.subjects.reintegration.commands import DraftPlan, RecordFollowUp
from workflow.subjects.safety.commands import EndReflection, EstablishAge
from workflow.subjects.trafficking_routes.commands import RecordRoute
from workflow.subjects.travel.commands import DeclareReturn, PlanTrip

KINDS: tuple[type[Command], ...] = (
    *CASE_FORMS.values(), *OFFICE_FORMS.values(), OpenCase, BreakGlass, PublishProgramme,
    *(kind for kind in COMMANDS if "accounts.change" in kind.acts and not issubclass(kind, OfficeProposalCommand)),
)  # fmt: skip
ROOT = Path(__file__).parents[2]


def _all_commands(kind: type[Command] = Command) -> Iterator[type[Command]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all_commands(below)


def test_every_command_that_people_give_names_its_act() -> None:
    real = {kind for kind in _all_commands() if not kind.__subclasses__() or kind in ACTS_OF}
    ours = {kind for kind in real if kind.__module__.startswith("workflow.")}
    assert {kind.__name__ for kind in ours - ACTS_OF.keys() - MACHINE_COMMANDS} == set()
    the_bank_s = {"RecordBankAnswer", "RecordStrangeAnswer"}  # or of who brings its file, by a page of its own
    assert {kind.__name__ for kind in MACHINE_COMMANDS} == the_bank_s | {
        "BeginStaffLetter", "EndStaffLetter", "FinishTask", "FireTimer", "OfferSeat", "ReplayErasure", "SayFamilyWaits",
        "StopLooking", "SuspectDuplicate",
    }  # fmt: skip
    assert all(acts and set(acts) <= set(ACTS) for acts in ACTS_OF.values())


def test_every_command_about_a_case_is_listed_under_one_heading() -> None:
    listed = [kind.__name__ for subject in form_groups() for kind in subject.commands]
    assert sorted(listed) == sorted(CASE_FORMS)
    assert set(CASE_FORMS) >= {kind.__name__ for kind in HUMAN}
    assert set(OFFICE_FORMS) == {kind.__name__ for kind in OFFICE}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_form_says_what_it_is(kind: type[Command], language: Language) -> None:
    form = form_for(kind, context(rich(), language))
    assert form.title
    for field in form.every():
        assert field.label, field.name
        assert all(choice.label for choice in field.choices), field.name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_form_filled_in_is_the_command_again(kind: type[Command]) -> None:
    here = context(rich())
    form = form_for(kind, here)
    made = _made(kind, filled(form))
    assert isinstance(made, kind), made
    again = form_for(kind, here, read(kind, filled(form), here))
    assert dict(filled(again)) == dict(filled(form))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_empty_form_says_what_is_needed_and_nothing_else(kind: type[Command]) -> None:
    found = _made(kind, [])
    needed = {shape.name for shape in shapes_of(kind) if shape.needed}
    if not needed:
        assert isinstance(found, kind)
        return
    assert isinstance(found, dict)
    assert {name.partition("-")[0] for name in found} == needed
    assert {text for texts in found.values() for text in texts} == {"This is needed."}


# -- what is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "pairs", "field", "said"),
    [
        (AddNote, {"note": "a\u202eb"}, "note", "U+202E"),
        (AddNote, {"note": "a\x00b"}, "note", "U+0000"),
        (AddNote, {"note": "x" * 20_001}, "note", "at most 20000"),
        (AddNote, {"note": "   "}, "note", "needed"),
        (EndReflection, {"why": "one\ntwo"}, "why", "one line"),
        (EndReflection, {"why": "\u200c"}, "why", "can be read"),
        (EndReflection, {"why": "ж" * 121}, "why", "at most 120"),
        (EstablishAge, {"child": "perhaps", "basis": "passport"}, "child", "yes or no"),
        (GiveConsent, {"purpose": "'; DROP TABLE"}, "purpose", "Choose one"),
        (GiveConsent, {"purpose": "travel", "until": "31.02.2026"}, "until", "Write a day"),
        (RecordCost, {"kind": "other", "amount": "1.250,50", "amount_currency": "EUR"}, "amount", "in digits"),
        (RecordCost, {"kind": "other", "amount": "12.505", "amount_currency": "EUR"}, "amount", "decimal places"),
        (RecordCost, {"kind": "other", "amount": "-5", "amount_currency": "EUR"}, "amount", "below zero"),
        (RecordCost, {"kind": "other", "amount": "9" * 30, "amount_currency": "EUR"}, "amount", "too large"),
        (RecordCost, {"kind": "other", "amount": "5", "amount_currency": "XXQ"}, "amount", "currency"),
        (RecordFollowUp, {"month": "soon", "outcome": "well"}, "month", "whole number"),
        (RecordFollowUp, {"month": "1", "outcome": "well", "social": "9"}, "social", "not above 3"),
        (DeclareReturn, {"destination": "ZZ", "signed_on": "2007-03-01"}, "destination", "country"),
        (DraftPlan, {"goals": "riches"}, "goals", "Choose"),
        (PlanArrival, {"at": "yesterday", "place": "SVO", "means": "bus"}, "at", "a day and a time"),
        (PlanArrival, {"at": "0007-03-05T10:00", "place": "SVO", "means": "bus"}, "at", "a day and a time"),
        (
            PlanArrival,
            {"at": "2007-06-01T10:00", "place": "x", "means": "bus", "number": "Ана"},
            "number",
            "SU1491",
        ),
        (OpenCase, {"programme": "moscow", "source": "ngo", "phone": "8 495 797"}, "phone", "country code"),
        (OpenCase, {"programme": "moscow", "source": "ngo", "birth_date": "1807-01-01"}, "birth_date", "1900"),
        (OpenCase, {"programme": "moscow", "source": "ngo", "previous_case": "no"}, "previous_case", "case number"),
        (TakeCall, {"language": "ru", "outcome": "advised", "topics": "call_84957978722"}, "", "telephone number"),
    ],
)
def test_what_cannot_be_is_explained_at_its_field_and_not_repeated(
    kind: type[Command], pairs: dict[str, str], field: str, said: str
) -> None:
    found = _made(kind, list(pairs.items()))
    assert isinstance(found, dict)
    assert said in " ".join(found[field])
    assert all(value not in " ".join(found[field]) for value in pairs.values() if len(value) > 3)
    russian = _made(kind, list(pairs.items()), language="ru")
    assert isinstance(russian, dict)
    assert russian[field] != found[field]


def test_a_form_with_fields_that_are_not_its_own_is_not_taken() -> None:
    changed = {"": ("This form was changed on its way. Open it again and fill it in anew.",)}
    for extra in ("actor", "mandate", "case_id", "occurred_at", "sealed", "note2", "legs-0-mode"):
        assert _made(AddNote, [("note", "x"), (extra, "staff:boris")]) == changed
    assert _made(AddNote, [("note", "x"), ("note", "y")]) == changed
    assert _made(OpenCase, [("programme", "moscow"), ("source", "ngo"), *[("citizenships", "MD")] * 6]) == changed


def test_amounts_are_read_with_a_comma_too() -> None:
    made = _made(RecordCost, [("kind", "other"), ("amount", "1\u00a0250,5"), ("amount_currency", "EUR"),
                                  ("day", "05.03.2007"), ("reference", "чек 1")])  # fmt: skip
    assert isinstance(made, RecordCost)
    assert (str(made.amount), str(made.day)) == ("1250.50 EUR", "2007-03-05")
    assert decimal("1,250,000") == "1,250,000"  # not guessed at


# -- the programme's clock ------------------------------------------------------------------------------------------


def test_times_are_the_programmes_and_an_hour_that_never_was_is_refused() -> None:
    made = _made(PlanArrival, [("at", "2007-06-01T10:00"), ("place", "SVO"), ("means", "bus")])
    assert isinstance(made, PlanArrival)
    assert made.at.isoformat() == "2007-06-01T06:00:00+00:00"
    found = _made(PlanArrival, [("at", "2007-03-25T02:30"), ("place", "SVO"), ("means", "bus")])
    assert isinstance(found, dict)
    assert "did not exist" in found["at"][0]


def test_an_hour_that_came_twice_is_asked_about() -> None:
    pairs = [("at", "2007-10-28T02:30"), ("place", "SVO"), ("means", "bus")]
    found = _made(PlanArrival, pairs)
    assert isinstance(found, dict)
    here = context(rich())
    form = form_for(PlanArrival, here, read(PlanArrival, pairs, here), found)
    unit = form.fields[0].unit
    assert unit is not None
    assert [choice.value for choice in unit.choices] == ["0", "1"]
    for choice, hour in (("0", 22), ("1", 23)):
        made = _made(PlanArrival, [*pairs, (unit.name, choice)])
        assert isinstance(made, PlanArrival)
        assert (made.at.day, made.at.hour) == (27, hour)


# -- rows -----------------------------------------------------------------------------------------------------------


def test_a_journey_with_a_change_is_two_rows() -> None:
    made = _made(PlanTrip, [*_leg(0, "M", "RU", "09", "K", "UA", "12"), *_leg(1, "K", "UA", "13", "C", "MD", "20")])
    assert isinstance(made, PlanTrip)
    assert (made.origin, made.destination, len(made.legs)) == ("M", "C", 2)


def test_what_is_wrong_with_a_row_is_shown_where_it_ends() -> None:
    found = _made(PlanTrip, _leg(0, "M", "RU", "19", "K", "UA", "12"))
    assert found == {"legs-0-arrives_at": ("The arrival is not after the departure.",)}
    route = [("legs-0-kind", "transit"), ("legs-0-country", "UA"), ("legs-0-month", "3")]
    assert _made(RecordRoute, route) == {"legs-0-month": ("Write the year too.",)}


def test_one_more_row_keeps_what_was_typed() -> None:
    here, pairs = context(rich()), _leg(0, "M", "RU", "09", "K", "UA", "12")
    form = form_for(PlanTrip, here, read(PlanTrip, pairs, here), more_rows=1)
    assert [len(field.rows) for field in form.fields] == [2]
    assert dict(filled(form))["legs-0-origin"] == "M"


def _leg(row: int, origin: str, here: str, leaves: str, to: str, there: str, comes: str) -> Pairs:
    parts = {
        "mode": "train", "origin": origin, "from_country": here, "departs_at": f"2007-06-01T{leaves}:00",
        "destination": to, "to_country": there, "arrives_at": f"2007-06-01T{comes}:00",
    }  # fmt: skip
    return [(f"legs-{row}-{name}", value) for name, value in parts.items()]


# -- choices --------------------------------------------------------------------------------------------------------


def test_the_usual_case_is_filled_in_already() -> None:
    form = form_for(RecordDocumentStep, context(rich()))
    values = {field.name: field.value for field in form.fields}
    assert values["step"] == "police_report"
    assert values["on"] == rich().place.now.date().isoformat()
    assert values["document_id"] in documents_of(rich().case).papers


def test_only_grants_that_wait_are_offered_for_approval() -> None:
    waiting, paid_part = list(grants_of(rich().case).grants)
    form = form_for(ApproveGrant, context(rich()))
    assert [choice.value for choice in form.fields[0].choices] == [waiting]
    assert form.fields[0].value == waiting
    label = form.fields[0].choices[0].label
    assert " ".join(label.split()) == "Reinstallation grant · EUR 200 · waits for approval"
    part = form_for(RecordEvidence, context(rich()), preset={"grant_id": paid_part}).fields[0]
    assert part.value.startswith(f"{paid_part}/")


def test_a_proposal_is_offered_to_everybody_but_its_author_to_confirm() -> None:
    case = bring(story(World()), "care").does(AgreeCarePlan)
    offered = {
        (kind, who): bool(form_for(kind, context(case, account=who)).fields[0].choices)
        for kind in (ConfirmDecision, DeclineDecision, WithdrawProposal)
        for who in (ANNA, BORIS)
    }
    assert [key for key, found in offered.items() if found] == [
        (ConfirmDecision, BORIS), (DeclineDecision, BORIS), (WithdrawProposal, ANNA),
    ]  # fmt: skip


def test_a_form_with_nothing_to_be_about_says_so() -> None:
    case = story(World())
    assert not form_for(ApproveGrant, context(case)).possible
    assert form_for(HoldBed, context(case)).possible


def test_a_referral_is_offered_for_the_answers_it_may_still_get() -> None:
    case = bring(story(World()), "care")
    referral = referred(case)
    offered = {
        kind: [choice.value for choice in form_for(kind, context(case)).fields[0].choices]
        for kind in (AcknowledgeReferral, AcceptReferral, RecordReferralServed, RevokeReferral)
    }
    assert offered == {
        AcknowledgeReferral: [referral], AcceptReferral: [referral],
        RecordReferralServed: [], RevokeReferral: [referral],
    }  # fmt: skip


def test_everything_a_command_says_of_a_value_has_words_for_the_screen() -> None:
    files = [
        *ROOT.glob("workflow/subjects/*/commands.py"),
        ROOT / "workflow/command.py",
        ROOT / "workflow/values/text.py",
        ROOT / "workflow/values/telling.py",
    ]
    told = {text for file in files for text in _value_errors(file)}
    assert told
    assert told <= SAID.keys()


def _value_errors(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
            (said,) = node.args
            if isinstance(said, ast.Constant):
                yield str(said.value)


def _made(kind: type[Command], pairs: Pairs, language: Language = "en") -> object:
    here = context(rich(), language)
    envelope: dict[str, object] = {"command_id": uuid(1), "actor": ANNA}
    if issubclass(kind, CaseCommand):
        envelope["case_id"] = rich().case_id
    if issubclass(kind, OfficeCommand):
        envelope["programme"] = "moscow"
    return command_of(kind, read(kind, pairs, here), here, **envelope)


def test_what_there_is_an_occasion_for_is_known_without_drawing_the_form() -> None:
    for story_of in (story(World()), bring(story(World()), "care"), rich()):
        about = context(story_of)
        possible = {kind: is_possible(kind, about) for kind in CASE_FORMS.values()}
        assert possible == {kind: form_for(kind, about).possible for kind in CASE_FORMS.values()}
        assert set(possible.values()) == {True, False}
