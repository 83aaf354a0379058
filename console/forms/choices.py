"""What may be chosen in a field that takes a free word: from the programme file, or from the case as it stands.

Only what makes sense now is offered: a grant that waits is approved, a document under way has a next step. What is
chosen is checked by the rules all the same; a form is an offer, not a fence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from console.forms.about_case import (
    appointments_booked,
    appointments_open,
    costs_recorded,
    courses_attended,
    courses_begun,
    documents_at_authorities,
    documents_refused,
    documents_to_do,
    documents_under_way,
    duplicates_suspected,
    glass_broken,
    grants_on_hold,
    grants_open,
    grants_to_approve,
    grants_to_hold,
    grants_to_release,
    hand_overs_proposed,
    lines_waited_in,
    month_due,
    openings_to_review,
    parts_at_the_bank,
    parts_paid,
    purposes_agreed_to,
    recipients_agreed_to,
    referrals_at,
    seats_offered,
    service_without_a_time,
    tasks_open,
    tasks_stuck,
    ways_on,
)
from console.forms.context import Choice, FormContext
from console.forms.listed import (
    AFTER_AN_END,
    EXPLOITATION,
    GENDERS,
    HOW_MUCH,
    WHY_APPEALED,
    WHY_COURSE_LEFT,
    WHY_NO_COURSE,
    WHY_NOT_SOUGHT,
    WHY_PROVIDER_DECLINES,
    WHY_REFUSED,
    WHY_REVOKED,
)
from console.forms.wording import known
from workflow.programme.stages import Service
from workflow.rights.acts import ROLES
from workflow.subjects.closing.state import closing_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.travel.state import travel_of


class Offer(NamedTuple):
    """The choices of a field, and the one that is meant in the usual case."""

    choices: tuple[Choice, ...]
    preset: str = ""


Source = Callable[[FormContext], Iterable[Choice]]


def offer(command: str, field: str, context: FormContext) -> Offer | None:
    """Return what may be chosen for a field, or None when it is filled in freely."""
    source = _SOURCES.get(f"{command}.{field}") or _SOURCES.get(field)
    if source is None:
        return None
    choices = tuple(source(context))
    only = choices[0].value if len(choices) == 1 else ""
    preset = _PRESETS.get(f"{command}.{field}")
    return Offer(choices, preset(context) if preset else only)


def _ours(words: Mapping[str, str]) -> Source:
    """Offer a list of ours."""
    return lambda context: (Choice(value, context.words.gettext(said)) for value, said in words.items())


# -- from the programme file --------------------------------------------------------------------------------------


def _labelled(parts: Iterable[Any], context: FormContext) -> Iterator[Choice]:
    return (Choice(part.id, context.label(part.label)) for part in parts)


def _roles(context: FormContext) -> Iterator[Choice]:
    return (Choice(role, known(context.words, "role", role)) for role in ROLES)


def _purposes(context: FormContext) -> Iterator[Choice]:
    return (Choice(name, known(context.words, "purpose", name)) for name in context.programme.purposes)


def _recipients(context: FormContext) -> Iterator[Choice]:
    programme = context.programme
    proposed = {one.to for one in closing_of(context.case).hand_overs.values()} if context.case else set()
    named = {one.id: one.name for one in programme.providers} | {one.id: one.name for one in programme.facilities}
    named |= {to: to for to in proposed if to and to not in named}
    return (Choice(value, name) for value, name in named.items())


def _houses(context: FormContext) -> Iterator[Choice]:
    return (Choice(house.id, house.name) for house in context.programme.beds_facilities)


def _all_houses(context: FormContext) -> Iterator[Choice]:
    return (Choice(house.id, house.name) for house in context.programme.facilities)


def _centres(context: FormContext) -> Iterator[Choice]:
    programme = context.programme
    return (Choice(name, programme.facility_of[name].name) for name in programme.consultation_centres)


def _care(context: FormContext) -> Iterator[Choice]:
    return _labelled((service for service in context.programme.services if service.kind), context)


def _referable(context: FormContext) -> Iterator[Choice]:
    given = {name for provider in context.programme.providers for name in provider.services}
    return _labelled((service for service in context.programme.services if service.id in given), context)


def _services(context: FormContext) -> Iterator[Choice]:
    return _labelled(context.programme.services, context)


def _providers(context: FormContext) -> Iterator[Choice]:
    services = context.programme.service_of
    for provider in context.programme.providers:
        if provider.status == "active":
            does = ", ".join(_service(services[name], context) for name in provider.services if name in services)
            yield Choice(provider.id, f"{provider.name} ({does})" if does else provider.name)


def _service(service: Service, context: FormContext) -> str:
    return context.label(service.label)


def _caring(context: FormContext) -> Iterator[Choice]:
    care = {service.id for service in context.programme.services if service.kind}
    return (
        Choice(one.id, one.name)
        for one in context.programme.providers
        if care & {*one.services} and one.status == "active"
    )


def _hosts(context: FormContext) -> Iterator[Choice]:
    country = travel_of(context.case).destination if context.case else ""
    for host in context.programme.hosts:
        if not country or not host.countries or country in host.countries:
            yield Choice(host.id, host.name)


def _grant_kinds(context: FormContext) -> Iterator[Choice]:
    return (Choice(kind.kind, context.label(kind.label)) for kind in context.programme.grants)


def _costs(context: FormContext) -> Iterator[Choice]:
    return (Choice(name, known(context.words, "cost", name)) for name in context.programme.costs)


def _evidence(context: FormContext) -> Iterator[Choice]:
    kinds = dict.fromkeys(paper for kind in context.programme.grants for paper in kind.evidence)
    return (Choice(name, known(context.words, "evidence", name)) for name in kinds)


def _courses(context: FormContext) -> Iterator[Choice]:
    taken = reintegration_of(context.case).courses if context.case else {}
    return _labelled((course for course in context.programme.courses if course.id not in taken), context)


def _paths(context: FormContext) -> Iterator[Choice]:
    own = set(context.case.citizenships) if context.case else set()
    fitting = [p for p in context.programme.documents if not own or not p.nationalities or own & {*p.nationalities}]
    return _labelled(fitting, context)


def _reasons(context: FormContext) -> Iterator[Choice]:
    for name in context.programme.closure_reasons:
        yield Choice(name, known(context.words, "closure_reason", name))
    yield from _ours(AFTER_AN_END)(context)


def _months(context: FormContext) -> Iterator[Choice]:
    """Offer the visits still to be made; those that are due come first."""
    months = context.programme.policies.follow_up_months
    done = reintegration_of(context.case).visits if context.case else frozenset()
    due = reintegration_of(context.case).due if context.case else frozenset()
    left = sorted({*months, *due} - done, key=lambda month: (month not in due, month)) or sorted(months)
    return (Choice(str(month), known_month(context, month, is_due=month in due)) for month in left)


def known_month(context: FormContext, month: int, *, is_due: bool) -> str:
    """Return in words how long after the return a visit is made."""
    said = context.words.ngettext("%(num)s month after the return", "%(num)s months after the return", month)
    text = said % {"num": month}
    due = context.words.gettext("due now")
    return f"{text} ({due})" if is_due else text


def _staff(context: FormContext) -> Iterator[Choice]:
    return (Choice(name, name) for name in context.staff if name != context.account)


def _owners(context: FormContext) -> Iterator[Choice]:
    return (Choice(name, name) for name in dict.fromkeys((*context.staff, context.account)))


def _programmes(context: FormContext) -> Iterator[Choice]:
    return (Choice(name, name) for name in context.programmes or (context.programme.programme,))


_SOURCES: Final[Mapping[str, Source]] = {
    "trigger": ways_on,
    "AdvanceCase.reason": _reasons,
    "second": _staff,
    "owner": _owners,
    "OpenCase.programme": _programmes,
    "roles": _roles,
    "programmes": _programmes,
    "facilities": _all_houses,
    "gender": _ours(GENDERS),
    "exploitation": _ours(EXPLOITATION),
    "OpenCase.referred_by": _providers,
    "GiveConsent.purpose": _purposes,
    "WithdrawConsent.purpose": purposes_agreed_to,
    "GiveConsent.recipient": _recipients,
    "WithdrawConsent.recipient": recipients_agreed_to,
    "RecordAssent.to": _purposes,
    "facility": _houses,
    "LeaveWaitingList.facility": lines_waited_in,
    "CloseFacility.facility": _all_houses,
    "CloseFacility.to": _houses,
    "DecideHandOver.proposal_id": hand_overs_proposed,
    "DecideHandOver.to": _recipients,
    "BookAppointment.service": _care,
    "BookAppointment.provider": _caring,
    "MoveAppointment.appointment": appointments_booked,
    "appointment": appointments_open,
    "RecordSession.service": _care,
    "StartDocument.path": _paths,
    "RecordDocumentStep.document_id": documents_to_do,
    "RefuseDocument.document_id": documents_at_authorities,
    "AppealDocument.document_id": documents_refused,
    "document_id": documents_under_way,
    "RefuseDocument.reason": _ours(WHY_REFUSED),
    "AppealDocument.reason": _ours(WHY_APPEALED),
    "WithdrawDocument.reason": _ours(WHY_NOT_SOUGHT),
    "host": _hosts,
    "RequestGrant.kind": _grant_kinds,
    "RecordEvidence.kind": _evidence,
    "RecordCost.kind": _costs,
    "RecordCost.service": _services,
    "ApproveGrant.grant_id": grants_to_approve,
    "DeclineGrant.grant_id": grants_open,
    "ReleaseTranche.grant_id": grants_to_release,
    "ReleasePayee.grant_id": grants_on_hold,
    "PutPayeeOnHold.grant_id": grants_to_hold,
    "grant_id": grants_open,
    "RecordPayment.tranche_id": parts_at_the_bank,
    "tranche_id": parts_paid,
    "cost_id": costs_recorded,
    "EnrolInCourse.course": _courses,
    "TakeSeat.course": seats_offered,
    "LeaveCourse.course": courses_begun,
    "course": courses_attended,
    "LeaveCourse.reason": _ours(WHY_COURSE_LEFT),
    "DeclineTraining.reason": _ours(WHY_NO_COURSE),
    "month": _months,
    "economic": _ours(HOW_MUCH),
    "social": _ours(HOW_MUCH),
    "psychosocial": _ours(HOW_MUCH),
    "SendReferral.service": _referable,
    "SendReferral.provider": _providers,
    "referral_id": referrals_at("revoked"),
    "AcknowledgeReferral.referral_id": referrals_at("acknowledged"),
    "AcceptReferral.referral_id": referrals_at("accepted"),
    "DeclineReferral.referral_id": referrals_at("declined"),
    "WaitlistReferral.referral_id": referrals_at("wait_listed"),
    "RecordReferralServed.referral_id": referrals_at("served"),
    "RecordReferralFeedback.referral_id": referrals_at("feedback"),
    "CloseReferral.referral_id": referrals_at("closed"),
    "DeclineReferral.reason": _ours(WHY_PROVIDER_DECLINES),
    "RevokeReferral.reason": _ours(WHY_REVOKED),
    "MendGlass.account": glass_broken,
    "ReviewAccess.account": openings_to_review,
    "DecideDuplicate.other": duplicates_suspected,
    "RetryTask.task_id": tasks_stuck,
    "CancelTask.task_id": tasks_open,
    "topics": lambda context: _labelled(context.programme.consultation_topics, context),
    "at_risk_groups": lambda context: _labelled(context.programme.at_risk_groups, context),
    "centre": _centres,
}
_PRESETS: Final[Mapping[str, Callable[[FormContext], str]]] = {
    "HoldBed.facility": lambda _: "",  # the first that fits is found by the rules
    "BookAppointment.service": service_without_a_time,
    "BookAppointment.provider": lambda _: "",
    "SendReferral.provider": lambda _: "",
    "GiveConsent.recipient": lambda _: "",
    "WithdrawConsent.recipient": lambda _: "",
    "AdvanceCase.reason": lambda _: "",
    "DecideHandOver.to": lambda _: "",
    "MendGlass.account": lambda _: "",  # one's own
    "second": lambda _: "",
    "CloseFacility.to": lambda _: "",
    "CloseFacility.facility": lambda _: "",
    "RecordFollowUp.month": month_due,
}
