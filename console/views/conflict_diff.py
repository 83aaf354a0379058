"""What changed between two states of a case, in words: what somebody must know before they do the same again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from console.forms.context import FormContext
from console.forms.wording import day, known, moment, money
from handlers.projections.replay import case_difference
from workflow.case.state import Case
from workflow.subjects.care.state import care_of

N_: Final = str  # marks a text for translation; it is translated where it is shown
NOTHING: Final = "—"


class Changed(NamedTuple):
    """One thing about a case, as it was and as it is."""

    what: str
    was: str
    now: str


# What somebody typed stands in these: whoever proves what was done is told that they differ, not what they say.
TYPED: Final = frozenset({"arrival", "trip"})


def changes(
    before: Case | None, after: Case | None, context: FormContext, *, unsaid: Collection[str] = ()
) -> tuple[Changed, ...]:
    """Return what changed that a person would name; alarm clocks and running tasks are left out.

    Of the ``unsaid`` fields it is told that they differ, and no more.
    """
    found: list[Changed] = []
    for name, was, now in case_difference(_to_compare(before), _to_compare(after)):
        field, _, key = name.partition(".")
        if field not in _TOLD:
            continue
        label, say = _TOLD[field]
        if field in unsaid:
            found.append(Changed(context.words.gettext(label), NOTHING, context.words.gettext("not shown here")))
            continue
        what = context.words.gettext(label)
        about = _about(field, key, context)
        told = Changed(f"{what}: {about}" if about else what, _said(was, say, context), _said(now, say, context))
        if told.was != told.now:
            found.append(told)
    return tuple(found)


def _to_compare(case: Case | None) -> Case | None:
    """Return the case as it is compared.

    A consent without a last day is "given", so that it does not look like none at all; appointments are counted.
    """
    if case is None:
        return None
    given: dict[Any, Any] = {key: until or "given" for key, until in case.consents.items()}
    return care_of.changed(case._replace(consents=given), appointments=str(len(care_of(case).appointments)))


def _said(value: Any, say: Callable[[Any, FormContext], str], context: FormContext) -> str:
    if value is None or value in ("", (), frozenset()):
        return NOTHING
    return say(value, context)


def _about(field: str, key: str, context: FormContext) -> str:
    if field != "consents" or not key:
        return ""
    purpose, _, recipient = key.partition("/")
    named = known(context.words, "purpose", purpose)
    return f"{named} → {known(context.words, 'provider', recipient)}" if recipient else named


def _yes(value: Any, context: FormContext) -> str:
    return context.words.gettext("Yes") if value else context.words.gettext("No")


def _word(kind: str) -> Callable[[Any, FormContext], str]:
    return lambda value, context: known(context.words, kind, value)


def _each(kind: str) -> Callable[[Any, FormContext], str]:
    return lambda value, context: ", ".join(known(context.words, kind, one) for one in sorted(value))


def _stage(value: Any, context: FormContext) -> str:
    stage = context.programme.journey.stages.get(value)
    return context.label(stage.label) if stage else str(value)


def _bed(value: Any, context: FormContext) -> str:
    house = context.programme.facility_of.get(value[0])
    bed = context.words.gettext("bed %(number)s") % {"number": value[1]}
    return f"{house.name if house else value[0]}, {bed}"


def _date(value: Any, context: FormContext) -> str:
    return day(context, value) if isinstance(value, date) else str(value)


def _consent(value: Any, context: FormContext) -> str:
    if isinstance(value, date):
        return context.words.gettext("given until %(day)s") % {"day": day(context, value)}
    return context.words.gettext("given")


def _grant(value: Any, context: FormContext) -> str:
    kind = context.programme.grant_kind.get(value.kind)
    said = [context.label(kind.label) if kind else value.kind, money(context, value.amount, value.currency)]
    if value.declined:
        said.append(context.words.gettext("declined"))
    elif value.awaits_approval:
        said.append(context.words.gettext("waits for approval"))
    else:
        said.append(context.words.gettext("%(paid)s paid") % {"paid": money(context, value.paid, value.currency)})
    return ", ".join(said)


def _referral(value: Any, context: FormContext) -> str:
    provider = context.programme.provider_of.get(value.provider)
    return f"{provider.name if provider else value.provider}: {known(context.words, 'referral_status', value.status)}"


def _paper(value: Any, context: FormContext) -> str:
    path = context.programme.document_path.get(value.path)
    return f"{context.label(path.label) if path else value.path}: {known(context.words, 'step', value.step)}"


def _document(value: Any, context: FormContext) -> str:
    until = (_date(value.valid_until, context),) if value.valid_until else ()
    return ", ".join((known(context.words, "document", value.kind), *until))


def _trip(value: Any, context: FormContext) -> str:
    return f"{value.origin} → {value.destination}, {moment(context, value.departs_at)}"


def _arrival(value: Any, context: FormContext) -> str:
    return f"{value.place}, {moment(context, value.at)}"


def _risk(value: Any, context: FormContext) -> str:
    level = known(context.words, "risk", value.level)
    unsafe = context.words.gettext("not safe to return")
    return level if value.safe_to_return else f"{level}, {unsafe}"


def _differs(_value: Any, context: FormContext) -> str:
    return context.words.gettext("changed")


_TOLD: Final[Mapping[str, tuple[str, Callable[[Any, FormContext], str]]]] = {
    "stage": (N_("Stage"), _stage),
    "child": (N_("Child"), _yes),
    "consents": (N_("Consent"), _consent),
    "identified": (N_("Trafficking status"), _word("identified")),
    "risk": (N_("Risk"), _risk),
    "reflection_until": (N_("Reflection period until"), _date),
    "guardian": (N_("Guardian recorded"), _yes),
    "arrival": (N_("Arrival"), _arrival),
    "bed": (N_("Bed"), _bed),
    "moved_in": (N_("Moved in"), _yes),
    "care_plan": (N_("Care plan agreed"), _yes),
    "appointments": (N_("Appointments"), lambda number, _: number),
    "fitness": (N_("Fit to travel until"), lambda fitness, context: _date(fitness.valid_until, context)),
    "document": (N_("Document in hand"), _document),
    "papers": (N_("Document under way"), _paper),
    "destination": (N_("Country of return"), _word("country")),
    "stays": (N_("Stays here"), _yes),
    "trip": (N_("Journey"), _trip),
    "booked": (N_("Booked"), _each("booking")),
    "provided": (N_("Services given"), _each("service")),
    "plan_agreed": (N_("Reintegration plan agreed"), _yes),
    "grants": (N_("Grant"), _grant),
    "costs": (N_("Cost"), lambda cost, context: money(context, cost.amount, cost.currency)),
    "referrals": (N_("Referral"), _referral),
    "hand_overs": (N_("Hand-over"), _differs),
    "owner": (N_("Whose case it is"), lambda owner, _: owner),
}
