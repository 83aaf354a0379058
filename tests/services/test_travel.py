"""Rows 12, 13, 14 and 26: everybody goes home their own way, with whom they need, and may turn round at any moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.tasks import (
    BookingReleased,
    Escalated,
    ServiceProvided,
    TaskCancelled,
    TaskRequested,
    TimerCancelled,
    TimerFired,
)
from events.facts.travel import EscortFreed, HostAnswered, PersonHandedOver, TripCancelled, TripPlanned
from events.ids import CaseId, case_id_of
from handlers.commanding.answers import Accepted
from tests.kit.offices import ON_BOTH_DATABASES, Office
from tests.kit.roads import (
    booked,
    bring,
    comes,
    consents,
    departed,
    handed_over,
    plan_trip,
    ready_to_depart,
    ready_to_travel,
    trip_of,
)
from tests.kit.story import Story, present, story, trip
from tests.kit.workshop import Workshop
from workflow.command import Command
from workflow.programme.loading import shipped_programme_text
from workflow.reasons import Refused
from workflow.subjects.care.commands import CertifyFitness
from workflow.subjects.documents.commands import RecordTravelDocument
from workflow.subjects.intake.commands import GiveConsent, WithdrawConsent
from workflow.subjects.safety.commands import DecideBestInterests
from workflow.subjects.travel.commands import (
    AnswerHost,
    AskHost,
    CancelTrip,
    ChooseStay,
    DeclareReturn,
    HandOver,
    PlanTrip,
    RecordTransitVisa,
)
from workflow.subjects.travel.state import travel_of

GIVES_BACK = {"cancel_ticket", "release_escort", "cancel_host", "cancel_pickup"}


@pytest.fixture
def shop(office: Office, tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(office, tmp_path / "shop")
    yield shop
    shop.close()


def traveller(office: Office, escort: str = "none", destination: str = "MD", **opening: Any) -> Story:
    """Return somebody whose papers and declarations are in order; only the trip is missing."""
    case = consents(story(office, **opening), "travel")
    return ready_to_travel(case, escort=escort, destination=destination)


def given_back(case: Story, office: Office) -> Counter[str]:
    rows = office.rows("tasks", case_id=case.case_id)
    return Counter(row["kind"] for row in rows if row["kind"] in GIVES_BACK)


def legs(office: Office, *stops: tuple[str, str], first: str = "flight") -> list[dict[str, Any]]:
    """Return legs through places of countries, three hours each with two between."""
    found = []
    for number, ((origin, here), (destination, there)) in enumerate(pairwise(stops)):
        departs = office.now + timedelta(days=3, hours=5 * number)
        found.append({
            "mode": first if number == 0 else "train", "number": f"SU {number + 1}", "origin": origin,
            "destination": destination, "from_country": here, "to_country": there,
            "departs_at": departs, "arrives_at": departs + timedelta(hours=3),
        })  # fmt: skip
    return found


# -- row 12: inside the country for nationals --------------------------------------------------------------------


def test_a_russian_national_travels_inside_the_country_without_a_travel_document(office: Office) -> None:
    case = consents(story(office, citizenships=("RU",), name="Ольга Ковалёва"), "travel")
    case.does(DeclareReturn, destination="RU", signed_on=office.now.date())
    way_home = legs(office, ("Москва", "RU"), ("Самара", "RU"), ("Оренбург", "RU"), first="train")
    case.does(PlanTrip, legs=way_home)
    (planned,) = case.now_told(TripPlanned)
    assert (planned.route, planned.transit, planned.host) == ("domestic", (), "russian-regions")
    assert [leg.number for leg in planned.legs] == ["SU1", "SU2"]
    assert (planned.origin, planned.destination) == ("Москва", "Оренбург")


def test_a_national_goes_abroad_only_for_another_reason(office: Office) -> None:
    case = bring(story(office, citizenships=("RU",)), "documents")
    declare = {"destination": "MD", "signed_on": office.now.date()}
    case.when(DeclareReturn, **declare).then_refused("destination_is_home")
    case.does(DeclareReturn, **declare, because="family")
    case.does(RecordTravelDocument, kind="passport", valid_until="2008-01-01")
    plan_trip(case)
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).route == "international"


# -- row 13: to the country of origin for everybody else ---------------------------------------------------------


def test_a_foreign_person_without_papers_hears_all_that_is_missing(office: Office) -> None:
    case = bring(story(office), "documents")
    case.does(WithdrawConsent, purpose="travel")
    case.when(PlanTrip, **trip(office.now, days=-1)).then_refused(
        "consent_to_travel", "return_is_declared", "departure_is_ahead", "travel_papers_are_in_order"
    )


def test_a_foreign_person_goes_to_the_country_of_origin_and_nowhere_else(office: Office) -> None:
    case = traveller(office, citizenships=("UZ",), destination="UZ", name="Нодира Каримова")
    declared = {"destination": "KZ", "signed_on": office.now.date(), "because": "work"}
    case.when(DeclareReturn, **declared).then_refused("destination_is_home")
    astray = legs(office, ("DME", "RU"), ("ALA", "KZ"))
    case.when(PlanTrip, legs=astray).then_refused("route_leads_home")
    case.does(PlanTrip, legs=legs(office, ("DME", "RU"), ("TAS", "UZ")))
    assert travel_of(case.case).trip is not None
    assert (present(travel_of(case.case).trip).route, present(travel_of(case.case).trip).host) == (
        "international",
        "tashkent-partner",
    )


@pytest.mark.parametrize(("destination", "route"), [("RU", "domestic"), ("MD", "international")])
def test_somebody_with_two_citizenships_chooses(office: Office, destination: str, route: str) -> None:
    case = plan_trip(traveller(office, citizenships=("RU", "MD"), destination=destination))
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).route == route


def test_who_changes_in_a_country_that_asks_for_a_visa_needs_one(office: Office) -> None:
    case = bring(story(office, citizenships=("UZ",)), "documents")
    ready_to_travel(case, destination="UZ")
    case.does(PlanTrip, legs=legs(office, ("SVO", "RU"), ("IST", "TR"), ("TAS", "UZ")))
    booked(case, "ticket", "arrival_host")
    comes(case, trip_of(case).departs_at)
    case.advance("depart").then_refused("transit_visas_are_in_order")
    case.when(RecordTransitVisa, country="TR", valid_until="2007-03-04").then_refused("visa_is_valid")
    case.does(RecordTransitVisa, country="TR", valid_until="2007-04-01", number="A 12 Ҳ")
    case.goes("depart")


def test_a_second_citizenship_that_needs_no_visa_is_enough(office: Office) -> None:
    case = traveller(office, citizenships=("UZ", "KZ"), destination="UZ")
    case.does(PlanTrip, legs=legs(office, ("SVO", "RU"), ("IST", "TR"), ("TAS", "UZ")))
    booked(case, "ticket", "arrival_host")
    case.advance("depart")
    assert isinstance(case.last, Refused)
    assert "transit_visas_are_in_order" not in case.last.codes


@pytest.mark.parametrize(
    "change",
    [
        lambda legs: legs.clear(),
        lambda legs: legs.reverse(),
        lambda legs: legs[1].update(departs_at=legs[0]["departs_at"]),
        lambda legs: legs[0].update(arrives_at=legs[0]["departs_at"]),
        lambda legs: legs[0].update(to_country=""),
        lambda legs: legs[1].update(from_country="DE"),
        lambda legs: legs[0].update(mode="balloon"),
        lambda legs: legs[0].update(origin="two\nlines"),
    ],
)
def test_legs_out_of_order_or_on_top_of_each_other_are_not_taken(office: Office, change: Callable[[Any], None]) -> None:
    case, wrong = story(office), legs(office, ("SVO", "RU"), ("IST", "TR"), ("TAS", "UZ"))
    change(wrong)
    with pytest.raises(ValidationError):
        case.command(PlanTrip, legs=wrong)


# -- row 14: escorts ---------------------------------------------------------------------------------------------


def test_without_a_free_medical_escort_the_departure_is_blocked(office: Office) -> None:
    medical = 4
    going = [plan_trip(traveller(office, "medical")) for _ in range(medical)]
    late = bring(story(office), "documents")
    ready_to_travel(late, escort="medical")
    late.when(PlanTrip, **trip(office.now)).then_refused("escort_is_free")
    late.advance("depart")
    assert isinstance(late.last, Refused)
    assert {"trip_is_planned", "escort_is_confirmed"} <= set(late.last.codes)
    going[0].when(CancelTrip, reason="ill").then_among_others(TripCancelled, EscortFreed)
    plan_trip(late)


def five_escorts() -> str:
    """Return the programme with three of its eight escorts on leave all year."""
    text = shipped_programme_text("moscow")
    for number in (6, 7, 8):
        leave = f"{{id: escort-0{number}, away: [{{from: 2007-01-01, until: 2008-01-01}}], "
        text = text.replace(f"{{id: escort-0{number}, ", leave)
    assert text.count("away:") == 3
    return text


def a_hundred_travellers(office: Office) -> list[CaseId]:
    """Return nationals who need somebody along, made in a few transactions."""
    openings = [office.opening(citizenships=("RU",)) for _ in range(100)]
    cases = [case_id_of(opening.command_id) for opening in openings]
    today = office.now.date()
    steps: list[tuple[type[Command], dict[str, Any]]] = [
        (GiveConsent, {"purpose": "travel"}),
        (CertifyFitness, {"valid_until": "2007-06-01", "escort": "operational", "mandate": "medical"}),
        (DeclareReturn, {"destination": "RU", "signed_on": today}),
    ]
    batches: list[list[Any]] = [
        openings,
        *([office.command(kind, case_id=case, **fields) for case in cases] for kind, fields in steps),
    ]
    for batch in batches:
        assert all(isinstance(answer, Accepted) for answer in office.service.submit_many(batch))
    return cases


@ON_BOTH_DATABASES
def test_a_hundred_plans_at_once_never_put_an_escort_in_two_places(office: Office) -> None:
    office.publish(five_escorts())
    cases = a_hundred_travellers(office)
    plans = [
        office.command(PlanTrip, case_id=case, **trip(office.now, days=3 + number % 3 / 8))
        for number, case in enumerate(cases)
    ]
    services = [office.another_service() for _ in range(4)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda pair: services[pair[0] % 4].submit(pair[1]), enumerate(plans)))
    assert sum(isinstance(answer, Accepted) for answer in answers) == 5
    assert {answer.codes for answer in answers if isinstance(answer, Refused)} == {("escort_is_free",)}
    trips = office.state("escorts:moscow").trips.values()
    assert sorted(one.escort for one in trips) == [f"escort-0{number}" for number in range(1, 6)]


def test_an_escort_who_speaks_the_language_goes_first(office: Office) -> None:
    case = plan_trip(traveller(office, "operational", language="uz"))
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).escort == "escort-02"
    family = plan_trip(traveller(office, "family", language="ro"))
    assert travel_of(family.case).trip is not None
    assert present(travel_of(family.case).trip).escort == "escort-04"


def test_an_escort_on_leave_is_not_asked(office: Office) -> None:
    leave = "{id: escort-01, away: [{from: 2007-03-07, until: 2007-03-09}], "
    office.publish(shipped_programme_text("moscow").replace("{id: escort-01, ", leave))
    for _ in range(2):
        case = plan_trip(traveller(office, "operational"))
        assert travel_of(case.case).trip is not None
        assert present(travel_of(case.case).trip).escort != "escort-01"
    later = plan_trip(traveller(office, "operational"), days=6)
    assert travel_of(later.case).trip is not None
    assert present(travel_of(later.case).trip).escort == "escort-01"


def test_the_escorts_own_way_back_is_reserved(office: Office) -> None:
    office.publish(
        shipped_programme_text("moscow")
        .replace("medical, family]", "family]")
        .replace("operational, medical]", "operational]")
    )
    none = traveller(office, "medical")
    none.when(PlanTrip, **trip(office.now)).then_refused("escort_is_free")
    families = [plan_trip(traveller(office, "family"), days=3, hours=6) for _ in range(3)]
    reserved = families[0].place.state("escorts:moscow").trips.values()  # type: ignore[attr-defined]
    assert {one.back_at - one.leaves_at for one in reserved} == {timedelta(hours=6 + 12 + 6)}
    again = traveller(office, "family")
    again.when(PlanTrip, **trip(office.now, days=3.9)).then_refused("escort_is_free")
    plan_trip(again, days=4)


# -- hosts and the hand-over -------------------------------------------------------------------------------------


def test_a_host_who_cannot_is_followed_by_the_next_and_then_by_a_person_who_looks(office: Office) -> None:
    case = plan_trip(traveller(office))
    case.when(AnswerHost, accepted=False).then_among_others(HostAnswered, TaskCancelled, TaskRequested)
    assert travel_of(case.case).trip is not None
    assert present(travel_of(case.case).trip).host == "missions"
    case.finish(case.task(kind="ask_host")).accepted().does(AnswerHost, accepted=False)
    assert "no_host" in case.case.escalations
    case.when(AnswerHost, accepted=True).then_refused("host_is_asked")
    case.when(AskHost, host="nobody").then_refused("host_is_known")
    case.does(AskHost, host="kyiv-partner").finish(case.task(kind="ask_host")).accepted()
    assert "no_host" not in case.case.escalations
    case.does(AskHost, host="tashkent-partner")
    assert given_back(case, office) == {"cancel_host": 1}
    case.does(AnswerHost, accepted=True).when(AnswerHost, accepted=True).then()
    assert present(travel_of(case.case).trip).host_ready


@ON_BOTH_DATABASES
def test_ticket_host_and_escort_are_really_asked_and_read_nothing_about_the_person(shop: Workshop) -> None:
    case = plan_trip(traveller(shop.office, "medical", name="Арам Սարգսյան"))
    with shop.crew() as crew:
        crew.settle()
    assert set(travel_of(case.case).booked) == {"ticket", "escort", "arrival_host"}
    assert travel_of(case.case).trip is not None
    (order,) = shop.book._file.execute("SELECT what, case_id FROM orders").fetchall()
    assert order[0].startswith("ticket:flight DME-KIV 2007-03-08T")
    assert order[1] == present(travel_of(case.case).trip).trip_id
    text = "".join(
        mail.as_string() + "".join(str(p.get_content()) for p in mail.walk() if not p.is_multipart())
        for mail in shop.mails()
    )
    assert len(shop.mails()) == 2
    assert not [word for word in ("Арам", "Սարգսյան", case.case_id) if word in text]
    case.does(CancelTrip, reason="the person changed their mind")
    with shop.crew() as crew:
        crew.settle()
    assert sorted(f.booking for f in shop.facts(case, "BookingReleased")) == ["arrival_host", "escort", "ticket"]
    assert len(shop.mails()) == 4


def test_arriving_is_recorded_by_who_received_the_person(office: Office) -> None:
    case = bring(story(office), "documents")
    ready_to_depart(case)
    case.when(HandOver, received_by="host").then_refused("has_departed")
    departed(case).advance("come_home").then_refused("has_come_home")
    comes(case, trip_of(case).arrives_at)
    case.when(HandOver, received_by="family", receiver="ნინო ბერიძე").then_among_others(
        PersonHandedOver, ServiceProvided, TimerCancelled
    )
    case.goes("come_home").when(HandOver, received_by="host").then_refused("trip_is_ahead")


def test_a_child_is_handed_over_to_a_guardian(office: Office) -> None:
    case = bring(story(office, age_band="9-17"), "documents")
    case.does(DecideBestInterests, outcome="return", decided_by="guardianship board").confirmed()
    comes(departed(ready_to_depart(case)), trip_of(case).arrives_at)
    case.when(HandOver, received_by="host").then_refused("receiving_guardian_is_there", "receiver_is_named")
    handed_over(case).goes("come_home")


def test_who_has_not_arrived_a_day_later_is_looked_for(office: Office) -> None:
    case = bring(story(office), "returning")
    case.later(days=4, hours=6).fires("hand_over_due").then(TimerFired, Escalated(kind="not_handed_over"))
    handed_over(case)
    assert not case.case.escalations


def test_who_missed_the_train_is_not_forgotten(office: Office) -> None:
    case = bring(story(office), "documents")
    ready_to_travel(case)
    plan_trip(case)
    case.later(days=2).fires("departure_check").then(TimerFired, Escalated(kind="departure_not_ready"))
    case.later(days=1).fires("departure").then(TimerFired, Escalated(kind="missed_departure"))
    plan_trip(case)
    assert not case.case.escalations
    booked(case, "ticket", "arrival_host").later(days=2).fires("departure_check").then(TimerFired)
    departed(case)
    assert {kind for kind, _ in case.case.timers.values()} & {"departure", "departure_check"} == set()


# -- row 26: the person may change their mind --------------------------------------------------------------------


@pytest.mark.parametrize("how", ["withdraw", "cancel", "stay", "elsewhere"])
def test_a_change_of_mind_before_boarding_gives_everything_back_once(office: Office, how: str) -> None:
    case = bring(story(office, citizenships=("MD", "UA")), "documents")
    ready_to_depart(case, escort="medical")
    match how:
        case "withdraw":
            case.goes("withdraw")
        case "cancel":
            case.does(CancelTrip, reason="changed their mind")
        case "stay":
            case.does(ChooseStay, basis="witness")
        case _:
            case.does(DeclareReturn, destination="UA", signed_on=office.now.date())
    assert given_back(case, office) == {"cancel_ticket": 1, "release_escort": 1, "cancel_host": 1}
    assert not office.state("escorts:moscow").trips
    if how != "withdraw":
        case.goes("withdraw")
    for task in list(case.case.tasks):
        case.finish(task).then(BookingReleased)
    assert given_back(case, office) == {"cancel_ticket": 1, "release_escort": 1, "cancel_host": 1}


def test_bookings_that_come_too_late_are_given_back_too(office: Office) -> None:
    case = bring(story(office), "documents")
    ready_to_travel(case, escort="medical")
    begun = list(plan_trip(case).tasks())
    for task in begun:
        case.claims(task)
    case.goes("withdraw")
    assert not given_back(case, office)
    for task in begun:
        case.finish(task).accepted()
    assert given_back(case, office) == {"cancel_ticket": 1, "release_escort": 1, "cancel_host": 1}


def test_once_on_the_way_turning_back_is_the_way(office: Office) -> None:
    case = bring(story(office), "returning", escort="medical")
    case.when(CancelTrip, reason="too late").then_refused("has_not_departed")
    case.when(ChooseStay, basis="asylum").then_refused("has_not_departed")
    case.advance("turn_back", reason="border_closed").then_at("reassessment")
    assert given_back(case, office) == {"cancel_ticket": 1, "release_escort": 1, "cancel_host": 1}


def test_a_declaration_signed_before_the_programme_is_none(office: Office) -> None:
    case = story(office)
    before = case.case
    case.when(DeclareReturn, destination="MD", signed_on="2006-11-30").then_refused("programme_has_begun")
    assert case.case == before
