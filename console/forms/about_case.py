"""What a case has that something can be done about now: grants that wait, documents under way, referrals to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from console.forms.context import Choice, FormContext
from console.forms.wording import day, known, moment, money
from workflow.case.state import Case
from workflow.subjects.access.state import access_of
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import Appointment, care_of
from workflow.subjects.closing.state import closing_of
from workflow.subjects.documents.state import Paper, documents_of
from workflow.subjects.grants.state import IN_FLIGHT, Grant, grants_of
from workflow.subjects.referrals.moves import STATUS_CHANGES
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of

_DOT: Final = " · "


def _of(context: FormContext) -> Case:
    assert context.case is not None, "a form about a case is made in front of one"
    return context.case


# -- the journey ------------------------------------------------------------------------------------------------


def ways_on(context: FormContext) -> Iterator[Choice]:
    """Offer every step from where the person is; whether it is allowed is said when it is asked for."""
    journey = context.programme.journey
    for way in journey.transitions:
        if _of(context).stage in way.source:
            said = known(context.words, "trigger", way.trigger)
            yield Choice(way.trigger, f"{said} → {context.label(journey.stages[way.dest].label)}")


def purposes_agreed_to(context: FormContext) -> Iterator[Choice]:
    """Offer the purposes of live consents."""
    given = dict.fromkeys(purpose for purpose, _ in _of(context).consents)
    return (Choice(name, known(context.words, "purpose", name)) for name in given)


def recipients_agreed_to(context: FormContext) -> Iterator[Choice]:
    """Offer whoever may be told by a live consent."""
    programme = context.programme
    named = {one.id: one.name for one in programme.providers} | {one.id: one.name for one in programme.facilities}
    given = dict.fromkeys(recipient for _, recipient in _of(context).consents if recipient)
    return (Choice(name, named.get(name, name)) for name in given)


def hand_overs_proposed(context: FormContext) -> Iterator[Choice]:
    """Offer the hand-overs nobody has decided on."""
    for key, one in closing_of(_of(context)).hand_overs.items():
        if not one.outcome:
            yield Choice(key, _DOT.join((one.closes.partition(":")[2], f"→ {one.to or '?'}", day(context, one.by))))


def lines_waited_in(context: FormContext) -> Iterator[Choice]:
    """Offer the houses the person waits for."""
    names = {house.id: house.name for house in context.programme.facilities}
    return (Choice(house, names.get(house, house)) for house in accommodation_of(_of(context)).waiting)


# -- care and documents -----------------------------------------------------------------------------------------


def appointments_open(context: FormContext) -> Iterator[Choice]:
    """Offer the appointments that are not over."""
    return (Choice(key, _appointment(one, context)) for key, one in care_of(_of(context)).appointments.items())


def appointments_booked(context: FormContext) -> Iterator[Choice]:
    """Offer the appointments that have a time."""
    open_ones = care_of(_of(context)).appointments.items()
    return (Choice(key, _appointment(one, context)) for key, one in open_ones if one.at is not None)


def service_without_a_time(context: FormContext) -> str:
    """Return the service whose appointment is the next to be booked."""
    return next((one.service for one in care_of(_of(context)).appointments.values() if one.at is None), "")


def documents_under_way(context: FormContext) -> Iterator[Choice]:
    """Offer every document that is sought."""
    return (Choice(key, _paper(one, context)) for key, one in documents_of(_of(context)).papers.items())


def documents_to_do(context: FormContext) -> Iterator[Choice]:
    """Offer the documents with a next step."""
    return (
        Choice(key, _paper(one, context))
        for key, one in documents_of(_of(context)).papers.items()
        if one.waits_for != "refused"
    )


def documents_at_authorities(context: FormContext) -> Iterator[Choice]:
    """Offer the documents an authority has."""
    papers = documents_of(_of(context)).papers.items()
    return (Choice(key, _paper(one, context)) for key, one in papers if one.waits_for == "authority")


def documents_refused(context: FormContext) -> Iterator[Choice]:
    """Offer the documents an authority has refused."""
    return (
        Choice(key, _paper(one, context))
        for key, one in documents_of(_of(context)).papers.items()
        if one.waits_for == "refused"
    )


def next_step(context: FormContext) -> str:
    """Return the next step of the only document under way."""
    steps = [one.step for one in documents_of(_of(context)).papers.values() if one.waits_for != "refused"]
    return steps[0] if len(steps) == 1 else ""


# -- money ------------------------------------------------------------------------------------------------------


def grants_open(context: FormContext) -> Iterator[Choice]:
    """Offer the grants that are not settled."""
    return _grants(context, lambda grant: not grant.settled and not grant.declined)


def grants_to_approve(context: FormContext) -> Iterator[Choice]:
    """Offer the grants that wait for approval."""
    return _grants(context, lambda grant: grant.awaits_approval)


def grants_to_release(context: FormContext) -> Iterator[Choice]:
    """Offer the approved grants of which something is left."""
    return _grants(context, lambda g: bool(g.approved_by) and not g.declined and g.released < g.amount)


def grants_on_hold(context: FormContext) -> Iterator[Choice]:
    """Offer the grants whose payee is on hold."""
    return _grants(context, lambda grant: grant.on_hold)


def grants_to_hold(context: FormContext) -> Iterator[Choice]:
    """Offer the grants whose payee could be put on hold."""
    return _grants(context, lambda grant: not grant.on_hold and not grant.settled and not grant.declined)


def parts_at_the_bank(context: FormContext) -> Iterator[Choice]:
    """Offer the parts of grants the bank has to answer for."""
    return _parts(context, (*IN_FLIGHT, "paid"))


def parts_paid(context: FormContext) -> Iterator[Choice]:
    """Offer the parts of grants that were paid."""
    return _parts(context, ("paid",))


def costs_recorded(context: FormContext) -> Iterator[Choice]:
    """Offer the costs that count."""
    for key, cost in grants_of(_of(context)).costs.items():
        said = known(context.words, "cost", cost.kind), money(context, cost.amount, cost.currency)
        yield Choice(key, _DOT.join(said))


# -- life after the return, and others who help -----------------------------------------------------------------


def seats_offered(context: FormContext) -> Iterator[Choice]:
    """Offer the courses in which a seat is kept for the person."""
    return _courses(context, ("offered",))


def courses_begun(context: FormContext) -> Iterator[Choice]:
    """Offer the courses the person is in or waits for."""
    return _courses(context, ("waiting", "offered", "enrolled"))


def courses_attended(context: FormContext) -> Iterator[Choice]:
    """Offer the courses the person has a seat in."""
    return _courses(context, ("enrolled",))


def month_due(context: FormContext) -> str:
    """Return the visit that is due, the earliest first."""
    return next((str(month) for month in sorted(reintegration_of(_of(context)).due)), "")


def referrals_at(status: str) -> Callable[[FormContext], Iterator[Choice]]:
    """Offer the referrals that may come to a status from where they are."""

    def source(context: FormContext) -> Iterator[Choice]:
        services, providers = context.programme.service_of, context.programme.provider_of
        for key, one in referrals_of(_of(context)).referrals.items():
            mine = context.referrals is None or key in context.referrals
            if mine and one.status in STATUS_CHANGES[status]:
                service = context.label(services[one.service].label) if one.service in services else one.service
                name = providers[one.provider].name if one.provider in providers else one.provider
                yield Choice(key, _DOT.join((service, name, known(context.words, "referral_status", one.status))))

    return source


def glass_broken(context: FormContext) -> Iterator[Choice]:
    """Offer whoever has the case open in an emergency."""
    return (Choice(name, name) for name in dict.fromkeys(one.account for one in access_of(_of(context)).glass.values()))


def openings_to_review(context: FormContext) -> Iterator[Choice]:
    """Offer the emergency openings by others that nobody has looked at."""
    found = dict.fromkeys(one.account for one in access_of(_of(context)).unreviewed.values())
    return (Choice(name, name) for name in found if name != context.account)


def duplicates_suspected(context: FormContext) -> Iterator[Choice]:
    """Offer the cases that may be the same person's."""
    return (Choice(other, other) for other in access_of(_of(context)).duplicates)


def tasks_stuck(context: FormContext) -> Iterator[Choice]:
    """Offer the tasks that were refused, died, or of which nobody knows what came."""
    return _tasks(context, ("refused", "dead", "unknown"))


def tasks_open(context: FormContext) -> Iterator[Choice]:
    """Offer the tasks nobody has finished."""
    return _tasks(context, ("open", "refused", "dead"))


# -- wording ----------------------------------------------------------------------------------------------------


def _appointment(one: Appointment, context: FormContext) -> str:
    services = context.programme.service_of
    said = context.label(services[one.service].label) if one.service in services else one.service
    when = moment(context, one.at) if one.at else context.words.gettext("no time yet")
    return _DOT.join((said, when))


def _paper(one: Paper, context: FormContext) -> str:
    path = context.programme.document_path.get(one.path)
    if path is None:
        return one.path
    if one.waits_for == "refused":
        return _DOT.join((context.label(path.label), context.words.gettext("refused")))
    return _DOT.join((context.label(path.label), context.label(path.step(one.step).label)))


def _grants(context: FormContext, wanted: Callable[[Grant], bool]) -> Iterator[Choice]:
    for key, grant in grants_of(_of(context)).grants.items():
        if wanted(grant):
            yield Choice(key, _DOT.join((*_grant(grant, context), _stands(grant, context))))


def _grant(grant: Grant, context: FormContext) -> tuple[str, str]:
    kind = context.programme.grant_kind.get(grant.kind)
    said = context.label(kind.label) if kind else grant.kind
    return said, money(context, grant.amount, grant.currency)


def _stands(grant: Grant, context: FormContext) -> str:
    _ = context.words.gettext
    if grant.on_hold:
        return _("payee on hold")
    if grant.awaits_approval:
        return _("waits for approval")
    return _("%(paid)s paid") % {"paid": money(context, grant.paid, grant.currency)}


def _parts(context: FormContext, statuses: tuple[str, ...]) -> Iterator[Choice]:
    """Offer parts of grants; both numbers travel in one value, so that they cannot be mixed up."""
    for grant_id, grant in grants_of(_of(context)).grants.items():
        for tranche_id, part in grant.tranches.items():
            if part.status in statuses:
                amount = money(context, part.amount, grant.currency)
                number = context.words.gettext("part %(number)s") % {"number": part.number}
                status = known(context.words, "tranche_status", part.status)
                said = (_grant(grant, context)[0], number, amount, status)
                yield Choice(f"{grant_id}/{tranche_id}", _DOT.join(said))


def _courses(context: FormContext, statuses: tuple[str, ...]) -> Iterator[Choice]:
    for key, place in reintegration_of(_of(context)).courses.items():
        if place.status in statuses:
            course = context.programme.course_of.get(key)
            yield Choice(key, context.label(course.label) if course else key)


def _tasks(context: FormContext, statuses: tuple[str, ...]) -> Iterator[Choice]:
    for key, task in _of(context).tasks.items():
        if task.status in statuses and task.wanted:
            said = known(context.words, "task", task.kind), known(context.words, "task_status", task.status)
            yield Choice(key, _DOT.join(said))
