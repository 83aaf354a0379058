"""Showing a case: where it is, what is open, and, when somebody says why, what is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from console import doors, printing
from console.errors import BadInput
from console.office import Office
from events.catalogue import CLOSED, COMPARTMENTS
from handlers import work_list
from handlers.answers import Accepted
from handlers.look import Seen
from workflow import commands as ask
from workflow.journey import Option
from workflow.reasons import Refused, refused


def seen_case(office: Office, case: str) -> Seen:
    """Return a case as it stands; raises BadInput when there is none."""
    seen = office.look.at(doors.case_number(case))
    if seen is None:
        raise BadInput(f"there is no case {case[:20]}; check the number, or list cases with: wayhome case list")
    return seen


def option_of(office: Office, seen: Seen, trigger: str, actor: str, reason: str, second: str) -> Option | Refused:
    """Return one way on with the reasons against it, or a refusal when it does not start here."""
    options = office.look.options(seen, actor, reason, second)
    found = next((option for option in options if option.trigger == trigger), None)
    if found is None:
        ways = ", ".join(option.trigger for option in options)
        return refused("stage_allows_it", f"{seen.case.stage} does not allow {trigger}", f"possible from here: {ways}")
    return found


def opened_fields(office: Office, seen: Seen, compartments: Sequence[str], why: str, actor: str) -> dict[str, str]:
    """Record who opens what and why, and only then open it."""
    if not why.strip():
        raise BadInput("say why you open it, with --why; this is recorded")
    unknown = sorted(set(compartments) - set(COMPARTMENTS))
    if unknown:
        raise BadInput(f"no compartment {unknown[0][:20]}; there are: {', '.join(COMPARTMENTS)}")
    command = ask.OpenSealed(
        command_id=office.chance.uuid(),
        actor=actor,
        case_id=doors.case_number(seen.case.case_id),
        compartments=tuple(compartments),  # type: ignore[arg-type]
        why=why,
    )
    if not isinstance(office.service.submit(command), Accepted):
        raise BadInput("the opening could not be recorded, so nothing was opened")
    found: dict[str, str] = {}
    for event in office.log.stream(f"case:{seen.case.case_id}"):
        if event.envelope.sealed:
            fact = office.log.opened(event, compartments)
            for name in sorted(office.log.catalogue.shape_of(fact).hidden):
                value = getattr(fact, name)
                if value is not None and value is not CLOSED:
                    found[f"{event.envelope.type}@{event.envelope.version}.{name}"] = str(value)
    return found


def case_as_json(seen: Seen) -> dict[str, Any]:
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
    for name in ("risk", "fitness", "document", "trip"):
        fields[name] = fields[name]._asdict() if fields[name] is not None else None
    return fields


def print_case(seen: Seen, office: Office) -> None:
    """Print where a person is, what runs and what waits."""
    case = seen.case
    label = seen.definition.journey.stage(case.stage).label
    printing.say(f"Case {case.case_id}  {label.en} / {label.ru}  since {case.since[:10]}  version {seen.version}")
    printing.say(
        f"opened {case.opened_at[:10]} from {case.source}, citizenship {', '.join(case.citizenships) or 'unknown'}"
    )
    if case.child:
        printing.say("to be treated as a child" + ("" if case.of_age_from is None else f" until {case.of_age_from}"))
    if case.bed:
        printing.say(f"bed {case.bed[1]} in {case.bed[0]}" + ("" if case.moved_in else " (held)"))
    if case.trip:
        leaves = f"{case.trip.departs_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        printing.say(f"trip {case.trip.trip_id}: {case.trip.origin} → {case.trip.destination}, {leaves}")
    for key, grant in case.grants.items():
        state = "declined" if grant.declined else "approved" if grant.approved_by else "requested"
        printing.say(f"grant {key} {grant.kind} {grant.amount} {grant.currency}: {state}, paid {grant.paid}")
    tasks = [(key, task.kind, dict(task.subject).get("service", ""), task.status) for key, task in case.tasks.items()]
    printing.print_rows("Running tasks", ("task", "kind", "service", "status"), tasks)
    items = [(item, kind) for item, kind in work_list.items_of(case).items()]
    printing.print_rows("Waiting for a person", ("item", "kind"), items)
    printing.say(f"what may happen next: wayhome next {case.case_id}")


def option_as_json(option: Option) -> dict[str, object]:
    """Return a way on as a script reads it."""
    reasons = printing.reasons_as_json(option.reasons)
    return {"trigger": option.trigger, "dest": option.dest, "allowed": option.allowed, "reasons": reasons}
