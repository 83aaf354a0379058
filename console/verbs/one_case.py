"""Showing a case: where it is, what is open, and, when somebody says why, what is sealed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from console.cli_support import case_number, tell_refused
from console.errors import BadInput
from console.printing import minute_at, print_rows, reasons_as_json, say
from console.verbs.terminal import ActorTerminal
from console.views.opening import record_opening, sealed_values
from console.words.reasons import typed
from events.catalogue import COMPARTMENTS
from events.instants import instant
from handlers.projections.work_items import items_of
from handlers.states.case_reader import CaseSnapshot
from workflow.case.erasure import erased_at
from workflow.case.proposals import proposals_of
from workflow.case.state import Case, Part
from workflow.programme.journey import Option
from workflow.programme.programme import Programme
from workflow.reasons import Refused, refused
from workflow.refusals import MANDATE_OPENS_IT, STAGE_DOES_NOT_ALLOW_IT
from workflow.rights.compartments import compartments_closed_to, roles_that_open
from workflow.rights.visibility import may_see
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import care_of
from workflow.subjects.closing.state import closing_of
from workflow.subjects.corrections.fitting import unfitting
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import Grant, Tranche, grants_of
from workflow.subjects.groups.state import belonging_of
from workflow.subjects.intake.state import handle_of
from workflow.subjects.reception.state import Arrival, reception_of
from workflow.subjects.referrals.state import Referral, referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.state import safety_of
from workflow.subjects.trafficking_routes.state import trafficking_routes_of
from workflow.subjects.travel.state import Trip, travel_of


def seen_case(terminal: ActorTerminal, case: str) -> CaseSnapshot:
    """Return a case as it stands, once it is recorded who looks; raises BadInput when it is not there for them."""
    snapshot = terminal.container.cases.at(case_number(case))
    if snapshot is None or not may_see(terminal.actor, snapshot.case, snapshot.definition.programme):
        raise BadInput(f"there is no case {case[:20]}; check the number, or list cases with: wayhome case list")
    terminal.looks_at(snapshot.case.case_id)
    return snapshot


def option_of(terminal: ActorTerminal, snapshot: CaseSnapshot, trigger: str, reason: str) -> Option | Refused:
    """Return one way on with the reasons against it, or a refusal when it does not start here."""
    options = terminal.container.cases.options(snapshot, terminal.actor, reason)
    found = next((option for option in options if option.trigger == trigger), None)
    if found is None:
        ways = (option.trigger for option in options)
        return refused(STAGE_DOES_NOT_ALLOW_IT(trigger=trigger, ways=ways, stage=snapshot.case.stage))
    return found


def opened_fields(
    terminal: ActorTerminal, snapshot: CaseSnapshot, compartments: Sequence[str], why: str, mandate: str
) -> dict[str, str]:
    """Record who opens what and why, and only then open it."""
    if not why.strip():
        raise BadInput("say why you open it, with --why; this is recorded")
    unknown = sorted(set(compartments) - set(COMPARTMENTS))
    if unknown:
        raise BadInput(f"no compartment {unknown[0][:20]}; there are: {', '.join(COMPARTMENTS)}")
    case_id = case_number(snapshot.case.case_id)
    container, who = terminal.container, (terminal.actor, mandate)
    command_id = container.chance.uuid()
    found = record_opening(container, command_id, case_id, who, tuple(compartments), why)
    if isinstance(found, Refused):
        tell_refused(found, as_json=terminal.as_json)
    if found == "denied":
        tell_refused(_denied(compartments, mandate), as_json=terminal.as_json)
    opened = sealed_values(container.log, case_id, compartments, command_id)
    return {f"{one.fact}@{one.version}.{one.name}": one.value for one in opened}


def _denied(compartments: Sequence[str], mandate: str) -> Refused:
    """Return why somebody may not look; that they asked is recorded."""
    return refused(
        *(
            MANDATE_OPENS_IT(mandate=mandate, openers=roles_that_open(closed), compartment=closed)
            for closed in compartments_closed_to(mandate, compartments)
        )
    )


def case_as_json(snapshot: CaseSnapshot) -> dict[str, Any]:
    """Return a case as a script reads it: everything open, nothing sealed."""
    case = snapshot.case
    fields = _flat(snapshot)
    fields["version"] = snapshot.version
    fields["handle"] = handle_of(case, snapshot.definition.programme)
    fields["consents"] = [{"purpose": p, "recipient": r, "until": until} for (p, r), until in case.consents.items()]
    fields["grants"] = {
        key: _told(grant) | {"tranches": {t: _told(tranche) for t, tranche in grant.tranches.items()}}
        for key, grant in grants_of(case).grants.items()
    }
    fields["tasks"] = {
        key: {"kind": task.kind, "status": task.status, **dict(task.subject)} for key, task in case.tasks.items()
    }
    if gone := erased_at(case):
        fields["erased_at"] = gone
    if pending := proposals_of(case).pending:
        fields["proposals"] = {key: one._asdict() for key, one in pending.items()}
    fields["timers"] = {key: {"kind": kind, **dict(subject)} for key, (kind, subject) in case.timers.items()}
    return {name: _as_data(value) for name, value in fields.items()}


# What a grant or a part of it has learnt to say since scripts first read it: told where there is something to tell.
_LATER: Final = frozenset({"refused", "unconfirmed", "said_by", "disputed"})
_LATER_OF_ACCESS: Final = frozenset({"stops", "joined", "led_by"})


def _told(found: Grant | Tranche) -> dict[str, Any]:
    said = {name: value for name, value in found._asdict().items() if value or name not in _LATER}
    said.pop("changers", None)  # for the rules alone
    return said


def _told_of_referral(found: Referral) -> dict[str, Any]:
    """Return a referral; its first meeting, which scripts were not told of at first, where there is one."""
    said = found._asdict()
    return said if found.meets_at else {name: value for name, value in said.items() if name != "meets_at"}


def _told_together(found: Trip | Arrival) -> dict[str, Any]:
    """Return a trip or an arrival; with whom, which scripts were not told of at first, where it is with somebody."""
    return {name: value for name, value in found._asdict().items() if value or name not in ("party", "child_seat")}


def _flat(snapshot: CaseSnapshot) -> dict[str, Any]:
    """Return a case in the shape scripts have known from the first version on, whatever its parts are called here."""
    case, programme = snapshot.case, snapshot.definition.programme
    core = case._asdict()
    del core["parts"]
    core = {name: value for name, value in core.items() if value or name != "registered_year"}
    parts = (travel_of, documents_of, grants_of, referrals_of, closing_of, trafficking_routes_of, reception_of)
    flat = core | {name: value for part in parts for name, value in part(case)._asdict().items()}
    for name, part, own in _MIXED:
        told = part(case)._asdict()
        kept = {field: value for field, value in told.items() if value or field not in _LATER_OF_A_CASE}
        flat[name] = {field: value for field, value in kept.items() if field not in own}
        flat |= {field: told[field] for field in own}
    flat["plan"] = flat.pop("plan_agreed")
    if granted := flat.pop("elsewhere"):
        flat["granted_elsewhere"] = {case_id: [_told(one) for one in grants] for case_id, grants in granted.items()}
    flat["referrals"] = {key: _told_of_referral(one) for key, one in referrals_of(case).referrals.items()}
    flat["reintegration"]["courses"] = {
        name: place._asdict() | {"since": programme.day(place.since)}
        for name, place in reintegration_of(case).courses.items()
    }
    flat |= {name: _told_together(flat[name]) for name in ("trip", "arrival") if flat[name] is not None}
    if belonging_of(case).group_id:
        flat["group"] = belonging_of(case)
    access = access_of(case)._asdict()
    del access["same"]  # until they are joined, for the rules alone
    return flat | {"access": {name: value for name, value in access.items() if value or name not in _LATER_OF_ACCESS}}


# What a case has learnt to say since: told where there is something to tell.
_LATER_OF_A_CASE: Final = frozenset({"guardian_case", "suspects", "together"})
# Subjects of which some fields stand at the top and the others under a name of their own.
_MIXED: Final[tuple[tuple[str, Part[Any], tuple[str, ...]], ...]] = (
    ("safety", safety_of, ("identified", "risk", "reflection_until", "guardian", "best_interests")),
    ("care", care_of, ("care_plan", "fitness")),
    ("places", accommodation_of, ("bed", "moved_in")),
    ("reintegration", reintegration_of, ("plan_agreed", "visits")),
)


def _as_data(value: Any) -> Any:
    """Return a part of a case as JSON has it: parts by their names, pairs as keys joined, sets in order."""
    if hasattr(value, "_asdict"):
        return {name: _as_data(one) for name, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {"/".join(map(str, k)) if isinstance(k, tuple) else k: _as_data(one) for k, one in value.items()}
    if isinstance(value, frozenset | set):
        return [_as_data(one) for one in sorted(value, key=str)]
    return [_as_data(one) for one in value] if isinstance(value, tuple | list) else value


def _print_corrections(case: Case, programme: Programme) -> None:
    if corrections_of(case).waiting is not None:
        say("a corrected age waits for a second person")
    for reason in unfitting(case, programme):
        worded = typed(reason)
        say(f"since a correction: {worded.text}; {worded.help}")


def print_case(snapshot: CaseSnapshot) -> None:
    """Print where a person is, what runs and what waits."""
    case = snapshot.case
    label, programme = snapshot.definition.journey.stage(case.stage).label, snapshot.definition.programme
    zone, (since, opened) = programme.time_zone, (programme.day(instant(at)) for at in (case.since, case.opened_at))
    called = handle_of(case, programme)
    say(f"Case {case.case_id}  {called}  {label.en} / {label.ru}  since {since}  version {snapshot.version}")
    say(f"opened {opened} from {case.source}, citizenship {', '.join(case.citizenships) or 'unknown'}")
    if gone := erased_at(case):
        say(f"the person was erased on {minute_at(instant(gone), zone)}: wayhome erasure certificate {case.case_id}")
    if case.child:
        say("to be treated as a child" + ("" if case.of_age_from is None else f" until {case.of_age_from}"))
    _print_corrections(case, programme)
    bed = accommodation_of(case).bed
    if bed:
        say(f"bed {bed[1]} in {bed[0]}" + ("" if accommodation_of(case).moved_in else " (held)"))
    if group := belonging_of(case).group_id:
        say(f"belongs to {belonging_of(case).kind} {group}: wayhome group show {case.case_id}")
    if accommodation_of(case).waiting:
        say(f"waits for a bed in {', '.join(accommodation_of(case).waiting)}")
    trip = travel_of(case).trip
    if trip:
        leaves = minute_at(trip.departs_at, zone)
        say(f"trip {trip.trip_id}: {trip.origin} → {trip.destination}, {leaves}")
    print_papers(case)
    print_life(case, programme)
    for key, grant in grants_of(case).grants.items():
        state = _state_of(grant)
        say(f"grant {key} {grant.kind} {grant.amount} {grant.currency}: {state}, paid {grant.paid}")
    for key, one in proposals_of(case).pending.items():
        until = minute_at(one.expires_at, zone)
        say(f"proposal {key} {one.command} by {one.proposer}: waits for a second person until {until}")
    tasks = [(key, task.kind, dict(task.subject).get("service", ""), task.status) for key, task in case.tasks.items()]
    meetings = [
        (key, one.service, one.provider, minute_at(one.meets_at, zone))
        for key, one in referrals_of(case).referrals.items()
        if one.meets_at
    ]
    if care_of(case).appointments or meetings:
        expected = [
            (key, one.service, one.provider, minute_at(one.at, zone) if one.at else "not booked")
            for key, one in care_of(case).appointments.items()
        ]
        print_rows("Appointments", ("task", "service", "provider", "when"), [*expected, *meetings])
    print_rows("Running tasks", ("task", "kind", "service", "status"), tasks)
    print_rows("Waiting for a person", ("item", "kind"), items_of(case).items())
    say(f"what may happen next: wayhome next {case.case_id}")


def print_life(case: Case, programme: Programme) -> None:
    """Print the plan, the courses and what visits found, if there is any of it."""
    life = reintegration_of(case)
    if life.plan.number:
        stands = "agreed" if life.plan.agreed else "waits for a second person"
        say(f"reintegration plan, version {life.plan.number} ({stands}): {', '.join(life.plan.goals)}")
    for course, place in life.courses.items():
        say(f"course {course}: {place.status} since {programme.day(place.since)}")
    for result in life.results:
        say(f"course {result.course}: {result.outcome}, there on {result.attended} days")
    for month, found in sorted(life.follow_ups.items()):
        say(f"visit of month {month}: {found.outcome}, on {found.made_on} by {found.how}")


def print_papers(case: Case) -> None:
    """Print the document in hand and those on the way, with the ids that RecordDocumentStep takes."""
    document = documents_of(case).document
    if document is not None:
        until = f"valid until {document.valid_until}" if document.valid_until else "does not run out"
        say(f"document: {document.kind} {document.country}".rstrip() + f", {until}")
    for key, paper in documents_of(case).papers.items():
        due = f", due {paper.due_on}" if paper.due_on else ""
        say(f"document {key} {paper.path}: next {paper.step}, waits for {paper.waits_for}{due}")
    route = trafficking_routes_of(case).route
    if route:
        say("route: " + " → ".join(f"{kind} {country}" for kind, country in route))


def _state_of(grant: Grant) -> str:
    if grant.declined or not grant.approved_by:
        return "declined" if grant.declined else "requested"
    worries = {
        "payee not approved yet": bool(grant.changed_by),
        "payee on hold": grant.on_hold,
        "a payment came back": grant.returned,
    }
    return ", ".join(["approved", *(words for words, holds in worries.items() if holds)])


def option_as_json(option: Option) -> dict[str, object]:
    """Return a way on as a script reads it."""
    reasons = reasons_as_json(option.reasons)
    return {"trigger": option.trigger, "dest": option.dest, "allowed": option.allowed, "reasons": reasons}
