"""A decision that waits for a second person, as its page shows it: exactly what is proposed, by whom, until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from console.forms.context import FormContext
from console.forms.form import form_for
from console.forms.given import read
from console.subjects import CASE_FORMS
from events.ids import case_stream
from events.instants import instant
from events.log import Log
from workflow.case.proposals import Proposal, proposals_of
from workflow.case.state import Case
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.state import safety_of


class ProposalView(NamedTuple):
    """What the page of a proposal shows; ``sealed`` says that a part of it is to be opened by itself."""

    proposal_id: str
    command: str
    fields: tuple[tuple[str, str], ...]  # label and what was given, in the reader's words
    proposer: str
    proposed_at: datetime
    expires_at: datetime
    sealed: tuple[str, ...]  # compartments


def proposal_view(log: Log, context: FormContext, proposal_id: str) -> ProposalView | None:
    """Return a proposal that waits on the case, or None when there is none of this id any more."""
    case = context.case
    found = proposals_of(case).pending.get(proposal_id) if case is not None else None
    if case is None or found is None:
        return None
    shown = (*_fields(found, context), *_rests_on(found, case, context))
    when = instant(found.proposed_at)
    sealed = dict.fromkeys((*_sealed(log, case, proposal_id), *_sealed_before(log, case, found)))
    return ProposalView(proposal_id, found.command, shown, found.proposer, when, found.expires_at, tuple(sealed))


def _fields(found: Proposal, context: FormContext) -> tuple[tuple[str, str], ...]:
    """Return what was proposed, field by field, as its own form words it."""
    kind = CASE_FORMS[found.command]
    given = read(kind, _pairs(orjson.loads(found.given)), context)
    said = [(field.label, field.said()) for field in form_for(kind, context, given).every()]
    return tuple((label, text) for label, text in said if text)


def _rests_on(found: Proposal, case: Case, context: FormContext) -> Iterator[tuple[str, str]]:
    """Yield what the case holds already of what is decided: the plan as drafted, the danger planned against."""
    words = context.words
    if found.command == "AgreePlan":
        goals = reintegration_of(case).plan.goals
        yield words.label("field", "goals"), ", ".join(words.label("choice", f"DraftPlan.goals.{one}") for one in goals)
    risk = safety_of(case).risk
    if found.command == "AgreeSafetyPlan" and risk is not None:
        yield words.label("field", "level"), words.label("choice", f"level.{risk.level}")


def _pairs(given: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, str(one)


def _sealed_before(log: Log, case: Case, found: Proposal) -> tuple[str, ...]:
    """Return what is sealed of what the case holds already and is decided now: the text of the plan as drafted."""
    drafted = log.of_types(case_stream(case.case_id), ("PlanDrafted",)) if found.command == "AgreePlan" else []
    return tuple(part.compartment for event in drafted[-1:] for part in event.envelope.sealed)


def _sealed(log: Log, case: Case, proposal_id: str) -> tuple[str, ...]:
    for event in log.of_types(case_stream(case.case_id), ("DecisionProposed",)):
        if orjson.loads(event.envelope.body)["proposal_id"] == proposal_id:
            return tuple(part.compartment for part in event.envelope.sealed)
    return ()
