"""Showing a case: where it is, what is open, and, when somebody says why, what is sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from console.cli_support import case_number, tell_refused
from console.container import Container
from console.errors import BadInput
from console.printing import print_rows, reasons_as_json, say
from console.views.opening import record_opening, sealed_values
from events.catalogue import COMPARTMENTS
from handlers.projections.work_items import items_of
from handlers.states.case_reader import CaseSnapshot
from workflow.case.state import Case
from workflow.programme.journey import Option
from workflow.reasons import Refused, refused
from workflow.refusals import MANDATE_OPENS_IT, STAGE_DOES_NOT_ALLOW_IT
from workflow.rights.compartments import closed_to, who_opens
from workflow.rights.visibility import sees
from workflow.subjects.grants.state import Grant


def seen_case(office: Container, case: str, actor: str) -> CaseSnapshot:
    """Return a case as it stands; raises BadInput when there is none, or none that this person may see."""
    seen = office.look.at(case_number(case))
    if seen is None or not sees(actor, seen.case, seen.definition.programme):
        raise BadInput(f"there is no case {case[:20]}; check the number, or list cases with: wayhome case list")
    return seen


def option_of(
    office: Container, seen: CaseSnapshot, trigger: str, actor: str, reason: str, second: str
) -> Option | Refused:
    """Return one way on with the reasons against it, or a refusal when it does not start here."""
    options = office.look.options(seen, actor, reason, second)
    found = next((option for option in options if option.trigger == trigger), None)
    if found is None:
        return refused(
            STAGE_DOES_NOT_ALLOW_IT(trigger=trigger, ways=(option.trigger for option in options), stage=seen.case.stage)
        )
    return found


def opened_fields(
    office: Container, seen: CaseSnapshot, compartments: Sequence[str], why: str, actor: str, mandate: str, *,
    as_json: bool,
) -> dict[str, str]:  # fmt: skip
    """Record who opens what and why, and only then open it."""
    if not why.strip():
        raise BadInput("say why you open it, with --why; this is recorded")
    unknown = sorted(set(compartments) - set(COMPARTMENTS))
    if unknown:
        raise BadInput(f"no compartment {unknown[0][:20]}; there are: {', '.join(COMPARTMENTS)}")
    case_id = case_number(seen.case.case_id)
    found = record_opening(office, office.chance.uuid(), case_id, (actor, mandate), tuple(compartments), why)
    if not found.accepted:
        raise BadInput("the opening could not be recorded, so nothing was opened")
    if found.denied:
        tell_refused(_denied(compartments, mandate), as_json=as_json)
    opened = sealed_values(office.log, case_id, compartments)
    return {f"{one.fact}@{one.version}.{one.name}": one.value for one in opened}


def _denied(compartments: Sequence[str], mandate: str) -> Refused:
    """Return why somebody may not look; that they asked is recorded."""
    return refused(
        *(
            MANDATE_OPENS_IT(mandate=mandate, openers=who_opens(closed), compartment=closed)
            for closed in closed_to(mandate, compartments)
        )
    )


def case_as_json(seen: CaseSnapshot) -> dict[str, Any]:
    """Return a case as a script reads it: everything open, nothing sealed."""
    case = seen.case
    fields = {
        name: value for name, value in case._asdict().items() if name not in ("consents", "grants", "tasks", "timers")
    }
    fields["version"] = seen.version
    fields["consents"] = [{"purpose": p, "recipient": r, "until": until} for (p, r), until in case.consents.items()]
    fields["grants"] = {
        key: grant._asdict() | {"tranches": {t: tranche._asdict() for t, tranche in grant.tranches.items()}}
        for key, grant in case.grants.items()
    }
    fields["tasks"] = {
        key: {"kind": task.kind, "status": task.status, **dict(task.subject)} for key, task in case.tasks.items()
    }
    fields["timers"] = {key: {"kind": kind, **dict(subject)} for key, (kind, subject) in case.timers.items()}
    return {name: _as_data(value) for name, value in fields.items()}


def _as_data(value: Any) -> Any:
    """Return a part of a case as JSON has it: parts by their names, pairs as keys joined, sets in order."""
    if hasattr(value, "_asdict"):
        return {name: _as_data(one) for name, one in value._asdict().items()}
    if isinstance(value, Mapping):
        return {"/".join(map(str, k)) if isinstance(k, tuple) else k: _as_data(one) for k, one in value.items()}
    if isinstance(value, frozenset | set):
        return [_as_data(one) for one in sorted(value, key=str)]
    return [_as_data(one) for one in value] if isinstance(value, tuple | list) else value


def print_case(seen: CaseSnapshot, office: Container) -> None:
    """Print where a person is, what runs and what waits."""
    case = seen.case
    label = seen.definition.journey.stage(case.stage).label
    say(f"Case {case.case_id}  {label.en} / {label.ru}  since {case.since[:10]}  version {seen.version}")
    say(f"opened {case.opened_at[:10]} from {case.source}, citizenship {', '.join(case.citizenships) or 'unknown'}")
    if case.child:
        say("to be treated as a child" + ("" if case.of_age_from is None else f" until {case.of_age_from}"))
    if case.bed:
        say(f"bed {case.bed[1]} in {case.bed[0]}" + ("" if case.moved_in else " (held)"))
    if case.places.waiting:
        say(f"waits for a bed in {', '.join(case.places.waiting)}")
    if case.trip:
        leaves = f"{case.trip.departs_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        say(f"trip {case.trip.trip_id}: {case.trip.origin} → {case.trip.destination}, {leaves}")
    print_papers(case)
    print_life(case)
    for key, grant in case.grants.items():
        state = _state_of(grant)
        say(f"grant {key} {grant.kind} {grant.amount} {grant.currency}: {state}, paid {grant.paid}")
    tasks = [(key, task.kind, dict(task.subject).get("service", ""), task.status) for key, task in case.tasks.items()]
    if case.care.appointments:
        expected = [
            (key, one.service, one.provider, f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if one.at else "not booked")
            for key, one in case.care.appointments.items()
        ]
        print_rows("Appointments", ("task", "service", "provider", "when"), expected)
    print_rows("Running tasks", ("task", "kind", "service", "status"), tasks)
    items = [(item, kind) for item, kind in items_of(case).items()]
    print_rows("Waiting for a person", ("item", "kind"), items)
    say(f"what may happen next: wayhome next {case.case_id}")


def print_life(case: Case) -> None:
    """Print the plan, the courses and what visits found, if there is any of it."""
    life = case.reintegration
    if life.plan.number:
        stands = "agreed" if life.plan.agreed else "waits for a second person"
        say(f"reintegration plan, version {life.plan.number} ({stands}): {', '.join(life.plan.goals)}")
    for course, place in life.courses.items():
        say(f"course {course}: {place.status} since {place.since}")
    for result in life.results:
        say(f"course {result.course}: {result.outcome}, there on {result.attended} days")
    for month, found in sorted(life.follow_ups.items()):
        say(f"visit of month {month}: {found.outcome}, on {found.made_on} by {found.how}")


def print_papers(case: Case) -> None:
    """Print the document in hand and those on the way, with the ids that RecordDocumentStep takes."""
    if case.document is not None:
        until = f"valid until {case.document.valid_until}" if case.document.valid_until else "does not run out"
        say(f"document: {case.document.kind} {case.document.country}".rstrip() + f", {until}")
    for key, paper in case.papers.items():
        due = f", due {paper.due_on}" if paper.due_on else ""
        say(f"document {key} {paper.path}: next {paper.step}, waits for {paper.waits_for}{due}")
    if case.route:
        say("route: " + " → ".join(f"{kind} {country}" for kind, country in case.route))


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
