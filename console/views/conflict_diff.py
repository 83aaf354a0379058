"""What changed between two states of a case, in words: what somebody must know before they do the same again."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from console.forms.context import FormContext
from console.words.people import called
from handlers.projections.replay import case_difference
from workflow.case.state import Case
from workflow.subjects.care.state import care_of

N_: Final = str  # marks a text for translation; it is translated where it is shown
NOTHING: Final = "—"
_Say = Callable[[Any, FormContext], str]


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
        what = context.words.gettext(label)
        if field in unsaid:
            found.append(Changed(what, NOTHING, context.words.gettext("not shown here")))
            continue
        about = _about(field, key, context)
        told = Changed(f"{what}: {about}" if about else what, *(_said(value, say, context) for value in (was, now)))
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


def _said(value: Any, say: _Say, context: FormContext) -> str:
    return NOTHING if value is None or value in ("", (), frozenset()) else say(value, context)


def _about(field: str, key: str, context: FormContext) -> str:
    if field != "consents" or not key:
        return ""
    purpose, _, recipient = key.partition("/")
    named = context.words.label("purpose", purpose)
    return f"{named} → {context.words.label('provider', recipient)}" if recipient else named


def _yes(value: Any, context: FormContext) -> str:
    return context.words.gettext("Yes") if value else context.words.gettext("No")


def _word(kind: str) -> _Say:
    return lambda value, context: context.words.label(kind, value)


def _each(kind: str) -> _Say:
    return lambda value, context: ", ".join(context.words.label(kind, one) for one in sorted(value))


def _bed(value: Any, context: FormContext) -> str:
    bed = context.words.gettext("bed %(number)s") % {"number": value[1]}
    return f"{context.called(context.programme.facility_of, value[0])}, {bed}"


def _date(value: Any, context: FormContext) -> str:
    return context.words.day(value) if isinstance(value, date) else str(value)


def _consent(value: Any, context: FormContext) -> str:
    if isinstance(value, date):
        return context.words.gettext("given until %(day)s") % {"day": context.words.day(value)}
    return context.words.gettext("given")


def _grant(value: Any, context: FormContext) -> str:
    words = context.words
    stands = words.gettext("%(paid)s paid") % {"paid": words.sum_of(value.paid, value.currency)}
    if value.declined:
        stands = words.gettext("declined")
    elif value.awaits_approval:
        stands = words.gettext("waits for approval")
    kind = context.called(context.programme.grant_kind, value.kind)
    return ", ".join((kind, words.sum_of(value.amount, value.currency), stands))


def _referral(value: Any, context: FormContext) -> str:
    provider = context.called(context.programme.provider_of, value.provider)
    return f"{provider}: {context.words.label('referral_status', value.status)}"


def _paper(value: Any, context: FormContext) -> str:
    path = context.called(context.programme.document_path, value.path)
    return f"{path}: {context.words.label('step', value.step)}"


def _document(value: Any, context: FormContext) -> str:
    kind = context.words.label("document", value.kind)
    return f"{kind}, {_date(value.valid_until, context)}" if value.valid_until else kind


def _risk(value: Any, context: FormContext) -> str:
    level = context.words.label("risk", value.level)
    unsafe = context.words.gettext("not safe to return")
    return level if value.safe_to_return else f"{level}, {unsafe}"


_TOLD: Final[Mapping[str, tuple[str, _Say]]] = {
    "stage": (N_("Stage"), lambda stage, context: context.called(context.programme.journey.stages, stage)),
    "child": (N_("Child"), _yes),
    "citizenships": (N_("Citizenship"), _each("country")),
    "language": (N_("Language"), _word("language")),
    "gender": (N_("Gender"), _word("gender")),
    "consents": (N_("Consent"), _consent),
    "identified": (N_("Trafficking status"), _word("identified")),
    "risk": (N_("Risk"), _risk),
    "reflection_until": (N_("Reflection period until"), _date),
    "guardian": (N_("Guardian recorded"), _yes),
    "arrival": (N_("Arrival"), lambda arrival, context: f"{arrival.place}, {context.moment(arrival.at)}"),
    "bed": (N_("Bed"), _bed),
    "moved_in": (N_("Moved in"), _yes),
    "care_plan": (N_("Care plan agreed"), _yes),
    "appointments": (N_("Appointments"), lambda number, _: number),
    "fitness": (N_("Fit to travel until"), lambda fitness, context: _date(fitness.valid_until, context)),
    "document": (N_("Document in hand"), _document),
    "papers": (N_("Document under way"), _paper),
    "destination": (N_("Country of return"), _word("country")),
    "stays": (N_("Stays here"), _yes),
    "trip": (
        N_("Journey"),
        lambda trip, context: f"{trip.origin} → {trip.destination}, {context.moment(trip.departs_at)}",
    ),
    "booked": (N_("Booked"), _each("booking")),
    "provided": (N_("Services given"), _each("service")),
    "plan_agreed": (N_("Reintegration plan agreed"), _yes),
    "grants": (N_("Grant"), _grant),
    "costs": (N_("Cost"), lambda cost, context: context.words.sum_of(cost.amount, cost.currency)),
    "referrals": (N_("Referral"), _referral),
    "hand_overs": (N_("Hand-over"), lambda _, context: context.words.gettext("changed")),
    "owner": (N_("Whose case it is"), lambda owner, context: called(owner, context.words, context.programme)),
}
