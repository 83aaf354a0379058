"""The subjects, once for the whole console: headings of forms, panels of a case's page, likely actions, the reference.

A panel that is not named for a role is not drawn for it, and the timeline tells it nothing of that panel's facts. A
test names what of the engine has no row here: a subject with commands, a file of facts, an act of the table of rights.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

from console.views import suggested_actions as actions
from console.views.suggested_actions import SuggestedAction
from events.catalogue import Fact
from workflow import registry
from workflow.case.state import Case
from workflow.command import (
    AdvanceCase,
    CancelTask,
    CaseCommand,
    Command,
    ConfirmDecision,
    ConfirmLetter,
    DeclineDecision,
    OfficeCommand,
    RetractRecord,
    RetryTask,
    WithdrawProposal,
)
from workflow.registry import HUMAN, OFFICE
from workflow.rights.acts import Role
from workflow.subjects.grants.commands import RecordCost, ReverseCost

N_: Final = str  # marks a text for translation; it is translated where it is shown
LIKELY_MAX: Final = 3

Panel = Literal[
    "next", "waiting", "group", "person", "safety", "place", "care", "consents", "documents", "files", "travel", "life",
    "money", "referrals", "running", "notes", "access",
]  # fmt: skip
ALL: Final[tuple[Panel, ...]] = get_args(Panel)
_AFTER_THE_END: Final[frozenset[Panel]] = frozenset({"notes", "money", "referrals", "access"})
Likely = Callable[[Case], Iterator[SuggestedAction]]

PANELS: Final[Mapping[Role, tuple[Panel, ...]]] = {
    "case_manager": ALL,
    "supervisor": ALL,
    "medical": ("person", "care", "place", "consents", "files", "notes"),
    "legal": ("person", "safety", "documents", "files", "consents", "referrals", "notes"),
    "hotline": ("consents",),  # who took the call sees that it went on, and how it is agreed to
}
FOR_EVERYBODY: Final = frozenset({"CaseOpened", "StageEntered", "CaseLinked", "CaseAssigned"})
# Alarm clocks being set and work being handed out: true, kept for ever, and not what anybody looks for first.
MACHINERY: Final = ("TimerSet", "TimerCancelled", "TimerFired", "TaskRequested", "TaskUnwanted")


class FormGroup(NamedTuple):
    """A heading, not yet in anybody's language, and the commands about a case under it."""

    name: str
    heading: str
    commands: tuple[type[CaseCommand], ...]


class ConsoleSubject(NamedTuple):
    """A subject as people meet it; no text of it is in anybody's language yet."""

    stem: str
    title: str  # of its facts, in the reference
    heading: str = ""  # of its forms; without one it has none about a case
    panel: Panel | None = None  # where its facts are told
    elsewhere: Mapping[str, Panel] = MappingProxyType({})  # facts that are told in another panel
    likely: Mapping[Panel, Likely] = MappingProxyType({})
    engine: tuple[type[CaseCommand], ...] = ()  # commands of the engine, which belongs to no subject
    apart: FormGroup | None = None  # commands under a heading of their own


# In the order of a person's way.
SUBJECTS: Final = (
    ConsoleSubject(
        "intake", "About the case itself", N_("The case"), "next",
        {"ConsentGiven": "consents", "ConsentWithdrawn": "consents", "NoteAdded": "notes", "SealedOpened": "access"},
        {"consents": actions.consent_actions, "notes": actions.note_actions},
        engine=(AdvanceCase,),
    ),
    ConsoleSubject(
        "safety", "About safety, age and who decides", N_("Safety and age"), "safety",
        {"ChildAssented": "consents", "ConsentExpired": "consents", "GuardianAppointed": "consents",
         "GuardianAgreed": "consents", "GuardianEnded": "consents",
         "SealedDenied": "access"},
        {"safety": actions.safety_actions},
    ),
    ConsoleSubject("groups", "About people who belong together", N_("Family and group"), "group"),
    ConsoleSubject("reception", "About arriving", N_("Arrival"), "travel"),
    ConsoleSubject(
        "accommodation", "About beds and waiting", N_("Bed and stay"), "place",
        {"BedHeld": "money", "BedReleased": "money", "BedTaken": "money"},
        {"place": actions.accommodation_actions},
    ),
    ConsoleSubject(
        "care", "About care", N_("Care"), "care", {"LegalReferenceAssigned": "safety"}, {"care": actions.care_actions},
    ),
    ConsoleSubject(
        "documents", "About documents", N_("Documents"), "documents", likely={"documents": actions.document_actions},
    ),
    ConsoleSubject(
        "travel", "About the way home", N_("The way home"), "travel",
        {"EscortFreed": "money", "EscortReserved": "money"},
        {"travel": actions.travel_actions},
    ),
    ConsoleSubject(
        "reintegration", "About life after the return", N_("Life after the return"), "life",
        likely={"life": actions.reintegration_actions},
    ),
    ConsoleSubject(
        "referrals", "About referrals", N_("Referrals"), "referrals",
        {"DisclosureMade": "access"},
        {"referrals": actions.referral_actions},
    ),
    ConsoleSubject(
        "grants", "About grants", N_("Grants"), "money",
        likely={"money": actions.grant_actions},
        apart=FormGroup("costs", N_("Costs"), (RecordCost, ReverseCost)),
    ),
    ConsoleSubject(
        "trafficking_routes", "About the way people were taken", N_("What happened before"), "travel",
    ),
    ConsoleSubject(
        "corrections", "About what was put right", N_("Corrections"), "person",
        {"RecordRetracted": "next", "CorrectionTold": "referrals"},
        likely={"person": actions.person_actions},
        engine=(RetractRecord,),
    ),
    ConsoleSubject("journey", "About the journey", panel="next"),
    ConsoleSubject(
        "decisions", "About decisions of two people", N_("Decisions of two people"), "next",
        engine=(ConfirmDecision, DeclineDecision, WithdrawProposal),
    ),
    ConsoleSubject("closing", "About houses and programmes that close", N_("Hand-over"), "next"),
    ConsoleSubject(
        "access", "About whose case it is and who opened it", N_("Whose case it is"), "access",
        likely={"access": actions.access_actions},
    ),
    ConsoleSubject("attachments", "About files that prove something", N_("Files"), "files"),
    ConsoleSubject("team", "About who stands in for whom", panel="access"),
    ConsoleSubject("erasure", "About erasing a person", N_("Erasure"), "access"),
    ConsoleSubject("accounts", "About who signs in"),
    ConsoleSubject("restore", "About older copies put in place"),
    ConsoleSubject("office", "About the office", panel="money"),
    ConsoleSubject(
        "tasks", "About work to do", N_("Work that got stuck"), "running",
        {"ServiceProvided": "care"},
        engine=(RetryTask, ConfirmLetter, CancelTask),
    ),
    ConsoleSubject("directory", "About the directory"),
    ConsoleSubject("hotline", "About the hotline and consultations", N_("Hotline and centres"), "consents"),
)  # fmt: skip
_OF_STEM: Final = {subject.stem: subject for subject in SUBJECTS}
_COMMANDS: Final[Mapping[str, tuple[type[Command], ...]]] = {one.stem: one.commands for one in registry.SUBJECTS}
_LIKELY: Final = {panel: likely for subject in SUBJECTS for panel, likely in subject.likely.items()}


# -- forms ----------------------------------------------------------------------------------------------------------


def form_groups() -> Iterator[FormGroup]:
    """Yield everything that can be recorded about a case, heading by heading."""
    for subject in SUBJECTS:
        apart = subject.apart.commands if subject.apart else ()
        own = (kind for kind in HUMAN if kind in _COMMANDS.get(subject.stem, ()) and kind not in apart)
        commands = (*subject.engine, *own)
        if commands:
            yield FormGroup(subject.stem, subject.heading, commands)
        if subject.apart:
            yield subject.apart


_ENGINE: Final = tuple(kind for subject in SUBJECTS for kind in subject.engine)
_ABOUT_A_CASE: Final[tuple[type[CaseCommand], ...]] = (*_ENGINE, *HUMAN)
CASE_FORMS: Final[Mapping[str, type[CaseCommand]]] = {kind.__name__: kind for kind in _ABOUT_A_CASE}
OFFICE_FORMS: Final[Mapping[str, type[OfficeCommand]]] = {kind.__name__: kind for kind in OFFICE}


# -- panels ---------------------------------------------------------------------------------------------------------


def panels_for(role: str) -> tuple[Panel, ...]:
    """Return the panels a role sees, in the order of the page; none for a role that sees no case."""
    return PANELS.get(role, ())  # type: ignore[call-overload, no-any-return]


def panel_of(fact: type[Fact]) -> Panel | None:
    """Return the panel a kind of fact is told in; None where it is told in none."""
    subject = _OF_STEM[fact.__module__.rpartition(".")[2]]
    return subject.elsewhere.get(fact.__name__, subject.panel)


def is_shown(fact: type[Fact], panels: tuple[Panel, ...]) -> bool:
    """Tell whether somebody with these panels is told of a kind of fact."""
    return fact.__name__ in FOR_EVERYBODY or panel_of(fact) in panels


def likely(panel: Panel, case: Case, may: Collection[str], *, ended: bool) -> tuple[SuggestedAction, ...]:
    """Return the actions offered beside a panel, the likeliest first, and only those somebody may do."""
    source = _LIKELY.get(panel)
    if source is None or (ended and panel not in _AFTER_THE_END):
        return ()
    return tuple(action for action in source(case) if action.command in may)[:LIKELY_MAX]
