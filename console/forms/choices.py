"""What may be chosen in a field that takes a free word: from the programme file, or from the case as it stands.

Only what makes sense now is offered: a grant that waits is approved, a document under way has a next step. What is
chosen is checked by the rules all the same; a form is an offer, not a fence.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from console.forms.about_case import (
    Source,
    age_that_waits,
    appointments,
    case_of,
    costs_recorded,
    courses,
    documents,
    files,
    grants,
    hand_overs_proposed,
    lines_waited_in,
    month_due,
    parts_of_grants,
    proposals,
    recipients_agreed_to,
    records,
    referrals_to,
    service_without_a_time,
    tasks,
    ways_on,
)
from console.forms.context import Choice, FormContext
from console.forms.listed import AFTER_AN_END, LISTED, languages
from console.words.people import called
from workflow.programme.part import STOPPED, DirectoryPart
from workflow.programme.programme import Programme
from workflow.rights.acts import ROLES
from workflow.subjects.access.state import access_of
from workflow.subjects.closing.state import closing_of
from workflow.subjects.directory.entries import KINDS, OFFICE, id_of, parts_of
from workflow.subjects.grants.state import IN_FLIGHT, Grant
from workflow.subjects.reintegration.state import Reintegration, reintegration_of
from workflow.subjects.travel.state import travel_of


class Offer(NamedTuple):
    """The choices of a field, and the one that is meant in the usual case."""

    choices: tuple[Choice, ...]
    preset: str = ""


def offer(command: str, field: str, context: FormContext) -> Offer | None:
    """Return what may be chosen for a field, or None when it is filled in freely."""
    name = f"{command}.{field}"
    source = _SOURCES.get(name) or _SOURCES.get(field)
    if source is None:
        return None
    choices = tuple(source(context))
    if name in _PRESETS:
        return Offer(choices, _PRESETS[name](context))
    return Offer(choices, choices[0].value if len(choices) == 1 and name not in _LEFT_OPEN else "")


def _ours(words: Mapping[str, str]) -> Source:
    """Offer a list of ours."""
    return lambda context: (Choice(value, context.words.gettext(said)) for value, said in words.items())


def _parts(parts: Callable[[Programme], Iterable[Any]]) -> Source:
    """Offer parts of the programme file by what they are called there."""
    return lambda context: (Choice(part.id, context.name_of(part)) for part in parts(context.programme))


def _words(kind: str, names: Callable[[FormContext], Iterable[str]]) -> Source:
    """Offer words of the programme file, of the case or of the engine."""
    return lambda context: (Choice(name, context.words.label(kind, name)) for name in names(context))


def _names(names: Callable[[FormContext], Iterable[str]]) -> Source:
    """Offer names that are read as they are."""
    return lambda context: (Choice(name, name) for name in names(context))


def _programmes(context: FormContext) -> Iterator[Choice]:
    for name in context.programmes or (context.programme.programme,):
        yield Choice(name, context.words.label("programme", name, context.programme))


def _people(accounts: Callable[[FormContext], Iterable[str]]) -> Source:
    """Offer people by their names, those of one name with their accounts."""

    def found(context: FormContext) -> Iterator[Choice]:
        named = [(one, called(one, context.words, context.programme)) for one in accounts(context)]
        several = Counter(name for _, name in named)
        return (Choice(one, f"{name} ({one})" if several[name] > 1 else name) for one, name in named)

    return found


def _recipients(context: FormContext) -> Iterator[Choice]:
    proposed = {one.to for one in closing_of(context.case).hand_overs.values()} if context.case else set()
    named = context.recipients
    named |= {to: to for to in proposed if to and to not in named}
    programme = context.programme
    parts: tuple[DirectoryPart, ...] = (*programme.providers, *programme.facilities)
    ended = {id_of(one) for one in parts if not one.is_offered} - proposed
    return (Choice(value, name) for value, name in named.items() if value not in ended)


def _providers(context: FormContext) -> Iterator[Choice]:
    services = context.programme.service_of
    for provider in context.programme.providers:
        if provider.is_offered:
            does = ", ".join(context.name_of(services[name]) for name in provider.services if name in services)
            yield Choice(provider.id, f"{provider.name} ({does})" if does else provider.name)


def _referable(programme: Programme) -> Iterable[Any]:
    given = {name for provider in programme.providers if provider.is_offered for name in provider.services}
    return (service for service in programme.services if service.id in given)


def _caring(programme: Programme) -> Iterable[Any]:
    care = {service.id for service in programme.services if service.kind}
    return (one for one in programme.providers if one.is_offered and not care.isdisjoint(one.services))


def _hosts(context: FormContext) -> Iterator[Choice]:
    country = travel_of(context.case).destination if context.case else ""
    for host in context.programme.hosts:
        if host.is_offered and (not country or not host.countries or country in host.countries):
            yield Choice(host.id, host.name)


def _openings_by_others(context: FormContext) -> Iterable[str]:
    found = dict.fromkeys(one.account for one in access_of(case_of(context)).unreviewed.values())
    return (name for name in found if name != context.account)


def _stopped_others(context: FormContext) -> Iterable[str]:
    stops = access_of(case_of(context)).stops
    found = (account for account, one in stops.items() if one.outcome != "justified")
    return (name for name in found if name != context.account)


def _courses(context: FormContext) -> Iterable[Choice]:
    taken = reintegration_of(context.case).courses if context.case else {}
    return _parts(
        lambda programme: (course for course in programme.courses if course.is_offered and course.id not in taken)
    )(context)


def _paths(context: FormContext) -> Iterable[Choice]:
    own = set(context.case.citizenships) if context.case else set()
    return _parts(
        lambda programme: (p for p in programme.documents if not own or not p.nationalities or own & {*p.nationalities})
    )(context)


def _reasons(context: FormContext) -> Iterator[Choice]:
    yield from _words("closure_reason", lambda context: context.programme.closure_reasons)(context)
    yield from _ours(AFTER_AN_END)(context)


def _months(context: FormContext) -> Iterator[Choice]:
    """Offer the visits still to be made, in words how long after the return; those that are due come first."""
    months = context.programme.policies.follow_up_months
    life = reintegration_of(context.case) if context.case else Reintegration()
    for month in sorted({*months, *life.due} - life.visits, key=lambda one: (one not in life.due, one)) or sorted(
        months
    ):
        said = context.words.ngettext("%(num)s month after the return", "%(num)s months after the return", month)
        due_now = context.words.gettext("due now")
        yield Choice(str(month), said % {"num": month} + (f" ({due_now})" if month in life.due else ""))


def _services(context: FormContext) -> Iterator[Choice]:
    known = {one.id: context.name_of(one) for one in context.programme.services}
    helped = dict.fromkeys(name for provider in context.programme.providers for name in provider.services)
    others = {name: context.words.label("service", name) for name in helped if name not in known}
    return (Choice(value, name) for value, name in (known | others).items())


def _skills(context: FormContext) -> Iterable[Choice]:
    known = dict.fromkeys(skill for escort in context.programme.escorts for skill in escort.skills)
    names = dict.fromkeys(("operational", "family", "medical", *known))
    return (Choice(name, context.words.label("choice", f"escort.{name}")) for name in names)


def _owners(context: FormContext) -> Iterator[Choice]:
    known = {one.id: one.name for one in context.programme.providers}
    named = {one.owner: one.owner for one in context.programme.facilities if one.owner}
    return (Choice(value, name) for value, name in (named | known).items())


def _is_stopped(part: DirectoryPart) -> bool:
    return part.status == STOPPED


def _entries(offered: Callable[[DirectoryPart], bool]) -> Source:
    """Offer entries of the directory by what they are called, with what they are."""

    def found(context: FormContext) -> Iterator[Choice]:
        for kind in KINDS:
            of = context.words.label("entry_kind", kind)
            for part in filter(offered, parts_of(context.programme, kind)):
                yield Choice(id_of(part), f"{context.name_of(part)} ({of})")

    return found


def _entries_or_office(context: FormContext) -> Iterator[Choice]:
    yield from _entries(lambda part: not _is_stopped(part))(context)
    yield Choice(OFFICE[1], context.words.label("entry_kind", OFFICE[0]))


def _is_open(grant: Grant) -> bool:
    return not grant.settled and not grant.declined


_purposes: Final = _words("purpose", lambda context: context.programme.purposes)
_houses: Final = _parts(lambda programme: (house for house in programme.beds_facilities if house.is_offered))
_all_houses: Final = _parts(lambda programme: programme.facilities)
_care: Final = _parts(lambda programme: (service for service in programme.services if service.kind))


_SOURCES: Final[Mapping[str, Source]] = {
    "trigger": ways_on,
    "AdvanceCase.reason": _reasons,
    "owner": _people(lambda context: dict.fromkeys((*context.staff, context.account))),
    "OpenCase.programme": _programmes,
    "stand_in": _people(lambda context: (name for name in context.staff if name != context.account)),
    "EndStandIn.stand_in": _people(lambda context: context.staff),
    "team": _parts(lambda programme: (team for team in programme.teams if team.is_offered)),
    "roles": _words("role", lambda _: ROLES),
    "programmes": _programmes,
    "facilities": _all_houses,
    "OpenCase.referred_by": _providers,
    "GiveConsent.purpose": _purposes,
    "WithdrawConsent.purpose": _words(
        "purpose", lambda context: dict.fromkeys(purpose for purpose, _ in case_of(context).consents)
    ),
    "GiveConsent.recipient": _recipients,
    "WithdrawConsent.recipient": recipients_agreed_to,
    "RecordAssent.to": _purposes,
    "facility": _houses,
    "LeaveWaitingList.facility": lines_waited_in,
    "CloseFacility.facility": _all_houses,
    "CloseFacility.to": _houses,
    "ConfirmDecision.proposal_id": proposals(own=False),
    "DeclineDecision.proposal_id": proposals(own=False),
    "WithdrawProposal.proposal_id": proposals(own=True),
    "DecideHandOver.proposal_id": hand_overs_proposed,
    "DecideHandOver.to": _recipients,
    "BookAppointment.service": _care,
    "BookAppointment.provider": _parts(_caring),
    "MoveAppointment.appointment": appointments(only_booked=True),
    "appointment": appointments(only_booked=False),
    "RecordSession.service": _care,
    "StartDocument.path": _paths,
    "RecordDocumentStep.document_id": documents(lambda paper: paper.waits_for != "refused"),
    "RefuseDocument.document_id": documents(lambda paper: paper.waits_for == "authority"),
    "AppealDocument.document_id": documents(lambda paper: paper.waits_for == "refused"),
    "document_id": documents(lambda _: True),
    "correction_id": age_that_waits,
    "record": records,
    "host": _hosts,
    "RequestGrant.kind": lambda context: (Choice(one.kind, context.name_of(one)) for one in context.programme.grants),
    "RecordEvidence.kind": _words(
        "evidence", lambda context: dict.fromkeys(paper for kind in context.programme.grants for paper in kind.evidence)
    ),
    "RecordCost.kind": _words("cost", lambda context: context.programme.costs),
    "RecordCost.service": _parts(lambda programme: programme.services),
    "ApproveGrant.grant_id": grants(lambda grant: grant.awaits_approval),
    "DeclineGrant.grant_id": grants(_is_open),
    "ReleaseTranche.grant_id": grants(lambda g: bool(g.approved_by) and not g.declined and g.released < g.amount),
    "ReleasePayee.grant_id": grants(lambda grant: grant.on_hold),
    "PutPayeeOnHold.grant_id": grants(lambda grant: _is_open(grant) and not grant.on_hold),
    "grant_id": grants(_is_open),
    "SettleBankAnswer.tranche_id": parts_of_grants("paid", "rejected", "returned"),
    "RecordPayment.tranche_id": parts_of_grants(*IN_FLIGHT, "paid"),
    "tranche_id": parts_of_grants("paid"),
    "cost_id": costs_recorded,
    "EnrolInCourse.course": _courses,
    "TakeSeat.course": courses("offered"),
    "LeaveCourse.course": courses("waiting", "offered", "enrolled"),
    "course": courses("enrolled"),
    "month": _months,
    "SendReferral.service": _parts(_referable),
    "SendReferral.provider": _providers,
    "referral_id": referrals_to("revoked"),
    "AcknowledgeReferral.referral_id": referrals_to("acknowledged"),
    "AcceptReferral.referral_id": referrals_to("accepted"),
    "DeclineReferral.referral_id": referrals_to("declined"),
    "WaitlistReferral.referral_id": referrals_to("wait_listed"),
    "RecordReferralServed.referral_id": referrals_to("served"),
    "RecordReferralFeedback.referral_id": referrals_to("feedback"),
    "CloseReferral.referral_id": referrals_to("closed"),
    "RetractFile.file_id": files,
    "MendGlass.account": _people(
        lambda context: dict.fromkeys(one.account for one in access_of(case_of(context)).glass.values())
    ),
    "ReviewAccess.account": _people(_openings_by_others),
    "ReviewStop.account": _people(_stopped_others),
    "DecideDuplicate.other": _names(lambda context: access_of(case_of(context)).duplicates),
    "PartCases.other": _names(lambda context: access_of(case_of(context)).joined),
    "RetryTask.task_id": tasks("refused", "dead", "unknown"),
    "ConfirmLetter.task_id": tasks("unknown"),
    "CancelTask.task_id": tasks("open", "refused", "dead"),
    "topics": _parts(lambda programme: programme.consultation_topics),
    "at_risk_groups": _parts(lambda programme: programme.at_risk_groups),
    "ChangeEntry.entry": _entries_or_office,
    "languages": languages,
    "services": _services,
    "skills": _skills,
    "alternatives": _all_houses,
    **dict.fromkeys(("ListEntry.service", "ChangeEntry.service"), _parts(lambda programme: programme.services)),
    **dict.fromkeys(("ListEntry.provider", "ChangeEntry.provider"), _parts(lambda programme: programme.providers)),
    **dict.fromkeys(("ListEntry.owner", "ChangeEntry.owner"), _owners),
    **dict.fromkeys(("EndEntry.entry", "StopEntry.entry"), _entries(lambda part: not _is_stopped(part))),
    "ProposeResumption.entry": _entries(_is_stopped),
    "proposer": _people(lambda context: (name for name in context.staff if name != context.account)),
    "centre": _parts(lambda programme: (programme.facility_of[name] for name in programme.consultation_centres)),
    **{field: _ours(words) for field, words in LISTED.items()},
}
_PRESETS: Final[Mapping[str, Callable[[FormContext], str]]] = {
    "BookAppointment.service": service_without_a_time,
    "RecordFollowUp.month": month_due,
}
# Not filled in even where there is only one: the rules find the first bed that fits, one's own access is ended, or
# somebody is to decide.
_LEFT_OPEN: Final = frozenset({
    "HoldBed.facility", "BookAppointment.provider", "SendReferral.provider", "GiveConsent.recipient",
    "WithdrawConsent.recipient", "AdvanceCase.reason", "DecideHandOver.to", "MendGlass.account", "CloseFacility.to",
    "AssignCase.team", "OpenCase.team", "NameStandIn.owner", "NameStandIn.stand_in", "EndStandIn.owner",
    "CloseFacility.facility", "ConfirmEntry.proposer", "ChangeEntry.entry", "EndEntry.entry", "StopEntry.entry",
    "RetractRecord.record",
})  # fmt: skip
