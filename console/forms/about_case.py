"""What a case has that something can be done about now: grants that wait, documents under way, referrals to answer."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final

from console.forms.context import Choice, FormContext
from console.words.people import called
from events.instants import instant
from workflow.case.proposals import proposals_of
from workflow.case.retraction import records_of
from workflow.case.state import Case
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.attachments.state import attachments_of
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.closing.state import closing_of
from workflow.subjects.corrections.state import corrections_of
from workflow.subjects.documents.state import Paper, documents_of
from workflow.subjects.grants.state import Grant, grants_of
from workflow.subjects.referrals.moves import STATUS_CHANGES
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of

Source = Callable[[FormContext], Iterable[Choice]]

_DOT: Final = " · "


def case_of(context: FormContext) -> Case:
    """Return the case a form is made in front of."""
    assert context.case is not None, "a form about a case is made in front of one"
    return context.case


def ways_on(context: FormContext) -> Iterator[Choice]:
    """Offer every step from where the person is; whether it is allowed is said when it is asked for."""
    journey = context.programme.journey
    for way in journey.transitions:
        if case_of(context).stage in way.source:
            said = context.words.label("trigger", way.trigger)
            yield Choice(way.trigger, f"{said} → {context.name_of(journey.stages[way.dest])}")


def proposals(*, own: bool) -> Source:
    """Offer what colleagues have proposed, or what somebody has proposed themselves."""

    def source(context: FormContext) -> Iterator[Choice]:
        for key, one in proposals_of(case_of(context)).pending.items():
            if (one.proposer == context.account) == own:
                until = context.words.moment(one.expires_at, context.programme.time_zone)
                by = called(one.proposer, context.words, context.programme)
                yield Choice(key, _DOT.join((context.words.label("command", one.command), by, until)))

    return source


def recipients_agreed_to(context: FormContext) -> Iterator[Choice]:
    """Offer whoever may be told by a live consent."""
    given = dict.fromkeys(recipient for _, recipient in case_of(context).consents if recipient)
    return (Choice(name, context.recipients.get(name, name)) for name in given)


def files(context: FormContext) -> Iterator[Choice]:
    """Offer the files that are attached, by what they are and when they came, the last first."""
    for key, one in reversed([*attachments_of(case_of(context)).live.items()]):
        at = context.words.moment(instant(one.at), context.programme.time_zone)
        yield Choice(key, _DOT.join((context.words.label("file_kind", one.kind), at)))


def hand_overs_proposed(context: FormContext) -> Iterator[Choice]:
    """Offer the hand-overs nobody has decided on."""
    for key, one in closing_of(case_of(context)).hand_overs.items():
        if not one.outcome:
            houses, providers = context.programme.facility_of, context.programme.provider_of
            closes = context.called(houses, one.closes.partition(":")[2])
            to = context.called(houses if one.to in houses else providers, one.to) if one.to else "?"
            said = closes, f"→ {to}", context.words.day(one.by)
            yield Choice(key, _DOT.join(said))


def lines_waited_in(context: FormContext) -> Iterator[Choice]:
    """Offer the houses the person waits for."""
    houses = context.programme.facility_of
    return (Choice(house, context.called(houses, house)) for house in accommodation_of(case_of(context)).waiting)


def appointments(*, only_booked: bool) -> Source:
    """Offer the appointments that are not over, or those of them that have a time."""
    return lambda context: (
        Choice(key, _appointment(one, context))
        for key, one in care_of(case_of(context)).appointments.items()
        if one.at is not None or not only_booked
    )


def service_without_a_time(context: FormContext) -> str:
    """Return the service whose appointment is the next to be booked."""
    return next((one.service for one in care_of(case_of(context)).appointments.values() if one.at is None), "")


def documents(wanted: Callable[[Paper], bool]) -> Source:
    """Offer those of the documents that are sought."""
    return lambda context: (
        Choice(key, _paper(one, context)) for key, one in documents_of(case_of(context)).papers.items() if wanted(one)
    )


def age_that_waits(context: FormContext) -> Iterator[Choice]:
    """Offer the corrected age that waits for two people."""
    said = corrections_of(case_of(context)).waiting
    if said is not None:
        _ = context.words.gettext
        age = _("a child") if said.child else _("an adult")
        until = (
            said.of_age_from and f"{context.words.label('field', 'of_age_from')} {context.words.day(said.of_age_from)}"
        )
        yield Choice(said.correction_id, _DOT.join((age, until)) if until else age)


def records(context: FormContext) -> Iterator[Choice]:
    """Offer what can be retracted, one's own first and the newest first; each with its number in the history.

    Who sees a part of the case only is offered their own.
    """
    standing = records_of(case_of(context)).standing
    theirs = {number: told for number, told in standing.items() if context.whole or told.by == context.account}
    for number, told in sorted(theirs.items(), key=lambda one: (one[1].by != context.account, -one[0])):
        about = [_of_record(name, value, context) for name, value in told.about]
        by = called(told.by, context.words, context.programme)
        said = context.words.label("fact", told.of), *filter(None, about), context.moment(instant(told.at)), by
        yield Choice(str(number), _DOT.join((f"{number}", *said)))


def _of_record(name: str, value: str, context: FormContext) -> str:
    """Return what a record is of in words; an id says nothing to anybody."""
    words, programme = context.words, context.programme
    match name:
        case "service":
            return context.called(programme.service_of, value)
        case "course":
            return context.called(programme.course_of, value)
        case "day":
            return words.day(date.fromisoformat(value))
        case "month":
            return f"{words.label('field', name)} {value}"
        case "to" | "kind":
            return words.label("purpose" if name == "to" else "evidence", value)
    return ""


def next_step(context: FormContext) -> str:
    """Return the next step of the only document under way."""
    steps = [one.step for one in documents_of(case_of(context)).papers.values() if one.waits_for != "refused"]
    return steps[0] if len(steps) == 1 else ""


def grants(wanted: Callable[[Grant], bool]) -> Source:
    """Offer those of the grants that something can be done about, with how they stand."""
    return lambda context: (
        Choice(key, _grant(one, context)) for key, one in grants_of(case_of(context)).grants.items() if wanted(one)
    )


def parts_of_grants(*statuses: str) -> Source:
    """Offer parts of grants; both numbers travel in one value, so that they cannot be mixed up."""

    def source(context: FormContext) -> Iterator[Choice]:
        for grant_id, grant in grants_of(case_of(context)).grants.items():
            for tranche_id, part in grant.tranches.items():
                if part.status in statuses:
                    amount = context.words.sum_of(part.amount, grant.currency)
                    number = context.words.gettext("part %(number)s") % {"number": part.number}
                    status = context.words.label("tranche_status", part.status)
                    said = _DOT.join((_kind(grant, context), number, amount, status))
                    yield Choice(f"{grant_id}/{tranche_id}", said)

    return source


def costs_recorded(context: FormContext) -> Iterator[Choice]:
    """Offer the costs that count."""
    for key, cost in grants_of(case_of(context)).costs.items():
        said = context.words.label("cost", cost.kind), context.words.sum_of(cost.amount, cost.currency)
        yield Choice(key, _DOT.join(said))


def courses(*statuses: str) -> Source:
    """Offer the courses where the person has come so far."""
    return lambda context: (
        Choice(key, context.called(context.programme.course_of, key))
        for key, place in reintegration_of(case_of(context)).courses.items()
        if place.status in statuses
    )


def month_due(context: FormContext) -> str:
    """Return the visit that is due, the earliest first."""
    return next((str(month) for month in sorted(reintegration_of(case_of(context)).due)), "")


def referrals_to(status: str) -> Source:
    """Offer the referrals that may come to a status from where they are."""

    def source(context: FormContext) -> Iterator[Choice]:
        for key, one in referrals_of(case_of(context)).referrals.items():
            mine = context.referrals is None or key in context.referrals
            if mine and one.status in STATUS_CHANGES[status]:
                service = context.called(context.programme.service_of, one.service)
                provider = context.called(context.programme.provider_of, one.provider)
                yield Choice(key, _DOT.join((service, provider, context.words.label("referral_status", one.status))))

    return source


def tasks(*statuses: str) -> Source:
    """Offer the tasks that stand so and are still wanted."""

    def source(context: FormContext) -> Iterator[Choice]:
        for key, task in case_of(context).tasks.items():
            if task.status in statuses and task.wanted:
                said = context.words.label("task", task.kind), context.words.label("task_status", task.status)
                yield Choice(key, _DOT.join(said))

    return source


def _appointment(one: Appointment, context: FormContext) -> str:
    when = context.moment(one.at) if one.at else context.words.gettext("no time yet")
    return _DOT.join((context.called(context.programme.service_of, one.service), when))


def _paper(one: Paper, context: FormContext) -> str:
    path = context.programme.document_path.get(one.path)
    if path is None:
        return one.path
    refused = one.waits_for == "refused"
    stands = context.words.gettext("refused") if refused else context.name_of(path.step(one.step))
    return _DOT.join((context.name_of(path), stands))


def _kind(grant: Grant, context: FormContext) -> str:
    return context.called(context.programme.grant_kind, grant.kind)


def _grant(grant: Grant, context: FormContext) -> str:
    words = context.words
    stands = words.gettext("%(paid)s paid") % {"paid": words.sum_of(grant.paid, grant.currency)}
    if grant.on_hold:
        stands = words.gettext("payee on hold")
    elif grant.awaits_approval:
        stands = words.gettext("waits for approval")
    return _DOT.join((_kind(grant, context), words.sum_of(grant.amount, grant.currency), stands))
