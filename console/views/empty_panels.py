"""Which cards of a case hold nothing yet: they take one line of its page, and say what can be recorded there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from console.subjects import Panel
from console.views.attachments import FileRow
from console.views.groups import GroupView
from workflow.case.state import Case
from workflow.subjects.accommodation.state import accommodation_of
from workflow.subjects.care.state import care_of
from workflow.subjects.documents.state import documents_of
from workflow.subjects.grants.state import grants_of
from workflow.subjects.reception.state import reception_of
from workflow.subjects.referrals.state import referrals_of
from workflow.subjects.reintegration.state import reintegration_of
from workflow.subjects.safety.state import safety_of
from workflow.subjects.travel.state import travel_of


def empty_panels(case: Case, group: GroupView | None, files: Sequence[FileRow]) -> frozenset[Panel]:
    """Return the panels of which nothing is recorded yet; of files and groups as this reader sees them."""
    found = {panel for panel, holds in _HOLDS.items() if not holds(case)}
    shown: dict[Panel, object] = {"group": group, "files": files}
    return frozenset(found | {panel for panel, there in shown.items() if not there})


def _place(case: Case) -> object:
    return accommodation_of(case).bed or accommodation_of(case).waiting


def _care(case: Case) -> object:
    care = care_of(case)
    meets = any(one.meets_at for one in referrals_of(case).referrals.values())
    return care.appointments or care.care_plan or care.fitness or care.missed or case.provided or meets


def _documents(case: Case) -> object:
    return documents_of(case).document or documents_of(case).papers


def _travel(case: Case) -> object:
    way_home = travel_of(case)
    return reception_of(case).arrival or way_home.trip or way_home.stays or way_home.destination


def _life(case: Case) -> object:
    life = reintegration_of(case)
    return life.plan.number or life.courses or life.results or life.follow_ups or life.due


def _money(case: Case) -> object:
    return grants_of(case).grants or grants_of(case).costs


def _safety(case: Case) -> object:
    safety = safety_of(case)
    return case.child or safety.risk or safety.identified or safety.reflection_until


_HOLDS: Final[Mapping[Panel, Callable[[Case], object]]] = {
    "safety": _safety,
    "place": _place,
    "care": _care,
    "consents": lambda case: case.consents,
    "documents": _documents,
    "travel": _travel,
    "life": _life,
    "money": _money,
    "referrals": lambda case: referrals_of(case).referrals,
}
